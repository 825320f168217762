import { equal } from "@clowder/bytes";
import type { Suite, VerifyKey } from "@clowder/crypto";
import { parseWhole, type ParsedMessage, verifyMessage, type VerifiedMessage } from "../wire/envelope.ts";
import type { Fault } from "../wire/messages.ts";
import { isCounted } from "./counting.ts";
import { convict } from "./convict.ts";
import {
	broken,
	type Folded,
	type FoldState,
	isPresent,
	keyName,
	late,
	newcomers,
	presentMembers,
	slotOf,
} from "./state.ts";

/** The `v` of someone who can be convicted: who is here, or comes in. What others signed proves nothing any more. */
export function accountableKey(state: FoldState, v: Uint8Array): VerifyKey | undefined {
	const keys: readonly VerifyKey[] = [
		...presentMembers(state).flatMap((member) => [member.v, member.next.v]),
		...(state.attempt ? newcomers(state.attempt) : []).map((join) => join.keySet.v),
		...state.pending.map((join) => join.keySet.v),
	];
	return keys.find((key) => equal(key.bytes, v));
}

/**
 * Whether two messages are two statements of one author in one place: under one `v`, one context and one number, of
 * different types or bodies (rule EQUIV-1). Under different contexts they are a difference of view and convict nobody;
 * messages that stand outside of their author's count have no place.
 */
export function isEquivocation(one: ParsedMessage | VerifiedMessage, other: ParsedMessage | VerifiedMessage): boolean {
	return (
		isCounted(one.message.type) &&
		isCounted(other.message.type) &&
		equal(one.header.v, other.header.v) &&
		equal(one.header.context, other.header.context) &&
		one.header.number === other.header.number &&
		(one.message.type !== other.message.type || !equal(one.body, other.body))
	);
}

/**
 * FAULT over equivocation: by a member under the base, or by someone of the attempt under that. Evidence that proves nothing
 * is refused and convicts nobody, not even its author (rule EQUIV-2): it may have been good when it was sent, and what
 * somebody reads as another message than we do must not cost an honest one its place.
 */
export function placeEquivocation(
	suite: Suite,
	state: FoldState,
	placed: VerifiedMessage<Fault>,
	evidence: Extract<Fault["evidence"], { kind: "equivocation" }>,
): Folded {
	const { context, v } = placed.header;
	const asMember = state.base !== undefined && equal(context, state.base.aid) && isPresent(state, v);
	const inAttempt = state.attempt !== undefined && equal(context, state.attempt.aid) && slotOf(state.attempt, v);
	if (!asMember && !inAttempt) return late(state, "EQUIV-2", "a member, or someone of the attempt", "another");
	const [first, second] = [parseWhole(suite, evidence.first), parseWhole(suite, evidence.second)];
	if (!first.ok || !second.ok || !isEquivocation(first.value, second.value)) {
		return broken(state, "EQUIV-2", "two statements in one place", "other bytes");
	}
	const key = accountableKey(state, first.value.header.v);
	if (key === undefined) return late(state, "EQUIV-2", "someone who is here", "someone else");
	const { binding } = state.parameters;
	const genuine = [first.value, second.value].every((one) => verifyMessage(suite, binding, key, one).ok);
	if (!genuine) return broken(state, "EQUIV-2", "signatures of their author's", "others");
	return convict(suite, state, "EQUIV-1", [keyName(key)]);
}
