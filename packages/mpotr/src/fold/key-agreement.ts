import type { Suite } from "@clowder/crypto";
import type { Owed } from "../api.ts";
import type { PublicKeySet } from "../key-set.ts";
import { ring } from "./phases.ts";
import type { Attempt, Slot } from "./state.ts";

/** Someone owes something. */
export interface Need {
	readonly slot: Slot;
	readonly owes: Owed;
}

/**
 * A way to agree on a key, as far as everyone can see it (design section 4): a function of what is placed, the same for all. What
 * only those on the list can do with their secrets is `AgreementWork`. The steps of its messages are in the fold's table.
 */
export interface KeyAgreement {
	/**
	 * "What do you still need, and from whom, before this attempt can be activated?" Nothing: then it is, or a verdict is due.
	 * Who owes for longer than the timeout is silent.
	 */
	readonly owed: (suite: Suite, attempt: Attempt) => readonly Need[];
	/** Somebody's contribution is disputed: until a verdict nobody owes more than what the verdict needs. */
	readonly inDispute: (attempt: Attempt) => boolean;
	/** What a verdict needs, and of the pair with whom: who withholds it is silent. */
	readonly owedReveals: (attempt: Attempt) => readonly { readonly slot: Slot; readonly peer: Slot }[];
	/** The key set that someone goes on with, from when the one on the list is used up (rule BURN-1); undefined before. */
	readonly successor: (attempt: Attempt, slot: Slot) => PublicKeySet | undefined;
	/** Whether contributions that use up key sets may be on their way: from then on the attempt's grave is remembered (BURN-2). */
	readonly mayBurn: (attempt: Attempt) => boolean;
}

/** The one in use. Another would be named by a parameter of the room, and have messages of its own. */
export const keyAgreement: KeyAgreement = ring;
