import { equal } from "@clowder/bytes";
import { ctr } from "@noble/ciphers/aes.js";
import type { EdwardsPoint } from "@noble/curves/abstract/edwards.js";
import { ed25519, x25519 } from "@noble/curves/ed25519.js";
import { hmac } from "@noble/hashes/hmac.js";
import { sha512 } from "@noble/hashes/sha2.js";
import type { Backend } from "./backend.ts";
import type { VerifyKeyImpl } from "./ed25519.ts";
import { GROUP_ORDER, littleEndian } from "./edwards.ts";
import { primitivesOf } from "./primitives.ts";
import { readSecret } from "./secret.ts";
import type { Primitives } from "./suite.ts";

/** After this many verifications with a key its multiples are worth a table (measured: see README.md). */
const VERIFICATIONS_BEFORE_TABLE = 8;
/** Window of that table, in bits: some 120 KiB for each key, freed with it. */
const TABLE_WINDOW_BITS = 4;

interface Verifier {
	/** `-A`. */
	readonly negated: EdwardsPoint;
	uses: number;
}

const verifiers = new WeakMap<VerifyKeyImpl, Verifier>();

function verifierOf(key: VerifyKeyImpl): Verifier {
	let verifier = verifiers.get(key);
	if (verifier === undefined) {
		verifier = { negated: key.point.negate(), uses: 0 };
		verifiers.set(key, verifier);
	}
	verifier.uses += 1;
	if (verifier.uses === VERIFICATIONS_BEFORE_TABLE) verifier.negated.precompute(TABLE_WINDOW_BITS);
	return verifier;
}

function hashOf(parts: readonly Uint8Array[]): Uint8Array {
	const hash = sha512.create();
	for (const part of parts) hash.update(part);
	return hash.digest();
}

/**
 * CRYPTO-6. Not the library's `verify`, which multiplies by the cofactor and so accepts an `R` with a torsion part that
 * OpenSSL refuses.
 */
function ed25519Verify(key: VerifyKeyImpl, message: Uint8Array, signature: Uint8Array): boolean {
	const r = signature.subarray(0, 32);
	const s = littleEndian(signature.subarray(32));
	const k = littleEndian(hashOf([r, key.bytes, message])) % GROUP_ORDER;
	const point = ed25519.Point.BASE.multiplyUnsafe(s).add(verifierOf(key).negated.multiplyUnsafe(k));
	return equal(point.toBytes(), r);
}

const backend: Backend = {
	name: "noble",
	sha512: hashOf,
	hmacSha512(key, parts) {
		const mac = hmac.create(sha512, key);
		for (const part of parts) mac.update(part);
		return mac.digest();
	},
	aes256Ctr: (key, iv, data) => ctr(key, iv).encrypt(data),
	x25519Base: (scalar) => x25519.getPublicKey(readSecret(scalar)),
	x25519: (scalar, peer) => x25519.getSharedSecret(readSecret(scalar), peer.bytes),
	ed25519PublicKey: (seed) => ed25519.getPublicKey(readSecret(seed)),
	ed25519RevealedPublicKey: (seed) => ed25519.getPublicKey(seed),
	ed25519Sign: (seed, message) => ed25519.sign(message, readSecret(seed)),
	ed25519Verify,
};

/** The primitives in JavaScript alone: for browsers, and wherever `@clowder/crypto/node` cannot run. */
export const noblePrimitives: Primitives = primitivesOf(backend);
