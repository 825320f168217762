import type { Suite, VerifyKey } from "@clowder/crypto";
import type { Departure } from "../api.ts";
import type { PublicKeySet } from "../key-set.ts";
import { MAX_ATTEMPTS, MAX_DEAD_ATTEMPTS, MAX_PARTICIPANTS } from "../limits.ts";
import { renameAuthor } from "./authors.ts";
import { allOffersAgree } from "./phases.ts";
import {
	type Attempt,
	attemptId,
	broken,
	byKey,
	type DeadAttempt,
	type Effect,
	type Folded,
	type FoldState,
	keyName,
	late,
	newcomers,
	type PendingJoin,
	presentMembers,
	type Slot,
	type Step,
} from "./state.ts";
import type { Open } from "../wire/messages.ts";
import { equal, hex } from "@clowder/bytes";

/** A new attempt with nothing placed for it. */
export function freshAttempt(
	suite: Suite,
	state: Pick<FoldState, "k" | "parameters">,
	slots: readonly Slot[],
	opener: VerifyKey | undefined,
): Attempt {
	const sorted = [...slots].sort(byKey);
	return {
		aid: attemptId(suite, state.k, state.parameters, sorted),
		k: state.k,
		slots: sorted,
		opener,
		rosters: new Map(),
		keys: new Set(),
		offers: new Map(),
		shares: new Map(),
		oks: new Map(),
		confirms: new Map(),
	};
}

/** `attempt := new` with `M = (L - removed) + joins` (rule OPEN-1). No attempt may be running. */
function openAttempt(
	suite: Suite,
	state: FoldState,
	joins: readonly PendingJoin[],
	opener: VerifyKey | undefined,
): Folded {
	const members = presentMembers(state).map((m): Slot => ({ keySet: m.next, member: m.v, join: undefined }));
	if (members.length === 0) return { state, effects: [{ type: "deserted" }] };
	const entering = joins.map((join): Slot => ({ keySet: join.keySet, member: undefined, join }));
	const attempt = freshAttempt(suite, state, [...members, ...entering], opener);
	const names = new Set(joins.map((join) => hex(join.hash)));
	const pending = state.pending.filter((join) => !names.has(hex(join.hash)));
	return { state: { ...state, attempt, pending }, effects: [{ type: "opened", attempt }] };
}

/** OPEN: the first valid one wins; it may name joins that are introduced, and nothing else (rules OPEN-1, OPEN-2, OPEN-3). */
export const placeOpen: Step<Open> = (suite, state, placed) => {
	const { k, joins } = placed.message;
	const author = presentMembers(state).find((member) => equal(member.v.bytes, placed.header.v));
	if (author === undefined || state.base === undefined || !equal(placed.header.context, state.base.aid)) {
		return late(state, "OPEN-1", "the present base", "another");
	}
	if (state.attempt !== undefined || k !== state.k) return late(state, "OPEN-2", `attempt ${state.k}`, `${k}`);
	const wanted = new Set(joins.map(hex));
	if (wanted.size !== joins.length || wanted.size === 0) return broken(state, "OPEN-3", "joins, each once", "others");
	const found = state.pending.filter((join) => join.introduced && wanted.has(hex(join.hash)));
	if (found.length !== wanted.size) return late(state, "OPEN-3", "introduced joins only", "another");
	if (presentMembers(state).length + found.length > MAX_PARTICIPANTS) {
		return broken(state, "OPEN-3", `at most ${MAX_PARTICIPANTS} people`, "more");
	}
	return openAttempt(suite, state, found, author.v);
};

/** Replaces someone's key set by their next one, wherever it stands. */
export function renewKeySet(state: FoldState, from: VerifyKey, to: PublicKeySet): Folded {
	const key = keyName(from);
	const swapped = (keys: PublicKeySet): PublicKeySet => (keyName(keys.v) === key ? to : keys);
	const base = state.base && {
		...state.base,
		members: state.base.members.map((member) => ({ ...member, next: swapped(member.next) })),
	};
	const pending = state.pending.map((join) => ({ ...join, keySet: swapped(join.keySet) }));
	const authors = renameAuthor(state.authors, key, keyName(to.v));
	return { state: { ...state, base, pending, authors }, effects: [{ type: "renewed", from, to }] };
}

/**
 * The attempt dies: whoever has a SHARE placed in it goes on with the next key set of that SHARE, the others keep
 * theirs (rule BURN-1); its newcomers return to pending, introduced.
 */
function killAttempt(state: FoldState): Folded {
	const { attempt } = state;
	if (attempt === undefined) return { state, effects: [] };
	const effects: Effect[] = [{ type: "died", attempt }];
	const unshared = new Map(
		attempt.slots
			.filter((slot) => !attempt.shares.has(keyName(slot.keySet.v)))
			.map((slot) => [keyName(slot.keySet.v), slot.keySet.v]),
	);
	// Nobody sends a SHARE before all OFFERs agree, so an attempt that died earlier needs no memory.
	const graves: readonly DeadAttempt[] = allOffersAgree(attempt) ? [{ aid: attempt.aid, unshared }] : [];
	let next: FoldState = {
		...state,
		attempt: undefined,
		k: state.k + 1,
		dead: [...state.dead, ...graves].slice(-MAX_DEAD_ATTEMPTS),
		pending: [...newcomers(attempt), ...state.pending],
	};
	for (const slot of attempt.slots) {
		const share = attempt.shares.get(keyName(slot.keySet.v));
		if (share === undefined) continue;
		const renewed = renewKeySet(next, slot.keySet.v, share.message.next);
		next = renewed.state;
		effects.push(...renewed.effects);
	}
	return { state: next, effects };
}

function present(state: FoldState, joins: readonly PendingJoin[]): readonly PendingJoin[] {
	const names = new Set(joins.map((join) => hex(join.hash)));
	return state.pending.filter((join) => names.has(hex(join.hash)));
}

/** The attempt dies and the next opens at this very place with the same joins, nothing added (rule REMOVE-1). */
export function restartAttempt(suite: Suite, state: FoldState): Folded {
	const same = state.attempt ? newcomers(state.attempt) : [];
	const killed = killAttempt(state);
	if (killed.state.k >= MAX_ATTEMPTS) return { ...killed, effects: [...killed.effects, { type: "deserted" }] };
	const opened = openAttempt(suite, killed.state, present(killed.state, same), undefined);
	return { state: opened.state, effects: [...killed.effects, ...opened.effects] };
}

/** Takes a member out (rule REMOVE-1): what runs dies, and the next attempt opens here without them. */
export function removeMember(suite: Suite, state: FoldState, v: VerifyKey, how: Departure): Folded {
	const without = { ...state, removed: new Map(state.removed).set(keyName(v), how) };
	const restarted = restartAttempt(suite, without);
	return { state: restarted.state, effects: [{ type: "removed", v, how }, ...restarted.effects] };
}

/** Takes a newcomer out of the running attempt (rule REMOVE-2) or out of those who wait. */
export function removeNewcomer(suite: Suite, state: FoldState, join: PendingJoin): Folded {
	const running = state.attempt !== undefined && newcomers(state.attempt).some((one) => equal(one.hash, join.hash));
	const killed: Folded = running ? killAttempt(state) : { state, effects: [] };
	const pending = killed.state.pending.filter((one) => !equal(one.hash, join.hash));
	const without = { ...killed.state, pending };
	const effects: Effect[] = [...killed.effects, { type: "dropped", join, why: "left" }];
	if (!running || without.removed.size === 0) return { state: without, effects };
	const opened = openAttempt(suite, without, [], undefined);
	return { state: opened.state, effects: [...effects, ...opened.effects] };
}
