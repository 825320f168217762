import { concat, equal } from "@clowder/bytes";
import { chacha20 } from "@noble/ciphers/chacha.js";
import { mulAddUnsafe } from "@noble/curves/abstract/curve.js";
import { ed448 } from "@noble/curves/ed448.js";
import { shake256 } from "@noble/hashes/sha3.js";
import { readSecret } from "../secret.ts";
import type { OtrBackend } from "./backend.ts";
import { DH_PRIME } from "./dh-group.ts";
import { bitLength, fromBigEndian, fromLittleEndian, toBigEndian } from "./numbers.ts";
import { decodeByLibrary } from "./point.ts";
import { productOfPowers } from "./powers.ts";
import { ORDER, scalarValue } from "./scalar.ts";
import { squareRoot } from "./square-root.ts";
import { DH_PUBLIC_KEY_MAX_BYTES, ED448_DIGEST_BYTES, POINT_BYTES } from "./sizes.ts";

const { Point } = ed448;

/** `dom4(0, "")` of RFC 8032 section 2. */
const DOM4: Uint8Array = Uint8Array.of(...[..."SigEd448"].map((c) => c.charCodeAt(0)), 0, 0);

function shake(parts: readonly Uint8Array[], length: number): Uint8Array {
	const hash = shake256.create({ dkLen: length });
	for (const part of parts) hash.update(part);
	return hash.digest();
}

export const nobleBackend: OtrBackend = {
	name: "noble",
	shake256: shake,
	chacha20: (key, nonce, data) => chacha20(key, nonce, data),
	decodePoint: ({ bytes }) => decodeByLibrary(bytes),
	squareRoot,
	multiplyBase: (scalar) => Point.BASE.multiply(scalarValue(scalar)),
	multiply: (point, scalar) => point.point.multiply(scalarValue(scalar)),
	sum(terms) {
		const points = terms.map(({ point }) => point);
		const scalars = terms.map(({ scalar }) => scalar);
		return mulAddUnsafe(Point, points, scalars);
	},
	ed448Sign: (pair, message) => ed448.sign(message, readSecret(pair)),
	/** CRYPTO-24. Not the library's `verify`, which multiplies by the cofactor. */
	ed448Verify(key, message, signature) {
		const r = signature.subarray(0, POINT_BYTES);
		const s = fromLittleEndian(signature.subarray(POINT_BYTES));
		const k = fromLittleEndian(shake([concat(DOM4, r, key.bytes), message], ED448_DIGEST_BYTES)) % ORDER;
		const point = mulAddUnsafe(Point, [Point.BASE, key.point.negate()], [s, k]);
		return equal(point.toBytes(), r);
	},
	dhPower(base, exponent) {
		const power = { base: fromBigEndian(base), exponent: fromBigEndian(exponent) };
		return toBigEndian(productOfPowers([power], 8 * exponent.length, DH_PRIME), DH_PUBLIC_KEY_MAX_BYTES);
	},
	dhProduct(powers) {
		const bits = Math.max(0, ...powers.map(({ exponent }) => bitLength(exponent)));
		return productOfPowers(powers, bits, DH_PRIME);
	},
};
