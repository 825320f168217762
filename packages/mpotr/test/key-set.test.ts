import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { decode, encode, hex } from "@clowder/bytes";
import {
	allDistinct,
	eraseAgreementKeys,
	eraseKeySet,
	generateKeySet,
	type PublicKeySet,
	readKeySetInFull,
	sameKeySet,
	writeKeySetByHash,
	writeKeySetInFull,
} from "../src/key-set.ts";
import { seeded, suiteOf } from "./support/place.ts";
import { keySetByHash, readByHash } from "./vectors/people.ts";

for (const id of [1, 2] as const) {
	const suite = suiteOf(id);
	const random = seeded(`key sets/${id}`);
	const make = (): PublicKeySet => generateKeySet(suite, random).public;
	const sets = [make(), make(), make()] as [PublicKeySet, PublicKeySet, PublicKeySet];
	const [one, two] = sets;

	describe(`KEYS-1: all keys of a list are distinct, suite ${id}`, () => {
		test("fresh ones are", () => {
			assert.deepEqual(allDistinct(sets), { ok: true, value: undefined });
			assert.deepEqual(allDistinct([]), { ok: true, value: undefined });
		});

		test("a key that comes twice is named, whichever it is and in whatever place", () => {
			const copies: readonly (readonly [string, Partial<PublicKeySet>, Uint8Array])[] = [
				["y", { y: one.y }, one.y.bytes],
				["b", { b: one.b }, one.b.bytes],
				["v", { v: one.v }, one.v.bytes],
				["y as b", { b: one.y }, one.y.bytes],
				["b as y", { y: one.b }, one.b.bytes],
				...(one.ek && one.bek
					? ([
							["ek", { ek: one.ek }, one.ek.hash],
							["bek", { bek: one.bek }, one.bek.hash],
							["ek as bek", { bek: one.ek }, one.ek.hash],
						] as const)
					: []),
			];
			for (const [what, copy, key] of copies) {
				for (const list of [
					[one, { ...two, ...copy }],
					[{ ...two, ...copy }, sets[2], one],
				]) {
					const result = allDistinct(list);
					assert.ok(!result.ok, what);
					assert.equal(hex(result.error), hex(key), what);
				}
			}
		});

		test("keys that begin alike and differ are not taken for one", () => {
			const bytes = one.y.bytes.slice();
			bytes[31] = (bytes[31] as number) ^ 1;
			const alike = { ...two, y: { ...two.y, bytes } };
			assert.ok(allDistinct([one, alike, sets[2]]).ok);
			const twice = allDistinct([one, alike, { ...sets[2], v: two.v }]);
			assert.ok(!twice.ok && hex(twice.error) === hex(two.v.bytes));
		});

		test("within one key set too", () => {
			assert.ok(!allDistinct([{ ...one, b: one.y }]).ok);
			assert.ok(!allDistinct([one, one]).ok);
		});
	});

	describe(`key sets, suite ${id}`, () => {
		test("erasing what the agreement needed leaves what the session needs", () => {
			const own = generateKeySet(suite, random);
			const peer = generateKeySet(suite, random).public;
			eraseAgreementKeys(own);
			assert.throws(() => suite.primitives.dh(own.x, peer.y), /erased/);
			if (own.kem)
				assert.throws(() => suite.kem?.decapsulate(own.kem as never, new Uint8Array(1088) as never), /erased/);
			assert.ok(suite.primitives.dh(own.s, peer.y).ok);
			assert.equal(suite.primitives.sign(own.e, peer.y.bytes).length, 64);
			eraseKeySet(own);
			assert.throws(() => suite.primitives.dh(own.s, peer.y), /erased/);
			assert.throws(() => suite.primitives.sign(own.e, peer.y.bytes), /erased/);
		});

		test("by hash and in full are the same one, two different ones are not", () => {
			const short = readByHash(suite, hex(keySetByHash(one)));
			assert.deepEqual([sameKeySet(short, one), sameKeySet(one, short)], [true, true]);
			assert.equal(sameKeySet(one, two), false);
			for (const key of ["y", "b", "v", ...(suite.kem ? ["ek", "bek"] : [])]) {
				assert.equal(sameKeySet(one, { ...one, [key]: two[key as "y"] }), false, key);
			}
		});

		test("keys that no one can use are refused by the decoder", () => {
			const whole = encode((w) => writeKeySetInFull(w, one));
			const read = (bytes: Uint8Array): boolean => decode(bytes, (r) => readKeySetInFull(suite, r)).ok;
			assert.ok(read(whole));
			for (const at of [0, 32]) {
				// u >= p, and the top bit set.
				assert.ok(!read(whole.slice().fill(0xff, at, at + 32)));
				const high = whole.slice();
				high[at + 31] = (high[at + 31] as number) | 0x80;
				assert.ok(!read(high));
			}
			// Of low order (KEYS-2).
			for (const at of [0, 32]) assert.ok(!read(whole.slice().fill(0, at, at + 32)));
			for (const fill of [0x00, 0xff]) assert.ok(!read(whole.slice().fill(fill, 64, 96)));
			if (suite.kem) assert.ok(!read(whole.slice().fill(0xff, 96, 99)));
		});

		if (id === 2) {
			test("one whose KEM keys are known as hashes is never written as if in full", () => {
				const short = readByHash(suite, hex(keySetByHash(one)));
				assert.throws(() => encode((w) => writeKeySetInFull(w, short)), /hash only/);
				assert.equal(hex(encode((w) => writeKeySetByHash(w, short))), hex(keySetByHash(one)));
			});
		}
	});
}
