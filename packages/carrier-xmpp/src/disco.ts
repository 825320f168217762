import { err, ok, type Result } from "@clowder/bytes";
import type { CarrierError } from "@clowder/carrier";
import { requestFailed } from "./account.ts";
import { DISCO_ITEMS_MAX_COUNT } from "./limits.ts";
import { type Element, type Link, xml } from "./xmpp-js.ts";

const NS_ITEMS = "http://jabber.org/protocol/disco#items";
const NS_INFO = "http://jabber.org/protocol/disco#info";
const NS_MUC = "http://jabber.org/protocol/muc";

/** The server's service for rooms (XEP-0030, XEP-0045 section 6.1): its first that says so. */
export async function findRooms(link: Link, domain: string): Promise<Result<string, CarrierError>> {
	const answer = await link.request("get", domain, xml("query", { xmlns: NS_ITEMS }));
	if (!answer.ok) return err(requestFailed(answer.error, "asking for services"));
	const query = answer.value.getChild("query", NS_ITEMS);
	const items = query?.getChildren("item") ?? [];
	for (const item of items.slice(0, DISCO_ITEMS_MAX_COUNT)) {
		const { jid, node } = item.attrs;
		if (jid === undefined || node !== undefined) continue;
		const info = await link.request("get", jid, xml("query", { xmlns: NS_INFO }));
		if (info.ok && hasRooms(info.value)) return ok(jid);
	}
	return err({ kind: "refused", condition: "no-rooms", detail: `${domain} offers no service for rooms` });
}

function hasRooms(answer: Element): boolean {
	const query = answer.getChild("query", NS_INFO);
	const features = query?.getChildren("feature") ?? [];
	const identities = query?.getChildren("identity") ?? [];
	return (
		features.some((feature) => feature.attrs["var"] === NS_MUC) &&
		identities.some(({ attrs }) => attrs["category"] === "conference" && attrs["type"] === "text")
	);
}
