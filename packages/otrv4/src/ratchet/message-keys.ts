import { type Bytes, equal } from "@clowder/bytes";
import type { OtrPrimitives } from "@clowder/crypto/otr";
import { kdf, USAGE } from "../kdf.ts";

/** `chain_key`: 64 bytes. Secret. */
export type ChainKey = Bytes<"chain_key">;
/** `root_key`: 64 bytes. Secret. */
export type RootKey = Bytes<"root_key">;
/** `MKenc`: 64 bytes, of which the first 32 encrypt. Secret. */
export type EncryptionKey = Bytes<"MKenc">;
/** `MKmac`: 64 bytes. Secret until it is revealed. */
export type MacKey = Bytes<"MKmac">;
/** `extra_symm_key`: 64 bytes. Secret. */
export type ExtraSymmetricKey = Bytes<"extra_symm_key">;

const KEY_BYTES = 64;
const CHACHA20_KEY_BYTES = 32;
/** "The nonce is set to 0": each key encrypts one message. */
const NONCE = new Uint8Array(12);
const EXTRA_SYMMETRIC_KEY_PREFIX = Uint8Array.of(0xff);

/** `derive_ratchet_keys`: the root key and the chain key that follow from the previous root key, if any, and `K`. */
export function ratchetKeys(
	primitives: OtrPrimitives,
	values: readonly Uint8Array[],
): { readonly root: RootKey; readonly chain: ChainKey } {
	return {
		root: kdf(primitives, USAGE.rootKey, values, KEY_BYTES) as RootKey,
		chain: kdf(primitives, USAGE.chainKey, values, KEY_BYTES) as ChainKey,
	};
}

/** `KDF(usage_first_root_key || K, 64)`. */
export function firstRootKey(primitives: OtrPrimitives, k: Uint8Array): RootKey {
	return kdf(primitives, USAGE.firstRootKey, [k], KEY_BYTES) as RootKey;
}

/** `chain_key[n+1] = KDF(usage_next_chain_key || chain_key[n], 64)`. */
export function nextChainKey(primitives: OtrPrimitives, chain: ChainKey): ChainKey {
	return kdf(primitives, USAGE.nextChainKey, [chain], KEY_BYTES) as ChainKey;
}

/** `MKenc = KDF(usage_message_key || chain_key, 64)`. */
export function encryptionKey(primitives: OtrPrimitives, chain: ChainKey): EncryptionKey {
	return kdf(primitives, USAGE.messageKey, [chain], KEY_BYTES) as EncryptionKey;
}

/** `MKmac = KDF(usage_MAC_key || MKenc, 64)`: "Show MAC Key" of the forging toolkit. */
export function macKey(primitives: OtrPrimitives, encryption: EncryptionKey): MacKey {
	return kdf(primitives, USAGE.macKey, [encryption], KEY_BYTES) as MacKey;
}

/** `extra_symm_key = KDF(usage_extra_symm_key || 0xFF || chain_key, 64)`. */
export function extraSymmetricKey(primitives: OtrPrimitives, chain: ChainKey): ExtraSymmetricKey {
	return kdf(primitives, USAGE.extraSymmetricKey, [EXTRA_SYMMETRIC_KEY_PREFIX, chain], KEY_BYTES) as ExtraSymmetricKey;
}

/**
 * `KDF(index || context || extra_sym_key, 64)`, where the index stands for the usage: the key of the TLV at `index` of a
 * message, with the four bytes of its context, from the key before it ("Extra Symmetric Key").
 */
export function derivedExtraSymmetricKey(
	primitives: OtrPrimitives,
	index: number,
	context: Uint8Array,
	previous: ExtraSymmetricKey,
): ExtraSymmetricKey {
	return kdf(primitives, index, [context, previous], KEY_BYTES) as ExtraSymmetricKey;
}

/** `Authenticator = HCMAC(usage_authenticator || MKmac || data_message_sections, 64)`. */
export function authenticate(primitives: OtrPrimitives, mac: MacKey, sections: Uint8Array): Bytes<"MAC"> {
	return kdf(primitives, USAGE.authenticator, [mac, sections], KEY_BYTES) as Bytes<"MAC">;
}

/** Compares in constant time. */
export function isAuthentic(
	primitives: OtrPrimitives,
	mac: MacKey,
	sections: Uint8Array,
	authenticator: Uint8Array,
): boolean {
	return equal(authenticate(primitives, mac, sections), authenticator);
}

/** `ChaCha20_Enc` and `ChaCha20_Dec`, with "only the first 32 bytes of MKenc". */
export function chacha20(primitives: OtrPrimitives, encryption: EncryptionKey, data: Uint8Array): Uint8Array {
	return primitives.chacha20(encryption.subarray(0, CHACHA20_KEY_BYTES), NONCE, data);
}
