import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { concat, hex, utf8 } from "@clowder/bytes";
import type { OtrPrimitives } from "@clowder/crypto/otr";
import { valueOf } from "../conformance-keys.ts";
import * as ref from "./reference.ts";
import { bytes, type PrimitiveVectors, readVectors, seeded } from "./support.ts";

export interface SignatureCase {
	readonly name: string;
	readonly signature: Uint8Array;
	readonly valid: boolean;
}

export const MESSAGE: Uint8Array = utf8("what is signed");
export const SYMMETRIC_KEY: Uint8Array = seeded("key that knows how to forge");

/** CRYPTO-24: what whoever knows the secret can make, to split those who check. */
export function signatureCases(): readonly SignatureCase[] {
	const a = ref.secretScalar(SYMMETRIC_KEY);
	const key = ref.encode(ref.multiply(a, ref.BASE));
	const over = (r: Uint8Array, nonce: bigint, more = 0n): Uint8Array => {
		const s = (nonce + ref.challenge(r, key, MESSAGE) * a) % ref.Q;
		return concat(r, ref.toLittleEndian(s + more));
	};
	const nonce = ref.fromLittleEndian(seeded("nonce")) % ref.Q;
	const R = ref.multiply(nonce, ref.BASE);
	const torsion = (times: bigint): ref.Point => ref.multiply(times, ref.TORSION);
	const good = over(ref.encode(R), nonce);
	const flipped = (at: number, bit = 1): Uint8Array => good.map((byte, i) => (i === at ? byte ^ bit : byte));
	const signed = 2n ** 455n;
	return [
		{ name: "as it should be", signature: good, valid: true },
		...[1n, 2n, 3n].map((times) => ({
			name: `R with a torsion part, ${times} times (1, 0)`,
			signature: over(ref.encode(ref.add(R, torsion(times))), nonce),
			valid: false,
		})),
		...[
			{ name: "R = G", nonce: 1n },
			{ name: "R = -G", nonce: ref.Q - 1n },
			{ name: "R = A", nonce: a % ref.Q },
			{ name: "R = -A", nonce: ref.Q - (a % ref.Q) },
		].map((known) => ({
			name: known.name,
			signature: over(ref.encode(ref.multiply(known.nonce, ref.BASE)), known.nonce),
			valid: true,
		})),
		{ name: "R the identity", signature: over(ref.encode(ref.IDENTITY), 0n), valid: true },
		...[1n, 2n, 3n].map((times) => ({
			name: `R of small order, ${times} times (1, 0)`,
			signature: over(ref.encode(torsion(times)), 0n),
			valid: false,
		})),
		{ name: "R the identity, y = p + 1", signature: over(ref.toLittleEndian(ref.P + 1n), 0n), valid: false },
		{ name: "R the identity with a sign", signature: over(ref.toLittleEndian(1n + signed), 0n), valid: false },
		{ name: "R with bit 448 set", signature: over(ref.toLittleEndian(R.y + 2n ** 448n), nonce), valid: false },
		{ name: "R off the curve", signature: over(ref.toLittleEndian(2n), nonce), valid: false },
		...[1n, 2n, 3n, 511n].map((times) => ({
			name: `S + ${times} q`,
			signature: over(ref.encode(R), nonce, times * ref.Q),
			valid: false,
		})),
		{ name: "S = q, nonce of its own", signature: concat(ref.encode(R), ref.toLittleEndian(ref.Q)), valid: false },
		{ name: "S of another sign", signature: concat(good.slice(0, 57), ref.toLittleEndian(1n)), valid: false },
		...[0, 28, 55, 57, 80, 112].map((at) => ({ name: `byte ${at} changed`, signature: flipped(at), valid: false })),
		{ name: "the sign of R changed", signature: flipped(56, 0x80), valid: false },
		{ name: "the last byte changed", signature: flipped(113), valid: false },
		{ name: "all zeros", signature: new Uint8Array(114), valid: false },
		{ name: "nothing", signature: new Uint8Array(0), valid: false },
		{ name: "113 bytes", signature: good.slice(0, 113), valid: false },
		{ name: "115 bytes", signature: concat(good, new Uint8Array(1)), valid: false },
	];
}

export function signatureConformance({ backend, ed448 }: OtrPrimitives): void {
	describe(`signatures of Ed448 (${backend})`, () => {
		it("RFC 8032 section 7.4, and one that others made", () => {
			const vectors = readVectors<PrimitiveVectors>("primitives.json");
			for (const test of [...vectors.rfc8032, vectors.signature]) {
				const pair = ed448.keyPair(bytes(test.symmetricKey));
				const message = bytes(test.message);
				const signature = ed448.sign(pair, message);
				assert.equal(hex(signature), test.signature);
				const key = valueOf(ed448.parsePoint(pair.publicKey.bytes));
				assert.equal(ed448.verify(key, message, signature), true);
				assert.equal(ed448.verify(pair.publicKey, concat(message, new Uint8Array(1)), signature), false);
			}
		});

		for (const { name, signature, valid } of signatureCases()) {
			it(`CRYPTO-24: ${name}: ${valid ? "valid" : "refused"}`, () => {
				const key = ref.multiply(ref.secretScalar(SYMMETRIC_KEY), ref.BASE);
				const parsed = valueOf(ed448.parsePoint(ref.encode(key)));
				assert.equal(ref.verify(key, MESSAGE, signature), valid);
				assert.equal(ed448.verify(parsed, MESSAGE, signature), valid);
			});
		}

		it("those of another key, or by one, are not", () => {
			const [mine, other] = [ed448.keyPair(SYMMETRIC_KEY), ed448.keyPair(seeded("another"))];
			assert.equal(ed448.verify(other.publicKey, MESSAGE, ed448.sign(mine, MESSAGE)), false);
			assert.throws(() => ed448.sign({ ...mine }, MESSAGE), TypeError);
		});

		it("the identity is no public key: that would be our own bug", () => {
			const identity = ed448.subtract(ed448.base, ed448.base);
			assert.throws(() => ed448.verify(identity, MESSAGE, new Uint8Array(114)), TypeError);
		});
	});
}
