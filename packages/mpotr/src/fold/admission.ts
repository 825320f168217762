import { equal } from "@clowder/bytes";
import type { VerifyKey } from "@clowder/crypto";
import { MAX_WRONG_PASSPHRASES } from "../limits.ts";
import type { Approve, Deny, Pake } from "../wire/messages.ts";
import {
	broken,
	type FoldState,
	type KeyName,
	keyName,
	late,
	type PendingJoin,
	presentMembers,
	type Step,
	unchanged,
} from "./state.ts";

/** How many of those who are here have spoken for or against. */
function count(state: FoldState, voices: ReadonlySet<KeyName>): number {
	return presentMembers(state).filter((member) => voices.has(keyName(member.v))).length;
}

/** Whether a newcomer is let in by the room's policy, as far as members have spoken (rule ADMIT-1). */
export function isAdmitted(state: FoldState, join: PendingJoin): boolean {
	const here = presentMembers(state).length;
	switch (state.parameters.policy) {
		case "open":
			return true;
		case "any":
			return count(state, join.approvals) > 0;
		case "majority":
			return 2 * count(state, join.approvals) > here;
		case "all":
			return count(state, join.approvals) === here;
	}
}

/** Whether so many have refused that the policy cannot be met any more (rule ADMIT-2). */
function isRefused(state: FoldState, join: PendingJoin): boolean {
	const here = presentMembers(state).length;
	const against = count(state, join.denials);
	switch (state.parameters.policy) {
		case "open":
			return false;
		case "any":
			return against === here;
		case "majority":
			return 2 * against >= here;
		case "all":
			return against > 0;
	}
}

/** APPROVE: a member would let a newcomer in whom the session was told of (rule ADMIT-1). */
export const placeApprove: Step<Approve> = (_suite, state, placed) => {
	const by = presentMembers(state).find((member) => equal(member.v.bytes, placed.header.v))?.v;
	if (by === undefined || state.base === undefined || !equal(placed.header.context, state.base.aid)) {
		return late(state, "ADMIT-1", "a member, under the present base", "another");
	}
	const join = state.pending.find((one) => equal(one.hash, placed.message.join));
	if (join === undefined || !join.introduced) return late(state, "ADMIT-1", "an introduced join that waits", "none");
	const denials = new Set(join.denials);
	denials.delete(keyName(by));
	const next = { ...join, approvals: new Set(join.approvals).add(keyName(by)), denials };
	const pending = state.pending.map((one) => (one === join ? next : one));
	return { state: { ...state, pending }, effects: [{ type: "answered", join: next, by, yes: true }] };
};

/** Only the sponsor can tell a wrong passphrase; whoever was introduced had the right one (rule PASS-5). */
function isItsGate(state: FoldState, join: PendingJoin, by: VerifyKey): boolean {
	if (!state.parameters.passphrase || join.introduced) return false;
	// Those who know of a join by a STATE do not know its sponsor.
	return join.message === undefined || equal(join.message.message.sponsor, by.bytes);
}

/**
 * DENY: a member refuses a join that is not in an attempt yet; everyone sees who did (rule DENY-1). "Not admitted" is a
 * voice and ends the join when the policy cannot be met any more (ADMIT-2); any other reason ends it.
 */
export const placeDeny: Step<Deny> = (_suite, state, placed) => {
	const by = presentMembers(state).find((member) => equal(member.v.bytes, placed.header.v))?.v;
	if (by === undefined || state.base === undefined || !equal(placed.header.context, state.base.aid)) {
		return late(state, "DENY-1", "a member, under the present base", "another");
	}
	const join = state.pending.find((one) => equal(one.hash, placed.message.join));
	if (join === undefined) return late(state, "DENY-1", "a join that waits", "none");
	const { reason } = placed.message;
	const without = state.pending.filter((one) => one !== join);
	if (reason === "wrong-passphrase" && !isItsGate(state, join, by)) {
		return broken(state, "PASS-5", "the sponsor of a join to a room with a passphrase", "another");
	}
	if (reason !== "not-admitted") {
		return { state: { ...state, pending: without }, effects: [{ type: "denied", join, by, reason }] };
	}
	if (state.parameters.policy === "open") return broken(state, "ADMIT-2", "a policy that asks", "an open room");
	if (!join.introduced) return late(state, "ADMIT-2", "an introduced join that waits", "one that is not");
	const approvals = new Set(join.approvals);
	approvals.delete(keyName(by));
	const next = { ...join, approvals, denials: new Set(join.denials).add(keyName(by)) };
	const answered = { type: "answered", join: next, by, yes: false } as const;
	if (isRefused(state, next)) {
		return { state: { ...state, pending: without }, effects: [answered, { type: "denied", join, by, reason }] };
	}
	const pending = state.pending.map((one) => (one === join ? next : one));
	return { state: { ...state, pending }, effects: [answered] };
};

/**
 * PAKE: whoever comes in asks one member, who answers (rule PASS-1). Whoever gets an answer has one guess, and can go away
 * without a word if it was wrong: so an answer counts as a wrong passphrase until its newcomer is introduced, for the
 * room and not for the newcomer, since keys cost nothing (rule PASS-4).
 */
export const placePake: Step<Pake> = (_suite, state, placed) => {
	if (!state.parameters.passphrase) return broken(state, "PASS-1", "a room with a passphrase", "one without");
	const { confirm } = placed.message;
	const answers = presentMembers(state).some((one) => equal(one.v.bytes, placed.header.v));
	if (answers !== (confirm !== undefined)) {
		return broken(state, "PASS-1", "a proof of the sponsor's, and none of the newcomer's", "otherwise");
	}
	if (!answers) return unchanged(state, { type: "pake", answers });
	if (state.base === undefined || !equal(placed.header.context, state.base.aid)) {
		return late(state, "PASS-1", "the present base", "another");
	}
	const failures = Math.min(state.failures + 1, MAX_WRONG_PASSPHRASES);
	return { state: { ...state, failures }, effects: [{ type: "pake", answers }] };
};

/** The failures after someone who knew the passphrase was introduced (rule PASS-4). */
export function withoutOne(state: FoldState): number {
	return state.parameters.passphrase ? Math.max(state.failures - 1, 0) : 0;
}
