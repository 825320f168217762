import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { concat, hex, type Result } from "@clowder/bytes";
import type { KemCiphertext, KeyError, Primitives } from "@clowder/crypto";
import { valueOf } from "./conformance-keys.ts";

const MINE = Uint8Array.from({ length: 64 }, (_, i) => 7 * i + 1);
const THEIRS = Uint8Array.from({ length: 64 }, (_, i) => 5 * i + 2);

/** Every bit of `seed`, flipped in turn; every eighth is enough for the long one. */
function changes(seed: Uint8Array, step: number): Uint8Array[] {
	const all: Uint8Array[] = [];
	for (let bit = 0; bit < seed.length * 8; bit += step) {
		const changed = seed.slice();
		changed[bit >> 3] = (changed[bit >> 3] as number) ^ (1 << (bit & 7));
		all.push(changed);
	}
	return all;
}

/** CRYPTO-16: `open` takes the seed of a key that is known, and nothing else. */
function refusals(open: (seed: Uint8Array) => Result<unknown, KeyError>, length: number, key: KeyError["key"]): void {
	for (const wrong of [0, length - 1, length + 1, 2400]) {
		const refused = open(new Uint8Array(wrong));
		assert.deepEqual(refused, {
			ok: false,
			error: { kind: "key", key, expected: `a secret of ${length} bytes`, got: `${wrong} bytes` },
		});
	}
	assert.deepEqual(open(THEIRS.slice(0, length)), {
		ok: false,
		error: { kind: "key", key, expected: "the secret of the public key", got: "the secret of another" },
	});
}

/** Secrets that their owner reveals, and that others check. */
export function revealedConformance(p: Primitives): void {
	describe(`revealed secrets (${p.backend})`, () => {
		it("CRYPTO-16: a published signing key is taken for its verify key only, and signs as its owner did", () => {
			const seed = MINE.slice(0, 32);
			const owner = p.signingKey(seed);
			const verifyKey = valueOf(p.parseVerifyKey(owner.verifyKey.bytes));
			const published = valueOf(p.revealedSigningKey(owner.reveal(), verifyKey));
			assert.equal(hex(p.sign(published, THEIRS)), hex(p.sign(owner, THEIRS)));
			assert.equal(hex(published.verifyKey.bytes), hex(verifyKey.bytes));
			refusals((bytes) => p.revealedSigningKey(bytes, verifyKey), 32, "ed25519");
			for (const changed of changes(seed, 1)) assert.equal(p.revealedSigningKey(changed, verifyKey).ok, false);
		});

		it("CRYPTO-16: a revealed X25519 secret agrees on what its owner agreed on, in whatever form it comes", () => {
			const seed = MINE.slice(0, 32);
			const owner = p.dhKeyPair(seed);
			const peer = p.dhKeyPair(THEIRS.slice(0, 32)).publicKey;
			const publicKey = valueOf(p.parseDhPublicKey(owner.publicKey.bytes));
			const revealed = valueOf(p.revealedDhKey(owner.reveal(), publicKey));
			assert.equal(hex(revealed.reveal()), hex(seed));
			refusals((bytes) => p.revealedDhKey(bytes, publicKey), 32, "x25519");
			// Clamping overwrites five bits: with any of them changed, it is the same key.
			const taken = changes(seed, 1).map((changed) => p.revealedDhKey(changed, publicKey));
			const bits = taken.flatMap((result, bit) => (result.ok ? [bit] : []));
			assert.deepEqual(bits, [0, 1, 2, 254, 255]);
			for (const result of [...taken, { ok: true as const, value: revealed }]) {
				if (result.ok) assert.equal(hex(valueOf(p.dh(result.value, peer))), hex(valueOf(p.dh(owner, peer))));
			}
		});

		it("CRYPTO-16: a key of low order is nobody's", () => {
			const zero = valueOf(p.parseDhPublicKey(new Uint8Array(32)));
			assert.equal(p.revealedDhKey(new Uint8Array(32), zero).ok, false);
		});

		it("CRYPTO-16: a revealed ML-KEM seed opens what its owner opened; another z opens every ciphertext of coins", () => {
			const owner = p.kem.keyPair(MINE);
			const publicKey = valueOf(p.kem.parsePublicKey(owner.publicKey.bytes));
			const { ciphertext, secret } = p.kem.encapsulate(publicKey, THEIRS.slice(0, 32));
			const noCiphertext = new Uint8Array(1088) as KemCiphertext;
			const revealed = valueOf(p.kem.revealedKey(owner.reveal(), publicKey));
			assert.equal(hex(p.kem.decapsulate(revealed, ciphertext)), hex(secret));
			assert.equal(hex(p.kem.decapsulate(revealed, noCiphertext)), hex(p.kem.decapsulate(owner, noCiphertext)));
			refusals((bytes) => p.kem.revealedKey(bytes, publicKey), 64, "ml-kem-768");
			for (const changed of changes(MINE.slice(0, 32), 32)) {
				assert.equal(p.kem.revealedKey(concat(changed, MINE.slice(32)), publicKey).ok, false);
			}
			const otherZ = valueOf(p.kem.revealedKey(concat(MINE.slice(0, 32), THEIRS.slice(32)), publicKey));
			assert.equal(hex(p.kem.decapsulate(otherZ, ciphertext)), hex(secret));
			assert.notEqual(hex(p.kem.decapsulate(otherZ, noCiphertext)), hex(p.kem.decapsulate(owner, noCiphertext)));
		});

		it("CRYPTO-16: a long-term identity has no way to be revealed", () => {
			assert.equal("reveal" in p.identityKey(MINE.slice(0, 32)), false);
		});

		it("CRYPTO-15: throws where the public key is not one of this package", () => {
			const bytes = MINE.slice(0, 32);
			const wrong = [
				() => p.revealedSigningKey(bytes, { kind: "verify", bytes }),
				() => p.revealedDhKey(bytes, { kind: "dh-public", lowOrder: false, bytes }),
				() => p.kem.revealedKey(MINE, { kind: "kem-public", bytes: new Uint8Array(1184) }),
			];
			for (const call of wrong) assert.throws(call, TypeError, call.toString());
		});
	});
}
