import { equal, erase, err, ok, type Result } from "@clowder/bytes";
import type { KemCiphertext, Suite } from "@clowder/crypto";
import type { Verdict } from "../fold/blame.ts";
import {
	allOffersAgree,
	allOk,
	allShared,
	brokenLinks,
	confirmsTo,
	contributionsOf,
	inDispute,
	isUnderView,
	leftOf,
	opened,
	owedReveals,
	owesKey,
	rightOf,
	rounds,
	viewOf,
} from "../fold/phases.ts";
import { type Attempt, keyName, newcomers, pairName, type Slot, slotOf } from "../fold/state.ts";
import { hideFromInspect } from "../inspect.ts";
import type { OwnKeySet, PublicKeySet } from "../key-set.ts";
import type { AttemptView, Mac, Sid } from "../labels.ts";
import { type Case, judgePair, judgeShare } from "../session/blame.ts";
import { keyConfirmation, type LinkKem, type OwnSide, type PairwiseKey, pairwiseKey } from "../session/pairwise.ts";
import { confirmMac, makeRingShare, type RingSecret, ringSecret, sessionKey, walkRing } from "../session/ring.ts";
import { computeSessionId, listHash, type Participant } from "../session/session-id.ts";
import type { VerifiedMessage } from "../wire/envelope.ts";
import type { Complain, Confirm, Fault, Message, Reveal, Revealed, RingShare } from "../wire/messages.ts";
import type { AgreementWork, Contribution, Opening, Random } from "./agreement-work.ts";
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

/** Our private part of an attempt over the ring (design section 4): pairwise keys, ring secrets, the key. */
export class RingWork implements AgreementWork {
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
	/** What the key or the misfit is of: what others contributed may turn out to be something else. */
	#view: AttemptView | undefined;
	#misfit: Misfit | undefined;

	constructor(
		self: Pick<Self, "suite" | "identity">,
		attempt: Attempt,
		keys: OwnKeySet,
		plist: readonly Participant[],
	) {
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

	/** EK, OFFER, SHARE, OK, CONFIRM: the first of them that is ours to give now. */
	next(attempt: Attempt, random: Random): Contribution | undefined {
		const slot = attempt.slots[this.index] as Slot;
		const key = keyName(slot.keySet.v);
		const ek = slot.keySet.ek?.key ?? this.#own.keys.public.ek?.key;
		if (owesKey(this.#suite, attempt, slot) && !attempt.keys.has(key) && ek !== undefined) {
			return { kind: "plain", name: "ek", context: attempt.aid, make: () => ({ type: "EK", key: ek }) };
		}
		if (this.#size > 1 && !attempt.offers.has(key)) return this.#nextOffer(attempt, rounds(attempt, slot));
		if (!allOffersAgree(attempt)) return undefined;
		if (!attempt.shares.has(key)) {
			const make = (next: PublicKeySet): Message => ({ type: "SHARE", ...this.share(attempt), next });
			return { kind: "uses-keys", name: "share", context: attempt.aid, make };
		}
		const context = viewOf(this.#suite, attempt);
		if (context === undefined || inDispute(attempt) || this.#sharedFromOther(attempt)) return undefined;
		if (!this.updateSessionKey(attempt, random).ok) return undefined;
		if (newcomers(attempt).length > 0 && !attempt.oks.has(key)) {
			return { kind: "plain", name: `ok:${keyName(context)}`, context, make: () => ({ type: "OK" }) };
		}
		if (!allOk(attempt) || attempt.confirms.has(key)) return undefined;
		const mac = this.confirm(attempt, this.index);
		if (mac === undefined) return undefined;
		return { kind: "last-word", name: `confirm:${keyName(context)}`, context, make: () => ({ type: "CONFIRM", mac }) };
	}

	#nextOffer(attempt: Attempt, round: number): Contribution | undefined {
		if (!this.#canOffer(attempt)) return undefined;
		return {
			kind: "plain",
			name: `offer:${round}`,
			context: attempt.aid,
			make: (random) => ({ type: "OFFER", kemCiphertext: this.offer(attempt, random(32)), list: this.list }),
		};
	}

	/** REVEAL to everyone of whose pair a verdict needs our side; FAULT or COMPLAIN for what we are the one to say. */
	openings(attempt: Attempt, random: Random): readonly Opening[] | undefined {
		const context = viewOf(this.#suite, attempt);
		if (context === undefined) return undefined;
		if (this.#sharedFromOther(attempt)) return [];
		const updated = this.updateSessionKey(attempt, random);
		if (updated.ok && !inDispute(attempt)) return undefined;
		const own = attempt.slots[this.index] as Slot;
		const reveals = owedReveals(attempt)
			.filter((owed) => owed.slot === own)
			.map(({ peer }): Opening => {
				const index = attempt.slots.indexOf(peer);
				const v = peer.keySet.v.bytes;
				return {
					name: `reveal:${index}:${keyName(context)}`,
					context,
					make: () => ({ type: "REVEAL", peer: v, revealed: this.reveal(index) }),
				};
			});
		return updated.ok ? reveals : [...reveals, ...this.#accusation(attempt, context, own, updated.error)];
	}

	#accusation(attempt: Attempt, context: AttemptView, own: Slot, misfit: Misfit): readonly Opening[] {
		if (misfit.type === "link" || misfit.type === "own") return [];
		const { index } = misfit;
		const accused = attempt.slots[index] as Slot;
		const v = accused.keySet.v.bytes;
		if (misfit.type === "share") {
			const { d } = misfit;
			return [
				{
					name: `fault:${keyName(context)}`,
					context,
					make: () => ({ type: "FAULT", evidence: { kind: "share", accused: v, d: d.slice() } }),
				},
			];
		}
		if (opened(attempt, own, accused) !== undefined) return [];
		return [
			{
				name: `complain:${index}:${keyName(context)}`,
				context,
				make: () => ({ type: "COMPLAIN", accused: v, revealed: this.reveal(index) }),
			},
		];
	}

	fits(attempt: Attempt, index: number, { mac }: Confirm, random: Random): boolean | undefined {
		// Where a CONFIRM follows on the last SHARE at once, as after a repair, the key is not made yet.
		if (allShared(attempt)) this.updateSessionKey(attempt, random);
		const expected = this.confirm(attempt, index);
		return expected && equal(expected, mac);
	}

	/** Verdicts of rules BLAME-4 and BLAME-5. What the fold refuses is judged for nothing. */
	verdict(attempt: Attempt, placed: VerifiedMessage<Complain | Reveal | Fault>): Verdict {
		const { header, message } = placed;
		const author = isUnderView(this.#suite, attempt, header.context) ? slotOf(attempt, header.v) : undefined;
		if (author === undefined) return [];
		const of: Case = { suite: this.#suite, sid: this.sid, plist: this.plist, attempt };
		if (message.type === "FAULT") {
			const { evidence } = message;
			// Two statements in one place speak for themselves: the fold judges them.
			if (evidence.kind === "equivocation") return [];
			return judgeShare(of, author, slotOf(attempt, evidence.accused), evidence.d);
		}
		const peer = slotOf(attempt, message.type === "REVEAL" ? message.peer : message.accused);
		if (peer === undefined) return [];
		return judgePair({ ...of, attempt: withOpened(attempt, author, peer, placed) }, author, peer);
	}

	/** False while the right neighbour's KEM key is not known in full. */
	#canOffer(attempt: Attempt): boolean {
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
		this.#lookAgain(attempt);
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
		// Our own is needed again where a repair changes what the others contributed (rule VIEW-2).
		const walked = walkRing(this.#suite, this.sid, rings, this.index, this.#right.slice());
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

	/**
	 * Whether our SHARE was made from another OFFER of our left neighbour than the one that is placed now. It would tell against us
	 * beside that one, and we open nothing (rule VIEW-2): who signed both is to be convicted for that.
	 */
	#sharedFromOther(attempt: Attempt): boolean {
		const left = leftOf(attempt, attempt.slots[this.index] as Slot);
		const ciphertext = attempt.offers.get(keyName(left.keySet.v))?.message.kemCiphertext;
		const used = this.#fromLeft?.ciphertext;
		return used !== undefined && (ciphertext === undefined || !equal(used, ciphertext));
	}

	/** What we made of other contributions than these is nothing. */
	#lookAgain(attempt: Attempt): void {
		const view = viewOf(this.#suite, attempt);
		if (view === undefined || (this.#view !== undefined && equal(this.#view, view))) return;
		this.#view = view;
		erase(this.#sk);
		if (this.#misfit?.type === "share") erase(this.#misfit.d);
		this.#sk = undefined;
		this.#misfit = undefined;
	}

	/** The CONFIRM that the participant at `i` owes; undefined while we have no key of what is placed now. */
	confirm(attempt: Attempt, i: number): Mac | undefined {
		const view = viewOf(this.#suite, attempt);
		const contributions = contributionsOf(this.#suite, attempt);
		if (this.#sk === undefined || view === undefined || contributions === undefined) return undefined;
		if (this.#view === undefined || !equal(this.#view, view)) return undefined;
		return confirmMac(this.#suite, this.#sk, this.sid, i, contributions);
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

/** The attempt as it is with this reveal or complaint in it. */
function withOpened(attempt: Attempt, author: Slot, peer: Slot, placed: VerifiedMessage): Attempt {
	const pair = pairName(author.keySet.v, peer.keySet.v);
	if (placed.message.type === "REVEAL") {
		return { ...attempt, reveals: new Map(attempt.reveals).set(pair, placed as VerifiedMessage<Reveal>) };
	}
	return { ...attempt, complaints: new Map(attempt.complaints).set(pair, placed as VerifiedMessage<Complain>) };
}

hideFromInspect(RingWork);
