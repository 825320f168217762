import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ed448 } from "@noble/curves/ed448.js";
import * as fc from "fast-check";
import { nobleBackend } from "../../src/otr/noble-backend.ts";
import { isTorsionFree } from "../../src/otr/torsion.ts";
import * as ref from "./reference.ts";
import { isOnCurve, SMALL_ORDER } from "./support.ts";

const { Point } = ed448;
const SEED = 20_13;
/** Twice as many as these are checked in each property. */
const RUNS = 40;

function isOfOrderQ(point: ref.Point): boolean {
	const { x, y } = ref.multiply(ref.Q, point);
	return x === ref.IDENTITY.x && y === ref.IDENTITY.y;
}

function verdict(point: ref.Point): boolean {
	return isTorsionFree(nobleBackend, Point.fromAffine(point));
}

const scalars = fc.bigInt({ min: 1n, max: ref.Q - 1n });

describe("CRYPTO-21: the torsion check by halving is multiplication by q", () => {
	it("for points of the group, with each torsion part", () => {
		fc.assert(
			fc.property(scalars, (scalar) => {
				const point = ref.multiply(scalar, ref.BASE);
				for (const [i, small] of SMALL_ORDER.entries()) {
					const sum = ref.add(point, small);
					assert.equal(isOfOrderQ(sum), i === 0);
					assert.equal(verdict(sum), i === 0, `${scalar} times G, and ${i} times (1, 0)`);
				}
			}),
			{ seed: SEED, numRuns: RUNS },
		);
	});

	it("for whatever is on the curve", () => {
		const ys = fc.bigInt({ min: 2n, max: ref.P - 2n }).filter(isOnCurve);
		const verdicts = new Set<boolean>();
		fc.assert(
			fc.property(ys, (y) => {
				const { x } = Point.fromBytes(ref.toLittleEndian(y));
				for (const sign of [x, ref.P - x]) {
					const point = { x: sign, y };
					assert.equal(verdict(point), isOfOrderQ(point), `y = ${y}`);
					verdicts.add(verdict(point));
				}
			}),
			{ seed: SEED, numRuns: RUNS },
		);
		assert.equal(verdicts.size, 2);
	});

	it("for small multiples of G, whose torsion parts are those of nobody's choosing", () => {
		for (let scalar = 1n; scalar <= 16n; scalar++) {
			const point = ref.multiply(scalar, ref.BASE);
			for (const [i, small] of SMALL_ORDER.entries()) assert.equal(verdict(ref.add(point, small)), i === 0);
		}
	});

	it("says of the two points of order 4 that they are not of order q", () => {
		assert.equal(verdict(ref.TORSION), false);
		assert.equal(verdict({ x: ref.P - 1n, y: 0n }), false);
	});

	it("rests on what its argument says: 1 - d, d and -1 are no squares", () => {
		const euler = (value: bigint): bigint => ref.power(value, (ref.P - 1n) / 2n, ref.P);
		for (const value of [1n - ref.D, ref.D, -1n]) assert.equal(euler(value), ref.P - 1n);
	});
});
