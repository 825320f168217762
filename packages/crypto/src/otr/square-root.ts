import { ed448 } from "@noble/curves/ed448.js";
import { pow2 } from "@noble/curves/abstract/modular.js";

const P: bigint = ed448.Point.Fp.ORDER;

/** `value^((p+1)/4)`, a square root where there is one, since `p = 3 mod 4`; `(p+1)/4 = (2^224 - 1) * 2^222`. */
export function squareRoot(value: bigint): bigint {
	const twice = (power: bigint, bits: bigint): bigint => (pow2(power, bits, P) * power) % P;
	const ones3 = (twice(value, 1n) ** 2n * value) % P;
	const ones7 = (pow2(twice(ones3, 3n), 1n, P) * value) % P;
	const ones56 = twice(twice(twice(ones7, 7n), 14n), 28n);
	const ones224 = twice(twice(ones56, 56n), 112n);
	return pow2(ones224, 222n, P);
}
