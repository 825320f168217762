import { equal, hex } from "@clowder/bytes";
import { KEM_CIPHERTEXT_BYTES, type KemCiphertext } from "@clowder/crypto";
import { hasRoster, isUnderView, owesKey, rounds } from "../fold/phases.ts";
import { type Attempt, type KeyName, keyName, type Slot } from "../fold/state.ts";
import { generateKeySet } from "../key-set.ts";
import { NAME_BYTES } from "../labels.ts";
import type { VerifiedMessage } from "../wire/envelope.ts";
import type { Confirm, Message } from "../wire/messages.ts";
import { type AgreementWork, type Contribution, startAgreement } from "./agreement-work.ts";
import { blameDuties, giveWord } from "./blame.ts";
import { type Duty, now } from "./duties.ts";
import type { Room } from "./room.ts";

/** Sets our part of the running attempt up, as soon as we know everyone on its list. */
export function prepareWork(room: Room): void {
	const { attempt } = room.fold;
	if (attempt === undefined) return;
	if (room.work !== undefined && equal(room.work.attempt.aid, attempt.aid)) return;
	const slot = room.ownSlot(attempt);
	const keys = slot && room.vault.get(keyName(slot.keySet.v));
	if (slot === undefined || keys === undefined || !hasRoster(attempt, slot)) return;
	const plist = attempt.slots.flatMap(({ keySet }) => {
		const identity = room.identityOf(keySet.v);
		return identity ? [{ identity, keySet }] : [];
	});
	if (plist.length !== attempt.slots.length) return;
	room.work?.erase();
	room.work = startAgreement(room.self, attempt, keys, plist);
}

/** Drops our part of an attempt; its pairwise keys go with it. */
export function dropWork(room: Room): void {
	room.work?.erase();
	room.work = undefined;
}

/** Posts a contribution of ours. With one that uses our key set up our next one comes into being. */
function contribute(room: Room, attempt: Attempt, work: AgreementWork, contribution: Contribution): void {
	const { e } = work.ownKeys;
	const { desk } = room;
	const { context } = contribution;
	switch (contribution.kind) {
		case "plain":
			desk.post(e, context, contribution.make(desk.random));
			break;
		case "uses-keys":
			desk.post(e, context, useKeys(room, attempt, work, contribution));
			break;
		case "last-word":
			if (giveWord(room, hex(attempt.aid), `confirmed ${keyName(context)}`)) desk.post(e, context, contribution.make());
			break;
	}
}

type UsesKeys = Extract<Contribution, { kind: "uses-keys" }>;

/** Sign and Send Key Confirmation and Share (seed 004), with our next key set in it (NewKeyShareMessage). */
function useKeys(room: Room, attempt: Attempt, work: AgreementWork, contribution: UsesKeys): Message {
	const key = keyName(work.ownKeys.public.v);
	const made = room.sharesMade.get(key);
	// Sent again it is the same: of two next key sets, nobody would know which one we keep.
	if (made !== undefined && equal(made.aid, attempt.aid)) return made.share;
	const next = generateKeySet(room.suite, room.desk.random);
	room.vault.set(keyName(next.public.v), next);
	room.shared.set(key, hex(attempt.aid));
	const share = contribution.make(next.public);
	room.sharesMade.set(key, { aid: attempt.aid, share });
	return share;
}

/**
 * A newcomer who was given a ROSTER that is none for it says so: an OFFER for no list differs from what the members see, so
 * that the next of them sends theirs (rule ROSTER-5).
 */
function noListDuties(room: Room, attempt: Attempt, slot: Slot): readonly Duty[] {
	const keys = room.vault.get(keyName(slot.keySet.v));
	const round = rounds(attempt, slot);
	if (slot.join === undefined || round === 0 || keys === undefined) return [];
	const key = keyName(slot.keySet.v);
	const ek = keys.public.ek?.key;
	if (owesKey(room.suite, attempt, slot) && !attempt.keys.has(key) && ek !== undefined) {
		return [now(`ek:${hex(attempt.aid)}`, () => void room.desk.post(keys.e, attempt.aid, { type: "EK", key: ek }))];
	}
	if (attempt.offers.has(key)) return [];
	const offerNone = (): void => {
		const kemCiphertext = room.suite.kem && (room.desk.random(KEM_CIPHERTEXT_BYTES) as KemCiphertext);
		room.desk.post(keys.e, attempt.aid, { type: "OFFER", kemCiphertext, list: new Uint8Array(NAME_BYTES) });
	};
	return [now(`no-list:${hex(attempt.aid)}:${round}`, offerNone)];
}

/**
 * Our key set is burnt by a SHARE for an attempt that died, and that SHARE is not placed: lost on its way, perhaps. Until it
 * stands we have no keys to go on with, so it is sent again; placed late it burns the key set for everyone (rule BURN-2).
 */
function lateShareDuties(room: Room, key: KeyName): readonly Duty[] {
	const made = room.sharesMade.get(key);
	const keys = room.vault.get(key);
	if (made === undefined || keys === undefined) return [];
	const { resendMs } = room.self.timing;
	const run = (): void => void room.desk.post(keys.e, made.aid, made.share);
	return [{ key: `late-share:${hex(made.aid)}`, delayMs: () => resendMs, run }];
}

/** What we owe to the running attempt now. Nothing, while our key set is burnt by a SHARE on its way (rule BURN-1). */
export function contributionDuties(room: Room): readonly Duty[] {
	const { attempt } = room.fold;
	const slot = attempt && room.ownSlot(attempt);
	if (attempt === undefined || slot === undefined) return [];
	const key = keyName(slot.keySet.v);
	const aid = hex(attempt.aid);
	const burntIn = room.shared.get(key);
	if (burntIn !== undefined && burntIn !== aid) return lateShareDuties(room, key);
	const { work } = room;
	if (work === undefined || !equal(work.attempt.aid, attempt.aid)) return noListDuties(room, attempt, slot);
	// Once everything is on the table it fits, or it takes to find out who is wrong.
	const blame = blameDuties(room, attempt, work);
	if (blame !== undefined) return blame;
	const next = work.next(attempt, room.desk.random);
	return next === undefined ? [] : [now(`${next.name}:${aid}`, () => contribute(room, attempt, work, next))];
}

/** Whether a CONFIRM fits the key (rule CONFIRM-2); true for those who cannot tell. */
export function judgeConfirm(room: Room, placed: VerifiedMessage<Confirm>): boolean {
	const { attempt } = room.fold;
	const { work } = room;
	if (attempt === undefined || work === undefined || !equal(work.attempt.aid, attempt.aid)) return true;
	if (!isUnderView(room.suite, attempt, placed.header.context)) return true;
	const index = attempt.slots.findIndex((slot) => equal(slot.keySet.v.bytes, placed.header.v));
	return index < 0 || (work.fits(attempt, index, placed.message, room.desk.random) ?? true);
}
