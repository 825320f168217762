import assert from "node:assert/strict";
import { describe, it } from "node:test";
import * as fc from "fast-check";
import { LayeredMap } from "../src/fold/layered.ts";

const SEED = 20_26;

/** Few keys, so that entries are replaced as well as added. */
const entries = fc.array(fc.tuple(fc.integer({ min: 0, max: 40 }), fc.integer()), { maxLength: 120 });

/** Everything a reader can ask of a map, in its order. */
function readings(map: ReadonlyMap<number, { value: number }>): unknown {
	const each: unknown[] = [];
	map.forEach((value, key) => each.push([key, value]));
	const found = Array.from({ length: 42 }, (_, key) => [map.has(key), map.get(key)]);
	return { size: map.size, all: [...map], keys: [...map.keys()], values: [...map.values()], each, found };
}

describe("LayeredMap", () => {
	it("reads as a Map of the same entries, in the same order, and leaves those before it as they were", () => {
		fc.assert(
			fc.property(entries, entries, (first, later) => {
				const plain = new Map(first.map(([key, value]) => [key, { value }]));
				let layered: ReadonlyMap<number, { value: number }> = new Map(plain);
				const versions: { readonly map: typeof layered; readonly read: unknown }[] = [];
				for (const [key, value] of later) {
					versions.push({ map: layered, read: readings(layered) });
					layered = LayeredMap.with(layered, key, { value });
					plain.set(key, { value });
					assert.deepEqual(readings(layered), readings(plain));
				}
				for (const version of versions) assert.deepEqual(readings(version.map), version.read);
			}),
			{ seed: SEED, numRuns: 100 },
		);
	});

	it("copies no more than the few newest entries for one more, however many there are", () => {
		let map: ReadonlyMap<number, { value: number }> = new Map(
			Array.from({ length: 5000 }, (_, key) => [key, { value: key }]),
		);
		const { below } = LayeredMap.layers(map);
		for (let i = 0; i < 10; i++) map = LayeredMap.with(map, i, { value: -i });
		assert.equal(LayeredMap.layers(map).below, below);
		assert.equal(LayeredMap.layers(map).above.size, 10);
	});
});
