import { equal, err, erase, ok, type Result } from "@clowder/bytes";
import { type Attempt, keyName, type Slot } from "../fold/state.ts";
import type { Sid } from "../labels.ts";
import { keyConfirmation, type LinkKem, type PairwiseKey, pairwiseKey } from "../session/pairwise.ts";
import { makeRingShare, ringSecret, sessionKey, walkRing } from "../session/ring.ts";
import type { Participant } from "../session/session-id.ts";
import type { RingShare, Share } from "../wire/messages.ts";
import { confirmsTo, linksBetween } from "./ring-of-all.ts";
import type { Fault, OpenWitness } from "./witness.ts";

/** An attempt with all its OFFERs and SHAREs, as its list sees it. */
export interface Agreed {
	readonly attempt: Attempt;
	readonly plist: readonly Participant[];
	readonly sid: Sid;
}

function misfit(expected: string, got: string): Result<never, Fault> {
	return err({ rule: "FORGE-3", expected, got });
}

function shareOf({ attempt }: Agreed, i: number): Share | undefined {
	const slot = attempt.slots[i];
	return slot && attempt.shares.get(keyName(slot.keySet.v))?.message;
}

/** The KEM part of each ring link that the witness is at, by its index. */
function ownLinks({ attempt }: Agreed, witness: OpenWitness): Result<ReadonlyMap<number, LinkKem>, Fault> {
	const { kem } = witness.suite;
	const links = new Map<number, LinkKem>();
	if (kem === undefined || witness.kem === undefined || witness.coins === undefined) return ok(links);
	const { slots } = attempt;
	const { index } = witness;
	const left = (index + slots.length - 1) % slots.length;
	const right = slots[(index + 1) % slots.length] as Slot;
	const sent = (i: number) => attempt.offers.get(keyName((slots[i] as Slot).keySet.v))?.message.kemCiphertext;
	const [own, fromLeft] = [sent(index), sent(left)];
	if (own === undefined || fromLeft === undefined) return misfit("an encapsulation in each OFFER", "none");
	if (right.keySet.ek?.key === undefined) return misfit("the right neighbour's KEM key in full", "its name only");
	const toRight = kem.encapsulate(right.keySet.ek.key, witness.coins);
	if (!equal(toRight.ciphertext, own)) return misfit("the encapsulation that the coins give", "another");
	links.set(index, toRight);
	links.set(left, { ciphertext: fromLeft, secret: kem.decapsulate(witness.kem, fromLeft) });
	return ok(links);
}

/** The pairwise keys that the witness needs: with its neighbours, and with all whom it exchanges confirmations with. */
function pairs(agreed: Agreed, witness: OpenWitness): Result<ReadonlyMap<number, PairwiseKey>, Fault> {
	const links = ownLinks(agreed, witness);
	if (!links.ok) return links;
	const { plist } = agreed;
	const { index, own, suite } = witness;
	const side = { ...own, participant: plist[index] as Participant };
	const keys = new Map<number, PairwiseKey>();
	for (const [j, peer] of plist.entries()) {
		if (j === index) continue;
		const kem = linksBetween(plist.length, index, j).flatMap((at) => links.value.get(at) ?? []);
		const key = pairwiseKey(suite, side, peer, kem);
		if (!key.ok) return misfit(key.error.expected, key.error.got);
		keys.set(j, key.value);
	}
	return ok(keys);
}

function checkConfirmations(
	agreed: Agreed,
	witness: OpenWitness,
	keys: ReadonlyMap<number, PairwiseKey>,
): Fault | undefined {
	const { attempt, plist, sid } = agreed;
	const { index, suite } = witness;
	const newcomers = attempt.slots.map((slot) => slot.join !== undefined);
	const check = (from: number, to: number): boolean => {
		const key = keys.get(from === index ? to : from);
		const got = shareOf(agreed, from)?.confirmations[confirmsTo(newcomers, from).indexOf(to)];
		if (key === undefined || got === undefined) return false;
		return equal(keyConfirmation(suite, key, sid, plist[from] as Participant, plist[to] as Participant), got);
	};
	for (const peer of confirmsTo(newcomers, index)) {
		for (const [from, to] of [[index, peer] as const, [peer, index] as const]) {
			if (check(from, to)) continue;
			return { rule: "FORGE-3", expected: `a confirmation of the key of ${from} and ${to}`, got: "another" };
		}
	}
	return undefined;
}

/**
 * Everything that one member can check of an attempt, as it did when it took part: its own encapsulation and share are what
 * its secrets give, the confirmations to and from it fit, and so do all links and the whole ring. Gives `sk` (rule FORGE-3).
 */
export function checkAgreement(agreed: Agreed, witness: OpenWitness): Result<Uint8Array, Fault> {
	const { attempt, plist, sid } = agreed;
	const { index, suite } = witness;
	const size = plist.length;
	const next = shareOf(agreed, index)?.next;
	const nextX = next && suite.primitives.revealedDhKey(witness.nextX, next.y);
	if (nextX === undefined || !nextX.ok)
		return err({ rule: "FORGE-2", expected: "the secret of the next y", got: "another" });
	const keys = pairs(agreed, witness);
	if (!keys.ok) return keys;
	const wrong = checkConfirmations(agreed, witness, keys.value);
	if (wrong !== undefined) return err(wrong);
	const before = (index + size - 1) % size;
	const left = ringSecret(suite, keys.value.get(before) as PairwiseKey, sid, before);
	const right = ringSecret(suite, keys.value.get((index + 1) % size) as PairwiseKey, sid, index);
	erase(...keys.value.values());
	const made = makeRingShare(suite, sid, index, size, left, right);
	const shares = attempt.slots.flatMap((_, i): RingShare | readonly RingShare[] => shareOf(agreed, i)?.ring ?? []);
	const own = shares[index];
	if (shares.length !== size || own === undefined) return misfit("ring fields in each SHARE", "none");
	if (!equal(made.z, own.z) || !equal(made.cL, own.cL) || !equal(made.cR, own.cR)) {
		return misfit(`the share of ${index} as its secrets give it`, "another");
	}
	const walked = walkRing(suite, sid, shares, index, right);
	if (!walked.ok) return misfit(walked.error.expected, `${walked.error.got}, at ${walked.error.index}`);
	const sk = sessionKey(suite, sid, walked.value);
	erase(left, right, ...walked.value);
	return ok(sk);
}
