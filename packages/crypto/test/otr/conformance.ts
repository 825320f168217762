import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { concat, hex, utf8 } from "@clowder/bytes";
import type { OtrPrimitives } from "@clowder/crypto/otr";
import { dhConformance } from "./conformance-dh.ts";
import { ed448Conformance } from "./conformance-ed448.ts";
import { scalarConformance } from "./conformance-scalars.ts";
import { signatureConformance } from "./conformance-signatures.ts";
import { bytes, type PrimitiveVectors, readVectors } from "./support.ts";

/** What both backends must pass: all vectors, and what the interface promises. */
export function otrConformance(p: OtrPrimitives): void {
	symmetricConformance(p);
	scalarConformance(p);
	ed448Conformance(p);
	signatureConformance(p);
	dhConformance(p);
}

function symmetricConformance(p: OtrPrimitives): void {
	const vectors = readVectors<PrimitiveVectors>("primitives.json");

	describe(`SHAKE256 (${p.backend})`, () => {
		it("FIPS 202 examples, in one part and in several, and shorter", () => {
			for (const test of vectors.shake256) {
				const message = bytes(test.message);
				assert.equal(hex(p.shake256([message], 64)), test.output, test.source);
				assert.equal(hex(p.shake256([message.slice(0, 1), new Uint8Array(0), message.slice(1)], 64)), test.output);
				assert.equal(hex(p.shake256([message], 8)), test.output.slice(0, 16));
			}
			assert.equal(hex(p.shake256([], 64)), hex(p.shake256([new Uint8Array(0)], 64)));
		});

		it("what others compute under each usage id", () => {
			const input = bytes(vectors.kdf.input);
			for (const { usage, output } of vectors.kdf.outputs) {
				assert.equal(hex(p.shake256([utf8("OTRv4"), Uint8Array.of(usage), input], 64)), output, `usage ${usage}`);
			}
		});
	});

	describe(`ChaCha20 (${p.backend})`, () => {
		for (const test of vectors.chacha20) {
			it(test.source, () => {
				const [key, nonce] = [bytes(test.key), bytes(test.nonce)];
				const before = new Uint8Array(64 * test.counter);
				const encrypted = p.chacha20(key, nonce, concat(before, bytes(test.plaintext)));
				assert.equal(hex(encrypted.slice(before.length)), test.ciphertext);
				assert.equal(hex(p.chacha20(key, nonce, encrypted).slice(before.length)), test.plaintext);
				assert.equal(hex(key) + hex(nonce), test.key + test.nonce);
			});
		}

		it("nothing is nothing, and another length of key or nonce is our own bug", () => {
			const [key, nonce, data] = [new Uint8Array(32), new Uint8Array(12), new Uint8Array(3)];
			assert.equal(p.chacha20(key, nonce, new Uint8Array(0)).length, 0);
			assert.throws(() => p.chacha20(new Uint8Array(31), nonce, data), /31 bytes where 32 are due/);
			assert.throws(() => p.chacha20(key, new Uint8Array(16), data), /16 bytes where 12 are due/);
		});
	});
}
