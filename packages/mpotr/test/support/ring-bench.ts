import assert from "node:assert/strict";
import type { Suite } from "@clowder/crypto";
import { freshAttempt } from "../../src/fold/opening.ts";
import { brokenLinks } from "../../src/fold/phases.ts";
import {
	type Attempt,
	byKey,
	type KeyName,
	keyName,
	pairName,
	type PendingJoin,
	type Slot,
} from "../../src/fold/state.ts";
import { generateKeySet, type OwnKeySet } from "../../src/key-set.ts";
import type { MessageHash } from "../../src/labels.ts";
import { parseNickname } from "../../src/nickname.ts";
import { RingWork, type Misfit } from "../../src/participant/ring-work.ts";
import type { Self } from "../../src/participant/room.ts";
import { type Case, judgePair, judgeShare } from "../../src/session/blame.ts";
import { parseMessage, signMessage, type VerifiedMessage, verifyMessage } from "../../src/wire/envelope.ts";
import type { Complain, Message, Offer, Reveal, Revealed, Share } from "../../src/wire/messages.ts";
import { seeded } from "./place.ts";
import { PLAIN_SELF } from "./self.ts";
import { contextOf } from "./context.ts";

const BINDING = "memory:room";

interface Someone {
	readonly self: Self;
	readonly keys: OwnKeySet;
	readonly slot: Slot;
}

/** Changes what the one at `index` contributes. */
export type Corrupt<M extends Message> = (index: number, message: M) => M;

/** A join that nothing is asked of but to be there. */
function someJoin(keys: OwnKeySet, hash: MessageHash): PendingJoin {
	return {
		hash,
		keySet: keys.public,
		introduced: true,
		message: undefined,
		approvals: new Set(),
		denials: new Set(),
		attempted: false,
	};
}

/** An attempt with everyone's secrets at hand and every OFFER and SHARE placed, corrupted where a test says so. */
export class RingBench {
	readonly suite: Suite;
	readonly people: readonly Someone[];
	readonly works: readonly RingWork[];
	attempt: Attempt;
	readonly #random: (length: number) => Uint8Array;
	#number = 0;

	/** Everyone but the first of `size` people (by what they drew, not by the list) comes in. */
	constructor(
		suite: Suite,
		size: number,
		corrupt: { readonly offer?: Corrupt<Offer>; readonly share?: Corrupt<Share> } = {},
		seed = "ring",
	) {
		this.suite = suite;
		this.#random = seeded(`${seed}/${size}`);
		const people = Array.from({ length: size }, (_, i): Someone => {
			const keys = generateKeySet(suite, this.#random);
			const nickname = parseNickname(`P${i}`);
			assert.ok(nickname.ok);
			const identity = suite.primitives.identityKey(this.#random(32));
			const join = i === 0 ? undefined : someJoin(keys, this.#random(32) as MessageHash);
			const slot: Slot = { keySet: keys.public, member: join ? undefined : keys.public.v, join };
			return { self: { suite, identity, nickname: nickname.value, ...PLAIN_SELF }, keys, slot };
		});
		this.people = people.sort((a, b) => byKey(a.slot, b.slot));
		const parameters = {
			suite: suite.id,
			policy: "open",
			passphrase: false,
			timeoutSeconds: 60,
			binding: BINDING,
		} as const;
		const opened = { by: undefined, rekey: false };
		this.attempt = freshAttempt(
			suite,
			{ k: 0, parameters },
			this.people.map((one) => one.slot),
			opened,
		);
		const plist = this.people.map(({ self, slot }) => ({
			identity: { lpk: self.identity.publicKey, nickname: self.nickname, salt: this.#random(32) },
			keySet: slot.keySet,
		}));
		this.works = this.people.map((one) => new RingWork(one.self, this.attempt, one.keys, plist));
		this.attempt = { ...this.attempt, offers: this.#all((i) => this.#offer(i, corrupt.offer)) };
		this.attempt = { ...this.attempt, shares: this.#all((i) => this.#share(i, corrupt.share)) };
	}

	#all<M extends Message>(make: (index: number) => M): Map<KeyName, VerifiedMessage<M>> {
		return new Map(this.people.map((one, i) => [keyName(one.keys.public.v), this.signed(i, make(i))]));
	}

	#offer(i: number, corrupt: Corrupt<Offer> = (_, message) => message): Offer {
		const work = this.works[i] as RingWork;
		const kemCiphertext = work.offer(this.attempt, this.#random(32));
		return corrupt(i, { type: "OFFER", kemCiphertext, list: work.list });
	}

	#share(i: number, corrupt: Corrupt<Share> = (_, message) => message): Share {
		const made = (this.works[i] as RingWork).share(this.attempt);
		return corrupt(i, { type: "SHARE", ...made, next: generateKeySet(this.suite, this.#random).public });
	}

	signed<M extends Message>(i: number, message: M): VerifiedMessage<M> {
		const { keys } = this.people[i] as Someone;
		const context = contextOf(this.suite, this.attempt, message.type);
		const { text } = signMessage(this.suite, BINDING, keys.e, context, this.#number++, message);
		const parsed = parseMessage(this.suite, text);
		assert.ok(parsed.ok);
		const verified = verifyMessage(this.suite, BINDING, keys.public.v, parsed.value);
		assert.ok(verified.ok);
		return verified.value as VerifiedMessage<M>;
	}

	slot(i: number): Slot {
		return this.attempt.slots[i] as Slot;
	}

	right(i: number): number {
		return (i + 1) % this.people.length;
	}

	/** What one opens of the pair with another, if they are honest about it. */
	revealed(i: number, peer: number): Revealed {
		return (this.works[i] as RingWork).reveal(peer);
	}

	/** Places a REVEAL. */
	reveal(i: number, peer: number, revealed: Revealed = this.revealed(i, peer)): void {
		const message: Reveal = { type: "REVEAL", peer: this.slot(peer).keySet.v.bytes, revealed };
		const pair = pairName(this.slot(i).keySet.v, this.slot(peer).keySet.v);
		this.attempt = { ...this.attempt, reveals: new Map(this.attempt.reveals).set(pair, this.signed(i, message)) };
	}

	/** Places a COMPLAIN. */
	complain(i: number, accused: number, revealed: Revealed = this.revealed(i, accused)): void {
		const message: Complain = { type: "COMPLAIN", accused: this.slot(accused).keySet.v.bytes, revealed };
		const pair = pairName(this.slot(i).keySet.v, this.slot(accused).keySet.v);
		this.attempt = { ...this.attempt, complaints: new Map(this.attempt.complaints).set(pair, this.signed(i, message)) };
	}

	/** The verdict as the one at `by` sees it. */
	case(by = 0): Case {
		const work = this.works[by] as RingWork;
		return { suite: this.suite, sid: work.sid, plist: work.plist, attempt: this.attempt };
	}

	/** Two people whose verdicts are held against each other. */
	get #judges(): readonly number[] {
		return [0, this.people.length - 1];
	}

	#indices(names: readonly KeyName[]): number[] {
		return names.map((name) => this.people.findIndex((one) => keyName(one.keys.public.v) === name)).sort();
	}

	/** Whom the pair convicts, by index: the same for everyone. */
	pairVerdict(i: number, j: number): readonly number[] {
		const verdicts = this.#judges.map((by) => this.#indices(judgePair(this.case(by), this.slot(i), this.slot(j))));
		for (const verdict of verdicts) assert.deepEqual(verdict, verdicts[0], "one verdict of everyone");
		return verdicts[0] ?? [];
	}

	/** Whom a FAULT convicts. */
	shareVerdict(author: number, accused: number, d: Uint8Array): readonly number[] {
		const verdicts = this.#judges.map((by) =>
			this.#indices(judgeShare(this.case(by), this.slot(author), this.slot(accused), d)),
		);
		for (const verdict of verdicts) assert.deepEqual(verdict, verdicts[0], "one verdict of everyone");
		return verdicts[0] ?? [];
	}

	/** What one finds wrong, if anything. */
	misfit(i: number): Misfit | undefined {
		const updated = (this.works[i] as RingWork).updateSessionKey(this.attempt, this.#random);
		return updated.ok ? undefined : updated.error;
	}

	/**
	 * What follows when everyone but `cheaters` does what the protocol says, and those open all that is asked of them: the
	 * convicted, by index.
	 */
	outcome(cheaters: readonly number[]): readonly number[] {
		const convicted = new Set<number>();
		const note = (names: readonly number[]): void => {
			for (const name of names) convicted.add(name);
		};
		const links = brokenLinks(this.attempt);
		for (const i of links) {
			this.reveal(i, this.right(i));
			this.reveal(this.right(i), i);
			note(this.pairVerdict(i, this.right(i)));
		}
		if (links.length > 0) return [...convicted].sort();
		for (const [i] of this.people.entries()) {
			const misfit = cheaters.includes(i) ? undefined : this.misfit(i);
			if (misfit?.type === "share") note(this.shareVerdict(i, misfit.index, misfit.d));
			if (misfit?.type !== "confirmation") continue;
			this.complain(i, misfit.index);
			this.reveal(misfit.index, i);
			note(this.pairVerdict(i, misfit.index));
		}
		return [...convicted].sort();
	}
}
