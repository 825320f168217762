import type { MessageType } from "../wire/messages.ts";

/** What counts as what: in its author's numbers, under a base, and in the transcript. */

/**
 * Repair and publication stand outside of their author's count: what fills a gap must not make one, and what a published
 * key signs must not move the count of its owner (rule REPLAY-3).
 */
const UNCOUNTED: ReadonlySet<MessageType> = new Set(["ASK", "REPLY", "PUBLISH", "RECEIVED"]);

export function isCounted(type: MessageType): boolean {
	return !UNCOUNTED.has(type);
}

/** Valid messages of these types are entries of the transcript (design section 10); texts are too, where they stand. */
const ENTRY_TYPES: ReadonlySet<MessageType> = new Set([
	"JOIN",
	"INTRODUCE",
	"DENY",
	"OPEN",
	"ROSTER",
	"EK",
	"OFFER",
	"SHARE",
	"OK",
	"CONFIRM",
	"LEAVE",
	"GONE",
	"APPROVE",
	"VOTE",
	"RETURN",
	"COMPLAIN",
	"REVEAL",
	"FAULT",
]);

export function isEntry(type: MessageType): boolean {
	return ENTRY_TYPES.has(type);
}

/** Messages of these types are not of the running session: they count in no header. */
const APART: ReadonlySet<MessageType> = new Set([
	"FOUND",
	"KNOCK",
	"PAKE",
	"CLOSE",
	"PUBLISH",
	"RECEIVED",
	"ASK",
	"REPLY",
]);

/** Whether a valid message counts under the present base (rule DIGEST-2). */
export function isUnderBase(type: MessageType): boolean {
	return !APART.has(type);
}
