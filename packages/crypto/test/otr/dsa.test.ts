import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { concat, hex } from "@clowder/bytes";
import { otrNoblePrimitives } from "@clowder/crypto/otr-noble";
import { otrNodePrimitives } from "@clowder/crypto/otr-node";
import { DSA_PUBLIC_KEY_MAX_BYTES } from "@clowder/crypto/otr";
import { valueOf } from "../conformance-keys.ts";
import * as ref from "./reference.ts";
import { bytes, type DsaVectors, mpi, readVectors, seeded } from "./support.ts";

const { cases } = readVectors<DsaVectors>("dsa.json");
type Key = Pick<DsaVectors["cases"][number], "p" | "q" | "g" | "y">;

function encodeKey({ p, q, g, y }: Key): Uint8Array {
	return concat(new Uint8Array(2), ...[p, q, g, y].map((number) => mpi(bytes(number))));
}

const number = (text: string): bigint => BigInt(`0x${text}`);
const text = (value: bigint): string => hex(ref.toBigEndian(value));

for (const { backend, dsa } of [otrNoblePrimitives, otrNodePrimitives]) {
	describe(`DSA (${backend})`, () => {
		for (const test of cases) {
			it(`what OpenSSL signed with ${test.bits.p} and ${test.bits.q} bits`, () => {
				const encoding = encodeKey(test);
				const key = valueOf(dsa.parsePublicKey(encoding));
				assert.equal(hex(key.bytes), hex(encoding));
				for (const { hash, digest, signature } of test.signatures) {
					assert.equal(dsa.verify(key, bytes(digest), bytes(signature)), true, hash);
					for (const at of [0, test.bits.q / 8, test.bits.q / 4 - 1]) {
						const changed = bytes(signature).map((byte, i) => (i === at ? byte ^ 1 : byte));
						assert.equal(dsa.verify(key, bytes(digest), changed), false);
					}
					const other = bytes(digest).map((byte, i) => (i === 0 ? byte ^ 0x80 : byte));
					assert.equal(dsa.verify(key, other, bytes(signature)), false);
				}
			});
		}

		const [first] = cases;
		assert.ok(first !== undefined);
		const [p, q, g] = [number(first.p), number(first.q), number(first.g)];

		it("a signature of our own, of a digest of less than q, and of nothing", () => {
			const secret = 12345n;
			const key = valueOf(dsa.parsePublicKey(encodeKey({ ...first, y: text(ref.power(g, secret, p)) })));
			for (const digest of [Uint8Array.of(1, 2, 3), new Uint8Array(0)]) {
				const nonce = ref.fromBigEndian(seeded("nonce", 19));
				const r = ref.power(g, nonce, p) % q;
				const s = (ref.power(nonce, q - 2n, q) * (ref.fromBigEndian(digest) + secret * r)) % q;
				const encode = (value: bigint): Uint8Array => ref.toLittleEndian(value, 20).reverse();
				assert.equal(dsa.verify(key, digest, concat(encode(r), encode(s))), true);
				assert.equal(dsa.verify(key, digest, concat(encode(r), encode(q - s))), false);
			}
		});

		it("r and s are from 1 to q - 1, each as long as q", () => {
			const key = valueOf(dsa.parsePublicKey(encodeKey(first)));
			const digest = bytes(first.signatures[0]?.digest as string);
			const signature = bytes(first.signatures[0]?.signature as string);
			const [r, s] = [signature.slice(0, 20), signature.slice(20)];
			const zero = new Uint8Array(20);
			for (const bad of [
				concat(zero, s),
				concat(r, zero),
				concat(bytes(first.q), s),
				concat(r, bytes(first.q)),
				concat(new Uint8Array(20).fill(255), s),
				signature.slice(0, 39),
				concat(signature, zero),
				new Uint8Array(0),
			]) {
				assert.equal(dsa.verify(key, digest, bad), false, hex(bad));
			}
			// s + q is another 20 bytes for some s: never taken.
			const larger = ref.fromBigEndian(s) + q;
			if (larger < 2n ** 160n) assert.equal(dsa.verify(key, digest, concat(r, bytes(text(larger)))), false);
		});

		const bad: readonly { readonly name: string; readonly key: Uint8Array; readonly expected: RegExp }[] = [
			{ name: "nothing", key: new Uint8Array(0), expected: /more bytes/ },
			{ name: "another type", key: encodeKey(first).fill(1, 1, 2), expected: /key type 0/ },
			{ name: "bytes after it", key: concat(encodeKey(first), new Uint8Array(1)), expected: /./ },
			{ name: "cut short", key: encodeKey(first).slice(0, -1), expected: /more bytes/ },
			{ name: "too long", key: new Uint8Array(DSA_PUBLIC_KEY_MAX_BYTES + 1), expected: /at most 1202 bytes/ },
			{ name: "leading zero", key: encodeKey({ ...first, g: `00${first.g}` }), expected: /no leading zero/ },
			{ name: "p of 1023 bits", key: encodeKey({ ...first, p: text(p / 2n) }), expected: /1024 to 3072 bits/ },
			{ name: "p of 3080 bits", key: encodeKey({ ...first, p: "ff".repeat(385) }), expected: /at most 384 bytes/ },
			{ name: "even p", key: encodeKey({ ...first, p: text(p - 1n) }), expected: /an odd p/ },
			{ name: "q of 159 bits", key: encodeKey({ ...first, q: text(q / 2n) }), expected: /160 to 256 bits/ },
			{ name: "q of 257 bits", key: encodeKey({ ...first, q: text(2n ** 256n) }), expected: /160 to 256 bits/ },
			{ name: "q that does not divide p - 1", key: encodeKey({ ...first, q: text(q + 2n) }), expected: /divides/ },
			...[0n, 1n, 2n, p - 1n, p, p + g].map((value) => ({
				name: `g = ${value === 0n ? "nothing" : text(value).slice(0, 8)}`,
				key: encodeKey({ ...first, g: text(value) }),
				expected: /g of order q/,
			})),
			...[0n, 1n, 2n, p - 1n, p, p + number(first.y)].map((value) => ({
				name: `y = ${value === 0n ? "nothing" : text(value).slice(0, 8)}`,
				key: encodeKey({ ...first, y: text(value) }),
				expected: /y of order q/,
			})),
		];
		for (const { name, key, expected } of bad) {
			it(`a key with ${name} is refused`, () => {
				const parsed = dsa.parsePublicKey(key);
				assert.ok(!parsed.ok);
				assert.equal(parsed.error.key, "dsa");
				assert.match(parsed.error.expected, expected);
			});
		}

		it("a key of another maker is our own bug", () => {
			const stranger = { kind: "dsa-public", bytes: encodeKey(first) } as const;
			assert.throws(() => dsa.verify(stranger, new Uint8Array(20), new Uint8Array(40)), TypeError);
		});
	});
}
