import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { concat, hex } from "@clowder/bytes";
import type { KemCiphertext, Primitives } from "@clowder/crypto";
import { shake128 } from "@noble/hashes/sha3.js";
import { cpaceConformance } from "./conformance-cpace.ts";
import { ed25519Conformance, valueOf, x25519Conformance } from "./conformance-keys.ts";
import { revealedConformance } from "./conformance-revealed.ts";
import type { KemKeyCase } from "./edge-cases.ts";
import { bytes, readVectors } from "./vectors.ts";

interface Cases<T> {
	readonly cases: readonly T[];
}

/** What every backend must pass: all vectors, and the behaviour that the interface promises. */
export function conformanceSuite(p: Primitives): void {
	hashConformance(p);
	cipherConformance(p);
	ed25519Conformance(p);
	x25519Conformance(p);
	kemConformance(p);
	revealedConformance(p);
	cpaceConformance(p);
	argumentConformance(p);
}

function hashConformance(p: Primitives): void {
	describe(`hashes (${p.backend})`, () => {
		it("FIPS 180-4: SHA-512, in one part and in several", () => {
			for (const test of readVectors<Cases<{ message: string; output: string }>>("sha512.json").cases) {
				const message = bytes(test.message);
				assert.equal(hex(p.sha512(message)), test.output);
				assert.equal(hex(p.sha512(message.slice(0, 2), new Uint8Array(0), message.slice(2))), test.output);
			}
			assert.equal(hex(p.sha512()), hex(p.sha512(new Uint8Array(0))));
		});

		it("RFC 4231: HMAC-SHA-512, in one part and in several", () => {
			for (const test of readVectors<Cases<{ key: string; message: string; output: string }>>("hmac-sha512.json")
				.cases) {
				const [key, message] = [bytes(test.key), bytes(test.message)];
				assert.equal(hex(p.hmacSha512(key, message)), test.output);
				assert.equal(hex(p.hmacSha512(key, message.slice(0, 3), message.slice(3))), test.output);
			}
		});
	});
}

function cipherConformance(p: Primitives): void {
	describe(`AES-256-CTR (${p.backend})`, () => {
		interface Case {
			readonly name: string;
			readonly key: string;
			readonly counter: string;
			readonly plaintext: string;
			readonly ciphertext: string;
		}
		for (const test of readVectors<Cases<Case>>("aes-256-ctr.json").cases) {
			it(test.name, () => {
				const [key, counter] = [bytes(test.key), bytes(test.counter)];
				assert.equal(hex(p.aes256Ctr(key, counter, bytes(test.plaintext))), test.ciphertext);
				assert.equal(hex(p.aes256Ctr(key, counter, bytes(test.ciphertext))), test.plaintext);
				const part = bytes(test.plaintext).slice(0, 21);
				assert.equal(hex(p.aes256Ctr(key, counter, part)), test.ciphertext.slice(0, 42));
				assert.equal(hex(p.aes256Ctr(key, counter, new Uint8Array(0))), "");
				assert.equal(hex(key) + hex(counter), test.key + test.counter);
			});
		}
	});
}

function kemConformance(p: Primitives): void {
	describe(`ML-KEM-768 (${p.backend})`, () => {
		it("FIPS 203: the accumulated vectors, implicit rejection included", () => {
			const { rounds, digest } = readVectors<{ rounds: number; digest: string }>("ml-kem-768.json");
			const input = shake128.create();
			const output = shake128.create();
			for (let i = 0; i < rounds; i++) {
				const key = p.kem.keyPair(input.xof(64));
				const { ciphertext, secret } = p.kem.encapsulate(key.publicKey, input.xof(32));
				assert.equal(hex(p.kem.decapsulate(key, ciphertext)), hex(secret));
				const rejected = p.kem.decapsulate(key, input.xof(1088) as KemCiphertext);
				output.update(key.publicKey.bytes).update(ciphertext).update(secret).update(rejected);
			}
			assert.equal(hex(output.xof(32)), digest);
		});

		it("CRYPTO-10: a secret is its seed, and nothing else is one", () => {
			const seed = Uint8Array.from({ length: 64 }, (_, i) => i);
			const { ciphertext, secret } = p.kem.encapsulate(p.kem.keyPair(seed).publicKey, new Uint8Array(32));
			assert.equal(hex(p.kem.decapsulate(p.kem.keyPair(seed), ciphertext)), hex(secret));
			for (const length of [32, 63, 65, 2400]) assert.throws(() => p.kem.keyPair(new Uint8Array(length)), RangeError);
		});

		it("CRYPTO-11: gives each encapsulation key its verdict", () => {
			const vectors = readVectors<Cases<KemKeyCase> & { seed: string }>("ml-kem-768-key-verdicts.json");
			const key = p.kem.keyPair(bytes(vectors.seed)).publicKey.bytes;
			for (const test of vectors.cases) {
				const changed = concat(key, new Uint8Array(1024)).slice(0, test.length);
				changed.set(bytes(test.bytes), test.at);
				const parsed = p.kem.parsePublicKey(changed);
				assert.equal(parsed.ok, test.valid, test.name);
				if (parsed.ok) assert.equal(p.kem.encapsulate(parsed.value, new Uint8Array(32)).secret.length, 32);
			}
		});

		it("gives an unrelated secret, and no error, for a ciphertext with any bit changed", () => {
			const key = p.kem.keyPair(new Uint8Array(64));
			const { ciphertext, secret } = p.kem.encapsulate(key.publicKey, new Uint8Array(32));
			for (const at of [0, 500, 1087]) {
				const changed = ciphertext.slice() as KemCiphertext;
				changed[at] = (changed[at] as number) ^ 1;
				assert.notEqual(hex(p.kem.decapsulate(key, changed)), hex(secret));
			}
		});
	});
}

function argumentConformance(p: Primitives): void {
	const short = new Uint8Array(31);
	const right = new Uint8Array(32);

	describe(`arguments (${p.backend})`, () => {
		it("CRYPTO-15: throws for arguments of ours that have a wrong length", () => {
			const key = p.kem.keyPair(new Uint8Array(64));
			const wrong = [
				() => p.dhKeyPair(short),
				() => p.signingKey(short),
				() => p.identityKey(short),
				() => p.aes256Ctr(short, new Uint8Array(16), right),
				() => p.aes256Ctr(right, short, right),
				() => p.kem.keyPair(right),
				() => p.kem.encapsulate(key.publicKey, short),
				() => p.kem.decapsulate(key, right as KemCiphertext),
			];
			for (const call of wrong) assert.throws(call, RangeError, call.toString());
		});

		it("CRYPTO-15: throws for keys that no function of this package made", () => {
			const dh = p.dhKeyPair(right);
			const wrong = [
				() => p.verify({ kind: "verify", bytes: right }, right, new Uint8Array(64)),
				() => p.dh(dh, { kind: "dh-public", lowOrder: false, bytes: new Uint8Array(32) }),
				() => p.dhToIdentity(dh, { kind: "identity-public", bytes: right }),
				() => p.kem.encapsulate({ kind: "kem-public", bytes: new Uint8Array(1184) }, right),
			];
			for (const call of wrong) assert.throws(call, TypeError, call.toString());
		});

		it("returns plain bytes that belong to the caller, and leaves arguments as they are", () => {
			const seed = right.slice();
			const key = p.signingKey(seed);
			const dh = p.dhKeyPair(seed);
			const kem = p.kem.keyPair(concat(seed, seed));
			const sealed = p.kem.encapsulate(kem.publicKey, seed);
			const made = [
				p.sha512(seed),
				p.hmacSha512(seed, seed),
				p.aes256Ctr(seed, seed.slice(16), seed),
				p.sign(key, seed),
				key.reveal(),
				dh.reveal(),
				kem.reveal(),
				key.verifyKey.bytes,
				dh.publicKey.bytes,
				p.identityKey(seed).publicKey.bytes,
				valueOf(p.dh(dh, p.dhKeyPair(right).publicKey)),
				sealed.ciphertext,
				sealed.secret,
				p.kem.decapsulate(kem, sealed.ciphertext),
			];
			for (const [i, output] of made.entries()) {
				assert.equal(Object.getPrototypeOf(output), Uint8Array.prototype, `output ${i}`);
				assert.equal(output.buffer.byteLength, output.length, `output ${i} shares its memory`);
			}
			assert.equal(hex(seed), hex(right));
		});
	});
}
