import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { hex } from "@clowder/bytes";
import type { Primitives } from "@clowder/crypto";
import type { DhCase, IdentityCase, KeyCase, SignatureCase } from "./edge-cases.ts";
import * as ref from "./reference.ts";
import { bytes, readVectors } from "./vectors.ts";

interface Ed25519Vectors {
	readonly cases: readonly {
		readonly name: string;
		readonly seed: string;
		readonly public: string;
		readonly message: string;
		readonly signature: string;
	}[];
}

interface X25519Vectors {
	readonly cases: readonly { readonly scalar: string; readonly u: string; readonly output: string }[];
	readonly topBitCase: {
		readonly scalar: string;
		readonly u: string;
		readonly uTopBitCleared: string;
		readonly output: string;
	};
	readonly iterated: { readonly start: string; readonly after1: string; readonly after1000: string };
	readonly agreement: {
		readonly aliceSecret: string;
		readonly alicePublic: string;
		readonly bobSecret: string;
		readonly bobPublic: string;
		readonly shared: string;
	};
}

/** The value of a Result that a test knows to be one. */
export function valueOf<T>(result: { readonly ok: true; readonly value: T } | { readonly ok: false }): T {
	assert.ok(result.ok);
	return result.value;
}

/** Signatures and their keys. */
export function ed25519Conformance(p: Primitives): void {
	describe(`Ed25519 (${p.backend})`, () => {
		for (const test of readVectors<Ed25519Vectors>("ed25519.json").cases) {
			it(`RFC 8032, ${test.name}`, () => {
				const key = p.signingKey(bytes(test.seed));
				assert.equal(hex(key.verifyKey.bytes), test.public);
				assert.equal(hex(p.sign(key, bytes(test.message))), test.signature);
				const parsed = valueOf(p.parseVerifyKey(bytes(test.public)));
				assert.equal(p.verify(parsed, bytes(test.message), bytes(test.signature)), true);
				assert.equal(p.verify(key.verifyKey, bytes(test.message), bytes(test.signature)), true);
			});
		}

		it("CRYPTO-2, CRYPTO-3: gives each public key its verdict, as a verify key and as an identity", () => {
			for (const test of readVectors<{ cases: readonly KeyCase[] }>("ed25519-key-verdicts.json").cases) {
				const verifyKey = p.parseVerifyKey(bytes(test.bytes));
				assert.equal(verifyKey.ok, test.valid, test.name);
				assert.equal(p.parseIdentityKey(bytes(test.bytes)).ok, test.valid, `identity: ${test.name}`);
				if (verifyKey.ok) assert.equal(hex(verifyKey.value.bytes), test.bytes);
				else assert.ok(verifyKey.error.expected !== "" && verifyKey.error.got !== "", test.name);
			}
		});

		it("says what was wrong with a key", () => {
			const top = ref.toLittleEndian(ref.P);
			const reasons = [
				[new Uint8Array(31), "31 bytes"],
				[top, "a larger y"],
				[ref.toLittleEndian(2n), "no point"],
				[new Uint8Array(32), "a point of small order"],
				[ref.encodePoint(ref.add(ref.BASE, ref.TORSION)), "a point with a torsion part"],
			] as const;
			for (const [key, got] of reasons) {
				const parsed = p.parseVerifyKey(key);
				assert.equal(parsed.ok ? undefined : parsed.error.got, got);
				assert.equal(parsed.ok ? undefined : parsed.error.key, "ed25519");
			}
		});

		it("CRYPTO-4, CRYPTO-5, CRYPTO-6: gives each signature its verdict", () => {
			const { cases } = readVectors<{ cases: readonly SignatureCase[] }>("ed25519-signature-verdicts.json");
			for (const test of cases) {
				const key = valueOf(p.parseVerifyKey(bytes(test.key)));
				assert.equal(p.verify(key, bytes(test.message), bytes(test.signature)), test.valid, test.name);
			}
		});

		it("gives the same verdicts however often a key has been used", () => {
			const { cases } = readVectors<{ cases: readonly SignatureCase[] }>("ed25519-signature-verdicts.json");
			const mine = cases.filter((test) => test.key === cases[0]?.key);
			const key = valueOf(p.parseVerifyKey(bytes(mine[0]?.key ?? "")));
			assert.ok(mine.length > 30);
			for (const test of mine) {
				assert.equal(p.verify(key, bytes(test.message), bytes(test.signature)), test.valid, test.name);
			}
		});

		it("keeps its own copy of a key that was parsed", () => {
			const { cases } = readVectors<Ed25519Vectors>("ed25519.json");
			const mine = bytes(cases[0]?.public ?? "");
			const key = valueOf(p.parseVerifyKey(mine));
			mine.fill(0);
			assert.equal(p.verify(key, new Uint8Array(0), bytes(cases[0]?.signature ?? "")), true);
		});
	});
}

/** Diffie-Hellman, ephemeral and with long-term identities. */
export function x25519Conformance(p: Primitives): void {
	const vectors = readVectors<X25519Vectors>("x25519.json");
	const dh = (scalar: Uint8Array, u: Uint8Array): string =>
		hex(valueOf(p.dh(p.dhKeyPair(scalar), valueOf(p.parseDhPublicKey(u)))));

	describe(`X25519 (${p.backend})`, () => {
		it("RFC 7748 section 5.2: the vectors, of which the second has a key that we refuse", () => {
			for (const test of vectors.cases) assert.equal(dh(bytes(test.scalar), bytes(test.u)), test.output);
			const { scalar, u, uTopBitCleared, output } = vectors.topBitCase;
			assert.equal(p.parseDhPublicKey(bytes(u)).ok, false);
			assert.equal(dh(bytes(scalar), bytes(uTopBitCleared)), output);
		});

		it("RFC 7748 section 5.2: 1 and 1000 iterations", () => {
			let [k, u] = [bytes(vectors.iterated.start), bytes(vectors.iterated.start)];
			for (let i = 1; i <= 1000; i++) {
				[k, u] = [bytes(dh(k, u)), k];
				// RFC 7748 ignores the top bit of u, which our keys must not have.
				u = u.slice();
				u[31] = (u[31] as number) & 0x7f;
				if (i === 1) assert.equal(hex(k), vectors.iterated.after1);
			}
			assert.equal(hex(k), vectors.iterated.after1000);
		});

		it("RFC 7748 section 6.1", () => {
			const [alice, bob] = [bytes(vectors.agreement.aliceSecret), bytes(vectors.agreement.bobSecret)];
			assert.equal(hex(p.dhKeyPair(alice).publicKey.bytes), vectors.agreement.alicePublic);
			assert.equal(hex(p.dhKeyPair(bob).publicKey.bytes), vectors.agreement.bobPublic);
			assert.equal(dh(alice, bytes(vectors.agreement.bobPublic)), vectors.agreement.shared);
			assert.equal(dh(bob, bytes(vectors.agreement.alicePublic)), vectors.agreement.shared);
		});

		it("CRYPTO-7, CRYPTO-8: gives each public key its verdict and output", () => {
			const { scalar, cases } = readVectors<{ scalar: string; cases: readonly DhCase[] }>("x25519-verdicts.json");
			const secret = p.dhKeyPair(bytes(scalar));
			for (const test of cases) {
				const key = p.parseDhPublicKey(bytes(test.u));
				assert.equal(key.ok, test.parses, test.name);
				if (!key.ok) continue;
				const shared = p.dh(secret, key.value);
				assert.equal(shared.ok ? hex(shared.value) : null, test.output, test.name);
			}
		});

		it("says what was wrong with a key", () => {
			const reasons = [
				[new Uint8Array(33), "33 bytes"],
				[ref.toLittleEndian(9n | (1n << 255n)), "the top bit set"],
				[ref.toLittleEndian(ref.P), "a larger u"],
			] as const;
			for (const [key, got] of reasons) {
				const parsed = p.parseDhPublicKey(key);
				assert.equal(parsed.ok ? undefined : parsed.error.got, got);
				assert.equal(parsed.ok ? undefined : parsed.error.key, "x25519");
			}
			const agreed = p.dh(p.dhKeyPair(new Uint8Array(32)), valueOf(p.parseDhPublicKey(new Uint8Array(32))));
			assert.equal(agreed.ok ? undefined : agreed.error.got, "a point of low order");
		});

		it("CRYPTO-8: an identity's secret refuses a key of low order too", () => {
			const zero = valueOf(p.parseDhPublicKey(new Uint8Array(32)));
			assert.equal(p.dhFromIdentity(p.identityKey(new Uint8Array(32)), zero).ok, false);
		});

		it("CRYPTO-9: agrees with identities by the birational map", () => {
			for (const test of readVectors<{ cases: readonly IdentityCase[] }>("identity.json").cases) {
				const identity = p.identityKey(bytes(test.identitySeed));
				const ephemeral = p.dhKeyPair(bytes(test.dhSeed));
				assert.equal(hex(identity.publicKey.bytes), test.identityPublic);
				assert.equal(hex(ephemeral.publicKey.bytes), test.dhPublic);
				const parsed = valueOf(p.parseIdentityKey(bytes(test.identityPublic)));
				assert.equal(hex(valueOf(p.dhToIdentity(ephemeral, parsed))), test.shared);
				assert.equal(hex(valueOf(p.dhToIdentity(ephemeral, identity.publicKey))), test.shared);
				assert.equal(hex(valueOf(p.dhFromIdentity(identity, ephemeral.publicKey))), test.shared);
				assert.equal(dh(bytes(test.dhSeed), bytes(test.montgomeryU)), test.shared);
			}
		});
	});
}
