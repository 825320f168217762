import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { hex } from "@clowder/bytes";
import { normalisePassphrase, type Passphrase } from "@clowder/crypto";
import * as fc from "fast-check";
import { readSecret, SecretBytes } from "../src/secret.ts";
import { readVectors } from "./vectors.ts";

interface PassphraseCase {
	readonly name: string;
	readonly text: string;
	readonly bytes?: string;
	readonly refused?: string;
}

function bytesOf(passphrase: Passphrase): Uint8Array {
	assert.ok(passphrase instanceof SecretBytes);
	return readSecret(passphrase);
}

describe("CRYPTO-17: passphrases", () => {
	for (const test of readVectors<{ cases: readonly PassphraseCase[] }>("passphrase.json").cases) {
		it(test.name, () => {
			const result = normalisePassphrase(test.text);
			if (result.ok) assert.equal(hex(bytesOf(result.value)), test.bytes);
			else assert.equal(result.error.kind, test.refused);
		});
	}

	it("is the identity on what it gave, and gives UTF-8 of 1 to 256 bytes", () => {
		const texts = fc.oneof(
			fc.string({ unit: "binary", maxLength: 60 }),
			fc.string({ unit: "grapheme", maxLength: 60 }),
			fc.string({ unit: fc.constantFrom(..."ae \u0301\u00ad\u200b\u00b4\u3000\u115f\uac00\u11a8"), maxLength: 20 }),
		);
		let taken = 0;
		fc.assert(
			fc.property(texts, (text) => {
				const once = normalisePassphrase(text);
				if (!once.ok) return;
				taken += 1;
				const bytes = bytesOf(once.value);
				assert.ok(bytes.length >= 1 && bytes.length <= 256);
				const twice = normalisePassphrase(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes));
				assert.equal(twice.ok && hex(bytesOf(twice.value)), hex(bytes));
			}),
			{ seed: 20_13, numRuns: 2000 },
		);
		assert.ok(taken > 200, `${taken} texts were passphrases`);
	});

	it("tells nothing of the text in a refusal", () => {
		for (const text of ["hunter2\u0000", `hunter2${"x".repeat(300)}`, `hunter2${"x".repeat(2000)}`]) {
			const refused = normalisePassphrase(text);
			assert.equal(refused.ok, false);
			assert.ok(!JSON.stringify(refused).includes("hunter2"));
		}
	});
});
