import assert from "node:assert/strict";
import { test } from "node:test";
import { nodePrimitives } from "@clowder/crypto/node";
import { fastPrimitives } from "../src/fast-keys.ts";
import { bytesFrom } from "../src/suites.ts";

const random = bytesFrom("keys");

test("the simulator's fast curves give what the product's primitives give", () => {
	for (let i = 0; i < 20; i++) {
		const [a, b, identity, message] = [random(32), random(32), random(32), random(i)];
		const fast = fastPrimitives.dhKeyPair(a);
		const slow = nodePrimitives.dhKeyPair(a);
		const peer = nodePrimitives.dhKeyPair(b).publicKey;
		const person = nodePrimitives.identityKey(identity).publicKey;
		assert.deepEqual(fast.publicKey.bytes, slow.publicKey.bytes);
		assert.deepEqual(fast.reveal(), a);
		assert.deepEqual(fastPrimitives.dh(fast, peer), nodePrimitives.dh(slow, peer));
		assert.deepEqual(fastPrimitives.dhToIdentity(fast, person), nodePrimitives.dhToIdentity(slow, person));
		const [signer, other] = [fastPrimitives.signingKey(a), nodePrimitives.signingKey(a)];
		assert.deepEqual(signer.verifyKey.bytes, other.verifyKey.bytes);
		const signature = fastPrimitives.sign(signer, message);
		assert.deepEqual(signature, nodePrimitives.sign(other, message));
		assert.ok(fastPrimitives.verify(signer.verifyKey, message, signature));
		assert.ok(!fastPrimitives.verify(signer.verifyKey, random(i + 1), signature));
		assert.ok(fastPrimitives.revealedSigningKey(a, signer.verifyKey).ok);
		assert.ok(!fastPrimitives.revealedSigningKey(b, signer.verifyKey).ok);
		assert.ok(fastPrimitives.revealedDhKey(a, fast.publicKey).ok);
		assert.ok(!fastPrimitives.revealedDhKey(b, fast.publicKey).ok);
	}
});

test("a fast key that is erased is of no use, and none prints", () => {
	const key = fastPrimitives.signingKey(random(32));
	assert.equal(String(key), "[secret]");
	assert.equal(JSON.stringify(key), '"[secret]"');
	key.erase();
	assert.throws(() => fastPrimitives.sign(key, random(3)), /erased/);
	assert.throws(() => fastPrimitives.dhKeyPair(random(31)), /32 bytes/);
});
