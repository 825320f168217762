import { createCipheriv, createDiffieHellman, createHash, type KeyObject, sign, verify } from "node:crypto";
import { concat, equal } from "@clowder/bytes";
import type { EdwardsPoint } from "@noble/curves/abstract/edwards.js";
import { importSecret } from "../secret.ts";
import type { OtrBackend } from "./backend.ts";
import { DH_GENERATOR, DH_PRIME } from "./dh-group.ts";
import type { Ed448KeyPairImpl } from "./ed448-key.ts";
import { nobleBackend } from "./noble-backend.ts";
import { ed448PrivateKey, publicKeyObject } from "./node-keys.ts";
import { fromBigEndian, toBigEndian } from "./numbers.ts";
import { type Ed448PointImpl, IDENTITY, parsePoint } from "./point.ts";
import { CHACHA20_NONCE_BYTES, DH_PUBLIC_KEY_MAX_BYTES, POINT_BYTES } from "./sizes.ts";
import { decodePoint, squareRoot } from "./node-square-root.ts";
import * as x448 from "./node-x448.ts";

/** From so many terms on, doublings that they share in JavaScript cost less than X448 for each (measured). */
const TERMS_FOR_SHARED_DOUBLINGS = 16;
/** The block counter that stands before the nonce in OpenSSL's initial state: 0, little-endian. */
const COUNTER: Uint8Array = new Uint8Array(16 - CHACHA20_NONCE_BYTES);
const PRIME_BYTES: Uint8Array = toBigEndian(DH_PRIME, DH_PUBLIC_KEY_MAX_BYTES);

/** Marks what this backend keeps with a secret. */
const thisBackend: object = {};

const publicKeys = new WeakMap<Ed448PointImpl, KeyObject>();

/** Plain bytes: a Buffer's `slice` does not copy, and other code cannot tell which of the two it holds. */
function plain(buffer: Buffer): Uint8Array {
	return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.length);
}

/** Imported when something is first signed with it: most key pairs are for one exchange, and sign nothing. */
function privateKeyOf(pair: Ed448KeyPairImpl): KeyObject {
	return importSecret(pair, thisBackend, ed448PrivateKey);
}

function publicKeyOf(point: Ed448PointImpl): KeyObject {
	let key = publicKeys.get(point);
	if (key === undefined) {
		key = publicKeyObject("Ed448", point.bytes);
		publicKeys.set(point, key);
	}
	return key;
}

function sum(terms: Parameters<OtrBackend["sum"]>[0]): EdwardsPoint {
	if (terms.length >= TERMS_FOR_SHARED_DOUBLINGS) return nobleBackend.sum(terms);
	let total = IDENTITY.point;
	for (const term of terms) {
		if (term.scalar === 0n || term.point.is0()) continue;
		total = total.add(x448.multiplyPublic(term.point, term.scalar) ?? nobleBackend.sum([term]));
	}
	return total;
}

/** A new object for each power, so that no exponent stays behind in one. */
function dhPower(base: Uint8Array, exponent: Uint8Array): Uint8Array {
	const group = createDiffieHellman(PRIME_BYTES, Number(DH_GENERATOR));
	group.setPrivateKey(exponent);
	return plain(group.computeSecret(base));
}

export const nodeBackend: OtrBackend = {
	name: "node",
	shake256(parts, length) {
		const hash = createHash("shake256", { outputLength: length });
		for (const part of parts) hash.update(part);
		return plain(hash.digest());
	},
	chacha20(key, nonce, data) {
		const cipher = createCipheriv("chacha20", key, concat(COUNTER, nonce));
		return concat(cipher.update(data), cipher.final());
	},
	decodePoint,
	squareRoot,
	multiplyBase: (scalar) => x448.multiplyBase(scalar) ?? nobleBackend.multiplyBase(scalar),
	multiply: (point, scalar) => x448.multiply(point.point, scalar) ?? nobleBackend.multiply(point, scalar),
	sum,
	ed448Sign: (pair, message) => plain(sign(null, message, privateKeyOf(pair))),
	/**
	 * CRYPTO-24. OpenSSL maps `R` to another curve, where its torsion part is lost; so an `R` that has one is refused here.
	 * Where neither `R` nor the key has one, its comparison is that of the encodings. It takes the identity for no `R`.
	 */
	ed448Verify(key, message, signature) {
		const r = signature.subarray(0, POINT_BYTES);
		if (equal(r, IDENTITY.bytes)) return nobleBackend.ed448Verify(key, message, signature);
		return verify(null, message, publicKeyOf(key), signature) && parsePoint(nodeBackend, r).ok;
	},
	dhPower,
	dhProduct(powers) {
		let product = 1n;
		for (const { base, exponent } of powers) {
			if (exponent === 0n) continue;
			const power = dhPower(toBigEndian(base, DH_PUBLIC_KEY_MAX_BYTES), toBigEndian(exponent, DH_PUBLIC_KEY_MAX_BYTES));
			product = (product * fromBigEndian(power)) % DH_PRIME;
		}
		return product;
	},
};
