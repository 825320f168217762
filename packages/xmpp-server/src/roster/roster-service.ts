import type { IqOutcome, IqRequest, IqService } from "../iq-service.ts";
import { bareOf, parseJid } from "../jid.ts";
import { ROSTER_GROUPS_COUNT, ROSTER_NAME_BYTES } from "../limits.ts";
import { NS } from "../namespaces.ts";
import type { Session } from "../session.ts";
import { childElements, type Element, element, textOf } from "../xml.ts";
import { rosterItem } from "./contact.ts";
import type { Rosters } from "./rosters.ts";
import type { Subscriptions } from "./subscriptions.ts";

/** The roster as clients read and write it (RFC 6121 section 2). */
export class RosterService implements IqService {
	readonly serverFeatures: readonly string[] = [NS.roster];
	readonly accountFeatures: readonly string[] = [];
	readonly #rosters: Rosters;
	readonly #subscriptions: Subscriptions;

	constructor(rosters: Rosters, subscriptions: Subscriptions) {
		this.#rosters = rosters;
		this.#subscriptions = subscriptions;
	}

	answer({ session, payload, type }: IqRequest): IqOutcome | undefined {
		if (payload.ns !== NS.roster) return undefined;
		if (payload.name !== "query") return { type: "error", condition: "bad-request" };
		if (type === "set") return this.#set(session, payload);
		this.#subscriptions.interest(session);
		const items = this.#rosters
			.entries(session.username)
			.flatMap(({ jid, contact }) => (contact.listed ? [rosterItem(jid, contact)] : []));
		return { type: "result", payload: element("query", NS.roster, {}, items) };
	}

	/** CONTACT-2: one item at a time (section 2.3.3). Its subscription is not the client's to write. */
	#set({ username, bare }: Session, query: Element): IqOutcome {
		const items = childElements(query);
		const item = items[0];
		if (items.length !== 1 || item?.name !== "item" || item.ns !== NS.roster) {
			return { type: "error", condition: "bad-request" };
		}
		const parsed = parseJid(item.attrs["jid"] ?? "");
		if (!parsed.ok) return { type: "error", condition: "jid-malformed" };
		const jid = bareOf(parsed.value);
		if (jid === bare) return { type: "error", condition: "not-allowed" };
		const { listed } = this.#rosters.get(username, jid);
		if (item.attrs["subscription"] === "remove") {
			if (!listed) return { type: "error", condition: "item-not-found" };
			return outcome(this.#subscriptions.remove(username, jid));
		}
		const groups = groupsOf(item);
		const { name = "" } = item.attrs;
		if (groups.length !== new Set(groups).size) return { type: "error", condition: "bad-request" };
		const tooLong = [name, ...groups].some((text) => Buffer.byteLength(text) > ROSTER_NAME_BYTES);
		if (tooLong || groups.includes("") || groups.length > ROSTER_GROUPS_COUNT) {
			return { type: "error", condition: "not-acceptable" };
		}
		if (!listed && !this.#rosters.hasRoomFor(username, "listed")) return outcome(false);
		return outcome(this.#subscriptions.list(username, jid, name, groups));
	}
}

function outcome(done: boolean): IqOutcome {
	return done ? { type: "result" } : { type: "error", condition: "resource-constraint" };
}

function groupsOf(item: Element): readonly string[] {
	return childElements(item).flatMap((node) => (node.name === "group" && node.ns === NS.roster ? [textOf(node)] : []));
}
