import type { Flight } from "../in-flight.ts";
import { type Jid, parseJid } from "../jid.ts";
import type { Session, Sessions } from "../session.ts";
import { errorReply, isRequest } from "../stanza.ts";
import type { Element } from "../xml.ts";
import { parseFrame } from "../xml-parser.ts";
import type { Unacked } from "./unacked-queue.ts";

/** Takes a message that no session of the account could; whether it is kept. Where it is not, its sender is told. */
export type KeepMessage = (username: string, message: Element, flight: Flight | undefined) => boolean;

/** What handing on needs. */
export interface UndeliveredHost {
	readonly domain: string;
	readonly sessions: Sessions;
	/** The sessions of an account that take what is for the account, in no particular order. */
	readonly takers: (username: string) => readonly Session[];
	readonly keep: KeepMessage;
}

/** What is read here was written by the server itself. */
const NO_LIMITS = {
	stanzaBytes: Number.POSITIVE_INFINITY,
	stanzaDepth: Number.POSITIVE_INFINITY,
	attributesPerElement: Number.POSITIVE_INFINITY,
};

/** The types of a message that someone wants to arrive; the others are of the moment (RFC 6121 section 5.2.2). */
const LASTING: ReadonlySet<string | undefined> = new Set(["chat", "normal", undefined]);

/**
 * SM-8: a session ended before it had acknowledged these stanzas. People's messages go to the account's other sessions, or
 * are kept, or come back to their senders; questions come back. What rooms sent is of the room that the session left.
 */
export function handOn(ended: Session, unacked: readonly Unacked[], host: UndeliveredHost): void {
	for (const entry of unacked) {
		handOnOne(ended, entry, host);
		entry.flight?.release();
	}
}

function handOnOne(ended: Session, { text, boundBefore, flight }: Unacked, host: UndeliveredHost): void {
	const parsed = parseFrame(text, NO_LIMITS);
	if (!parsed.ok) return;
	const stanza = parsed.value;
	const from = parseJid(stanza.attrs["from"] ?? "");
	if (!from.ok || from.value.domain !== host.domain || from.value.local === "") return;
	if (isRequest(stanza)) bounce(stanza, from.value, host);
	if (stanza.name !== "message" || !LASTING.has(stanza.attrs["type"])) return;
	if (handToOthers(ended, stanza, { boundBefore, flight }, host)) return;
	if (!host.keep(ended.username, stanza, flight)) bounce(stanza, from.value, host);
}

/** Whether another session has it now. One for the whole account was given to all who were there when it was sent. */
function handToOthers(
	ended: Session,
	message: Element,
	{ boundBefore, flight }: Pick<Unacked, "boundBefore" | "flight">,
	host: UndeliveredHost,
): boolean {
	const takers = host.takers(ended.username);
	const to = parseJid(message.attrs["to"] ?? "");
	const forAccount = to.ok && to.value.resource === "";
	for (const taker of takers) if (!forAccount || taker.ordinal > boundBefore) taker.send(message, flight);
	return takers.length > 0;
}

function bounce(stanza: Element, sender: Jid, { sessions }: UndeliveredHost): void {
	const session = sessions.find(sender.local, sender.resource);
	session?.send(errorReply(stanza, "service-unavailable", session.full));
}
