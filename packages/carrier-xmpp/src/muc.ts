import type { Handle } from "@clowder/carrier";
import { splitAddress } from "./address.ts";
import { type Element, xml } from "./xmpp-js.ts";

const NS_MUC = "http://jabber.org/protocol/muc";
const NS_MUC_USER = "http://jabber.org/protocol/muc#user";
const NS_MUC_OWNER = "http://jabber.org/protocol/muc#owner";
const NS_DATA_FORM = "jabber:x:data";
const NS_STANZA_ERROR = "urn:ietf:params:xml:ns:xmpp-stanzas";
const NS_DELAY = "urn:xmpp:delay";
const NS_EME = "urn:xmpp:eme:0";
const NS_HINTS = "urn:xmpp:hints";
const NS_MPCAT = "urn:clowder:mpcat:1";

const STATUS_SELF = "110";
const STATUS_CREATED = "201";
/** Why someone is out (XEP-0045 section 15.6.2, XMPP-9). */
const REASONS: ReadonlyMap<string, string> = new Map([
	["301", "banned"],
	["307", "kicked"],
	["321", "affiliation-changed"],
	["322", "members-only"],
	["332", "shutdown"],
	["333", "technical"],
]);

/** What a stanza of the room's means (XEP-0045). */
export type MucEvent =
	/** Someone is there, perhaps ourselves (`self`); `created`: we made the room, and it is locked until configured. */
	| { readonly type: "present"; readonly nick: Handle; readonly self: boolean; readonly created: boolean }
	/** Someone is gone; `reason` where the room gave one, `newNick` where they go on under another. */
	| { readonly type: "absent"; readonly nick: Handle; readonly self: boolean; readonly reason: string | undefined }
	| { readonly type: "said"; readonly nick: Handle; readonly id: string | undefined; readonly body: string }
	/** Our own message was not passed on. */
	| { readonly type: "bounced"; readonly id: string | undefined; readonly condition: string }
	/** We were not let in, or a presence of ours was refused otherwise. */
	| { readonly type: "denied"; readonly nick: Handle; readonly condition: string };

/** Reads a message or presence; undefined for what is not from this room or says nothing new (subjects, history). */
export function readMuc(stanza: Element, room: string): MucEvent | undefined {
	const from = splitAddress(stanza.attrs["from"] ?? "");
	if (from.bare !== room) return undefined;
	return stanza.name === "presence" ? readPresence(stanza, from.resource) : readMessage(stanza, room, from.resource);
}

function readPresence(stanza: Element, nick: Handle): MucEvent | undefined {
	const { type } = stanza.attrs;
	if (type === "error") return { type: "denied", nick, condition: errorCondition(stanza) };
	if (nick === "") return undefined;
	const user = stanza.getChild("x", NS_MUC_USER);
	const statuses = user?.getChildren("status").map((status) => status.attrs["code"] ?? "") ?? [];
	const self = statuses.includes(STATUS_SELF);
	if (type === undefined) return { type: "present", nick, self, created: statuses.includes(STATUS_CREATED) };
	if (type !== "unavailable") return undefined;
	const code = statuses.find((status) => REASONS.has(status));
	const destroyed = user?.getChild("destroy") === undefined ? undefined : "destroyed";
	return { type: "absent", nick, self, reason: code === undefined ? destroyed : REASONS.get(code) };
}

function readMessage(stanza: Element, room: string, nick: Handle): MucEvent | undefined {
	const { type, id } = stanza.attrs;
	if (type === "error") {
		// From the room itself; another occupant could make up one that comes from theirs.
		return nick === "" ? { type: "bounced", id, condition: errorCondition(stanza) } : undefined;
	}
	const body = stanza.getChildText("body");
	if (type !== "groupchat" || nick === "" || body === null || isHistory(stanza, room)) return undefined;
	return { type: "said", nick, id, body };
}

/** The room marks history with its own address (XEP-0045 section 7.2.14); a mark of a client's is no history. */
function isHistory(stanza: Element, room: string): boolean {
	return stanza.getChildren("delay", NS_DELAY).some(({ attrs }) => splitAddress(attrs["from"] ?? "").bare === room);
}

function errorCondition(stanza: Element): string {
	const conditions = stanza.getChild("error")?.getChildElements() ?? [];
	return conditions.find((each) => each.is(each.name, NS_STANZA_ERROR))?.name ?? "undefined-condition";
}

/** Asks to be let in, without history. */
export function entrance(room: string, nick: Handle): Element {
	const history = xml("history", { maxstanzas: "0" });
	return xml("presence", { to: `${room}/${nick}` }, xml("x", { xmlns: NS_MUC }, history));
}

/** Takes the room we made as the service makes it by default (an instant room, XEP-0045 section 10.1.2). */
export function unlocking(): Element {
	return xml("query", { xmlns: NS_MUC_OWNER }, xml("x", { xmlns: NS_DATA_FORM, type: "submit" }));
}

export function goodbye(room: string, nick: Handle): Element {
	return xml("presence", { to: `${room}/${nick}`, type: "unavailable" });
}

/** A text to everyone, marked as encrypted (XEP-0380) and not to be kept (XEP-0334). */
export function groupMessage(room: string, id: string, text: string): Element {
	return xml(
		"message",
		{ to: room, type: "groupchat", id },
		xml("body", {}, text),
		xml("encryption", { xmlns: NS_EME, namespace: NS_MPCAT, name: "mpCAT" }),
		xml("no-store", { xmlns: NS_HINTS }),
		xml("no-permanent-store", { xmlns: NS_HINTS }),
	);
}
