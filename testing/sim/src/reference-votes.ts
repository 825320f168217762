import { hex } from "@clowder/bytes";
import type { Message } from "@clowder/mpotr/testing";
import { takeOut } from "./reference-removal.ts";
import { newcomersOf, presentMembers, type RefState, type RefVote } from "./reference-state.ts";

/** Keep-lists that are voted on at a time. */
const MOST_LISTS = 4;

/** Which owed thing a message pays. */
const PAYS: Record<string, string> = {
	EK: "key",
	OFFER: "offer",
	SHARE: "share",
	OK: "ok",
	CONFIRM: "confirm",
	REVEAL: "reveal",
	VOTE: "vote",
};

function listOf(vote: RefVote): string {
	return vote.drop.map(({ v }) => v).join();
}

/** A vote dies when what it waits for is placed; for a missing heartbeat, with anything of the dropped one's (VOTE-4). */
export function payVotes(state: RefState, type: string, v: string): void {
	const writer = state.attempt?.slots.find((slot) => slot.keys.v === v)?.member ?? v;
	state.votes = state.votes.filter(
		(vote) => !vote.drop.some((one) => one.v === writer && (one.owes === "heartbeat" || one.owes === PAYS[type])),
	);
}

/** The newest vote of each member; more than half of L fire it, or all whom it would keep, late (VOTE-1 to VOTE-3). False if void. */
export function placeVote(
	state: RefState,
	message: Extract<Message, { type: "VOTE" }>,
	v: string,
	context: string,
	side: string | undefined,
): boolean {
	const here = presentMembers(state).map((member) => member.v);
	if (context !== state.base?.aid || !here.includes(v)) return false;
	const waiting = [...state.pending, ...(state.attempt === undefined ? [] : newcomersOf(state.attempt))];
	const drop = message.drop.map((one) => ({ v: hex(one.v), owes: one.owes }));
	const joins = waiting.filter((join) => drop.some((one) => one.v === join.keys.v));
	const members = here.filter((one) => drop.some((dropped) => dropped.v === one));
	if (drop.some((one) => one.v === v) || members.length + joins.length !== drop.length) return false;
	const vote: RefVote = { by: v, drop, late: message.late };
	state.votes = withoutOldest([...state.votes.filter((one) => one.by !== v), vote]);
	const same = state.votes.filter((one) => here.includes(one.by) && listOf(one) === listOf(vote));
	if (2 * same.length > state.base.members.length) {
		takeOut(state, members, joins);
		return true;
	}
	const kept = here.filter((one) => !members.includes(one));
	const all = kept.every((one) => same.some((cast) => cast.by === one && cast.late));
	if (!all || members.length === 0) return true;
	// The session splits: those who were left out go on without the others.
	if (side !== undefined && members.includes(side)) takeOut(state, kept, []);
	else takeOut(state, members, joins);
	return true;
}

/** Votes for the list that was voted for first fall, where there are too many (VOTE-5). */
function withoutOldest(votes: readonly RefVote[]): RefVote[] {
	const lists: string[] = [];
	for (const vote of votes) if (!lists.includes(listOf(vote))) lists.push(listOf(vote));
	return votes.filter((vote) => lists.length <= MOST_LISTS || listOf(vote) !== lists[0]);
}
