import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { hex } from "@clowder/bytes";
import * as fc from "fast-check";
import { DH_ORDER, DH_PRIME } from "../../src/otr/dh-group.ts";
import * as numbers from "../../src/otr/numbers.ts";
import { productOfPowers } from "../../src/otr/powers.ts";
import * as ref from "./reference.ts";

const SEED = 20_13;
const OPTIONS = { seed: SEED, numRuns: 200 };

describe("numbers as bytes", () => {
	it("both ways, big-endian and little-endian, of any length", () => {
		fc.assert(
			fc.property(fc.uint8Array({ maxLength: 90 }), (bytes) => {
				const value = ref.fromBigEndian(bytes);
				assert.equal(numbers.fromBigEndian(bytes), value);
				assert.equal(numbers.fromLittleEndian(bytes), ref.fromLittleEndian(bytes));
				assert.equal(hex(numbers.toBigEndian(value, bytes.length)), hex(bytes));
				assert.equal(hex(numbers.toLittleEndian(value, bytes.length)), hex(bytes.slice().reverse()));
				assert.equal(hex(numbers.minimal(bytes)), hex(ref.toBigEndian(value)));
			}),
			OPTIONS,
		);
	});

	it("part of a larger buffer, and without changing it", () => {
		const buffer = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12);
		assert.equal(numbers.fromBigEndian(buffer.subarray(1, 11)), 0x02030405060708090a0bn);
		assert.equal(numbers.fromLittleEndian(buffer.subarray(1, 4)), 0x040302n);
		assert.equal(hex(buffer), "0102030405060708090a0b0c");
	});

	it("their length in bits", () => {
		assert.deepEqual([0n, 1n, 2n, 255n, 256n].map(numbers.bitLength), [0, 1, 2, 8, 9]);
	});
});

describe("numbers modulo another", () => {
	const odd = fc.bigInt({ min: 1n, max: 2n ** 200n }).map((n) => 2n * n + 1n);
	const any = fc.bigInt({ min: -(2n ** 300n), max: 2n ** 300n });

	/** By the factors, for a modulus that has some. */
	const PRIMES = [3n, 5n, 7n, 11n, 13n, 17n, 10007n, ref.P, ref.Q];
	const legendre = (value: bigint, prime: bigint): number => {
		const power = ref.power(value, (prime - 1n) / 2n, prime);
		return power === prime - 1n ? -1 : Number(power);
	};

	it("the Jacobi symbol is Euler's criterion where the modulus is prime", () => {
		fc.assert(
			fc.property(fc.constantFrom(...PRIMES), any, (prime, value) => {
				assert.equal(numbers.jacobi(value, prime), legendre(value, prime));
			}),
			OPTIONS,
		);
		for (const value of [0n, 1n, 2n, -1n, 2n ** 64n, 2n ** 96n * 3n]) {
			for (const prime of PRIMES) assert.equal(numbers.jacobi(value, prime), legendre(value, prime));
		}
	});

	it("and the product of those of the factors where it is not", () => {
		fc.assert(
			fc.property(fc.constantFrom(...PRIMES), fc.constantFrom(...PRIMES), any, (p, q, value) => {
				// -0 is 0.
				assert.equal(numbers.jacobi(value, p * q), legendre(value, p) * legendre(value, q) + 0);
			}),
			OPTIONS,
		);
	});

	it("inverses, where there is one", () => {
		fc.assert(
			fc.property(any, odd, (value, modulus) => {
				const inverse = numbers.inverse(value, modulus);
				if (inverse !== undefined) assert.equal(ref.mod(inverse * value, modulus), 1n);
				assert.equal(inverse === undefined, !isCoprime(value, modulus));
			}),
			OPTIONS,
		);
		assert.equal(numbers.inverse(0n, ref.Q), undefined);
		assert.equal(numbers.inverse(6n, 15n), undefined);
	});

	it("products of powers, of exponents of any length up to the one given", () => {
		const power = fc.record({ base: fc.bigInt(2n, DH_PRIME - 2n), exponent: fc.bigInt(0n, 2n ** 90n - 1n) });
		fc.assert(
			fc.property(fc.array(power, { maxLength: 4 }), (powers) => {
				const expected = powers.reduce(
					(product, { base, exponent }) => (product * ref.power(base, exponent, DH_PRIME)) % DH_PRIME,
					1n,
				);
				assert.equal(productOfPowers(powers, 90, DH_PRIME), expected);
			}),
			{ seed: SEED, numRuns: 20 },
		);
		assert.equal(productOfPowers([{ base: 2n, exponent: DH_ORDER }], 3071, DH_PRIME), 1n);
	});
});

function isCoprime(a: bigint, b: bigint): boolean {
	let [x, y] = [a < 0n ? -a : a, b];
	while (y !== 0n) [x, y] = [y, x % y];
	return x === 1n;
}
