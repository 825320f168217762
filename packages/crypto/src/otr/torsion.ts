import { ed448 } from "@noble/curves/ed448.js";
import type { EdwardsPoint } from "@noble/curves/abstract/edwards.js";
import type { OtrBackend } from "./backend.ts";
import { jacobi } from "./numbers.ts";

const { Fp } = ed448.Point;
const P: bigint = Fp.ORDER;
const D = -39081n;

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
export function isTorsionFree({ squareRoot }: Pick<OtrBackend, "squareRoot">, { y }: EdwardsPoint): boolean {
	const square = Fp.create((1n - D) * (1n - D * y * y));
	const w = squareRoot(square);
	if (Fp.sqr(w) !== square) return false;
	const isHalf = jacobi((1n + D * y + w) * (1n + y), P) === -1;
	return isHalf ? jacobi(((1n - D) * y - w) * (1n + y), P) === -1 : jacobi((D - 1n - w) * (1n + y), P) === 1;
}
