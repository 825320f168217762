import { parseJid } from "../jid.ts";
import { NS } from "../namespaces.ts";
import { child, childElements, type Element, textOf } from "../xml.ts";

/** What a stanza from a room means to an occupant over HTTP. */
export type RoomEvent =
	| { readonly type: "present"; readonly nick: string; readonly self: boolean }
	| { readonly type: "absent"; readonly nick: string }
	| { readonly type: "said"; readonly nick: string; readonly text: string }
	/** The room did not let us in. */
	| { readonly type: "denied"; readonly condition: string };

/** XEP-0045 section 15.6: the presence is the reader's own. */
const STATUS_SELF = "110";

/** Reads a stanza of the room's, ours to write; undefined where it means nothing here: subjects, private messages, IQs. */
export function readRoomStanza(stanza: Element): RoomEvent | undefined {
	const from = parseJid(stanza.attrs["from"] ?? "");
	const nick = from.ok ? from.value.resource : "";
	const { type } = stanza.attrs;
	if (stanza.name === "presence") {
		if (type === "error") return { type: "denied", condition: conditionOf(stanza) };
		if (nick === "") return undefined;
		if (type === "unavailable") return { type: "absent", nick };
		return type === undefined ? { type: "present", nick, self: isOwn(stanza) } : undefined;
	}
	if (stanza.name !== "message" || type !== "groupchat" || nick === "") return undefined;
	const body = child(stanza, "body", NS.client);
	return body === undefined ? undefined : { type: "said", nick, text: textOf(body) };
}

function isOwn(presence: Element): boolean {
	const user = child(presence, "x", NS.mucUser);
	if (user === undefined) return false;
	return childElements(user).some(({ name, attrs }) => name === "status" && attrs["code"] === STATUS_SELF);
}

function conditionOf(presence: Element): string {
	const error = child(presence, "error", NS.client);
	return (error === undefined ? undefined : childElements(error)[0]?.name) ?? "undefined-condition";
}
