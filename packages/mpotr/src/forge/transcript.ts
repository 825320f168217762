import type { Handle, RuleId } from "../api.ts";
import type { Identity } from "../identity.ts";
import type { PublicKeySet } from "../key-set.ts";
import type { RoomParameters } from "../parameters.ts";

/** Someone of the session, as those in it know them: `P_i`. */
export interface RosterEntry {
	/** `LPK`, nickname, and `r` as of this session. */
	readonly identity: Identity;
	/** In full. */
	readonly keySet: PublicKeySet;
	/** Came in with this session. */
	readonly newcomer: boolean;
}

/** What stands at a place of the carrier's order. */
export type TranscriptItem =
	| { readonly type: "text"; readonly from: Handle; readonly text: string }
	/** The carrier's notice. Nothing proves it. */
	| { readonly type: "left"; readonly handle: Handle };

/**
 * What one member kept of a session: all that a corrupt one could hand to a judge. Secrets are as their seeds. There is no
 * signing key in it: published ones are among the texts.
 */
export interface Witness {
	/** Whose: their `v`, 32 bytes. */
	readonly v: Uint8Array;
	/** Of `y`, 32 bytes. */
	readonly x: Uint8Array;
	/** Of `ek`, 64 bytes; undefined in suite 1. */
	readonly kemSeed: Uint8Array | undefined;
	/** Of the encapsulation to the right neighbour, 32 bytes; undefined in suite 1. */
	readonly coins: Uint8Array | undefined;
	/** Of `b`, 32 bytes. */
	readonly s: Uint8Array;
	/** Of `bek`, 64 bytes; undefined in suite 1. */
	readonly boxSeed: Uint8Array | undefined;
	/** Of the `y` of the next key set, 32 bytes: who comes in proves its key to that one. */
	readonly nextX: Uint8Array;
	/** `DH(LSK, y_j)` with each of the others in the order of the roster: what its long-term secret adds to `x`. */
	readonly longTerm: readonly Uint8Array[];
	/** The long-term secret itself, 32 bytes, where the witness gives away even that. */
	readonly identitySeed: Uint8Array | undefined;
}

/**
 * One session, from the pieces of the attempt that it came from to the publication of its signing keys, with what one
 * member or several kept. This is what somebody could show to prove who said what; that it proves nothing is the point
 * (`spec/security.md`, deniability).
 */
export interface Transcript {
	readonly parameters: RoomParameters;
	/** The number of the attempt. */
	readonly k: number;
	/** Sorted by `v`; two people or more. */
	readonly roster: readonly RosterEntry[];
	/** Only what is valid in its place. */
	readonly placed: readonly TranscriptItem[];
	/** At least one. */
	readonly witnesses: readonly Witness[];
}

/** Where a transcript does not hold together, and how. */
export interface TranscriptRefusal {
	/** Which part of it, and its index there; for `end`, how many texts there are. */
	readonly part: "roster" | "witness" | "place" | "end";
	readonly index: number;
	readonly rule: RuleId;
	readonly expected: string;
	readonly got: string;
}
