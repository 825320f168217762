import { equal, hex } from "@clowder/bytes";
import type { Suite, VerifyKey } from "@clowder/crypto";
import type { Departure } from "../api.ts";
import { MAX_VOTE_LISTS } from "../limits.ts";
import type { VerifiedMessage } from "../wire/envelope.ts";
import type { Dropped, MessageType, Vote, VoteReason } from "../wire/messages.ts";
import { isUnderBase } from "./counting.ts";
import { type JoinOut, takeOut } from "./opening.ts";
import {
	broken,
	type CastVote,
	type Folded,
	type FoldState,
	type KeyName,
	keyName,
	late,
	type Member,
	newcomers,
	type PendingJoin,
	presentMembers,
	slotOf,
} from "./state.ts";

/** Who is named by a VOTE, of those who can be. */
interface Named {
	readonly members: readonly { readonly member: Member; readonly owes: VoteReason }[];
	readonly joins: readonly PendingJoin[];
}

function named(state: FoldState, drop: readonly Dropped[]): Named {
	const waiting = [...state.pending, ...(state.attempt ? newcomers(state.attempt) : [])];
	const here = presentMembers(state);
	return {
		members: drop.flatMap(({ v, owes }) => {
			const member = here.find((one) => equal(one.v.bytes, v));
			return member ? [{ member, owes }] : [];
		}),
		joins: drop.flatMap(({ v }) => waiting.find((one) => equal(one.keySet.v.bytes, v)) ?? []),
	};
}

/** Two votes for one keep-list have one name, whatever they hold against those whom they leave out. */
function keepName(vote: CastVote): string {
	return vote.drop.map(({ v }) => hex(v)).join();
}

/** The votes by keep-list, the list that was voted for first before the others. */
export function voteLists(votes: FoldState["votes"]): readonly {
	readonly drop: readonly Dropped[];
	readonly voters: ReadonlySet<KeyName>;
	readonly late: ReadonlySet<KeyName>;
}[] {
	const lists = new Map<string, { drop: readonly Dropped[]; voters: Set<KeyName>; late: Set<KeyName> }>();
	for (const [by, vote] of votes) {
		const name = keepName(vote);
		const list = lists.get(name) ?? { drop: vote.drop, voters: new Set(), late: new Set() };
		list.voters.add(by);
		if (vote.late) list.late.add(by);
		lists.set(name, list);
	}
	return [...lists.values()];
}

/** At most so many lists at a time: the votes for the oldest one fall (rule VOTE-5). */
function withoutOldest(votes: FoldState["votes"]): FoldState["votes"] {
	const lists = voteLists(votes);
	if (lists.length <= MAX_VOTE_LISTS) return votes;
	const oldest = lists[0]?.voters;
	return new Map([...votes].filter(([by]) => !oldest?.has(by)));
}

/**
 * VOTE (rules VOTE-1, VOTE-2, VOTE-3). It fires when more than half of all of L would keep the same people: the others are out.
 * Or when all whom it would keep say so and say that they waited longer: then the session splits. Time cannot be
 * proved in the order, so the few cannot put the many out; they go on by themselves, and so do the others. `side` is whose
 * view of a split this is: the `v` of a member.
 */
export function placeVote(
	suite: Suite,
	state: FoldState,
	placed: VerifiedMessage<Vote>,
	side: KeyName | undefined,
): Folded {
	const { header, message } = placed;
	const author = presentMembers(state).find((member) => equal(member.v.bytes, header.v));
	if (author === undefined || state.base === undefined || !equal(header.context, state.base.aid)) {
		return late(state, "VOTE-1", "a member, under the present base", "another");
	}
	if (message.drop.some(({ v }) => equal(v, header.v))) return broken(state, "VOTE-1", "a vote on others", "on itself");
	const { members, joins } = named(state, message.drop);
	if (members.length + joins.length !== message.drop.length) {
		return late(state, "VOTE-1", "members and newcomers who are here", "someone else");
	}
	const vote: CastVote = { drop: message.drop, late: message.late };
	const votes = new Map(state.votes);
	votes.delete(keyName(author.v));
	votes.set(keyName(author.v), vote);
	const noted: FoldState = { ...state, votes: withoutOldest(votes) };
	const effects = [{ type: "voted", by: author.v, vote }] as const;
	const result = resolve(suite, noted, vote, { members, joins }, side);
	return { state: result.state, effects: [...effects, ...result.effects] };
}

function resolve(suite: Suite, state: FoldState, vote: CastVote, out: Named, side: KeyName | undefined): Folded {
	const name = keepName(vote);
	const here = presentMembers(state);
	const same = here.filter((member) => {
		const cast = state.votes.get(keyName(member.v));
		return cast !== undefined && keepName(cast) === name;
	});
	const joins = out.joins.map((join): JoinOut => ({ join, why: "silent" }));
	const dropped = out.members.map(({ member, owes }) => ({ v: member.v, how: departure(owes) }));
	if (2 * same.length > (state.base?.members.length ?? 0)) return takeOut(suite, state, dropped, joins);
	const isDropped = new Set(dropped.map(({ v }) => keyName(v)));
	const kept = here.filter((member) => !isDropped.has(keyName(member.v)));
	const all = kept.every((member) => {
		const cast = state.votes.get(keyName(member.v));
		return cast?.late === true && keepName(cast) === name;
	});
	if (!all) return { state, effects: [] };
	// Nobody to part from: all who are here are of one mind about someone on the way in.
	if (dropped.length === 0) return takeOut(suite, state, [], joins);
	if (side === undefined || !isDropped.has(side)) {
		const others = dropped.map(({ v }) => v);
		const result = takeOut(suite, state, dropped, joins);
		return { state: result.state, effects: [{ type: "split", others }, ...result.effects] };
	}
	const others: readonly VerifyKey[] = kept.map((member) => member.v);
	const result = takeOut(
		suite,
		state,
		others.map((v) => ({ v, how: "split" as const })),
		[],
	);
	return { state: result.state, effects: [{ type: "split", others }, ...result.effects] };
}

function departure(owes: VoteReason): Departure {
	return owes === "diverged" ? "diverged" : "silent";
}

/** What a message of each type is the owed one of. */
const PAYS: Partial<Record<MessageType, VoteReason>> = {
	EK: "key",
	OFFER: "offer",
	SHARE: "share",
	OK: "ok",
	CONFIRM: "confirm",
	REVEAL: "reveal",
	VOTE: "vote",
};

/**
 * A vote dies when what it waits for is placed; one over a missing heartbeat, by any sign of life (rule VOTE-4). What counts
 * under no base is none: who waits for a missing message reads it earlier than others do, and not again after the repair.
 */
export function payVotes(state: FoldState, placed: VerifiedMessage): FoldState {
	if (state.votes.size === 0 || !isUnderBase(placed.message.type)) return state;
	const slot = state.attempt && slotOf(state.attempt, placed.header.v);
	const v = keyName(slot?.member ?? placed.header.v);
	const paid = PAYS[placed.message.type];
	const pays = (vote: CastVote): boolean =>
		vote.drop.some((one) => keyName(one.v) === v && (one.owes === "heartbeat" || one.owes === paid));
	if (![...state.votes.values()].some(pays)) return state;
	return { ...state, votes: new Map([...state.votes].filter(([, vote]) => !pays(vote))) };
}
