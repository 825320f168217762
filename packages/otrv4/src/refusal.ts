import { type DecodeError, err } from "@clowder/bytes";
import type { OtrKeyError } from "@clowder/crypto/otr";

/**
 * Who is to blame for a refusal:
 * - `peer`: what came breaks the protocol, so its author does, or somebody on the way changed it;
 * - `incompatible`: the peer follows a version or a mode that we do not speak with it;
 * - `carrier`: it came twice, too late, or to somebody else; nobody needs to have done wrong;
 * - `caller`: a function was called where its documentation says that it cannot be.
 */
export type Blame = "peer" | "incompatible" | "carrier" | "caller";

/** Why something was refused. A refusal changes no state and costs bounded work. */
export type Reason =
	/** Not the encoding that the specification gives. */
	| "malformed"
	/** Over one of the limits of `limits.ts`. */
	| "limit"
	/** A version of the protocol, or a mode, that is not spoken here. */
	| "version"
	| "mode"
	/** A policy forbids it. */
	| "policy"
	/** The state of the conversation has no use for it. */
	| "state"
	/** An instance tag below 0x100, or another's. */
	| "instance-tag"
	/** Not a point of the group, or not a number of it. */
	| "key"
	/** A signature, a ring signature, a proof, a MAC that does not verify. */
	| "signature"
	| "ring-signature"
	| "proof"
	| "mac"
	/** A profile, a prekey or a fragment past its time. */
	| "expired"
	/** Nothing here to decrypt it with: it came twice, or its key is gone. */
	| "no-key"
	/** A prekey message of ours that was used, or never was. */
	| "no-prekey"
	/** Our own message, sent back to us. */
	| "reflected";

/** What was refused, why, what was expected there and what came. Never holds a secret or a plaintext. */
export interface Refusal {
	readonly blame: Blame;
	readonly reason: Reason;
	/** What was looked at, in words of the specification: "Identity message", "Client Profile". */
	readonly what: string;
	readonly expected: string;
	readonly got: string;
}

export function refuse(
	blame: Blame,
	reason: Reason,
	what: string,
	expected: string,
	got: string,
): { readonly ok: false; readonly error: Refusal } {
	return err({ blame, reason, what, expected, got });
}

/** A decoder's refusal, as the peer's. */
export function malformed(what: string, error: DecodeError): { readonly ok: false; readonly error: Refusal } {
	return refuse("peer", "malformed", what, `${error.expected} at byte ${error.at}`, error.got);
}

/** A key that is none, as the peer's. */
export function badKey(what: string, error: OtrKeyError): { readonly ok: false; readonly error: Refusal } {
	return refuse("peer", "key", what, error.expected, error.got);
}
