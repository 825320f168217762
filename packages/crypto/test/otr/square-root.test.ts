import assert from "node:assert/strict";
import { describe, it } from "node:test";
import * as fc from "fast-check";
import { nobleBackend } from "../../src/otr/noble-backend.ts";
import { nodeBackend } from "../../src/otr/node-backend.ts";
import * as ref from "./reference.ts";
import { SMALL_ORDER } from "./support.ts";

const SEED = 20_14;
const RUNS = 200;
const EDGES = [0n, 1n, 2n, 4n, ref.P - 1n, ref.P - 2n, (ref.P - 1n) / 2n, (1n << 447n) - 1n];

const values = fc.bigInt({ min: 0n, max: ref.P - 1n });

describe("square roots in the field of Ed448", () => {
	for (const backend of [nobleBackend, nodeBackend]) {
		it(`${backend.name}: of a square, one of its two`, () => {
			const isRoot = (root: bigint): void => {
				const found = backend.squareRoot((root * root) % ref.P);
				assert.ok(found === root || found === (ref.P - root) % ref.P, `${root}`);
			};
			for (const edge of EDGES) isRoot(edge);
			fc.assert(fc.property(values, isRoot), { seed: SEED, numRuns: RUNS });
		});
	}

	it("both backends say the same of what is no square", () => {
		const same = (value: bigint): void => assert.equal(nodeBackend.squareRoot(value), nobleBackend.squareRoot(value));
		for (const edge of EDGES) same(edge);
		fc.assert(fc.property(values, same), { seed: SEED, numRuns: RUNS });
	});
});

describe("CRYPTO-21: both backends decode the same points", () => {
	const decoded = (y: bigint, sign: number): readonly (string | undefined)[] => {
		const bytes = ref.toLittleEndian(y);
		bytes[56] = sign << 7;
		return [nobleBackend, nodeBackend].map((backend) => {
			const point = backend.decodePoint({ bytes, y })?.toAffine();
			return point && `${point.x} ${point.y}`;
		});
	};

	it("whatever y is, with either sign; and none where x = 0 has the sign bit", () => {
		let [some, none] = [0, 0];
		const same = (y: bigint): void => {
			for (const sign of [0, 1]) {
				const [noble, node] = decoded(y, sign);
				assert.equal(node, noble, `y = ${y}, sign ${sign}`);
				if (node === undefined) none += 1;
				else some += 1;
			}
		};
		for (const y of [...EDGES, ...SMALL_ORDER.map((point) => point.y)]) same(y);
		fc.assert(fc.property(values, same), { seed: SEED, numRuns: RUNS });
		assert.ok(some > RUNS / 2 && none > RUNS / 2);
		for (const y of [1n, ref.P - 1n])
			assert.deepEqual([decoded(y, 1), decoded(y, 0).includes(undefined)], [[undefined, undefined], false]);
	});
});
