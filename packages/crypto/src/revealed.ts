import { equal, ok, type Result } from "@clowder/bytes";
import { keyError } from "./key-error.ts";
import type { SecretBytes } from "./secret.ts";
import type { KeyError } from "./suite.ts";

/**
 * CRYPTO-16: someone else's secret, as they revealed it, against the public key that they were known by. The public key
 * is computed anew, so nothing need be asked of the secret's form: a secret gives that key, or it does not.
 */
export function revealedKey<K extends SecretBytes>(
	name: KeyError["key"],
	seed: Uint8Array,
	seedBytes: number,
	publicKey: Uint8Array,
	make: () => { readonly secret: K; readonly publicKey: Uint8Array },
): Result<K, KeyError> {
	if (seed.length !== seedBytes) return keyError(name, `a secret of ${seedBytes} bytes`, `${seed.length} bytes`);
	const made = make();
	if (equal(made.publicKey, publicKey)) return ok(made.secret);
	made.secret.erase();
	return keyError(name, "the secret of the public key", "the secret of another");
}
