import { equal, hex } from "@clowder/bytes";
import { eraseKeySet } from "../key-set.ts";
import type { Verdict } from "../fold/blame.ts";
import { inDispute, opened, owedReveals } from "../fold/phases.ts";
import { type Attempt, pairName, type Slot, slotOf } from "../fold/state.ts";
import { MAX_DEAD_ATTEMPTS } from "../limits.ts";
import { type Case, judgePair, judgeShare } from "../session/blame.ts";
import type { VerifiedMessage } from "../wire/envelope.ts";
import type { Complain, Fault, Message, Reveal } from "../wire/messages.ts";
import type { RingWork, Misfit } from "./ring-work.ts";
import { dropOldest } from "./desk.ts";
import { type Duty, now } from "./duties.ts";
import type { Room } from "./room.ts";

/**
 * Blame (design section 8), the client's part: what we open when a key agreement fails, and what we make of what others
 * open. Nothing of an attempt that we confirmed is ever opened, nor of one that is dead: its secrets are erased.
 */

/** One's word on an attempt: a key that is confirmed, or secrets that are open. Never both (rule BLAME-7). */
export type Word = "confirmed" | "opened";

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
function open(room: Room, attempt: Attempt, work: RingWork, make: () => Message): void {
	const running = room.fold.attempt !== undefined && equal(room.fold.attempt.aid, attempt.aid) && room.work === work;
	if (running && giveWord(room, hex(attempt.aid), "opened")) room.desk.post(work.ownKeys.e, attempt.aid, make());
}

/** REVEAL to everyone of whose pair a verdict needs our side. */
function revealDuties(room: Room, attempt: Attempt, work: RingWork, own: Slot): readonly Duty[] {
	return owedReveals(attempt)
		.filter((owed) => owed.slot === own)
		.map(({ peer }) => {
			const index = attempt.slots.indexOf(peer);
			const make = (): Message => ({ type: "REVEAL", peer: peer.keySet.v.bytes, revealed: work.reveal(index) });
			const key = `reveal:${hex(attempt.aid)}:${hex(peer.keySet.v.bytes)}`;
			return now(key, () => open(room, attempt, work, make));
		});
}

/** What does not fit, and that we are the one to say: FAULT for a share, COMPLAIN for a confirmation to us. */
function accusation(room: Room, attempt: Attempt, work: RingWork, own: Slot, misfit: Misfit): readonly Duty[] {
	if (misfit.type === "link" || misfit.type === "own") return [];
	const accused = attempt.slots[misfit.index] as Slot;
	const v = accused.keySet.v.bytes;
	if (misfit.type === "share") {
		const evidence = { kind: "share", accused: v, d: misfit.d } as const;
		const fault = (): Message => ({ type: "FAULT", evidence: { ...evidence, d: misfit.d.slice() } });
		return [now(`fault:${hex(attempt.aid)}`, () => open(room, attempt, work, fault))];
	}
	if (opened(attempt, own, accused) !== undefined) return [];
	const complain = (): Message => ({ type: "COMPLAIN", accused: v, revealed: work.reveal(misfit.index) });
	return [now(`complain:${hex(attempt.aid)}:${hex(v)}`, () => open(room, attempt, work, complain))];
}

/**
 * What an attempt with all SHAREs needs of us when something does not fit; undefined where all is well and it is to be
 * confirmed.
 */
export function blameDuties(
	room: Room,
	attempt: Attempt,
	work: RingWork,
	misfit: Misfit | undefined,
): readonly Duty[] | undefined {
	const own = room.ownSlot(attempt);
	const disputed = inDispute(attempt) || isOpened(room, hex(attempt.aid));
	if (own === undefined || (misfit === undefined && !disputed)) return undefined;
	const said = misfit === undefined ? [] : accusation(room, attempt, work, own, misfit);
	return [...revealDuties(room, attempt, work, own), ...said];
}

/**
 * Whom a COMPLAIN, REVEAL or FAULT convicts (rules BLAME-4, BLAME-5), the same for everyone who knows the attempt's list;
 * undefined for those who do not. Asked before the message is placed; what the fold refuses is judged for nothing.
 */
export function judgeBlame(room: Room, placed: VerifiedMessage<Complain | Reveal | Fault>): Verdict {
	const { work, suite, fold } = room;
	const { attempt } = fold;
	if (attempt === undefined || work === undefined || !equal(work.attempt.aid, attempt.aid)) return undefined;
	const { header, message } = placed;
	const author = equal(header.context, attempt.aid) ? slotOf(attempt, header.v) : undefined;
	if (author === undefined) return [];
	const of: Case = { suite, sid: work.sid, plist: work.plist, attempt };
	if (message.type === "FAULT") {
		const { evidence } = message;
		// Two statements in one place speak for themselves: the fold judges them.
		if (evidence.kind === "equivocation") return [];
		return judgeShare(of, author, slotOf(attempt, evidence.accused), evidence.d);
	}
	const peer = slotOf(attempt, message.type === "REVEAL" ? message.peer : message.accused);
	return peer === undefined
		? []
		: judgePair({ ...of, attempt: withOpened(attempt, author, peer, placed) }, author, peer);
}

/** The attempt as it is with this reveal or complaint in it. */
function withOpened(attempt: Attempt, author: Slot, peer: Slot, placed: VerifiedMessage): Attempt {
	const pair = pairName(author.keySet.v, peer.keySet.v);
	if (placed.message.type === "REVEAL") {
		return { ...attempt, reveals: new Map(attempt.reveals).set(pair, placed as VerifiedMessage<Reveal>) };
	}
	return { ...attempt, complaints: new Map(attempt.complaints).set(pair, placed as VerifiedMessage<Complain>) };
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
