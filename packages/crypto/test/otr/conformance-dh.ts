import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { hex } from "@clowder/bytes";
import type { DhExponent, DhKeyPair3072, OtrPrimitives } from "@clowder/crypto/otr";
import { valueOf } from "../conformance-keys.ts";
import { DH_PRIME } from "../../src/otr/dh-group.ts";
import * as ref from "./reference.ts";
import { bytes, type PrimitiveVectors, readVectors, seeded } from "./support.ts";

const P = DH_PRIME;
const Q = (P - 1n) / 2n;

const REFUSED: readonly { readonly name: string; readonly bytes: Uint8Array; readonly got: string }[] = [
	{ name: "nothing, which is 0", bytes: new Uint8Array(0), got: "a smaller one" },
	{ name: "a 0 in one byte", bytes: Uint8Array.of(0), got: "one" },
	{ name: "2 after a zero", bytes: Uint8Array.of(0, 2), got: "one" },
	{ name: "1", bytes: Uint8Array.of(1), got: "a smaller one" },
	{ name: "p - 1", bytes: ref.toBigEndian(P - 1n), got: "a larger one" },
	{ name: "p", bytes: ref.toBigEndian(P), got: "a larger one" },
	{ name: "p + 2", bytes: ref.toBigEndian(P + 2n), got: "a larger one" },
	{ name: "p - 2, which is -2", bytes: ref.toBigEndian(P - 2n), got: "one of twice that" },
	{ name: "-4", bytes: ref.toBigEndian(P - 4n), got: "one of twice that" },
	{ name: "385 bytes", bytes: new Uint8Array(385).fill(1), got: "385 bytes" },
];

export function dhConformance({ backend, dh }: OtrPrimitives): void {
	const pair = (name: string): DhKeyPair3072 => dh.keyPair(seeded(name, 80));
	const secretOf = (name: string): bigint => ref.fromBigEndian(seeded(name, 80));

	describe(`3072-bit Diffie-Hellman (${backend})`, () => {
		it("the group is that of RFC 3526 section 4", () => {
			assert.equal(dh.order, Q);
			assert.equal(ref.power(2n, Q, P), 1n);
		});

		it("known keys and their secret", () => {
			const vectors = readVectors<PrimitiveVectors>("primitives.json").dh;
			const [a, b] = [dh.keyPair(bytes(vectors.a)), dh.keyPair(bytes(vectors.b))];
			assert.equal(hex(a.publicKey.bytes), vectors.publicA);
			assert.equal(hex(b.publicKey.bytes), vectors.publicB);
			assert.equal(hex(dh.agree(a, valueOf(dh.parsePublicKey(bytes(vectors.publicB))))), vectors.shared);
			assert.equal(hex(dh.agree(b, a.publicKey)), vectors.shared);
			assert.equal(hex(a.reveal()), vectors.a);
		});

		it("small secrets: public keys and agreements of few bytes, without leading zeros", () => {
			const small = (value: number): DhKeyPair3072 => dh.keyPair(new Uint8Array(80).fill(value, 79));
			assert.equal(hex(small(1).publicKey.bytes), "02");
			assert.equal(hex(small(9).publicKey.bytes), "0200");
			assert.equal(hex(dh.agree(small(4), small(3).publicKey)), "1000");
			assert.ok(dh.parsePublicKey(small(8).publicKey.bytes).ok);
		});

		it("takes 80 bytes, not all zero", () => {
			assert.throws(() => dh.keyPair(new Uint8Array(80)), RangeError);
			assert.throws(() => dh.keyPair(new Uint8Array(79).fill(1)), /79 bytes where 80 are due/);
		});

		for (const { name, bytes: input, got } of REFUSED) {
			it(`CRYPTO-22: ${name} is refused`, () => {
				const parsed = dh.parsePublicKey(input);
				assert.ok(!parsed.ok);
				assert.deepEqual({ kind: parsed.error.kind, key: parsed.error.key }, { kind: "otr-key", key: "dh-3072" });
				assert.equal(parsed.error.got, got);
			});
		}

		it("CRYPTO-22: the verdict is that of x^q = 1, for numbers of every kind", () => {
			const numbers = [2n, 3n, 4n, 5n, 6n, 7n, 11n, 13n, P - 3n, P - 5n, (P - 1n) / 2n];
			for (let i = 0; i < 6; i++) numbers.push(ref.fromBigEndian(seeded(`number ${i}`, 384)) % P);
			const verdicts = new Set<boolean>();
			for (const x of numbers) {
				const member = ref.power(x, Q, P) === 1n;
				assert.equal(dh.parsePublicKey(ref.toBigEndian(x)).ok, member, `${x}`);
				verdicts.add(member);
			}
			assert.equal(verdicts.size, 2);
		});

		it("a parsed key does not change with the bytes it came from", () => {
			const input = pair("key").publicKey.bytes.slice();
			const key = valueOf(dh.parsePublicKey(input));
			input.fill(7);
			assert.equal(hex(key.bytes), hex(pair("key").publicKey.bytes));
		});

		it("exponents are modulo q, and written without leading zeros", () => {
			assert.equal(dh.exponent(new Uint8Array(0)), 0n);
			assert.equal(dh.exponent(ref.toBigEndian(Q)), 0n);
			assert.equal(dh.exponent(ref.toBigEndian(Q + 5n)), 5n);
			assert.equal(hex(dh.exponentBytes(0n as DhExponent)), "");
			assert.equal(hex(dh.exponentBytes(0x100n as DhExponent)), "0100");
			assert.equal(hex(dh.exponentBytes(dh.exponent(ref.toBigEndian(Q - 1n)))), hex(ref.toBigEndian(Q - 1n)));
			assert.throws(() => dh.exponent(new Uint8Array(385)), RangeError);
		});

		it("a proof's answer and commitment: g3^v * prod(B^t)^-1 = g3^r", () => {
			const names = ["b 1", "b 2", "b 3"];
			const factors = names.map((name) => dh.exponent(seeded(`t of ${name}`, 44)));
			const r = pair("r");
			const secrets = names.map((name, i) => ({ factor: factors[i] as DhExponent, secret: pair(name) }));
			const v = dh.respond(r, secrets);
			const expected = names.reduce((sum, name, i) => sum + (factors[i] as bigint) * secretOf(name), secretOf("r"));
			assert.equal(v, expected % Q);
			const terms = secrets.map(({ factor, secret }) => ({ base: secret.publicKey, exponent: factor }));
			assert.equal(hex(dh.commitment(v, terms)), hex(r.publicKey.bytes));
			const other = dh.commitment(((v + 1n) % Q) as DhExponent, terms);
			assert.equal(hex(other), hex(ref.toBigEndian((2n * ref.fromBigEndian(r.publicKey.bytes)) % P)));
		});

		it("a commitment to nothing, and with exponents 0", () => {
			assert.equal(hex(dh.commitment(9n as DhExponent, [])), "0200");
			const terms = [{ base: pair("key").publicKey, exponent: 0n as DhExponent }];
			assert.equal(hex(dh.commitment(9n as DhExponent, terms)), "0200");
			assert.equal(hex(dh.commitment(0n as DhExponent, terms)), "01");
		});

		it("keys of another maker are our own bug", () => {
			const { publicKey } = pair("key");
			const stranger = { kind: publicKey.kind, bytes: publicKey.bytes };
			assert.throws(() => dh.agree(pair("key"), stranger), TypeError);
			assert.throws(() => dh.agree({ ...pair("key") }, publicKey), TypeError);
			assert.throws(() => dh.commitment(1n as DhExponent, [{ base: stranger, exponent: 1n as DhExponent }]), TypeError);
		});
	});
}
