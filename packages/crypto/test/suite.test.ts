import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createSuite, type SuiteId } from "@clowder/crypto";
import { noblePrimitives } from "@clowder/crypto/noble";

describe("createSuite", () => {
	it("CRYPTO-14: names the suites; only the second has a KEM", () => {
		const first = createSuite(1, noblePrimitives);
		const second = createSuite(2, noblePrimitives);
		assert.equal(first.name, "X25519_ED25519_AES256CTR_SHA512");
		assert.equal(first.kem, undefined);
		assert.equal(second.name, "X25519MLKEM768_ED25519_AES256CTR_SHA512");
		assert.equal(second.kem, noblePrimitives.kem);
		assert.equal(second.primitives, noblePrimitives);
	});

	it("CRYPTO-14: throws for any other", () => {
		for (const id of [0, 3, "2", undefined])
			assert.throws(() => createSuite(id as SuiteId, noblePrimitives), RangeError);
	});
});
