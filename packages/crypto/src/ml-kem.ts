import { erase, ok, type Result } from "@clowder/bytes";
import { ml_kem768 } from "@noble/post-quantum/ml-kem.js";
import { keyError } from "./key-error.ts";
import { revealedKey } from "./revealed.ts";
import { readSecret, SecretBytes } from "./secret.ts";
import { KEM_CIPHERTEXT_BYTES, KEM_COINS_BYTES, KEM_PUBLIC_KEY_BYTES, KEM_SEED_BYTES, requireLength } from "./sizes.ts";
import type { Kem, KemCiphertext, KemPublicKey, KemSecretKey, KeyError, SharedSecret } from "./suite.ts";

/** `q` of FIPS 203 section 2.4. */
const MODULUS = 3329;
/** The polynomials of an encapsulation key, 384 bytes for each of k = 3; the seed of the matrix follows. */
const POLYNOMIALS_BYTES = 3 * 384;

export class KemPublicKeyImpl implements KemPublicKey {
	readonly kind = "kem-public";
	readonly bytes: Uint8Array;

	constructor(bytes: Uint8Array) {
		this.bytes = bytes;
	}
}

/** Kept as its seed (CRYPTO-10) and expanded for each use: an expanded key can be doctored, a seed cannot. */
export class KemSecretKeyImpl extends SecretBytes implements KemSecretKey {
	readonly kind = "kem-secret";
	readonly publicKey: KemPublicKeyImpl;

	constructor(seed: Uint8Array) {
		super(seed);
		const expanded = ml_kem768.keygen(seed);
		this.publicKey = new KemPublicKeyImpl(expanded.publicKey);
		erase(expanded.secretKey);
	}

	reveal(): Uint8Array {
		return readSecret(this).slice();
	}
}

/** CRYPTO-11: all 768 coefficients below q (FIPS 203 section 7.2, modulus check). */
function parsePublicKey(bytes: Uint8Array): Result<KemPublicKey, KeyError> {
	if (bytes.length !== KEM_PUBLIC_KEY_BYTES) {
		return keyError("ml-kem-768", `${KEM_PUBLIC_KEY_BYTES} bytes`, `${bytes.length} bytes`);
	}
	for (let at = 0; at < POLYNOMIALS_BYTES; at += 3) {
		const three = (bytes[at] as number) | ((bytes[at + 1] as number) << 8) | ((bytes[at + 2] as number) << 16);
		if ((three & 0xfff) >= MODULUS || three >> 12 >= MODULUS) {
			return keyError("ml-kem-768", `coefficients below ${MODULUS}`, `a larger one in bytes ${at} to ${at + 2}`);
		}
	}
	return ok(new KemPublicKeyImpl(new Uint8Array(bytes)));
}

/** CRYPTO-16. Of the seed, `d` alone is held to the public key: see there for what that leaves open. */
function revealedKemKey(seed: Uint8Array, publicKey: KemPublicKey): Result<KemSecretKey, KeyError> {
	if (!(publicKey instanceof KemPublicKeyImpl)) throw new TypeError("not an ML-KEM public key of this package");
	return revealedKey("ml-kem-768", seed, KEM_SEED_BYTES, publicKey.bytes, () => {
		const secret = new KemSecretKeyImpl(seed);
		return { secret, publicKey: secret.publicKey.bytes };
	});
}

function encapsulate(
	key: KemPublicKey,
	coins: Uint8Array,
): { readonly ciphertext: KemCiphertext; readonly secret: SharedSecret } {
	if (!(key instanceof KemPublicKeyImpl)) throw new TypeError("not an ML-KEM public key of this package");
	requireLength("ML-KEM coins", coins, KEM_COINS_BYTES);
	const { cipherText, sharedSecret } = ml_kem768.encapsulate(key.bytes, coins);
	// The library's secret is a view into a longer buffer: a copy of its own, so that erasing it leaves nothing behind.
	const secret = sharedSecret.slice() as SharedSecret;
	erase(sharedSecret);
	return { ciphertext: cipherText as KemCiphertext, secret };
}

function decapsulate(key: KemSecretKey, ciphertext: KemCiphertext): SharedSecret {
	if (!(key instanceof KemSecretKeyImpl)) throw new TypeError("not an ML-KEM secret key of this package");
	requireLength("ML-KEM ciphertext", ciphertext, KEM_CIPHERTEXT_BYTES);
	const { secretKey } = ml_kem768.keygen(readSecret(key));
	const found = ml_kem768.decapsulate(ciphertext, secretKey);
	erase(secretKey);
	const secret = found.slice() as SharedSecret;
	erase(found);
	return secret;
}

/** ML-KEM-768. Node 20 has none of its own, so every backend uses this one. */
export const mlKem768: Kem = {
	keyPair(seed) {
		requireLength("ML-KEM seed", seed, KEM_SEED_BYTES);
		return new KemSecretKeyImpl(seed);
	},
	revealedKey: revealedKemKey,
	parsePublicKey,
	encapsulate,
	decapsulate,
};
