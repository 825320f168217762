import { equal, hex } from "@clowder/bytes";
import type { Suite } from "@clowder/crypto";
import type { VerifiedMessage } from "../wire/envelope.ts";
import type { Ask, Message, MessageType, Reply } from "../wire/messages.ts";
import { allOffersAgree, allOk, allShared, hasRoster, isUnderView } from "./phases.ts";
import {
	type Attempt,
	type FoldState,
	isPresent,
	type KeyName,
	keyName,
	late,
	memberOf,
	memberOfNext,
	type Slot,
	slotOf,
	type Step,
	unchanged,
} from "./state.ts";

/**
 * ASK and REPLY are of members under the present base, or of the one before by those who missed how it ended; they change
 * nothing that is agreed on (rule REPAIR-1).
 */
export const placeRepair: Step<Ask | Reply> = (_suite, state, placed) => {
	const { context, v } = placed.header;
	const present = state.base !== undefined && equal(context, state.base.aid) && isPresent(state, v);
	const [last] = state.previous;
	const before = last !== undefined && equal(context, last.aid) && memberOf(last, v) !== undefined;
	if (!present && !before) return late(state, "REPAIR-1", "a member, under the present base or the last", "another");
	return unchanged(state);
};

/** What has come under a base so far, that others may name. */
export interface Known {
	/** Attempts that were opened, and their views once all had contributed. */
	readonly aids: ReadonlySet<string>;
	/** JOINs that were placed. */
	readonly joins: ReadonlySet<string>;
	/** From the beginning of the base on: false for newcomers. */
	readonly whole: boolean;
}

/** A message before this one is missing: what shows it. */
export interface Missing {
	readonly rule: "GAP-1" | "GAP-2" | "GAP-3";
	/** Whose message shows it, by the key that signed it. */
	readonly by: KeyName;
	readonly expected: string;
	readonly got: string;
	/** The numbers of that key that are passed over, where it is them (GAP-1): from the first, before the last. */
	readonly numbers?: { readonly from: number; readonly before: number };
}

/** Types that take no part in the order of a session, or whose context is no session's or attempt's. */
const APART: ReadonlySet<MessageType> = new Set([
	"FOUND",
	"KNOCK",
	"JOIN",
	"ASK",
	"REPLY",
	"PUBLISH",
	"RECEIVED",
	"COPY",
	"WHISPER",
	"PAKE",
]);

/**
 * What has to have been placed before this message, and was not (rules GAP-1, GAP-2, GAP-3): an honest author could not
 * have sent it otherwise. Of the members, and of those in the running attempt, only. A newcomer did not
 * read the order from the beginning of the base: it sees less.
 */
export function missingBefore(
	suite: Suite,
	state: FoldState,
	placed: VerifiedMessage,
	known: Known,
): Missing | undefined {
	const { message, header } = placed;
	if (APART.has(message.type)) return undefined;
	const by = keyName(header.v);
	const slot = state.attempt && slotOf(state.attempt, header.v);
	const present = isPresent(state, header.v);
	const successor = memberOfNext(state.base, header.v);
	const next = successor !== undefined && isPresent(state, successor.v);
	if (!present && !next && slot === undefined) return undefined;
	const number = known.whole ? missingNumber(state, placed, by, !slot?.join) : undefined;
	if (number !== undefined) return number;
	const early = slot && state.attempt && isEarly(suite, state.attempt, slot, placed, known);
	if (early !== undefined) return { rule: "GAP-3", by, expected: early, got: message.type };
	if (known.whole) return unknownName(state, placed, by, known);
	// A newcomer needs the fold, and not what is said: what it needs shows where an attempt is not the one it is in.
	const other = state.attempt !== undefined && !known.aids.has(hex(header.context));
	if (!other || message.type !== "OFFER" || state.dead.some((one) => equal(one.aid, header.context))) return undefined;
	return { rule: "GAP-2", by, expected: "the opening of this attempt before", got: message.type };
}

/** Numbers that are passed over (rule GAP-1). A member's new key starts at 0; a newcomer's began with its KNOCK. */
function missingNumber(
	state: FoldState,
	placed: VerifiedMessage,
	by: KeyName,
	fromStart: boolean,
): Missing | undefined {
	const seen = state.authors.get(by)?.number ?? (fromStart ? -1 : undefined);
	const { number } = placed.header;
	if (seen === undefined || number <= seen + 1) return undefined;
	return {
		rule: "GAP-1",
		by,
		expected: `number ${seen + 1}`,
		got: `${number}`,
		numbers: { from: seen + 1, before: number },
	};
}

/** A piece of the running attempt that comes before what it has to follow (rule GAP-3). */
function isEarly(
	suite: Suite,
	attempt: Attempt,
	slot: Slot,
	{ message, header: { context } }: VerifiedMessage,
	known: Known,
): string | undefined {
	switch (message.type) {
		case "OFFER":
			return !equal(context, attempt.aid) || hasRoster(attempt, slot) ? undefined : "a roster before";
		case "SHARE":
			return !equal(context, attempt.aid) || allOffersAgree(attempt) ? undefined : "all offers before";
		case "OK":
		case "COMPLAIN":
		case "REVEAL":
			return missingView(suite, attempt, context, known);
		case "CONFIRM":
			if (isUnderView(suite, attempt, context)) return allOk(attempt) ? undefined : "all OKs before";
			return missingView(suite, attempt, context, known);
		case "FAULT":
			return message.evidence.kind === "share" ? missingView(suite, attempt, context, known) : undefined;
		default:
			return undefined;
	}
}

/** All that was contributed, as the author of this message saw it (rule VIEW-1). */
function missingView(suite: Suite, attempt: Attempt, context: Uint8Array, known: Known): string | undefined {
	if (isUnderView(suite, attempt, context) || known.aids.has(keyName(context))) return undefined;
	return allShared(attempt) ? "other contributions before" : "all shares before";
}

/** An attempt, a session, a join that we have not heard of (rule GAP-2). */
function unknownName(state: FoldState, placed: VerifiedMessage, by: KeyName, known: Known): Missing | undefined {
	const { message, header } = placed;
	const missing = (expected: string): Missing => ({ rule: "GAP-2", by, expected, got: message.type });
	const isBase = state.base !== undefined && equal(header.context, state.base.aid);
	if (message.type === "CLOSE") return isBase ? missing("the end of this session before") : undefined;
	if (isBase) return unknownInBase(state, message, known) ? missing("what it names before") : undefined;
	const isAttempt = known.aids.has(hex(header.context));
	const isPast =
		state.previous.some((one) => equal(one.aid, header.context)) ||
		state.dead.some((one) => equal(one.aid, header.context));
	if (isPast) return undefined;
	if (!isAttempt) return missing("the opening of this attempt before");
	// Under an attempt's name only its pieces are sent, until it is a session.
	return PIECES.has(message.type) ? undefined : missing("the beginning of this session before");
}

const PIECES: ReadonlySet<MessageType> = new Set([
	"EK",
	"OFFER",
	"SHARE",
	"OK",
	"CONFIRM",
	"COMPLAIN",
	"REVEAL",
	"FAULT",
]);

function unknownInBase(state: FoldState, message: Message, known: Known): boolean {
	switch (message.type) {
		case "INTRODUCE":
		case "DENY":
		case "APPROVE":
			return !known.joins.has(hex(message.join));
		case "OPEN":
			return message.k > state.k || message.joins.some((join) => !known.joins.has(hex(join)));
		case "ROSTER":
			return !known.aids.has(hex(message.aid));
		default:
			return false;
	}
}
