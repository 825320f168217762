import { err, hex, type Result } from "@clowder/bytes";
import type { DhPublicKey, IdentityPublicKey, IdentitySecretKey, KeyError, SharedSecret, Suite } from "@clowder/crypto";

/** Answers for a long-term secret that one does not have: `DH(LSK, y)` for the owner of `lpk`. */
export type LongTermAnswer = (lpk: IdentityPublicKey, y: DhPublicKey) => Result<SharedSecret, KeyError>;

/**
 * A suite in which nobody's long-term secret is needed: where one would go in, `answer` says what comes out. This one
 * function is all that a participant does with a long-term secret, so whoever can answer can be anyone (rule FORGE-6).
 */
export function withoutLongTermSecrets(suite: Suite, answer: LongTermAnswer): Suite {
	const primitives = {
		...suite.primitives,
		dhFromIdentity: (secret: IdentitySecretKey, y: DhPublicKey) => answer(secret.publicKey, y),
	};
	return { ...suite, primitives };
}

/** Stands where a long-term secret would; there is none in it. Of use in such a suite only. */
export function standInFor(lpk: IdentityPublicKey): IdentitySecretKey {
	return { kind: "identity-secret", publicKey: lpk, erase: () => undefined, toString: () => "[none]" };
}

/** Answers from a table by `y`; what is not in it is refused. */
export function answersFrom(table: ReadonlyMap<string, () => Result<SharedSecret, KeyError>>): LongTermAnswer {
	return (_lpk, y) =>
		table.get(hex(y.bytes))?.() ??
		err({ kind: "key", key: "x25519", expected: "a key whose secret is known", got: "another" });
}
