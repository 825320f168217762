import { equal, erase, err, ok, type Result } from "@clowder/bytes";
import type { KemCiphertext, Suite } from "@clowder/crypto";
import { leftOf, rightOf } from "../fold/phases.ts";
import { type Attempt, keyName, type Slot } from "../fold/state.ts";
import { hideFromInspect } from "../inspect.ts";
import type { OwnKeySet } from "../key-set.ts";
import type { Mac, Sid } from "../labels.ts";
import { keyConfirmation, type LinkKem, type OwnSide, type PairwiseKey, pairwiseKey } from "../session/pairwise.ts";
import {
	confirmMac,
	contributionsHash,
	makeRingShare,
	type RingSecret,
	ringSecret,
	sessionKey,
	walkRing,
} from "../session/ring.ts";
import { computeSessionId, listHash, type Participant } from "../session/session-id.ts";
import type { RingShare } from "../wire/messages.ts";
import type { Self } from "./room.ts";

/** Whose contribution does not fit, by index in the list, and how; undefined where nothing says which of two it is. */
export interface Misfit {
	readonly index: number | undefined;
	readonly expected: string;
	readonly got: string;
}

/**
 * Our private part of one attempt: the pairwise keys, the ring secrets, the key. It exists from when we know the whole
 * list until the attempt is activated or dies; then everything in it is erased.
 */
export class AttemptWork {
	readonly attempt: Attempt;
	readonly plist: readonly Participant[];
	readonly sid: Sid;
	readonly index: number;
	readonly #suite: Suite;
	readonly #own: OwnSide;
	#toRight: LinkKem | undefined;
	#fromLeft: LinkKem | undefined;
	readonly #pairs: Map<number, PairwiseKey> = new Map();
	#right: RingSecret | undefined;
	#sk: Uint8Array | undefined;
	#contributions: Uint8Array | undefined;
	/** A misfit was told to the application. */
	reported = false;

	constructor(self: Self, attempt: Attempt, keys: OwnKeySet, plist: readonly Participant[]) {
		this.attempt = attempt;
		this.plist = plist;
		this.index = attempt.slots.findIndex((slot) => equal(slot.keySet.v.bytes, keys.public.v.bytes));
		this.#suite = self.suite;
		this.#own = { identity: self.identity, keys, participant: plist[this.index] as Participant };
		this.sid = computeSessionId(self.suite, attempt.aid, plist);
	}

	get ownKeys(): OwnKeySet {
		return this.#own.keys;
	}

	get list(): Uint8Array {
		return listHash(this.#suite, this.sid);
	}

	get #size(): number {
		return this.plist.length;
	}

	/** False while the right neighbour's KEM key is not known in full. */
	canOffer(attempt: Attempt): boolean {
		const right = rightOf(attempt, attempt.slots[this.index] as Slot);
		return this.#suite.kem === undefined || right.keySet.ek?.key !== undefined;
	}

	/** Encapsulates to the right neighbour, once (design section 4); undefined in suite 1. */
	offer(attempt: Attempt, coins: Uint8Array): KemCiphertext | undefined {
		const key = rightOf(attempt, attempt.slots[this.index] as Slot).keySet.ek?.key;
		if (this.#suite.kem === undefined || key === undefined) return undefined;
		this.#toRight ??= this.#suite.kem.encapsulate(key, coins);
		return this.#toRight.ciphertext;
	}

	/** Reads what the left neighbour encapsulated to us. */
	#decapsulate(attempt: Attempt): void {
		const left = leftOf(attempt, attempt.slots[this.index] as Slot);
		const ciphertext = attempt.offers.get(keyName(left.keySet.v))?.message.kemCiphertext;
		const { kem } = this.#own.keys;
		if (this.#suite.kem === undefined || kem === undefined || ciphertext === undefined) return;
		this.#fromLeft ??= { ciphertext, secret: this.#suite.kem.decapsulate(kem, ciphertext) };
	}

	/** The KEM secrets of the ring links between us and `j`, by link index: two at n = 2, one for neighbours. */
	#linksWith(j: number): readonly LinkKem[] {
		const left = (this.index + this.#size - 1) % this.#size;
		const right = (this.index + 1) % this.#size;
		const links: { readonly at: number; readonly link: LinkKem | undefined }[] = [];
		if (j === right) links.push({ at: this.index, link: this.#toRight });
		if (j === left) links.push({ at: left, link: this.#fromLeft });
		return links.sort((a, b) => a.at - b.at).flatMap(({ link }) => (link ? [link] : []));
	}

	#pair(j: number): Result<PairwiseKey, Misfit> {
		const known = this.#pairs.get(j);
		if (known !== undefined) return ok(known);
		const made = pairwiseKey(this.#suite, this.#own, this.plist[j] as Participant, this.#linksWith(j));
		if (!made.ok) return err({ index: j, expected: made.error.expected, got: made.error.got });
		this.#pairs.set(j, made.value);
		return made;
	}

	/** Whom a SHARE of `from` confirms to, in its order: a newcomer to all others, others to newcomers. */
	#confirmsTo(from: number): readonly number[] {
		const isNewcomer = (i: number): boolean => this.attempt.slots[i]?.join !== undefined;
		return this.plist.map((_, i) => i).filter((i) => i !== from && (isNewcomer(from) || isNewcomer(i)));
	}

	/** Sign and Send Key Confirmation and Share (seed 004): the ring fields and the confirmations of our SHARE. */
	share(attempt: Attempt): Result<{ readonly ring: RingShare | undefined; readonly confirmations: Mac[] }, Misfit> {
		if (this.#size === 1) return ok({ ring: undefined, confirmations: [] });
		this.#decapsulate(attempt);
		const ring = this.#ringShare();
		if (!ring.ok) return ring;
		const confirmations: Mac[] = [];
		for (const to of this.#confirmsTo(this.index)) {
			const key = this.#pair(to);
			if (!key.ok) return key;
			confirmations.push(
				keyConfirmation(this.#suite, key.value, this.sid, this.#own.participant, this.plist[to] as Participant),
			);
		}
		return ok({ ring: ring.value, confirmations });
	}

	#ringShare(): Result<RingShare, Misfit> {
		const left = (this.index + this.#size - 1) % this.#size;
		const right = (this.index + 1) % this.#size;
		const leftKey = this.#pair(left);
		if (!leftKey.ok) return leftKey;
		const rightKey = this.#pair(right);
		if (!rightKey.ok) return rightKey;
		const before = ringSecret(this.#suite, leftKey.value, this.sid, left);
		this.#right = ringSecret(this.#suite, rightKey.value, this.sid, this.index);
		const share = makeRingShare(this.#suite, this.sid, this.index, this.#size, before, this.#right);
		erase(before);
		return ok(share);
	}

	/**
	 * Verify Key Confirmations and Update Session Key (seed 004): all confirmations to us, all links, the whole ring; then
	 * the key. Done once all SHAREs are placed.
	 */
	updateSessionKey(attempt: Attempt, random: (length: number) => Uint8Array): Result<void, Misfit> {
		if (this.#sk !== undefined) return ok(undefined);
		if (this.#size === 1) {
			this.#sk = random(64);
			return ok(undefined);
		}
		const shares: RingShare[] = [];
		for (const [i, slot] of attempt.slots.entries()) {
			const share = attempt.shares.get(keyName(slot.keySet.v))?.message;
			if (share?.ring === undefined) return err({ index: i, expected: "a share", got: "none" });
			shares.push(share.ring);
			const at = this.#confirmsTo(i).indexOf(this.index);
			if (at < 0) continue;
			const key = this.#pair(i);
			if (!key.ok) return key;
			const from = this.plist[i] as Participant;
			const expected = keyConfirmation(this.#suite, key.value, this.sid, from, this.#own.participant);
			const got = share.confirmations[at];
			if (got === undefined || !equal(expected, got)) {
				return err({ index: i, expected: "a confirmation of our common key", got: "another" });
			}
		}
		if (this.#right === undefined) return err({ index: this.index, expected: "our own share", got: "none" });
		const walked = walkRing(this.#suite, this.sid, shares, this.index, this.#right);
		if (!walked.ok) {
			const { index, orNext, expected, got } = walked.error;
			return err({ index: orNext ? undefined : index, expected, got });
		}
		this.#sk = sessionKey(this.#suite, this.sid, walked.value);
		erase(...walked.value);
		return ok(undefined);
	}

	get hasKey(): boolean {
		return this.#sk !== undefined;
	}

	/** The CONFIRM that the participant at `i` owes; undefined while we have no key. */
	confirm(attempt: Attempt, i: number): Mac | undefined {
		if (this.#sk === undefined) return undefined;
		this.#contributions ??= this.#hashContributions(attempt);
		return confirmMac(this.#suite, this.#sk, this.sid, i, this.#contributions);
	}

	/** Over all OFFERs and SHAREs, which are complete once there is a key. */
	#hashContributions(attempt: Attempt): Uint8Array {
		const keys = attempt.slots.map((slot) => keyName(slot.keySet.v));
		const offers = keys.flatMap((key) => attempt.offers.get(key)?.hash ?? []);
		const shares = keys.flatMap((key) => attempt.shares.get(key)?.hash ?? []);
		return contributionsHash(this.#suite, [...offers, ...shares]);
	}

	/** Hands the key over for the new session; `use` must not keep it. */
	withKey<T>(use: (sk: Uint8Array) => T): T | undefined {
		return this.#sk && use(this.#sk);
	}

	/** Erases pairwise keys, ring secrets, KEM secrets and the key; the key set's own secrets are the vault's. */
	erase(): void {
		erase(this.#sk, this.#right, this.#toRight?.secret, this.#fromLeft?.secret, ...this.#pairs.values());
		this.#pairs.clear();
		this.#sk = undefined;
		this.#right = undefined;
	}

	toString(): string {
		return "[secret]";
	}

	toJSON(): string {
		return "[secret]";
	}
}

hideFromInspect(AttemptWork);
