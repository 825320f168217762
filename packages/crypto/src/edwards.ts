import { equal, ok, type Result } from "@clowder/bytes";
import { ed25519 } from "@noble/curves/ed25519.js";
import type { EdwardsPoint } from "@noble/curves/abstract/edwards.js";
import type { Backend } from "./backend.ts";
import { keyError } from "./key-error.ts";
import { SecretBytes } from "./secret.ts";
import { PUBLIC_KEY_BYTES } from "./sizes.ts";
import type { KeyError } from "./suite.ts";

const { Point } = ed25519;

/** `L`, the order of the base point (RFC 8032 section 5.1). */
export const GROUP_ORDER: bigint = Point.Fn.ORDER;

/** A little-endian number. For public values: the time depends on them. */
export function littleEndian(bytes: Uint8Array): bigint {
	let digits = "0x";
	for (let i = bytes.length - 1; i >= 0; i--) digits += (bytes[i] as number).toString(16).padStart(2, "0");
	return BigInt(digits);
}

/** `5L - 1`, little-endian. Nothing secret: a scalar as `Backend.x25519` takes it. */
class OrderTest extends SecretBytes {}
const ORDER_TEST = new OrderTest(toLittleEndian(5n * GROUP_ORDER - 1n));

function toLittleEndian(value: bigint): Uint8Array {
	return Uint8Array.from({ length: PUBLIC_KEY_BYTES }, (_, i) => Number((value >> BigInt(8 * i)) & 0xffn));
}

/**
 * Whether a point, not of small order, is of order `L`. Multiplying by `L` would say so, in 2 ms of JavaScript; X25519 by
 * `5L - 1`, which the platform has, says the same. Let the point be `Q + T`, `Q` of order `L` and `T` of an order that
 * divides 8. `5L - 1` is -1 modulo `L`, a multiple of 8, and of the form that clamping leaves alone: so it gives the
 * u-coordinate of `-Q`, which is that of `Q + T` if and only if `T` is zero.
 */
function isTorsionFree(backend: Backend, y: bigint): boolean {
	const u = Point.Fp.toBytes(Point.Fp.div(1n + y, Point.Fp.sub(1n, y)));
	return equal(backend.x25519(ORDER_TEST, { bytes: u }), u);
}

/**
 * Decodes an Edwards point that comes from elsewhere, to be a key (CRYPTO-2, CRYPTO-3): the one encoding there is,
 * on the curve (RFC 8032 section 5.1.3), of the prime order `L`.
 */
export function parseEdwardsPoint(backend: Backend, bytes: Uint8Array): Result<EdwardsPoint, KeyError> {
	if (bytes.length !== PUBLIC_KEY_BYTES) {
		return keyError("ed25519", `${PUBLIC_KEY_BYTES} bytes`, `${bytes.length} bytes`);
	}
	const unsigned = new Uint8Array(bytes);
	unsigned[31] = (unsigned[31] as number) & 0x7f;
	const y = littleEndian(unsigned);
	if (y >= Point.Fp.ORDER) return keyError("ed25519", "y < 2^255 - 19", "a larger y");
	const point = decodePoint(bytes);
	if (point === undefined) return keyError("ed25519", "the encoding of a point on the curve", "no point");
	if (point.isSmallOrder()) return keyError("ed25519", "a point of prime order", "a point of small order");
	if (!isTorsionFree(backend, y)) return keyError("ed25519", "a point of prime order", "a point with a torsion part");
	return ok(point);
}

/** Of a key that we made, so that only decoding is left to do. */
export function trustedPoint(bytes: Uint8Array): EdwardsPoint {
	return Point.fromBytes(bytes);
}

/** The library tells "not a point" by throwing, "x = 0 with the sign bit set" included. */
function decodePoint(bytes: Uint8Array): EdwardsPoint | undefined {
	try {
		return Point.fromBytes(bytes, false);
	} catch {
		return undefined;
	}
}

/** The birational map to the Montgomery curve, `u = (1 + y) / (1 - y)` (RFC 7748 section 4.1), little-endian. */
export function montgomeryU(edwards: Uint8Array): Uint8Array {
	return ed25519.utils.toMontgomery(edwards);
}
