import { ed448 } from "@noble/curves/ed448.js";
import type { EdwardsPoint } from "@noble/curves/abstract/edwards.js";
import { pow2 } from "@noble/curves/abstract/modular.js";
import { jacobi } from "./numbers.ts";

const { Fp } = ed448.Point;
const P: bigint = Fp.ORDER;
const D = -39081n;

/** `value^((p+1)/4)`, a square root where there is one, since `p = 3 mod 4`; `(p+1)/4 = (2^224 - 1) * 2^222`. */
function squareRoot(value: bigint): bigint {
	const twice = (power: bigint, bits: bigint): bigint => (pow2(power, bits, P) * power) % P;
	const ones3 = (twice(value, 1n) ** 2n * value) % P;
	const ones7 = (pow2(twice(ones3, 3n), 1n, P) * value) % P;
	const ones56 = twice(twice(twice(ones7, 7n), 14n), 28n);
	const ones224 = twice(twice(ones56, 56n), 112n);
	return pow2(ones224, 222n, P);
}

/**
 * CRYPTO-21: whether a point (x, y) of the curve, with x != 0, is of order `q`. Multiplying by `q` says so in 446
 * doublings; this says it by one square root and two Legendre symbols (written X).
 *
 * The group is cyclic, Z/4 x Z/q; T = (1, 0) is of order 4. So the points of order `q`, and the identity, are the
 * multiples of 4: those that have a half that has a half.
 *
 * 1. P has a half iff X((1-d)(1 - d*y^2)) = 1. For (x, y) = 2(a, b) let s = a^2 + b^2. By the doubling formulas
 *    b^2 - a^2 = y(2 - s), and the curve's equation of (a, b) becomes d(1 - y^2)s^2 - 4(1 - d*y^2)s + 4(1 - d*y^2) = 0.
 *    A quarter of its discriminant is 4(1-d)(1 - d*y^2), a square if there is a half. If there is none, P + T has one,
 *    being in the other coset of the doubles. P + T is (y, -x), and (1 - d*x^2)(1 - d*y^2) = 1 - d by the curve's
 *    equation; X(1 - d) is -1, so X of P is the opposite of that of P + T.
 * 2. Let w^2 = (1-d)(1 - d*y^2). The roots s give b^2 = (1 + d*y + w) / (d(1 + y)), with either sign of w, for the two
 *    halves +-(a, b) and for two that have their coordinates in a larger field. As a*b = x*s/2 is in the field, b^2 is a
 *    square iff the halves are the former. Else theirs is 1/(d*b^2): the others differ from them by a point at infinity
 *    of order 2.
 * 3. P is a multiple of 4 iff its half has a half: by 1, X((1-d)(1 - d*b^2)) = 1, for either of the two, since they differ
 *    by (0, -1) = 2T. Put in and multiplied by squares, with X(d) = X(-1) = -1, it is what is computed here.
 *
 * None of the symbols is 0: that needs y = 1 or y = -1, where x = 0.
 */
export function isTorsionFree(point: EdwardsPoint): boolean {
	const { y } = point;
	const square = Fp.create((1n - D) * (1n - D * y * y));
	const w = squareRoot(square);
	if (Fp.sqr(w) !== square) return false;
	const isHalf = jacobi((1n + D * y + w) * (1n + y), P) === -1;
	return isHalf ? jacobi(((1n - D) * y - w) * (1n + y), P) === -1 : jacobi((D - 1n - w) * (1n + y), P) === 1;
}
