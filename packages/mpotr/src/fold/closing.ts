import { equal } from "@clowder/bytes";
import type { VerifyKey } from "@clowder/crypto";
import type { VerifiedMessage } from "../wire/envelope.ts";
import type { Close, Publish, Received } from "../wire/messages.ts";
import { seated, seatsOf } from "./seats.ts";
import { type Base, broken, type FoldState, keyName, late, memberOf, type Step, unchanged } from "./state.ts";

/** The end of a session, and what is published after it (design section 7). Nothing here changes the agreed state. */

function pastMember(
	state: FoldState,
	placed: VerifiedMessage,
): { readonly base: Base; readonly v: VerifyKey } | undefined {
	const base = state.previous.find((one) => equal(one.aid, placed.header.context));
	const member = memberOf(base, placed.header.v);
	return base && member && { base, v: member.v };
}

/** A member who said goodbye to the running session, when all the others did too. */
function goneMember(
	state: FoldState,
	placed: VerifiedMessage,
): { readonly base: Base; readonly v: VerifyKey } | undefined {
	const { base } = state;
	const how = state.removed.get(keyName(placed.header.v));
	if (base === undefined || !equal(base.aid, placed.header.context)) return undefined;
	const member = memberOf(base, placed.header.v);
	return member && (how === "left" || how === "returning") ? { base, v: member.v } : undefined;
}

/** CLOSE: the last word of a member of a session before (rule CLOSE-1). The client compares digests. */
export const placeClose: Step<Close> = (_suite, state, placed) => {
	const past = pastMember(state, placed);
	if (past === undefined) return late(state, "CLOSE-1", "a member of a session before", "another");
	return unchanged(state, { type: "closed", ...past });
};

/** PUBLISH: proved by the key that it makes, and by nothing else (rule PUBLISH-1). */
export const placePublish: Step<Publish> = (suite, state, placed) => {
	const { seed } = placed.message;
	const past = pastMember(state, placed) ?? goneMember(state, placed);
	if (past === undefined) return late(state, "PUBLISH-1", "a member of a session before", "another");
	const key = suite.primitives.revealedSigningKey(seed, past.v);
	if (!key.ok) return broken(state, "PUBLISH-1", "the signing key of its author", "another");
	key.value.erase();
	return unchanged(state, { type: "published", ...past, seed });
};

/** RECEIVED: which published keys its author has (rule PUBLISH-3). */
export const placeReceived: Step<Received> = (_suite, state, placed) => {
	const past = pastMember(state, placed);
	if (past === undefined) return late(state, "PUBLISH-3", "a member of a session before", "another");
	const of = seated(past.base.members, placed.message.of);
	// One form on the wire for one set: of the size of the list, and nothing beyond it.
	if (!equal(seatsOf(past.base.members, of), placed.message.of)) {
		return broken(state, "PUBLISH-3", "seats of that session's list", "others");
	}
	return unchanged(state, { type: "received", base: past.base, by: past.v, of });
};
