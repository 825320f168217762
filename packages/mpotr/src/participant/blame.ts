import { equal, hex } from "@clowder/bytes";
import type { Verdict } from "../fold/blame.ts";
import type { Attempt, KeyName } from "../fold/state.ts";
import { eraseKeySet } from "../key-set.ts";
import { MAX_DEAD_ATTEMPTS } from "../limits.ts";
import type { VerifiedMessage } from "../wire/envelope.ts";
import type { Complain, Fault, Reveal } from "../wire/messages.ts";
import type { AgreementWork, Opening } from "./agreement-work.ts";
import { dropOldest } from "./desk.ts";
import { type Duty, now } from "./duties.ts";
import type { Room } from "./room.ts";

/**
 * Blame (design section 8), the client's part: what we open when a key agreement fails, and what we make of what others
 * open. Nothing of an attempt that we confirmed is ever opened, nor of one that is dead: its secrets are erased.
 */

/**
 * One's word on an attempt: a key that is confirmed, of one view of it, or secrets that are open. Never both (rule BLAME-7), and
 * never two keys (rule VIEW-3).
 */
export type Word = `confirmed ${KeyName}` | "opened";

/** Takes a word on an attempt; false if the other one was given before. Whoever is refused must not send. */
export function giveWord(room: Room, aid: string, word: Word): boolean {
	const given = room.words.get(aid);
	if (given !== undefined) return given === word;
	room.words.set(aid, word);
	dropOldest(room.words, MAX_DEAD_ATTEMPTS);
	return true;
}

/** Whether we opened anything of this attempt: then it gets neither OK nor CONFIRM of ours. */
export function isOpened(room: Room, aid: string): boolean {
	return room.words.get(aid) === "opened";
}

/** Posts what opens secrets of the running attempt, if we may. */
function open(room: Room, attempt: Attempt, work: AgreementWork, { context, make }: Opening): void {
	const running = room.fold.attempt !== undefined && equal(room.fold.attempt.aid, attempt.aid) && room.work === work;
	if (running && giveWord(room, hex(attempt.aid), "opened")) room.desk.post(work.ownKeys.e, context, make());
}

/**
 * What an attempt needs of us when something in it does not fit; undefined where all is well and it is to be confirmed. Once
 * we opened anything, there is nothing else of ours in it.
 */
export function blameDuties(room: Room, attempt: Attempt, work: AgreementWork): readonly Duty[] | undefined {
	const aid = hex(attempt.aid);
	const openings = work.openings(attempt, room.desk.random) ?? (isOpened(room, aid) ? [] : undefined);
	return openings?.map((opening) => now(`${opening.name}:${aid}`, () => open(room, attempt, work, opening)));
}

/**
 * Whom a COMPLAIN, REVEAL or FAULT convicts (rules BLAME-4, BLAME-5), the same for everyone who knows the attempt's list;
 * undefined for those who do not. Asked before the message is placed.
 */
export function judgeBlame(room: Room, placed: VerifiedMessage<Complain | Reveal | Fault>): Verdict {
	const { work } = room;
	const { attempt } = room.fold;
	if (attempt === undefined || work === undefined || !equal(work.attempt.aid, attempt.aid)) return undefined;
	return work.verdict(attempt, placed);
}

/**
 * Key sets of ours that have their successor serve no attempt any more: their secrets go (rule BLAME-7). Those that a JOIN
 * was made for stay until that is read.
 */
export function eraseSpent(room: Room): void {
	if (room.spent.size === 0) return;
	const awaited = new Set(
		[...room.joins.values()].flatMap(({ identity, ownNext }) => (identity === undefined && ownNext ? [ownNext] : [])),
	);
	for (const key of room.spent) {
		if (awaited.has(key)) continue;
		const keys = room.vault.get(key);
		room.spent.delete(key);
		room.vault.delete(key);
		if (keys !== undefined) eraseKeySet(keys);
	}
}
