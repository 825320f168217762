import assert from "node:assert/strict";
import { createPublicKey, verify } from "node:crypto";
import { describe, it } from "node:test";
import { hex } from "@clowder/bytes";
import type { Ed448Point, OtrPrimitives, Scalar } from "@clowder/crypto/otr";
import { otrNoblePrimitives as noble } from "@clowder/crypto/otr-noble";
import { otrNodePrimitives as node } from "@clowder/crypto/otr-node";
import * as fc from "fast-check";
import { valueOf } from "../conformance-keys.ts";
import { MESSAGE, SYMMETRIC_KEY, signatureCases } from "./conformance-signatures.ts";
import * as ref from "./reference.ts";
import { secretOf } from "./support.ts";

/** CRYPTO-1: one verdict and one output. What no backend may do is differ from the other. */
const SEED = 20_13;
const OPTIONS = { seed: SEED, numRuns: 15 };

const BACKENDS = [noble, node] as const;
const seeds = fc.uint8Array({ minLength: 57, maxLength: 57 });
const scalars = fc.bigInt({ min: 1n, max: ref.Q - 1n });

function same(compute: (p: OtrPrimitives) => Uint8Array | boolean): void {
	const [one, other] = BACKENDS.map((p) => {
		const result = compute(p);
		return typeof result === "boolean" ? String(result) : hex(result);
	});
	assert.equal(one, other);
}

describe("CRYPTO-1: noble and node, of OTRv4's primitives", () => {
	it("Ed448: keys, multiplications, sums, points of nobody", () => {
		fc.assert(
			fc.property(seeds, scalars, scalars, seeds, (seed, k, m, random) => {
				const pointOf = ({ ed448 }: OtrPrimitives): Ed448Point => ed448.keyPair(seed).publicKey;
				same((p) => pointOf(p).bytes);
				same((p) => p.ed448.multiplyBase(secretOf(p, k)).bytes);
				same((p) => p.ed448.multiply(pointOf(p), secretOf(p, k)).bytes);
				same((p) => p.ed448.multiplyBlinded(pointOf(p), secretOf(p, k), random).bytes);
				same((p) => {
					const terms = [
						{ point: p.ed448.base, scalar: k as Scalar },
						{ point: pointOf(p), scalar: m as Scalar },
					];
					return p.ed448.sum(terms).bytes;
				});
				same(({ ed448 }) => ed448.pointFrom(random)?.bytes ?? false);
				same(({ ed448 }) => ed448.parsePoint(random).ok);
			}),
			OPTIONS,
		);
	});

	it("Ed448: signatures, good and changed", () => {
		fc.assert(
			fc.property(seeds, fc.uint8Array({ maxLength: 300 }), fc.nat({ max: 113 * 8 + 7 }), (seed, message, bit) => {
				same(({ ed448 }) => ed448.sign(ed448.keyPair(seed), message));
				const signature = noble.ed448.sign(noble.ed448.keyPair(seed), message);
				const changed = signature.map((byte, i) => (i === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte));
				for (const { ed448 } of BACKENDS) {
					assert.equal(ed448.verify(ed448.keyPair(seed).publicKey, message, signature), true);
					assert.equal(ed448.verify(ed448.keyPair(seed).publicKey, message, changed), false);
				}
			}),
			OPTIONS,
		);
	});

	it("keys and points of one work with the other", () => {
		fc.assert(
			fc.property(seeds, seeds, (mine, theirs) => {
				const [pair, other] = [noble.ed448.keyPair(mine), node.ed448.keyPair(theirs)];
				const signature = node.ed448.sign(pair, mine);
				assert.equal(noble.ed448.verify(pair.publicKey, mine, signature), true);
				const agreed = hex(noble.ed448.multiply(other.publicKey, pair.scalar).bytes);
				assert.equal(hex(node.ed448.multiply(pair.publicKey, other.scalar).bytes), agreed);
				assert.equal(hex(node.ed448.multiply(other.publicKey, pair.scalar).bytes), agreed);
			}),
			OPTIONS,
		);
	});

	it("Diffie-Hellman", () => {
		const secrets = fc.uint8Array({ minLength: 80, maxLength: 80 }).filter((bytes) => bytes.some((byte) => byte > 0));
		fc.assert(
			fc.property(secrets, secrets, fc.bigInt(0n, noble.dh.order - 1n), (a, b, v) => {
				same(({ dh }) => dh.keyPair(a).publicKey.bytes);
				same(({ dh }) => dh.agree(dh.keyPair(a), dh.keyPair(b).publicKey));
				same(({ dh }) => {
					const exponent = dh.exponent(a.slice(0, 44));
					return dh.commitment(dh.exponent(ref.toBigEndian(v)), [{ base: dh.keyPair(b).publicKey, exponent }]);
				});
			}),
			{ ...OPTIONS, numRuns: 6 },
		);
	});

	it("SHAKE256 and ChaCha20", () => {
		const data = fc.uint8Array({ maxLength: 500 });
		const keys = fc.uint8Array({ minLength: 32, maxLength: 32 });
		const nonces = fc.uint8Array({ minLength: 12, maxLength: 12 });
		fc.assert(
			fc.property(data, data, fc.integer({ min: 1, max: 300 }), keys, nonces, (one, two, length, key, nonce) => {
				same((p) => p.shake256([one, two], length));
				same((p) => p.chacha20(key, nonce, one));
			}),
			{ seed: SEED, numRuns: 100 },
		);
	});
});

describe("CRYPTO-24: what OpenSSL does by itself, which is why its word alone is not taken", () => {
	const key = createPublicKey({
		key: {
			kty: "OKP",
			crv: "Ed448",
			x: Buffer.from(noble.ed448.keyPair(SYMMETRIC_KEY).publicKey.bytes).toString("base64url"),
		},
		format: "jwk",
	});
	const verdictOn = (name: string): boolean => {
		const found = signatureCases().find((test) => test.name === name);
		assert.ok(found !== undefined);
		return verify(null, MESSAGE, key, found.signature);
	};

	it("takes an R with a torsion part, and no R that is the identity", () => {
		assert.equal(verdictOn("as it should be"), true);
		for (const times of [1, 2, 3]) {
			assert.equal(verdictOn(`R with a torsion part, ${times} times (1, 0)`), true);
		}
		assert.equal(verdictOn("R the identity"), false);
	});

	it("both backends say the same of a parsed key and of one of their own", () => {
		for (const { signature, valid } of signatureCases()) {
			for (const { ed448 } of BACKENDS) {
				const own = ed448.keyPair(SYMMETRIC_KEY).publicKey;
				const parsed = valueOf(ed448.parsePoint(own.bytes));
				assert.equal(ed448.verify(own, MESSAGE, signature), valid);
				assert.equal(ed448.verify(parsed, MESSAGE, signature), valid);
			}
		}
	});
});
