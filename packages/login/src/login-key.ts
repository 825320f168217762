import { type Branded, encode, erase, utf8 } from "@clowder/bytes";
import { type DhSecretKey, type Primitives, SEED_BYTES } from "@clowder/crypto";
import type { LoginHost } from "./host.ts";
import { MECHANISM, USER_SECRET_BYTES } from "./limits.ts";

/** An X25519 key that logs in to one host and does nothing else. Secret; `erase` it when done. */
export type LoginKey = Branded<DhSecretKey, "LoginKey">;

/**
 * LOGIN-1: the login key of one user at one host. Neither two hosts' keys nor a login key and the identity in rooms, which
 * comes of the same secret, can be found to belong together without that secret.
 *
 * `secret`: the user's, 32 bytes of full entropy; it stays the caller's to erase.
 */
export function loginKey(primitives: Primitives, secret: Uint8Array, host: LoginHost): LoginKey {
	if (secret.length !== USER_SECRET_BYTES) throw new RangeError(`a secret of ${secret.length} bytes`);
	const label = encode((w) => w.variable(utf8(`${MECHANISM} login key`)).variable(utf8(host)));
	const derived = primitives.hmacSha512(secret, label);
	const key = primitives.dhKeyPair(derived.subarray(0, SEED_BYTES));
	erase(derived);
	return key as LoginKey;
}

/** A key for one use, of 32 random bytes: its account says nothing of anyone. */
export function throwawayLoginKey(primitives: Primitives, seed: Uint8Array): LoginKey {
	return primitives.dhKeyPair(seed) as LoginKey;
}
