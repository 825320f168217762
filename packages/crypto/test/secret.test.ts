import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { inspect } from "node:util";
import { concat, hex } from "@clowder/bytes";
import { normalisePassphrase, type Primitives, type Secret } from "@clowder/crypto";
import { noblePrimitives } from "@clowder/crypto/noble";
import { nodePrimitives } from "@clowder/crypto/node";
import { revealedKey } from "../src/revealed.ts";
import { readSecret, SecretBytes } from "../src/secret.ts";
import { valueOf } from "./conformance-keys.ts";

const seed = Uint8Array.from({ length: 32 }, (_, i) => 0xa0 + i);

/** As long as the seed, so that its bytes show in the same forms. */
const WORDS = "correct horse battery staple, 32";

function secretsOf(p: Primitives): Record<string, Secret> {
	const passphrase = valueOf(normalisePassphrase(WORDS));
	const common = { passphrase, channel: seed, sid: seed, data: new Uint8Array(0) };
	const party = p.cpace({ role: "initiator", ...common }, seed);
	const other = p.cpace({ role: "responder", ...common }, new Uint8Array(32));
	return {
		passphrase,
		"CPace party": p.cpace({ role: "initiator", ...common }, seed),
		"CPace key": valueOf(party.finish(other.share, common.data)),
		signing: p.signingKey(seed),
		dh: p.dhKeyPair(seed),
		identity: p.identityKey(seed),
		kem: p.kem.keyPair(concat(seed, seed)),
	};
}

/** Every form in which bytes show when printed: hexadecimal, base64, decimal with commas or not. */
function formsOf(bytes: Uint8Array): string[] {
	const some = bytes.subarray(4, 12);
	return [hex(some), Buffer.from(bytes).toString("base64").slice(2, 14), some.join(","), some.join(", ")];
}

describe("CRYPTO-12: secrets do not print", () => {
	for (const p of [noblePrimitives, nodePrimitives]) {
		for (const [name, secret] of Object.entries(secretsOf(p))) {
			it(`${name} (${p.backend})`, () => {
				assert.equal(String(secret), "[secret]");
				assert.equal(["", secret].join(""), "[secret]");
				assert.equal(JSON.stringify(secret), '"[secret]"');
				assert.equal(inspect(secret), "[secret]");
				const scalar = p.sha512(seed).subarray(0, 32);
				const inside = secret instanceof SecretBytes ? readSecret(secret) : seed;
				const forms = [...formsOf(seed), ...formsOf(scalar), ...formsOf(inside), WORDS];
				const prints = [
					inspect({ nested: [secret] }, { depth: 9 }),
					inspect(secret, { customInspect: false, showHidden: true, depth: 9, getters: true }),
					JSON.stringify({ nested: [secret] }),
					JSON.stringify(Object.entries(secret)),
					inspect(structuredClone({ ...secret }), { depth: 9, maxArrayLength: null }),
					inspect(new Error("something failed", { cause: secret })),
				];
				for (const print of prints) {
					for (const form of forms) assert.ok(!print.includes(form), print);
				}
			});
		}
	}
});

describe("CRYPTO-13: secrets can be erased", () => {
	for (const p of [noblePrimitives, nodePrimitives]) {
		it(`using one afterwards throws; its public key stays (${p.backend})`, () => {
			const signing = p.signingKey(seed);
			const dh = p.dhKeyPair(seed);
			const identity = p.identityKey(seed);
			const kem = p.kem.keyPair(concat(seed, seed));
			const other = p.dhKeyPair(new Uint8Array(32));
			const { ciphertext } = p.kem.encapsulate(kem.publicKey, seed);
			const uses = [
				() => p.sign(signing, seed),
				() => signing.reveal(),
				() => dh.reveal(),
				() => kem.reveal(),
				() => p.dh(dh, other.publicKey),
				() => p.dhToIdentity(dh, identity.publicKey),
				() => p.dhFromIdentity(identity, other.publicKey),
				() => p.kem.decapsulate(kem, ciphertext),
			];
			const signature = p.sign(signing, seed);
			for (const use of uses) use();
			for (const secret of [signing, dh, identity, kem]) {
				secret.erase();
				secret.erase();
			}
			for (const use of uses) assert.throws(use, /erased/, use.toString());
			assert.equal(p.verify(signing.verifyKey, seed, signature), true);
			assert.equal(p.dh(other, dh.publicKey).ok, true);
			assert.equal(inspect(signing), "[secret]");
		});

		it(`erasing touches neither the seed it was made from nor what it revealed (${p.backend})`, () => {
			const mine = seed.slice();
			const kemSeed = concat(mine, mine);
			for (const secret of [p.signingKey(mine), p.dhKeyPair(mine), p.kem.keyPair(kemSeed)]) {
				const revealed = secret.reveal();
				secret.erase();
				assert.equal(hex(mine), hex(seed));
				assert.equal(hex(revealed.subarray(0, 32)), hex(seed));
			}
			assert.equal(hex(kemSeed), hex(concat(seed, seed)));
		});
	}

	it("erases what was made of a revealed secret that is another's", () => {
		const made = noblePrimitives.signingKey(seed);
		assert.ok(made instanceof SecretBytes);
		const refused = revealedKey("ed25519", seed, 32, new Uint8Array(32), () => ({
			secret: made,
			publicKey: made.verifyKey.bytes,
		}));
		assert.equal(refused.ok, false);
		assert.throws(() => made.reveal(), /erased/);
	});

	it("overwrites the bytes, not only the reference to them", () => {
		const signing = noblePrimitives.signingKey(seed);
		assert.ok(signing instanceof SecretBytes);
		const inside = readSecret(signing);
		assert.equal(hex(inside), hex(seed));
		signing.erase();
		assert.equal(hex(inside), "00".repeat(32));
	});
});
