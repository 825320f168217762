import { type Bytes, erase } from "@clowder/bytes";
import type { DhKeyPair3072, DhPublicKey3072, Ed448KeyPair, Ed448Point, OtrPrimitives } from "@clowder/crypto/otr";
import { kdf, USAGE } from "../kdf.ts";

/** `K`, the Mixed shared secret: 64 bytes. Secret. */
export type MixedSharedSecret = Bytes<"K">;
/** `brace_key`: 32 bytes. Secret. */
export type BraceKey = Bytes<"brace_key">;
/** `SSID`: 8 bytes. */
export type SecureSessionId = Bytes<"SSID">;

const BRACE_KEY_BYTES = 32;
const SHARED_SECRET_BYTES = 64;
/** The length of an `SSID`. */
export const SSID_BYTES = 8;

/** `K_ecdh = ECDH(a, B)`: a `POINT`. Cannot be the identity, for `B` has prime order and `a` is not zero. Secret. */
export function ecdh(primitives: OtrPrimitives, ours: Ed448KeyPair, theirs: Ed448Point): Uint8Array {
	const shared = primitives.ed448.multiply(theirs, ours.scalar);
	if (shared.isIdentity) throw new Error("an ECDH of two keys that were checked gave the identity");
	return shared.bytes.slice();
}

/** `brace_key = KDF(usage_third_brace_key || k_dh, 32)`. */
export function braceKeyFromDh(primitives: OtrPrimitives, ours: DhKeyPair3072, theirs: DhPublicKey3072): BraceKey {
	const kDh = primitives.dh.agree(ours, theirs);
	const brace = kdf(primitives, USAGE.thirdBraceKey, [kDh], BRACE_KEY_BYTES) as BraceKey;
	erase(kDh);
	return brace;
}

/** `brace_key = KDF(usage_brace_key || brace_key, 32)`. */
export function nextBraceKey(primitives: OtrPrimitives, brace: BraceKey): BraceKey {
	return kdf(primitives, USAGE.braceKey, [brace], BRACE_KEY_BYTES) as BraceKey;
}

/** `K = KDF(usage_shared_secret || K_ecdh || brace_key, 64)`. Erases `kEcdh`. */
export function mixedSharedSecret(primitives: OtrPrimitives, kEcdh: Uint8Array, brace: BraceKey): MixedSharedSecret {
	const k = kdf(primitives, USAGE.sharedSecret, [kEcdh, brace], SHARED_SECRET_BYTES) as MixedSharedSecret;
	erase(kEcdh);
	return k;
}

/** `HWC(usage_SSID || K, 8)`. */
export function secureSessionId(primitives: OtrPrimitives, k: MixedSharedSecret): SecureSessionId {
	return kdf(primitives, USAGE.ssid, [k], SSID_BYTES) as SecureSessionId;
}
