import assert from "node:assert/strict";
import { createPublicKey, verify } from "node:crypto";
import { describe, it } from "node:test";
import { ed25519 } from "@noble/curves/ed25519.js";
import { signatureCases } from "./edge-cases.ts";
import { bytes } from "./vectors.ts";

/** What `node.ts` and `noble.ts` rely on, or guard against, in the libraries below them. */
describe("the libraries themselves", () => {
	const cases = signatureCases().map((test) => ({
		...test,
		key: bytes(test.key),
		message: bytes(test.message),
		signature: bytes(test.signature),
	}));

	it("CRYPTO-6: OpenSSL compares encodings and refuses S >= L by itself", () => {
		for (const test of cases) {
			const jwk = { kty: "OKP", crv: "Ed25519", x: Buffer.from(test.key).toString("base64url") };
			const key = createPublicKey({ key: jwk, format: "jwk" });
			assert.equal(verify(null, test.message, key, test.signature), test.valid, test.name);
		}
	});

	it("CRYPTO-6: the library's own verify accepts an R with a torsion part, which is why it is not used", () => {
		const accepted = cases.filter(
			(test) =>
				!test.valid &&
				test.signature.length === 64 &&
				ed25519.verify(test.signature, test.message, test.key, { zip215: false }),
		);
		assert.deepEqual(
			accepted.map((test) => test.name).filter((name) => name.startsWith("R + ")),
			[1, 2, 3, 4, 5, 6, 7].map((t) => `R + ${t} T, S for it`),
		);
	});
});
