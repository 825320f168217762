import type { Ed448Point, SecretScalar } from "@clowder/crypto/otr";
import type { Refusal } from "../refusal.ts";
import type { SmpMessage1, SmpTlv } from "./messages.ts";
import type { Generators } from "./proofs.ts";

// "The SMP State Machine". A transition consumes the state it is given: secrets that the next state has no use for are
// erased, so that using the old state again throws.

/** `SMPSTATE_EXPECT1`: nothing is under way. */
export interface Expect1 {
	readonly name: "expect-1";
}

/**
 * A message 1 came and its proofs hold; the user has still to say the secret. The specification makes message 2 at once
 * and is in `SMPSTATE_EXPECT3` then, so this is taken for a part of that state: another message 1 is out of turn.
 */
export interface Asked {
	readonly name: "asked";
	readonly message: SmpMessage1;
}

/** `SMPSTATE_EXPECT2`: we started. */
export interface Expect2 {
	readonly name: "expect-2";
	/** `x`. */
	readonly secret: SecretScalar;
	readonly a2: SecretScalar;
	readonly a3: SecretScalar;
}

/** `SMPSTATE_EXPECT3`: we answered. */
export interface Expect3 {
	readonly name: "expect-3";
	readonly b3: SecretScalar;
	readonly g3a: Ed448Point;
	readonly generators: Generators;
	readonly pb: Ed448Point;
	readonly qb: Ed448Point;
}

/** `SMPSTATE_EXPECT4`: we started, and sent all but the last that there is to send. */
export interface Expect4 {
	readonly name: "expect-4";
	readonly a3: SecretScalar;
	readonly g3b: Ed448Point;
	/** `Pa - Pb`. */
	readonly differenceOfP: Ed448Point;
	/** `Qa - Qb`. */
	readonly differenceOfQ: Ed448Point;
}

export type SmpState = Expect1 | Asked | Expect2 | Expect3 | Expect4;

/** What the application is told. Whatever was begun ends in one `finished` or one `aborted`. */
export type SmpEvent =
	/** The other side asks to compare secrets: let the user answer, or abort. `question` is empty where there is none. */
	| { readonly kind: "asked"; readonly question: string }
	/** The other side answered; what comes of it is known when its next message is here. */
	| { readonly kind: "answered" }
	/**
	 * Both secrets are equal, or not. The responder knows with message 3, and the initiator with message 4: one who knows
	 * that they are equal cannot tell whether the other ever learns it.
	 */
	| { readonly kind: "finished"; readonly equal: boolean }
	/** It is over without a result. */
	| { readonly kind: "aborted"; readonly by: "us" | "peer" }
	/** Something that came was refused and an abort was sent; `aborted` follows if anything was under way. */
	| { readonly kind: "refused"; readonly refusal: Refusal };

/** What a transition gives: the state to keep, and what to send, in this order. */
export interface SmpStep {
	readonly state: SmpState;
	readonly send: readonly SmpTlv[];
	readonly events: readonly SmpEvent[];
}

export const EXPECT_1: Expect1 = { name: "expect-1" };

export function eraseState(state: SmpState): void {
	switch (state.name) {
		case "expect-1":
		case "asked":
			return;
		case "expect-2":
			for (const secret of [state.secret, state.a2, state.a3]) secret.erase();
			return;
		case "expect-3":
			state.b3.erase();
			return;
		case "expect-4":
			state.a3.erase();
	}
}
