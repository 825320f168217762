import { newcomersOf, openAttempt, type RefJoin, type RefKeys, type RefState } from "./reference-state.ts";

/** Attempts of one base that are remembered for late shares. */
const MOST_DEAD = 8;

/** Whether a key set is new: none of its keys is one that somebody holds for what comes next (KEYS-1). */
export function areNew(state: RefState, keys: RefKeys, pending: readonly RefKeys[]): boolean {
	const held = new Set(
		[
			...(state.base?.members ?? []).map((member) => member.next),
			...pending,
			...(state.attempt?.slots ?? []).map((slot) => slot.keys),
			...(state.attempt?.shares ?? []).map((share) => share.next),
		].flatMap((one) => one.keys),
	);
	return new Set(keys.keys).size === keys.keys.length && !keys.keys.some((key) => held.has(key));
}

/** Someone goes on with another key set, wherever the one before stands. */
export function renew(state: RefState, from: string, to: RefKeys): void {
	for (const member of state.base?.members ?? []) if (member.next.v === from) member.next = to;
	for (const join of state.pending) if (join.keys.v === from) join.keys = to;
	// Votes name newcomers by these keys.
	state.votes = state.votes.filter((vote) => !vote.drop.some(({ v }) => v === from));
	const author = state.authors.find((one) => one.v === from);
	if (author !== undefined && !state.authors.some((one) => one.v === to.v)) {
		state.authors.push({ ...author, v: to.v, number: -1 });
	}
}

/** All offers have come, with one list. */
export function offersAgree(state: RefState): boolean {
	const { attempt } = state;
	if (attempt === undefined) return false;
	if (attempt.slots.length === 1) return true;
	const lists = new Set(attempt.offers.map((offer) => offer.list));
	return attempt.offers.length === attempt.slots.length && lists.size === 1;
}

/** The attempt dies: those whose share is placed go on with its next keys (BURN-1); its newcomers wait again. */
export function kill(state: RefState): void {
	const { attempt } = state;
	if (attempt === undefined) return;
	if (offersAgree(state)) {
		const shared = new Set(attempt.shares.map((share) => share.v));
		const unshared = attempt.slots.map((slot) => slot.keys).filter((keys) => !shared.has(keys.v));
		state.dead = [...state.dead, { aid: attempt.aid, unshared }].slice(-MOST_DEAD);
	}
	state.attempt = undefined;
	state.k += 1;
	state.pending = [...newcomersOf(attempt), ...state.pending];
	for (const share of attempt.shares) renew(state, share.v, share.next);
}

/**
 * Members and newcomers are out at one place (REMOVE-1, REMOVE-2): without a member, the next attempt opens here with the
 * same joins; without a newcomer of the attempt, with none, and only if a removal or a re-key is due.
 */
export function takeOut(state: RefState, members: readonly string[], joins: readonly RefJoin[]): void {
	const { attempt } = state;
	const same = attempt === undefined ? [] : newcomersOf(attempt);
	const touched = same.some((join) => joins.includes(join));
	const out = new Set([...members, ...joins.map((join) => join.keys.v)]);
	state.votes = state.votes.filter((vote) => !out.has(vote.by) && !vote.drop.some(({ v }) => out.has(v)));
	state.removed = [...state.removed, ...members];
	if (members.length > 0 || touched) kill(state);
	state.pending = state.pending.filter((join) => !joins.includes(join));
	const rekey = attempt?.rekey ?? false;
	const due = members.length > 0 || (touched && (state.removed.length > 0 || rekey));
	if (due) openAttempt(state, touched ? [] : same, { by: undefined, rekey });
}

/** The attempt dies, and the next opens here with the same people. */
export function restart(state: RefState): void {
	const { attempt } = state;
	if (attempt === undefined) return;
	kill(state);
	openAttempt(state, newcomersOf(attempt), { by: undefined, rekey: attempt.rekey });
}
