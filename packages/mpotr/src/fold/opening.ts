import type { Suite, VerifyKey } from "@clowder/crypto";
import type { Departure } from "../api.ts";
import type { PublicKeySet } from "../key-set.ts";
import { MAX_ATTEMPTS, MAX_DEAD_ATTEMPTS, MAX_PARTICIPANTS, MAX_REKEYS_IN_A_ROW } from "../limits.ts";
import { isAdmitted } from "./admission.ts";
import { renameAuthor } from "./authors.ts";
import { keyAgreement } from "./key-agreement.ts";
import { mayRekey } from "./rekey.ts";
import {
	type Attempt,
	attemptId,
	broken,
	byKey,
	type CastVote,
	type DeadAttempt,
	type DropReason,
	type Effect,
	type Folded,
	type FoldState,
	type KeyName,
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
	opened: { readonly by: VerifyKey | undefined; readonly rekey: boolean },
): Attempt {
	const sorted = [...slots].sort(byKey);
	return {
		aid: attemptId(suite, state.k, state.parameters, sorted),
		k: state.k,
		slots: sorted,
		opener: opened.by,
		rekey: opened.rekey,
		rosters: new Map(),
		keys: new Set(),
		offers: new Map(),
		shares: new Map(),
		oks: new Map(),
		confirms: new Map(),
		complaints: new Map(),
		reveals: new Map(),
	};
}

/** `attempt := new` with `M = (L - removed) + joins` (rule OPEN-1). No attempt may be running. */
function openAttempt(
	suite: Suite,
	state: FoldState,
	joins: readonly PendingJoin[],
	opened: { readonly by: VerifyKey | undefined; readonly rekey: boolean },
): Folded {
	const members = presentMembers(state).map((m): Slot => ({ keySet: m.next, member: m.v, join: undefined }));
	if (members.length === 0) return { state, effects: [{ type: "deserted" }] };
	const entering = joins.map((join): Slot => ({ keySet: join.keySet, member: undefined, join }));
	const attempt = freshAttempt(suite, state, [...members, ...entering], opened);
	const names = new Set(joins.map((join) => keyName(join.hash)));
	const pending = state.pending.filter((join) => !names.has(keyName(join.hash)));
	return { state: { ...state, attempt, pending }, effects: [{ type: "opened", attempt }] };
}

/**
 * OPEN: the first valid one wins; it may name joins that are introduced and let in, or ask for new keys, and nothing
 * else (rules OPEN-1, OPEN-2, OPEN-3, REKEY-1, REKEY-2).
 */
export const placeOpen: Step<Open> = (suite, state, placed) => {
	const { k, joins, rekey } = placed.message;
	const author = presentMembers(state).find((member) => equal(member.v.bytes, placed.header.v));
	if (author === undefined || state.base === undefined || !equal(placed.header.context, state.base.aid)) {
		return late(state, "OPEN-1", "the present base", "another");
	}
	if (state.attempt !== undefined || k !== state.k) return late(state, "OPEN-2", `attempt ${state.k}`, `${k}`);
	const wanted = new Set(joins.map(hex));
	if (wanted.size !== joins.length) return broken(state, "OPEN-3", "joins, each once", "one twice");
	if (wanted.size === 0 && !rekey) return broken(state, "REKEY-1", "joins, or a wish for new keys", "neither");
	if (wanted.size === 0 && !mayRekey(state, keyName(author.v))) {
		return broken(state, "REKEY-2", `at most ${MAX_REKEYS_IN_A_ROW} re-keys in a row`, "one more");
	}
	const found = state.pending.filter(
		(join) => join.introduced && isAdmitted(state, join) && wanted.has(keyName(join.hash)),
	);
	if (found.length !== wanted.size) return late(state, "OPEN-3", "joins that are introduced and let in", "another");
	if (presentMembers(state).length + found.length > MAX_PARTICIPANTS) {
		return broken(state, "OPEN-3", `at most ${MAX_PARTICIPANTS} people`, "more");
	}
	return openAttempt(suite, state, found, { by: author.v, rekey });
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
	// Votes name newcomers by these keys; members by those of the session.
	const votes = votesWithout(state, new Set([key]));
	const authors = renameAuthor(state.authors, key, keyName(to.v));
	return { state: { ...state, base, pending, votes, authors }, effects: [{ type: "renewed", from, to }] };
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
			.filter((slot) => keyAgreement.successor(attempt, slot) === undefined)
			.map((slot) => [keyName(slot.keySet.v), slot.keySet.v]),
	);
	// An attempt that died before anyone could use up keys needs no memory.
	const graves: readonly DeadAttempt[] = keyAgreement.mayBurn(attempt) ? [{ aid: attempt.aid, unshared }] : [];
	let next: FoldState = {
		...state,
		attempt: undefined,
		k: state.k + 1,
		dead: [...state.dead, ...graves].slice(-MAX_DEAD_ATTEMPTS),
		pending: [...newcomers(attempt).map((join) => ({ ...join, attempted: true })), ...state.pending],
	};
	for (const slot of attempt.slots) {
		const successor = keyAgreement.successor(attempt, slot);
		if (successor === undefined) continue;
		const renewed = renewKeySet(next, slot.keySet.v, successor);
		next = renewed.state;
		effects.push(...renewed.effects);
	}
	return { state: next, effects };
}

function present(state: FoldState, joins: readonly PendingJoin[]): readonly PendingJoin[] {
	const names = new Set(joins.map((join) => keyName(join.hash)));
	return state.pending.filter((join) => names.has(keyName(join.hash)));
}

/** The attempt dies and the next opens at this very place with the same joins, nothing added (rule REMOVE-1). */
export function restartAttempt(suite: Suite, state: FoldState): Folded {
	const same = state.attempt ? newcomers(state.attempt) : [];
	const rekey = state.attempt?.rekey ?? false;
	const killed = killAttempt(state);
	if (killed.state.k >= MAX_ATTEMPTS) return { ...killed, effects: [...killed.effects, { type: "deserted" }] };
	const opened = openAttempt(suite, killed.state, present(killed.state, same), { by: undefined, rekey });
	return { state: opened.state, effects: [...killed.effects, ...opened.effects] };
}

/** Votes live as long as their author and all whom they name are here. */
function votesWithout(state: FoldState, out: ReadonlySet<KeyName>): FoldState["votes"] {
	const names = (vote: CastVote): boolean => vote.drop.some(({ v }) => out.has(keyName(v)));
	return new Map([...state.votes].filter(([by, vote]) => !out.has(by) && !names(vote)));
}

/** Someone on the way in who is out. */
export interface JoinOut {
	readonly join: PendingJoin;
	readonly why: DropReason;
}

/**
 * Takes members and newcomers out at one place. With a member (rule REMOVE-1) what runs dies, and the next attempt opens
 * here without them, with the same joins and nothing added. With newcomers only (rule REMOVE-2), it opens here without any,
 * and only if a removal or a re-key is due: a stream of newcomers that vanish holds up neither.
 */
export function takeOut(
	suite: Suite,
	state: FoldState,
	members: readonly { readonly v: VerifyKey; readonly how: Departure }[],
	joins: readonly JoinOut[],
): Folded {
	const gone = new Set([...members.map(({ v }) => keyName(v)), ...joins.map(({ join }) => keyName(join.keySet.v))]);
	const removed = new Map([...state.removed, ...members.map(({ v, how }) => [keyName(v), how] as const)]);
	const names = new Set(joins.map(({ join }) => keyName(join.hash)));
	const { attempt } = state;
	const isOut = (join: PendingJoin): boolean => names.has(keyName(join.hash));
	const touched = attempt !== undefined && newcomers(attempt).some(isOut);
	const dies = members.length > 0 || touched;
	const started: FoldState = { ...state, removed, votes: votesWithout(state, gone) };
	const killed = dies ? killAttempt(started) : { state: started, effects: [] };
	const without = { ...killed.state, pending: killed.state.pending.filter((join) => !isOut(join)) };
	const effects: Effect[] = [
		...members.map((member) => ({ type: "removed", ...member }) as const),
		...killed.effects,
		...joins.map((out) => ({ type: "dropped", ...out }) as const),
	];
	const rekey = attempt?.rekey ?? false;
	const due = members.length > 0 || (touched && (removed.size > 0 || rekey));
	if (!due) return { state: without, effects };
	if (without.k >= MAX_ATTEMPTS) return { state: without, effects: [...effects, { type: "deserted" }] };
	const same = touched || attempt === undefined ? [] : present(without, newcomers(attempt));
	const opened = openAttempt(suite, without, same, { by: undefined, rekey });
	return { state: opened.state, effects: [...effects, ...opened.effects] };
}

export function removeMember(suite: Suite, state: FoldState, v: VerifyKey, how: Departure): Folded {
	return takeOut(suite, state, [{ v, how }], []);
}

export function removeNewcomer(suite: Suite, state: FoldState, join: PendingJoin, why: DropReason): Folded {
	return takeOut(suite, state, [], [{ join, why }]);
}
