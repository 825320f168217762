import { type Bytes, ok, type Result } from "@clowder/bytes";
import { ed448 } from "@noble/curves/ed448.js";
import type { EdwardsPoint } from "@noble/curves/abstract/edwards.js";
import { otrKeyError } from "./key-error.ts";
import { fromLittleEndian } from "./numbers.ts";
import type { OtrBackend } from "./backend.ts";
import type { Ed448Point, OtrKeyError } from "./primitives.ts";
import { POINT_BYTES } from "./sizes.ts";
import { isTorsionFree } from "./torsion.ts";

const { Point } = ed448;

/** Only what is in the prime-order group becomes one, so whoever holds one holds a point that passed the checks. */
export class Ed448PointImpl implements Ed448Point {
	readonly kind = "ed448-point";
	readonly #point: EdwardsPoint;
	#bytes: Bytes<"POINT"> | undefined;

	constructor(point: EdwardsPoint, bytes?: Uint8Array) {
		this.#point = point;
		this.#bytes = bytes as Bytes<"POINT"> | undefined;
	}

	get point(): EdwardsPoint {
		return this.#point;
	}

	/** Computed when first asked for, since it takes an inversion. */
	get bytes(): Bytes<"POINT"> {
		this.#bytes ??= this.#point.toBytes() as Bytes<"POINT">;
		return this.#bytes;
	}

	get isIdentity(): boolean {
		return this.#point.is0();
	}
}

export const IDENTITY: Ed448PointImpl = new Ed448PointImpl(Point.ZERO);
export const BASE: Ed448PointImpl = new Ed448PointImpl(Point.BASE);

/** The point behind the interface. */
export function pointOf(point: Ed448Point): Ed448PointImpl {
	if (!(point instanceof Ed448PointImpl)) throw new TypeError("not an Ed448 point of this package");
	return point;
}

/** The library tells "not a point" by throwing, "x = 0 with the sign bit set" included. */
export function decodeByLibrary(bytes: Uint8Array): EdwardsPoint | undefined {
	try {
		return Point.fromBytes(bytes, false);
	} catch {
		return undefined;
	}
}

/** CRYPTO-21: the one encoding of a point on the curve, of order `q`. */
export function parsePoint(backend: OtrBackend, bytes: Uint8Array): Result<Ed448PointImpl, OtrKeyError> {
	if (bytes.length !== POINT_BYTES) return otrKeyError("ed448", `${POINT_BYTES} bytes`, `${bytes.length} bytes`);
	const unsigned = new Uint8Array(bytes);
	unsigned[POINT_BYTES - 1] = (unsigned[POINT_BYTES - 1] as number) & 0x7f;
	const y = fromLittleEndian(unsigned);
	if (y >= Point.Fp.ORDER) return otrKeyError("ed448", "y < p", "a larger y");
	const point = backend.decodePoint({ bytes, y });
	if (point === undefined) return otrKeyError("ed448", "the encoding of a point on the curve", "no point");
	if (point.is0()) return otrKeyError("ed448", "a point of order q", "the identity");
	if (point.isSmallOrder()) return otrKeyError("ed448", "a point of order q", "a point of small order");
	if (!isTorsionFree(backend, point)) return otrKeyError("ed448", "a point of order q", "a point with a torsion part");
	return ok(new Ed448PointImpl(point, new Uint8Array(bytes)));
}

/**
 * A point of which nobody knows the discrete logarithm: bytes taken as an encoding, the cofactor cleared. About half
 * of all `y` are on the curve.
 */
export function pointFrom(random: Uint8Array): Ed448PointImpl | undefined {
	const encoding = new Uint8Array(random);
	encoding[POINT_BYTES - 1] = (encoding[POINT_BYTES - 1] as number) & 0x80;
	const point = decodeByLibrary(encoding)?.clearCofactor();
	return point === undefined || point.is0() ? undefined : new Ed448PointImpl(point);
}
