import { equal, erase, err, ok, type Result } from "@clowder/bytes";
import type { KemCiphertext, Suite } from "@clowder/crypto";
import { brokenLinks, confirmsTo, leftOf, rightOf } from "../fold/phases.ts";
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
import type { Revealed, RingShare, Share } from "../wire/messages.ts";
import type { Self } from "./room.ts";

/** What does not fit in an attempt, once all SHAREs are placed: each calls for an answer of its own (design section 8). */
export type Misfit =
	/** Two neighbours contradict each other; everyone sees it, and nothing says yet who is wrong. */
	| { readonly type: "link" }
	/** The share at `index` does not open its commitment, as `d` shows. */
	| { readonly type: "share"; readonly index: number; readonly d: RingSecret }
	/** The confirmation that the one at `index` gave us is of another key than ours. */
	| { readonly type: "confirmation"; readonly index: number }
	/** Our own share is not the one that we made: somebody else has our signing key. Nobody can be accused of that. */
	| { readonly type: "own" };

/**
 * Our private part of one attempt: the pairwise keys, the ring secrets, the key. It exists from when we know the whole
 * list until the attempt is activated or dies; then everything in it is erased.
 */
export class RingWork {
	readonly attempt: Attempt;
	readonly plist: readonly Participant[];
	readonly sid: Sid;
	readonly index: number;
	readonly #suite: Suite;
	readonly #own: OwnSide;
	#toRight: LinkKem | undefined;
	/** Of our encapsulation to the right neighbour. */
	#coins: Uint8Array | undefined;
	#fromLeft: LinkKem | undefined;
	readonly #pairs: Map<number, PairwiseKey> = new Map();
	#right: RingSecret | undefined;
	#sk: Uint8Array | undefined;
	#contributions: Uint8Array | undefined;
	/** Our SHARE, once it was made. */
	shared: Share | undefined;
	#misfit: Misfit | undefined;

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
		if (this.#toRight === undefined) {
			this.#toRight = this.#suite.kem.encapsulate(key, coins);
			this.#coins = coins;
		}
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

	#pair(j: number): PairwiseKey {
		const known = this.#pairs.get(j);
		if (known !== undefined) return known;
		const made = pairwiseKey(this.#suite, this.#own, this.plist[j] as Participant, this.#linksWith(j));
		// Keys of low order are refused where they are read (rules KEYS-2 and CRYPTO-3).
		if (!made.ok) throw new Error(`a key that was read cannot be agreed on: ${made.error.got}`);
		this.#pairs.set(j, made.value);
		return made.value;
	}

	/** Sign and Send Key Confirmation and Share (seed 004): the ring fields and the confirmations of our SHARE. */
	share(attempt: Attempt): { readonly ring: RingShare | undefined; readonly confirmations: Mac[] } {
		if (this.#size === 1) return { ring: undefined, confirmations: [] };
		this.#decapsulate(attempt);
		const ring = this.#ringShare();
		const confirmations = confirmsTo(attempt, this.index).map((to) =>
			keyConfirmation(this.#suite, this.#pair(to), this.sid, this.#own.participant, this.plist[to] as Participant),
		);
		return { ring, confirmations };
	}

	#ringShare(): RingShare {
		const left = (this.index + this.#size - 1) % this.#size;
		const right = (this.index + 1) % this.#size;
		const before = ringSecret(this.#suite, this.#pair(left), this.sid, left);
		this.#right = ringSecret(this.#suite, this.#pair(right), this.sid, this.index);
		const share = makeRingShare(this.#suite, this.sid, this.index, this.#size, before, this.#right);
		erase(before);
		return share;
	}

	/**
	 * Verify Key Confirmations and Update Session Key (seed 004): all links, the whole ring, all confirmations to us; then
	 * the key. Done once, when all SHAREs are placed and ours among them. What opens least when it is wrong comes first.
	 */
	updateSessionKey(attempt: Attempt, random: (length: number) => Uint8Array): Result<void, Misfit> {
		if (this.#sk !== undefined) return ok(undefined);
		if (this.#size === 1) {
			this.#sk = random(64);
			return ok(undefined);
		}
		const made = this.#misfit === undefined ? this.#makeKey(attempt) : err(this.#misfit);
		if (!made.ok) {
			this.#misfit = made.error;
			return made;
		}
		this.#sk = made.value;
		return ok(undefined);
	}

	#makeKey(attempt: Attempt): Result<Uint8Array, Misfit> {
		if (brokenLinks(attempt).length > 0) return err({ type: "link" });
		const shares = attempt.slots.map((slot) => attempt.shares.get(keyName(slot.keySet.v))?.message);
		const rings = shares.flatMap((share) => share?.ring ?? []);
		if (this.#right === undefined || rings.length !== this.#size) return err({ type: "own" });
		const walked = walkRing(this.#suite, this.sid, rings, this.index, this.#right);
		if (!walked.ok) {
			const { index, before } = walked.error;
			// The links were looked at before: what is left without a `d` is our own share.
			return err(before === undefined ? { type: "own" } : { type: "share", index, d: before });
		}
		for (const [i, share] of shares.entries()) {
			const at = confirmsTo(attempt, i).indexOf(this.index);
			if (at < 0) continue;
			const from = this.plist[i] as Participant;
			const expected = keyConfirmation(this.#suite, this.#pair(i), this.sid, from, this.#own.participant);
			const got = share?.confirmations[at];
			if (got === undefined || !equal(expected, got)) {
				erase(...walked.value);
				return err({ type: "confirmation", index: i });
			}
		}
		const sk = sessionKey(this.#suite, this.sid, walked.value);
		erase(...walked.value);
		return ok(sk);
	}

	/** Our secrets of the pair with the one at `peer`, for everyone to see (rule BLAME-7 says when). */
	reveal(peer: number): Revealed {
		const { x, kem } = this.#own.keys;
		const isRight = peer === (this.index + 1) % this.#size;
		const isLeft = peer === (this.index + this.#size - 1) % this.#size;
		return {
			x: x.reveal(),
			kemSeed: isLeft ? kem?.reveal() : undefined,
			coins: isRight ? this.#coins?.slice() : undefined,
		};
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
		erase(this.#sk, this.#right, this.#coins, this.#toRight?.secret, this.#fromLeft?.secret, ...this.#pairs.values());
		if (this.#misfit?.type === "share") erase(this.#misfit.d);
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

hideFromInspect(RingWork);
