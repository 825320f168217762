import { equal, erase } from "@clowder/bytes";
import type { Suite } from "@clowder/crypto";
import { brokenLinks, confirmsTo, leftOf, opened, rightOf } from "../fold/phases.ts";
import { type Attempt, type KeyName, keyName, pairName, type Slot } from "../fold/state.ts";
import { kemKeyRef } from "../key-set.ts";
import type { Sid } from "../labels.ts";
import type { Revealed } from "../wire/messages.ts";
import { keyConfirmation, type LinkKem, openedPairwiseKey, type PairwiseKey } from "./pairwise.ts";
import { linkCommitment, provesFault, ringSecret } from "./ring.ts";
import type { Participant } from "./session-id.ts";

/**
 * Verdicts (design section 8): who is convicted by what is placed. A function of placed bytes, the sid and the list, so
 * that it is the same for everyone on the list; whoever is honest is never in it, whatever all the others do.
 */

/** What a verdict is made from. `attempt` has everything placed before, and what is judged now. */
export interface Case {
	readonly suite: Suite;
	readonly sid: Sid;
	readonly plist: readonly Participant[];
	readonly attempt: Attempt;
}

/** Someone of a pair, and what they opened of it; the public keys were held against it before (rule BLAME-3). */
interface Side {
	readonly slot: Slot;
	readonly participant: Participant;
	readonly revealed: Revealed;
}

/** A link between two who opened it, `left` being the one that encapsulated. */
interface OpenedLink {
	readonly index: number;
	readonly left: Side;
	readonly right: Side;
}

function sideOf(of: Case, slot: Slot, peer: Slot): Side | undefined {
	const participant = of.plist[of.attempt.slots.indexOf(slot)];
	const revealed = opened(of.attempt, slot, peer);
	return participant && revealed && { slot, participant, revealed };
}

/** The ring links between two, in the order of their index: two in a ring of two, one of neighbours, else none. */
function linksBetween(of: Case, one: Side, other: Side): readonly OpenedLink[] {
	const { attempt } = of;
	const link = (left: Side, right: Side): readonly OpenedLink[] => {
		const between = rightOf(attempt, left.slot) === right.slot;
		return between ? [{ index: attempt.slots.indexOf(left.slot), left, right }] : [];
	};
	return [...link(one, other), ...link(other, one)].sort((a, b) => a.index - b.index);
}

/** The KEM part of a link, made again from the coins; undefined if that is not the ciphertext of the OFFER. */
function encapsulateAgain(of: Case, { left, right }: OpenedLink): LinkKem | undefined {
	const { kem } = of.suite;
	const { coins } = left.revealed;
	const { kemSeed } = right.revealed;
	const offered = of.attempt.offers.get(keyName(left.slot.keySet.v))?.message.kemCiphertext;
	if (kem === undefined || coins === undefined || kemSeed === undefined || offered === undefined) return undefined;
	const key = kem.keyPair(kemSeed);
	const link = kem.encapsulate(key.publicKey, coins);
	key.erase();
	if (equal(link.ciphertext, offered)) return link;
	erase(link.secret);
	return undefined;
}

function pairKey(of: Case, one: Side, other: Side, kem: readonly LinkKem[]): PairwiseKey | undefined {
	const { primitives } = of.suite;
	const x = primitives.revealedDhKey(one.revealed.x, one.slot.keySet.y);
	const peerX = primitives.revealedDhKey(other.revealed.x, other.slot.keySet.y);
	if (!x.ok || !peerX.ok) return undefined;
	const sides = [
		{ participant: one.participant, x: x.value },
		{ participant: other.participant, x: peerX.value },
	] as const;
	const made = openedPairwiseKey(of.suite, ...sides, kem);
	x.value.erase();
	peerX.value.erase();
	return made.ok ? made.value : undefined;
}

/** Whose commitments to the secrets of contradictory links are not to the secrets that their key makes. */
function falseCommitments(of: Case, key: PairwiseKey, links: readonly OpenedLink[]): readonly Side[] {
	const broken = brokenLinks(of.attempt);
	return links
		.filter((link) => broken.includes(link.index))
		.flatMap(({ index, left, right }) => {
			const d = ringSecret(of.suite, key, of.sid, index);
			const commitment = linkCommitment(of.suite, of.sid, index, d);
			erase(d);
			const ring = (side: Side) => of.attempt.shares.get(keyName(side.slot.keySet.v))?.message.ring;
			const leftFits = equal(ring(left)?.cR ?? new Uint8Array(), commitment);
			const rightFits = equal(ring(right)?.cL ?? new Uint8Array(), commitment);
			return [...(leftFits ? [] : [left]), ...(rightFits ? [] : [right])];
		});
}

/** Whom a complaint of `accuser` convicts: the accused if the confirmation is false, else the accuser. */
function judgeComplaint(of: Case, key: PairwiseKey, accuser: Side, accused: Side): readonly Side[] {
	const { attempt, suite, sid } = of;
	if (!attempt.complaints.has(pairName(accuser.slot.keySet.v, accused.slot.keySet.v))) return [];
	const from = attempt.slots.indexOf(accused.slot);
	const at = confirmsTo(attempt, from).indexOf(attempt.slots.indexOf(accuser.slot));
	const got = attempt.shares.get(keyName(accused.slot.keySet.v))?.message.confirmations[at];
	const expected = keyConfirmation(suite, key, sid, accused.participant, accuser.participant);
	return [got !== undefined && equal(expected, got) ? accuser : accused];
}

/**
 * The verdict on a pair of which both sides are open (rule BLAME-4). First the encapsulations: who cannot show the coins
 * of theirs is convicted, and nothing else of the pair is judged, since the other could not make the key then. With
 * the key: commitments where a link is contradictory, confirmations where one complained.
 */
export function judgePair(of: Case, first: Slot, second: Slot): readonly KeyName[] {
	const [one, other] = [sideOf(of, first, second), sideOf(of, second, first)];
	if (one === undefined || other === undefined) return [];
	const links = linksBetween(of, one, other);
	const kem: LinkKem[] = [];
	const convicted = new Set<KeyName>();
	const convict = (sides: readonly Side[]): void => {
		for (const { slot } of sides) convicted.add(keyName(slot.keySet.v));
	};
	for (const link of of.suite.kem === undefined ? [] : links) {
		const made = encapsulateAgain(of, link);
		if (made === undefined) convict([link.left]);
		else kem.push(made);
	}
	const key = convicted.size === 0 ? pairKey(of, one, other, kem) : undefined;
	if (key !== undefined) {
		convict(falseCommitments(of, key, links));
		convict(judgeComplaint(of, key, one, other));
		convict(judgeComplaint(of, key, other, one));
		erase(key);
	}
	erase(...kem.map(({ secret }) => secret));
	return [...convicted];
}

/** The verdict on a FAULT over a share: the accused if `d` proves it, else its author (rule BLAME-5). */
export function judgeShare(of: Case, author: Slot, accused: Slot | undefined, d: Uint8Array): readonly KeyName[] {
	const { attempt, suite, sid } = of;
	const ring = accused && attempt.shares.get(keyName(accused.keySet.v))?.message.ring;
	if (accused === undefined || ring === undefined) return [keyName(author.keySet.v)];
	const j = attempt.slots.indexOf(accused);
	const proved = provesFault(suite, sid, ring, j, attempt.slots.length, d);
	return [keyName((proved ? accused : author).keySet.v)];
}

/**
 * Whether what someone opens of their pair with `peer` belongs to their public keys, and is all of it and no more: `x`; the
 * seed of `ek` if the other one encapsulated to it; the coins if they encapsulated to the other one (rule BLAME-3). Needs
 * no secret of anybody's. The coins are judged when the other side is open, since not everyone has its `ek` in full.
 */
export function isGenuine(suite: Suite, attempt: Attempt, slot: Slot, peer: Slot, revealed: Revealed): boolean {
	const x = suite.primitives.revealedDhKey(revealed.x, slot.keySet.y);
	if (!x.ok) return false;
	x.value.erase();
	const owesCoins = suite.kem !== undefined && rightOf(attempt, slot) === peer;
	const owesSeed = suite.kem !== undefined && leftOf(attempt, slot) === peer;
	if ((revealed.coins !== undefined) !== owesCoins || (revealed.kemSeed !== undefined) !== owesSeed) return false;
	if (suite.kem === undefined || revealed.kemSeed === undefined) return true;
	const key = suite.kem.keyPair(revealed.kemSeed);
	const { hash } = kemKeyRef(suite, key.publicKey);
	key.erase();
	return equal(hash, slot.keySet.ek?.hash ?? new Uint8Array());
}
