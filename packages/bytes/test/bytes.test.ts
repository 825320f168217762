import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { compare, concat, equal, erase, fromHex, xor } from "../src/index.ts";

const anyBytes = fc.uint8Array({ maxLength: 40 });
const pair = fc
	.integer({ min: 0, max: 40 })
	.chain((length) => fc.tuple(...[0, 1].map(() => fc.uint8Array({ minLength: length, maxLength: length }))));

describe("concat", () => {
	test("joins in order, into memory of its own", () => {
		fc.assert(
			fc.property(fc.array(anyBytes, { maxLength: 5 }), (parts) => {
				assert.deepEqual(
					[...concat(...parts)],
					parts.flatMap((part) => [...part]),
				);
			}),
		);
		const part = Uint8Array.of(1, 2);
		concat(part).fill(9);
		assert.deepEqual(part, Uint8Array.of(1, 2));
	});
});

describe("equal", () => {
	test("is true of the same bytes only, wherever they differ", () => {
		fc.assert(
			fc.property(anyBytes, (bytes) => {
				assert.ok(equal(bytes, bytes.slice()));
				for (let i = 0; i < bytes.length; i++) {
					const other = bytes.slice();
					other[i] = (other[i] as number) ^ 0x80;
					assert.ok(!equal(bytes, other));
				}
				assert.ok(!equal(bytes, concat(bytes, Uint8Array.of(0))));
				assert.ok(!equal(concat(bytes, Uint8Array.of(0)), bytes));
			}),
		);
	});
});

describe("compare", () => {
	test("orders as unsigned bytes, a shorter beginning first", () => {
		fc.assert(
			fc.property(anyBytes, anyBytes, (a, b) => {
				assert.equal(Math.sign(compare(a, b)), Buffer.compare(a, b));
				assert.equal(compare(a, b) === 0, equal(a, b));
			}),
		);
		assert.ok(compare(Uint8Array.of(0x7f), Uint8Array.of(0x80)) < 0);
	});
});

describe("xor", () => {
	test("undoes itself and changes neither argument", () => {
		fc.assert(
			fc.property(pair, ([a, b]) => {
				assert.ok(a && b);
				const before = [a.slice(), b.slice()];
				const both = xor(a, b);
				assert.deepEqual(xor(both, b), before[0]);
				assert.deepEqual(xor(a, a), new Uint8Array(a.length));
				assert.deepEqual([a, b], before);
			}),
		);
	});

	test("of two lengths is a bug of the caller's", () => {
		assert.throws(() => xor(new Uint8Array(2), new Uint8Array(3)), RangeError);
	});
});

describe("erase", () => {
	test("leaves zeros in place of each, and passes over what is not there", () => {
		const read = fromHex("0badcafe");
		assert.ok(read.ok);
		const other = Uint8Array.of(7);
		erase(read.value, undefined, other);
		assert.deepEqual(read.value, new Uint8Array(4));
		assert.deepEqual(other, new Uint8Array(1));
	});
});
