import { ed448 } from "@noble/curves/ed448.js";
import type { EdwardsPoint } from "@noble/curves/abstract/edwards.js";
import { ORDER } from "./scalar.ts";

/**
 * edwards448 seen from curve448, the Montgomery curve of X448 (RFC 7748 section 4.2): between them is a 4-isogeny, and
 * there and back is a multiplication by 4. Coordinates of points that are in the group of order `q`.
 */

const { Point } = ed448;
const { Fp } = Point;
const P: bigint = Fp.ORDER;

/** `A` of `v^2 = u^3 + A*u^2 + u`. */
const A = 156326n;

export interface MontgomeryPoint {
	readonly u: bigint;
	readonly v: bigint;
}

/** `(u, v) = (y^2/x^2, (2 - x^2 - y^2)*y/x^3)`; the point is not the identity. */
export function toMontgomery({ X, Y, Z }: EdwardsPoint): MontgomeryPoint {
	// Divided by x: (y/x, 1/x).
	const inverted = Fp.inv(X);
	const [y, z] = [(Y * inverted) % P, (Z * inverted) % P];
	return { u: (y * y) % P, v: Fp.create((2n * z * z - 1n - y * y) * y) };
}

/** What X448 multiplies by: a multiple of 4 with its highest bit at 447. */
const SMALLEST_QUARTER = 1n << 445n;
const QUARTER: bigint = Point.Fn.inv(4n);
const SIXTEENTH: bigint = Point.Fn.inv(16n);

/**
 * For a multiplication by `scalar` of the Edwards point, what X448 multiplies the Montgomery point by: `K = scalar/4`, and
 * `K + 1`, each modulo `q` and up to the sign, which the u-coordinate does not show. `undefined` for the few scalars
 * that no such number is congruent to.
 */
export function ladderScalars(scalar: bigint): readonly [bigint, bigint] | undefined {
	const first = clampedMultiple((scalar * SIXTEENTH) % ORDER);
	const second = clampedMultiple((scalar * SIXTEENTH + QUARTER) % ORDER);
	return first === undefined || second === undefined ? undefined : [first, second];
}

function clampedMultiple(quarter: bigint): bigint | undefined {
	const larger = quarter < SMALLEST_QUARTER ? ORDER - quarter : quarter;
	return larger < SMALLEST_QUARTER || quarter === 0n ? undefined : 4n * larger;
}

/**
 * From `Q` and the u-coordinates of `K*Q` and `(K+1)*Q` to `4*K*P`: the v-coordinate by the formula of Okeya and Sakurai
 * ("Efficient Elliptic Curve Cryptosystems from a Scalar Multiplication Algorithm with Recovery of the y-Coordinate on a
 * Montgomery-Form Elliptic Curve", section 3), then the dual isogeny, both without a division. `undefined` where a
 * denominator is zero.
 */
export function fromMontgomery({ u, v }: MontgomeryPoint, u1: bigint, u2: bigint): EdwardsPoint | undefined {
	// v1 = n / w
	const difference = u - u1;
	const n = Fp.create(((u * u1 + 1n) % P) * (u + u1 + 2n * A) - 2n * A - ((difference * difference) % P) * u2);
	const w = Fp.create(2n * v);
	const [nn, ww, uu] = [(n * n) % P, (w * w) % P, (u1 * u1) % P];
	const squared = Fp.create((uu - 1n) * (uu - 1n));
	const wide = (ww * squared) % P;
	// x = 4v(u^2 - 1) / ((u^2 - 1)^2 + 4v^2), and y = -u((u^2 - 1)^2 - 4v^2) / (u(u^2 - 1)^2 - 2v^2(u^2 + 1))
	const xn = Fp.create(((4n * n * w) % P) * (uu - 1n));
	const xd = Fp.create(wide + 4n * nn);
	const yn = Fp.create(-u1 * (wide - 4n * nn));
	const yd = Fp.create(u1 * wide - 2n * nn * (uu + 1n));
	const z = (xd * yd) % P;
	if (z === 0n) return undefined;
	return new Point((xn * yd) % P, (yn * xd) % P, z, (xn * yn) % P);
}
