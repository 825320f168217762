import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { concat, hex } from "@clowder/bytes";
import type { Primitives } from "@clowder/crypto";
import { noblePrimitives as noble } from "@clowder/crypto/noble";
import { nodePrimitives as node } from "@clowder/crypto/node";
import * as fc from "fast-check";
import { valueOf } from "./conformance-keys.ts";
import { dhCases, keyCases, signatureCases } from "./edge-cases.ts";
import * as ref from "./reference.ts";
import { bytes } from "./vectors.ts";

/** CRYPTO-1: one verdict. What no backend may do is differ, from the other or from the textbook. */
const SEED = 20_13;

const seeds = fc.uint8Array({ minLength: 32, maxLength: 32 });
const messages = fc.uint8Array({ maxLength: 200 });

/** Bits to flip, as positions; any byte string stays one. */
const flips = fc.array(fc.nat({ max: 511 }), { minLength: 1, maxLength: 3 });

function flipped(input: Uint8Array, positions: readonly number[]): Uint8Array {
	const out = input.slice();
	for (const position of positions) {
		const at = (position >> 3) % out.length;
		out[at] = (out[at] as number) ^ (1 << (position & 7));
	}
	return out;
}

/** What someone who knows the secret scalar can do to a signature, to split those who check it. */
type Forgery = (parts: {
	readonly nonce: bigint;
	readonly a: bigint;
	readonly key: Uint8Array;
	readonly message: Uint8Array;
}) => Uint8Array;

function signatureOver(r: Uint8Array, nonce: bigint, a: bigint, key: Uint8Array, message: Uint8Array): Uint8Array {
	return concat(r, ref.toLittleEndian((nonce + ref.challenge(r, key, message) * a) % ref.L));
}

const torsionedR =
	(t: bigint): Forgery =>
	({ nonce, a, key, message }) => {
		const R = ref.add(ref.multiply(nonce, ref.BASE), ref.multiply(t, ref.TORSION));
		return signatureOver(ref.encodePoint(R), nonce, a, key, message);
	};

const addedL =
	(times: bigint): Forgery =>
	(parts) => {
		const good = torsionedR(0n)(parts);
		const s = ref.fromLittleEndian(good.slice(32)) + times * ref.L;
		return concat(good.slice(0, 32), ref.toLittleEndian(s));
	};

const forgeries: fc.Arbitrary<Forgery> = fc.oneof(
	fc.bigInt({ min: 0n, max: 7n }).map(torsionedR),
	fc.bigInt({ min: 0n, max: 14n }).map(addedL),
	flips.map(
		(positions): Forgery =>
			(parts) =>
				flipped(torsionedR(0n)(parts), positions),
	),
	fc.uint8Array({ minLength: 60, maxLength: 68 }).map(
		(random): Forgery =>
			() =>
				random,
	),
);

function sameVerdictOnSignature(key: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
	const verdict = (p: Primitives): boolean => p.verify(valueOf(p.parseVerifyKey(key)), message, signature);
	const expected = ref.isSignature(key, message, signature);
	assert.equal(verdict(noble), expected);
	assert.equal(verdict(node), expected);
	return expected;
}

function sameVerdictOnKey(key: Uint8Array): boolean {
	const point = ref.decodePoint(key);
	const expected = point !== undefined && ref.isPrimeOrder(point);
	for (const p of [noble, node]) {
		assert.equal(p.parseVerifyKey(key).ok, expected);
		assert.equal(p.parseIdentityKey(key).ok, expected);
	}
	return expected;
}

/** A textual form of a parse and an agreement, so that any difference shows. */
function agreed(p: Primitives, scalar: Uint8Array, u: Uint8Array): string {
	const key = p.parseDhPublicKey(u);
	if (!key.ok) return `no key: ${key.error.expected}, ${key.error.got}`;
	const shared = p.dh(p.dhKeyPair(scalar), key.value);
	return shared.ok ? hex(shared.value) : `no secret: ${shared.error.expected}, ${shared.error.got}`;
}

describe("CRYPTO-1: one verdict", () => {
	it("signatures: every edge case under every key, both backends and the textbook", () => {
		const cases = signatureCases();
		const seen = new Set(
			cases.map((test) => sameVerdictOnSignature(bytes(test.key), bytes(test.message), bytes(test.signature))),
		);
		assert.deepEqual(seen, new Set([true, false]));
	});

	it("keys: every edge case", () => {
		const seen = new Set(keyCases().map((test) => sameVerdictOnKey(bytes(test.bytes))));
		assert.deepEqual(seen, new Set([true, false]));
	});

	it("X25519: every edge case, the reasons included", () => {
		const scalar = new Uint8Array(32).fill(7);
		for (const test of dhCases())
			assert.equal(agreed(noble, scalar, bytes(test.u)), agreed(node, scalar, bytes(test.u)));
	});

	it("signatures: forgeries that need the secret key, flipped bits, noise", () => {
		fc.assert(
			fc.property(seeds, messages, seeds, forgeries, (seed, message, nonceSeed, forge) => {
				const a = ref.scalarOf(seed);
				const key = noble.signingKey(seed).verifyKey.bytes;
				const nonce = ref.scalarOf(nonceSeed) % ref.L;
				sameVerdictOnSignature(key, message, forge({ nonce, a, key, message }));
			}),
			{ seed: SEED, numRuns: 60 },
		);
	});

	it("keys: flipped bits, mixed order, noise", () => {
		const changedKeys = fc.oneof(
			seeds,
			fc.tuple(seeds, flips).map(([seed, positions]) => flipped(noble.signingKey(seed).verifyKey.bytes, positions)),
			fc.tuple(seeds, fc.bigInt({ min: 0n, max: 7n })).map(([seed, t]) => {
				const point = ref.multiply(ref.scalarOf(seed), ref.BASE);
				return ref.encodePoint(ref.add(point, ref.multiply(t, ref.TORSION)));
			}),
			fc.uint8Array({ maxLength: 70 }),
		);
		fc.assert(
			fc.property(changedKeys, (key) => {
				sameVerdictOnKey(key);
			}),
			{ seed: SEED, numRuns: 60 },
		);
	});

	it("X25519: any bytes", () => {
		fc.assert(
			fc.property(seeds, fc.oneof(seeds, fc.uint8Array({ maxLength: 40 })), (scalar, u) => {
				assert.equal(agreed(noble, scalar, u), agreed(node, scalar, u));
			}),
			{ seed: SEED, numRuns: 60 },
		);
	});

	it("hashes, the cipher, derived keys and signatures: the same bytes", () => {
		fc.assert(
			fc.property(seeds, messages, (seed, message) => {
				const outputs = [noble, node].map((p) => [
					hex(p.sha512(seed, message)),
					hex(p.hmacSha512(message, seed, message)),
					hex(p.aes256Ctr(seed, seed.slice(16), message)),
					hex(p.sign(p.signingKey(seed), message)),
					hex(p.dhKeyPair(seed).publicKey.bytes),
					hex(p.identityKey(seed).publicKey.bytes),
				]);
				assert.deepEqual(outputs[0], outputs[1]);
			}),
			{ seed: SEED, numRuns: 30 },
		);
	});

	it("the keys of one backend work with the other, in turn", () => {
		const [seed, message] = [new Uint8Array(32).fill(1), new Uint8Array(5)];
		const [signing, dh, identity] = [noble.signingKey(seed), noble.dhKeyPair(seed), noble.identityKey(seed)];
		for (const p of [node, noble, node]) {
			assert.equal(p.verify(signing.verifyKey, message, p.sign(signing, message)), true);
			assert.equal(
				hex(valueOf(p.dhToIdentity(dh, identity.publicKey))),
				hex(valueOf(p.dhFromIdentity(identity, dh.publicKey))),
			);
		}
	});
});
