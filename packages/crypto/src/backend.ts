import type { VerifyKeyImpl } from "./ed25519.ts";
import type { SecretBytes } from "./secret.ts";

/**
 * What differs between backends: raw functions that decide nothing. Every check of input is made before they are
 * called, in code that all backends share, so that there is one verdict (CRYPTO-1).
 */
export interface Backend {
	readonly name: string;
	sha512(parts: readonly Uint8Array[]): Uint8Array;
	hmacSha512(key: Uint8Array, parts: readonly Uint8Array[]): Uint8Array;
	/** Lengths are checked. */
	aes256Ctr(key: Uint8Array, iv: Uint8Array, data: Uint8Array): Uint8Array;
	/** X25519 with the base point. */
	x25519Base(scalar: SecretBytes): Uint8Array;
	/** X25519; `peer.bytes` is canonical and not of low order. `peer` is always one object for one key. */
	x25519(scalar: SecretBytes, peer: { readonly bytes: Uint8Array }): Uint8Array;
	/** RFC 8032 section 5.1.5: the public key of a seed. */
	ed25519PublicKey(seed: SecretBytes): Uint8Array;
	/** The same, of a seed that everyone knows: it needs no care, and so can be faster. */
	ed25519RevealedPublicKey(seed: Uint8Array): Uint8Array;
	/** RFC 8032 section 5.1.6. */
	ed25519Sign(seed: SecretBytes, message: Uint8Array): Uint8Array;
	/** Whether the encoding of `S*B - k*A` is `R`; `signature` has 64 bytes and `S < L`. */
	ed25519Verify(key: VerifyKeyImpl, message: Uint8Array, signature: Uint8Array): boolean;
}
