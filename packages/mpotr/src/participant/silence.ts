import { compare, equal, hex } from "@clowder/bytes";
import type { Millis } from "../api.ts";
import { keyAgreement } from "../fold/key-agreement.ts";
import { allOffersAgree, rounds } from "../fold/phases.ts";
import {
	type Attempt,
	type FoldState,
	type KeyName,
	keyName,
	presentMembers,
	type Slot,
	slotOf,
} from "../fold/state.ts";
import { MAX_ROSTERS } from "../limits.ts";
import type { VerifiedMessage } from "../wire/envelope.ts";
import type { Dropped, VoteReason } from "../wire/messages.ts";
import { type Duty, now } from "./duties.ts";
import { silenceMs } from "./heartbeat.ts";
import type { Room } from "./room.ts";
import { sendAcknowledgement } from "./send.ts";
import { type Owing, owingName } from "./watch.ts";

/** Silence and votes (design section 6): who is late with what they owe, and whom we would leave out for it. */

/** A member's `v` of the session for every key that they sign with. */
function personOfKey(state: FoldState, v: Uint8Array): KeyName {
	const slot = state.attempt && slotOf(state.attempt, v);
	return keyName(slot?.member ?? v);
}

/** Notes a valid message as a sign of life, and as what it pays. */
export function hear(room: Room, placed: VerifiedMessage, at: Millis): void {
	const key = personOfKey(room.fold, placed.header.v);
	room.watch.heard(key, at);
	const paid = PAYS[placed.message.type];
	if (paid !== undefined) room.watch.paid(key, paid);
	if (placed.message.type === "VOTE") room.watch.withholding.delete(key);
}

const PAYS: Partial<Record<VerifiedMessage["message"]["type"], VoteReason>> = {
	EK: "key",
	OFFER: "offer",
	SHARE: "share",
	OK: "ok",
	CONFIRM: "confirm",
	REVEAL: "reveal",
};

const NOTHING_OWED: readonly Owing[] = [];
/** What others owe in an attempt, as one of those in it sees it: asked at every place, so computed once for each. */
const owings = new WeakMap<Attempt, { readonly own: KeyName; readonly list: readonly Owing[] }>();

/** What others owe now, beside a heartbeat. */
function owing(room: Room): readonly Owing[] {
	const { attempt } = room.fold;
	const own = room.session?.ownKey;
	if (attempt === undefined || own === undefined || !room.inside) return NOTHING_OWED;
	const known = owings.get(attempt);
	if (known?.own === own) return known.list;
	const list = listOwing(room, attempt).filter(({ v }) => keyName(v) !== own);
	owings.set(attempt, { own, list });
	return list;
}

function listOwing(room: Room, attempt: Attempt): readonly Owing[] {
	const debts = keyAgreement.owed(room.suite, attempt).flatMap(({ slot, owes }): readonly Owing[] => {
		const v = slot.member?.bytes ?? slot.keySet.v.bytes;
		// A newcomer who has no list yet owes nothing; one who was told several times and sees another does (ROSTER-3).
		if (owes === "roster" && rosterHelps(room, attempt, slot)) return [];
		return [owingName(v, owes)];
	});
	const reveals = keyAgreement
		.owedReveals(attempt)
		.map(({ slot }) => owingName(slot.member?.bytes ?? slot.keySet.v.bytes, "reveal"));
	return [...debts, ...reveals, ...otherLists(room, attempt)];
}

/**
 * Where no list is that of most members, nobody is wrong for all to see, and nothing goes on: then whoever sees another list
 * than ours owes us ours (rule ROSTER-7).
 */
function otherLists(room: Room, attempt: Attempt): readonly Owing[] {
	const slot = room.ownSlot(attempt);
	const own = slot && attempt.offers.get(keyName(slot.keySet.v))?.message.list;
	const complete = attempt.offers.size === attempt.slots.length;
	if (own === undefined || !complete || allOffersAgree(attempt) || keyAgreement.owed(room.suite, attempt).length > 0)
		return [];
	return attempt.slots.flatMap((one): readonly Owing[] => {
		const list = attempt.offers.get(keyName(one.keySet.v))?.message.list;
		if (list === undefined || equal(list, own)) return [];
		return [owingName(one.member?.bytes ?? one.keySet.v.bytes, "offer")];
	});
}

/** Brings what is owed up to date; called at every place and every wake-up. */
export function keepWatch(room: Room, at: Millis): void {
	// Timeouts are of many seconds: while an agreement goes on nobody counts at every piece of it what is owed.
	if (room.watch.isDue(room.fold.attempt, at)) room.watch.update(owing(room), room.fold.attempt, at);
}

interface Late extends Dropped {
	/** Since when it is late. */
	readonly at: Millis;
}

/** Members and newcomers who are late with something, and when the next one will be. */
function lateness(room: Room): { readonly late: readonly Late[]; readonly next: Millis } {
	const { session, fold, watch, desk } = room;
	const late: Late[] = [];
	let next = Number.POSITIVE_INFINITY;
	if (session === undefined || !room.inside) return { late, next };
	const timeout = silenceMs(room);
	const note = (v: Uint8Array, owes: VoteReason, at: Millis): void => {
		if (at <= desk.now) late.push({ v, owes, at });
		else next = Math.min(next, at);
	};
	for (const { v } of presentMembers(fold)) {
		const key = keyName(v);
		const heard = watch.heardAt(key);
		if (key === session.ownKey || heard === undefined) continue;
		if (session.diverged.has(key)) note(v.bytes, "diverged", Number.NEGATIVE_INFINITY);
		else note(v.bytes, "heartbeat", heard + timeout);
	}
	next = Math.min(next, watch.nextUpdate(fold.attempt));
	for (const one of watch.owing) {
		const at = watch.dueAt(one, timeout);
		if (at !== undefined) note(one.v, one.owes, at);
	}
	for (const { v, owes, at } of withheldVotes(room, timeout)) note(v, owes, at);
	return { late, next };
}

/** Whoever stays in our keep-list and does not vote for it, long after our late vote: silence too. */
function withheldVotes(room: Room, timeout: Millis): readonly Late[] {
	const { session, cast, fold, watch } = room;
	if (session === undefined) return [];
	if (watch.withholding.size === 0 && cast?.lateAt === undefined) return [];
	const known = presentMembers(fold).flatMap(({ v }): readonly Late[] => {
		const at = watch.withholding.get(keyName(v));
		return at === undefined ? [] : [{ v: v.bytes, owes: "vote", at }];
	});
	if (cast?.lateAt === undefined) return known;
	const at = cast.lateAt + timeout;
	const out = new Set(cast.name.split(","));
	const found = presentMembers(fold)
		.filter(({ v }) => keyName(v) !== session.ownKey && !out.has(hex(v.bytes)))
		.filter(({ v }) => {
			const vote = fold.votes.get(keyName(v));
			return vote === undefined || !vote.late || dropName(vote.drop) !== cast.name;
		})
		.map(({ v }): Late => ({ v: v.bytes, owes: "vote", at }));
	// Leaving them out makes another keep-list: that they withheld a vote for this one stays so until they vote.
	if (at <= room.desk.now) for (const { v } of found) watch.withholding.set(keyName(v), at);
	return [...known, ...found];
}

function dropName(drop: readonly Dropped[]): string {
	return drop.map(({ v }) => hex(v)).join(",");
}

/** Each once, the sign of life before the piece, sorted by `v`. */
function ballot(late: readonly Late[]): readonly Late[] {
	const first = new Map<string, Late>();
	for (const one of late) if (!first.has(hex(one.v))) first.set(hex(one.v), one);
	return [...first.values()].sort((a, b) => compare(a.v, b.v));
}

/**
 * VOTE when someone is late: only after a message of ours that was sent after the deadline has come back, so that a laptop
 * that wakes up evicts nobody (rule VOTE-6). `late` after a further timeout with the same keep-list, or at once where views
 * differ: waiting brings them no closer (rule VOTE-7).
 */
export function voteDuties(room: Room): readonly Duty[] {
	const { session, fold, watch } = room;
	if (session === undefined || !room.inside) return [];
	const present = room.desk.now;
	const { late: all, next } = lateness(room);
	const duties: Duty[] = [];
	// Wakes us up when the next one becomes late.
	if (Number.isFinite(next)) duties.push({ key: `watch:${next}`, delayMs: (at) => next - at, run: () => undefined });
	if (all.length === 0) {
		room.cast = undefined;
		return duties;
	}
	const late = ballot(all);
	const deadline = Math.max(...late.map(({ at }) => at));
	if (watch.echoedSentAt < deadline) {
		return [...duties, now(`probe:${deadline}`, () => sendAcknowledgement(room, session))];
	}
	const name = dropName(late);
	if (room.cast?.name !== name) room.cast = { name, at: present, lateAt: undefined };
	const { cast } = room;
	const diverged = late.every(({ owes }) => owes === "diverged");
	const lateAt = diverged ? present : cast.at + silenceMs(room);
	const isLate = lateAt <= present;
	if (isLate) cast.lateAt ??= present;
	else duties.push({ key: `late:${name}:${lateAt}`, delayMs: (at) => lateAt - at, run: () => undefined });
	const own = fold.votes.get(session.ownKey);
	if (own !== undefined && dropName(own.drop) === name && own.late === isLate) return duties;
	const drop = late.map(({ v, owes }): Dropped => ({ v, owes }));
	const vote = (): void => void room.desk.post(session.own.e, session.aid, { type: "VOTE", drop, late: isLate });
	const againMs = room.self.timing.resendMs;
	return [...duties, { ...now(`vote:${session.aidName}:${name}:${isLate}`, vote), againMs }];
}

/** A newcomer in an attempt that does not move asks anew: those inside may be gone without a word. */
export function patienceDuties(room: Room, knockAgain: () => void): readonly Duty[] {
	const { attempt } = room.fold;
	if (room.session !== undefined || attempt === undefined) return [];
	const placed = attempt.offers.size + attempt.shares.size + attempt.oks.size + attempt.confirms.size;
	const key = `patience:${keyName(attempt.aid)}:${placed}`;
	return [{ key, delayMs: () => PATIENCE_TIMEOUTS * silenceMs(room), run: knockAgain }];
}

/** Timeouts that a newcomer waits in an attempt without progress: those inside need two to leave someone out. */
const PATIENCE_TIMEOUTS = 3;

/** Whether another ROSTER may still help a newcomer: there are members who gave it none, and it was not given many. */
export function rosterHelps(room: Room, attempt: Attempt, slot: Slot): boolean {
	return rounds(attempt, slot) < Math.min(MAX_ROSTERS, presentMembers(room.fold).length);
}
