import { discoInfo, discoItems } from "./disco.ts";
import { NS } from "./namespaces.ts";
import type { IqAnswer } from "./stanza.ts";
import { type Element, element } from "./xml.ts";

const SERVER_FEATURES: readonly string[] = [NS.register, NS.ping, NS.version, NS.roster, NS.stanzaId];
const ACCOUNT_FEATURES: readonly string[] = [NS.ping, NS.stanzaId];
const SERVER_NAME = "Clowder";
const SERVER_VERSION = "0.1.0";

const SERVER_IDENTITY = { category: "server", type: "im", name: SERVER_NAME };
const ACCOUNT_IDENTITY = { category: "account", type: "registered" };

/** To the server, or to the asker's own account, for which the server answers (RFC 6121 section 8.5.2). */
export function answerForServer(
	request: Element,
	type: string | undefined,
	ofAccount: boolean,
	mucDomain: string,
): IqAnswer {
	if (request.ns === NS.session && type === "set") return { type: "result" };
	if (request.ns === NS.roster && type === "set") return { type: "error", condition: "not-allowed" };
	if (type !== "get") return { type: "error", condition: "service-unavailable" };
	switch (request.ns) {
		case NS.roster:
			return { type: "result", payload: element("query", NS.roster) };
		case NS.ping:
			return { type: "result" };
		case NS.version:
			return { type: "result", payload: version() };
		case NS.discoInfo:
			if (request.attrs["node"] !== undefined) return { type: "error", condition: "item-not-found" };
			if (ofAccount) return { type: "result", payload: discoInfo([ACCOUNT_IDENTITY], ACCOUNT_FEATURES) };
			return { type: "result", payload: discoInfo([SERVER_IDENTITY], SERVER_FEATURES) };
		case NS.discoItems:
			if (ofAccount || request.attrs["node"] !== undefined) return { type: "result", payload: discoItems([]) };
			return { type: "result", payload: discoItems([{ jid: mucDomain, name: "Rooms" }]) };
		default:
			return { type: "error", condition: "service-unavailable" };
	}
}

/** Its name and version, and nothing about the system under it (XEP-0092). */
function version(): Element {
	return element("query", NS.version, {}, [
		element("name", NS.version, {}, [SERVER_NAME]),
		element("version", NS.version, {}, [SERVER_VERSION]),
	]);
}
