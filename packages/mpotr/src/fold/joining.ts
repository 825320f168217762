import { equal } from "@clowder/bytes";
import type { Handle } from "../api.ts";
import { allDistinct } from "../key-set.ts";
import { MAX_PARTICIPANTS, MAX_PENDING } from "../limits.ts";
import { withoutOne } from "./admission.ts";
import type { Introduce, Join, Knock, State } from "../wire/messages.ts";
import {
	broken,
	type Effect,
	type FoldState,
	heldKeySets,
	isPresent,
	keyName,
	late,
	newcomers,
	type PendingJoin,
	presentMembers,
	type Step,
	stateHash,
	unchanged,
} from "./state.ts";

/** KNOCK: remembered, the latest of each handle, until a STATE answers (rule KNOCK-1). */
export const placeKnock: Step<Knock> = (_suite, state, placed) => {
	const { v } = placed.message.keySet;
	const handle = state.authors.get(keyName(v))?.handle ?? "";
	const others = state.knocks.filter((knock) => knock.handle !== handle);
	const authors = new Map(state.authors);
	for (const knock of state.knocks) {
		// One knocking key of each handle is remembered: a flood of them costs no memory.
		const key = keyName(knock.v);
		if (knock.handle === handle && key !== keyName(v) && !authors.get(key)?.joined) authors.delete(key);
	}
	if (others.length >= MAX_PENDING) return late(state, "KNOCK-1", `at most ${MAX_PENDING} knocks`, "one more");
	const knock = { v, hash: placed.hash, handle };
	return { state: { ...state, authors, knocks: [...others, knock] }, effects: [{ type: "knocked", knock }] };
};

/** STATE: answers those who knocked; by a member only (rule STATE-1). What it says is compared by the client. */
export const placeState: Step<State> = (_suite, state, placed) => {
	if (state.base === undefined || !equal(placed.header.context, state.base.aid)) {
		return late(state, "STATE-1", "the present base", "another");
	}
	if (!isPresent(state, placed.header.v)) return broken(state, "STATE-1", "a member", "someone else");
	const knocks = state.knocks.filter((knock) => !placed.message.answers.some((answer) => equal(answer, knock.hash)));
	return { state: { ...state, knocks }, effects: [{ type: "stated" }] };
};

function joinByKey(state: FoldState, v: Uint8Array): PendingJoin | undefined {
	return state.pending.find((join) => equal(join.keySet.v.bytes, v));
}

function handleOf(state: FoldState, join: PendingJoin): Handle | undefined {
	return state.authors.get(keyName(join.keySet.v))?.handle;
}

/** A member, someone in the attempt, or an introduced newcomer writes from this handle. */
function handleIsTaken(state: FoldState, handle: Handle | undefined): boolean {
	const holders = [
		...presentMembers(state).map((member) => member.v),
		...(state.attempt?.slots ?? []).map((slot) => slot.keySet.v),
		...state.pending.filter((join) => join.introduced).map((join) => join.keySet.v),
	];
	return holders.some((v) => {
		const author = state.authors.get(keyName(v));
		return author !== undefined && !author.left && author.handle === handle;
	});
}

/** JOIN: pending, if it answers to the present state and its keys are nobody else's (rules JOIN-1, JOIN-2, JOIN-3, JOIN-4). */
export const placeJoin: Step<Join> = (suite, state, placed) => {
	const { message, header } = placed;
	const expected = stateHash(suite, state);
	if (state.base === undefined || expected === undefined || !equal(header.context, expected)) {
		return late(state, "JOIN-1", "the present state", "another");
	}
	if (state.attempt !== undefined && (state.attempt.reveals.size > 0 || state.attempt.complaints.size > 0)) {
		// Whoever knows a member's secret that is open could prove any name to that member with it (rule BLAME-8).
		return late(state, "BLAME-8", "an attempt of which nothing is open", "one in dispute");
	}
	if (!isPresent(state, message.sponsor)) return late(state, "JOIN-2", "a sponsor who is here", "another");
	if (message.authenticators.length !== state.base.members.length) {
		return broken(state, "JOIN-2", `${state.base.members.length} authenticators`, `${message.authenticators.length}`);
	}
	if ((message.passphrase !== undefined) !== state.parameters.passphrase) {
		return broken(state, "PASS-3", "a proof of the passphrase where the room has one, and only there", "otherwise");
	}
	const before = joinByKey(state, header.v);
	const handle = state.authors.get(keyName(header.v))?.handle;
	if (before?.introduced || handleIsTaken(state, handle)) {
		return late(state, "JOIN-3", "one join from each handle", "another");
	}
	// Whoever tries again, with the same keys or others, has one JOIN waiting and not many.
	const replaced = state.pending.filter(
		(one) => one === before || (!one.introduced && handleOf(state, one) === handle),
	);
	const held = heldKeySets(state).filter((keys) => before === undefined || !equal(keys.v.bytes, header.v));
	if (!allDistinct([...held, message.keySet]).ok) return broken(state, "JOIN-4", "keys of its own", "another's");
	const entering = state.attempt ? newcomers(state.attempt).length : 0;
	const waiting = state.pending.length - replaced.length;
	if (presentMembers(state).length + waiting + entering >= MAX_PARTICIPANTS) {
		return unchanged(state, {
			type: "void",
			refusal: { blame: "limits", rule: "JOIN-4", expected: `at most ${MAX_PARTICIPANTS} people`, got: "one more" },
		});
	}
	const join: PendingJoin = {
		hash: placed.hash,
		keySet: message.keySet,
		introduced: false,
		message: placed,
		approvals: new Set(),
		denials: new Set(),
		attempted: false,
	};
	const pending = [...state.pending.filter((one) => !replaced.includes(one)), join];
	const knocks = state.knocks.filter((knock) => !equal(knock.v.bytes, header.v));
	const authors = new Map(state.authors);
	const author = authors.get(keyName(header.v));
	if (author !== undefined) authors.set(keyName(header.v), { ...author, joined: true });
	const dropped = replaced.map((one): Effect => ({ type: "dropped", join: one, why: "replaced" }));
	return { state: { ...state, authors, pending, knocks }, effects: [...dropped, { type: "pending", join }] };
};

/** INTRODUCE: a member tells the session who a newcomer is (rule INTRO-1). */
export const placeIntroduce: Step<Introduce> = (_suite, state, placed) => {
	if (state.base === undefined || !equal(placed.header.context, state.base.aid) || !isPresent(state, placed.header.v)) {
		return late(state, "INTRO-1", "a member, under the present base", "another");
	}
	const join = state.pending.find((one) => equal(one.hash, placed.message.join));
	if (join === undefined || join.introduced) return late(state, "INTRO-1", "a join that waits for it", "none");
	if (join.message !== undefined && !equal(join.message.message.sponsor, placed.header.v)) {
		return broken(state, "INTRO-1", "the sponsor of the join", "another member");
	}
	const introduced = { ...join, introduced: true };
	const pending = state.pending.map((one) => (one === join ? introduced : one));
	const failures = withoutOne(state);
	return { state: { ...state, pending, failures }, effects: [{ type: "introduced", join: introduced }] };
};
