import { erase } from "@clowder/bytes";
import type { IdentitySecretKey, Primitives } from "@clowder/crypto";

/** A long-term identity for one visit: nothing is written anywhere, and it is erased when the visit ends. */
export function freshIdentity(primitives: Primitives, random: (length: number) => Uint8Array): IdentitySecretKey {
	const seed = random(32);
	const identity = primitives.identityKey(seed);
	erase(seed);
	return identity;
}
