import type { Verdict } from "../fold/blame.ts";
import type { Attempt } from "../fold/state.ts";
import type { OwnKeySet, PublicKeySet } from "../key-set.ts";
import type { Sid } from "../labels.ts";
import type { Participant } from "../session/session-id.ts";
import type { VerifiedMessage } from "../wire/envelope.ts";
import type { Complain, Confirm, Fault, Message, Reveal } from "../wire/messages.ts";
import { RingWork } from "./ring-work.ts";
import type { Self } from "./room.ts";

/** A source of random bytes: so many of them, new each time. */
export type Random = (length: number) => Uint8Array;

/** What the attempt needs of us next. */
export type Contribution = {
	/** Among those of this attempt: asked for again, the same one has the same name. */
	readonly name: string;
	/** What it is said under: the attempt, or the attempt as we see it with all that was contributed (rule VIEW-1). */
	readonly context: Uint8Array;
} & (
	| { readonly kind: "plain"; readonly make: (random: Random) => Message }
	/** It uses our key set up (rule BURN-1), and carries the next one, by which we go on. Sent again it is the same. */
	| { readonly kind: "uses-keys"; readonly make: (next: PublicKeySet) => Message }
	/** After it nothing of this attempt is opened (rule BLAME-7). */
	| { readonly kind: "last-word"; readonly make: () => Message }
);

/** Something that shows our secrets of one attempt to everyone, because something in it does not fit. */
export interface Opening {
	/** Among those of this attempt. */
	readonly name: string;
	/** The attempt as we see it (rule VIEW-1). */
	readonly context: Uint8Array;
	readonly make: () => Message;
}

/**
 * Our private part of one attempt, for a way to agree on a key (design section 4, "an interface"); `KeyAgreement` is the part
 * that everyone sees. It exists from when we know the whole list until the attempt is activated or dies; then everything
 * in it is erased.
 */
export interface AgreementWork {
	/** As it was when the work began. */
	readonly attempt: Attempt;
	/** Everyone in it, sorted by `v`; we are the one at `index`. */
	readonly plist: readonly Participant[];
	readonly index: number;
	readonly sid: Sid;
	readonly ownKeys: OwnKeySet;
	/** What we contribute next, if the attempt waits for us; undefined too while something is disputed. */
	next(attempt: Attempt, random: Random): Contribution | undefined;
	/** What we have to open for a verdict; undefined where all that is placed fits, and nobody says otherwise. */
	openings(attempt: Attempt, random: Random): readonly Opening[] | undefined;
	/** Whether somebody's CONFIRM fits the key (rule CONFIRM-2); undefined while we have none. */
	fits(attempt: Attempt, index: number, confirm: Confirm, random: Random): boolean | undefined;
	/** Whom a COMPLAIN, REVEAL or FAULT convicts: a function of what is placed, the list and the sid, the same for all. */
	verdict(attempt: Attempt, placed: VerifiedMessage<Complain | Reveal | Fault>): Verdict;
	/** Hands the key over for the new session; `use` must not keep it. Undefined without a key. */
	withKey<T>(use: (sk: Uint8Array) => T): T | undefined;
	/** Erases every secret of this attempt; the key set's own secrets are the vault's. */
	erase(): void;
}

/** Begins the work for an attempt whose list we know, with the key set that is on it. */
export function startAgreement(
	self: Pick<Self, "suite" | "identity">,
	attempt: Attempt,
	keys: OwnKeySet,
	plist: readonly Participant[],
): AgreementWork {
	return new RingWork(self, attempt, keys, plist);
}
