import { compare, equal, hex } from "@clowder/bytes";
import type { Millis } from "../api.ts";
import { authorKey } from "../fold/authors.ts";
import { keyName, presentMembers } from "../fold/state.ts";
import { personId } from "../identity.ts";
import { eraseKeySet } from "../key-set.ts";
import type { ParsedMessage } from "../wire/envelope.ts";
import type { MessageType, State } from "../wire/messages.ts";
import type { Duty } from "./duties.ts";
import { contributionDuties } from "./contribute.ts";
import { freshKnocking, type Hall, passBy, placeKnocking } from "./entering.ts";
import { silenceMs } from "./heartbeat.ts";
import { type Buffered, joinDuties, type Knocking, knock } from "./join.ts";
import { place, type Turn } from "./place.ts";
import type { Room } from "./room.ts";
import { patienceDuties } from "./silence.ts";

/**
 * Two sessions in one place (design section 6: two founders, the halves of a netsplit, those who went on without each other):
 * the people of the lower in rank (size, then aid) come into the higher as newcomers, all together. They keep their own
 * session until they are in, and what was said in it stays apart.
 */
export interface Crossing {
	/** The session that we heard of. */
	readonly foreign: Uint8Array;
	readonly knocking: Knocking;
	/** Once a STATE of higher rank told us how to come in. */
	room: Room | undefined;
}

/** What only those send who are in a session: a sign of one that is not ours. */
const SIGNS: ReadonlySet<MessageType> = new Set(["MESSAGE", "STATE", "OPEN", "VOTE", "INTRODUCE", "GONE"]);

/** A message of a session in this place that we know nothing of (rule MERGE-1). */
export function isForeign(room: Room, parsed: ParsedMessage): boolean {
	const { fold } = room;
	if (room.session === undefined || !SIGNS.has(parsed.message.type)) return false;
	const { context, v } = parsed.header;
	const bases = [...(fold.base ? [fold.base] : []), ...fold.previous];
	if (bases.some((base) => equal(base.aid, context))) return false;
	// Someone of ours in a session whose beginning we missed is no stranger.
	if (fold.base?.members.some((member) => keyName(member.next.v) === keyName(v))) return false;
	// Numbers of those who knocked and went are remembered, their keys are not: they may be in the other session by now.
	return !authorKey(room.suite, fold, parsed).ok;
}

/** Listens for a session that we heard of; asks for its state if nobody else of ours does (rule MERGE-2). */
export function startCrossing(hall: Hall, foreign: Uint8Array): Crossing {
	return { foreign, knocking: freshKnocking(hall), room: undefined };
}

/** What a place meant for the way over. */
type Moved = "goes-on" | "found" | "in" | "lost";

/** Reads the order as one who comes into the other session. */
export function follow(hall: Hall, own: Room, crossing: Crossing, input: Buffered, at: Millis): Moved {
	if (crossing.room !== undefined) return outcome(hall, crossing.room, place(crossing.room, input, at));
	if (input.type === "message" && input.parsed.message.type === "STATE") {
		// Only the lower in rank moves: otherwise both would, and past each other.
		const isOwn = own.fold.base !== undefined && equal(input.parsed.header.context, own.fold.base.aid);
		if (isOwn || !outranks(own, input.parsed as ParsedMessage<State>)) {
			// There may be a third one.
			crossing.knocking.keep(input);
			return "goes-on";
		}
	}
	const entered = placeKnocking(hall, crossing.knocking, input);
	if (entered === undefined) return "goes-on";
	const { room, after, refusal } = entered;
	crossing.room = room;
	if (refusal !== undefined) return "lost";
	for (const p of own.session?.plist ?? []) room.before.add(personId(p.identity.lpk));
	for (const next of after) {
		const moved = outcome(hall, room, place(room, next, at));
		if (moved !== "goes-on") return moved;
	}
	return "found";
}

function outcome(hall: Hall, room: Room, turn: Turn): Moved {
	if (turn === "in-vain") passBy(hall, room);
	if (turn !== "stays") return "lost";
	return room.inside ? "in" : "goes-on";
}

/** Whether the session that this STATE tells of is of higher rank than ours (rule MERGE-3). */
export function outranks(room: Room, parsed: ParsedMessage<State>): boolean {
	const { fold } = room;
	if (fold.base === undefined) return false;
	const theirs = parsed.message.members.filter((member) => !member.removed && !member.left).length;
	const ours = presentMembers(fold).filter(({ v }) => !fold.authors.get(keyName(v))?.left).length;
	return theirs > ours || (theirs === ours && compare(parsed.header.context, fold.base.aid) > 0);
}

/** KNOCK for the other session's STATE by the first of ours in rank, the others if nothing came. */
export function crossingDuties(hall: Hall, room: Room, crossing: Crossing, giveUp: () => void): readonly Duty[] {
	const name = hex(crossing.foreign);
	const end: Duty = { key: `crossing-ends:${name}`, delayMs: () => silenceMs(room), run: giveUp };
	const { room: other } = crossing;
	if (other !== undefined) {
		return [...contributionDuties(other), ...joinDuties(other, giveUp), ...patienceDuties(other, giveUp), end];
	}
	const ask: Duty = {
		key: `crossing:${name}`,
		delayMs: () => room.backOff(crossing.foreign),
		run: () => knock(hall.desk, crossing.knocking),
	};
	return crossing.knocking.tries === 0 ? [ask, end] : [end];
}

export function dropCrossing(crossing: Crossing): void {
	if (crossing.room !== undefined) crossing.room.erase();
	else eraseKeySet(crossing.knocking.keys);
}

/** Coming back under another handle: who we were says who we are now, under the old session's key (rule RETURN-1). */
export function sayReturn(room: Room, knocking: Knocking): void {
	const { session } = room;
	if (session === undefined || !room.inside) return;
	room.desk.post(session.own.e, session.aid, { type: "RETURN", v: knocking.keys.public.v.bytes });
}
