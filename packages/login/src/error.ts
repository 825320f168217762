import { err } from "@clowder/bytes";

/**
 * Why an exchange ends. All of it is the other side's doing, or of someone in between: what we do wrong ourselves throws.
 * - `malformed`: not a message of the exchange;
 * - `bad-key`: bytes that are no key, or with which nothing can be agreed on;
 * - `reflected`: what we sent came back as theirs;
 * - `wrong-channel`: bound to a kind of channel that this side does not have;
 * - `wrong-proof`: the secret is not theirs, or the two sides have not seen the same.
 */
export interface LoginError {
	readonly kind: "malformed" | "bad-key" | "reflected" | "wrong-channel" | "wrong-proof";
	readonly expected: string;
	readonly got: string;
}

export function refuse(
	kind: LoginError["kind"],
	expected: string,
	got: string,
): { readonly ok: false; readonly error: LoginError } {
	return err({ kind, expected, got });
}
