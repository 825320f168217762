import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ed448 } from "@noble/curves/ed448.js";
import * as fc from "fast-check";
import { fromMontgomery, ladderScalars, toMontgomery } from "../../src/otr/curve448.ts";
import * as ref from "./reference.ts";

const { Point } = ed448;
const OPTIONS = { seed: 20_13, numRuns: 100 };
const A = 156326n;
const scalars = fc.bigInt({ min: 1n, max: ref.Q - 1n });

const quarter = (value: bigint): bigint => ref.mod(value * ref.power(4n, ref.Q - 2n, ref.Q), ref.Q);

/** What X448 does to its scalar (RFC 7748 section 5), which must be nothing. */
function clamp(scalar: bigint): bigint {
	return (scalar & ~3n & (2n ** 448n - 1n)) | (1n << 447n);
}

/** Whether neither `4t` nor `4(q - t)`, for `K = 4t`, is of 448 bits; and 0, by which nothing is to be multiplied. */
function isLeftOut(K: bigint): boolean {
	const t = quarter(K);
	return t === 0n || (t < 2n ** 445n && ref.Q - t < 2n ** 445n);
}

describe("edwards448 seen from curve448", () => {
	it("maps the base point to that of X448, and points of the curve to points of the other", () => {
		assert.equal(toMontgomery(Point.BASE).u, 5n);
		fc.assert(
			fc.property(scalars, (scalar) => {
				// Not normalised, so that Z is not 1.
				const { u, v } = toMontgomery(Point.BASE.multiply(scalar).double());
				assert.equal(ref.mod(v * v, ref.P), ref.mod(u * u * u + A * u * u + u, ref.P));
			}),
			OPTIONS,
		);
	});

	it("gives scalars that X448 does not change, for K = k/4 and K + 1, up to the sign", () => {
		fc.assert(
			fc.property(scalars, (k) => {
				const due = [quarter(k), ref.mod(quarter(k) + 1n, ref.Q)];
				const found = ladderScalars(k);
				assert.equal(found === undefined, due.some(isLeftOut));
				for (const [i, scalar] of (found ?? []).entries()) {
					assert.equal(clamp(scalar), scalar);
					assert.equal(scalar % ref.Q === due[i] || scalar % ref.Q === ref.Q - (due[i] as bigint), true);
				}
			}),
			OPTIONS,
		);
	});

	it("gives none where there is none: K + 1 = 0, and what clamping leaves out", () => {
		assert.equal(ladderScalars(ref.Q - 4n), undefined);
		assert.equal(ladderScalars(8n), undefined);
		const leftOut = 16n * (2n ** 445n - 1n);
		assert.equal(ladderScalars(leftOut % ref.Q), undefined);
		assert.equal(ladderScalars((leftOut - 4n) % ref.Q), undefined);
		assert.notEqual(ladderScalars((leftOut + 16n) % ref.Q), undefined);
	});

	it("comes back multiplied by 4, and not from a denominator of zero", () => {
		const point = toMontgomery(Point.BASE);
		const u = (factor: bigint): bigint => toMontgomery(Point.BASE.multiply(factor)).u;
		for (const factor of [1n, 2n, 3n, 1000n]) {
			const back = fromMontgomery(point, u(factor), u(factor + 1n));
			assert.ok(back?.equals(Point.BASE.multiply(4n * factor)));
		}
		assert.equal(fromMontgomery({ u: 0n, v: 0n }, 0n, 0n), undefined);
	});
});
