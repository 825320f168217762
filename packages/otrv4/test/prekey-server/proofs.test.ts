import assert from "node:assert/strict";
import { test } from "node:test";
import { hex } from "@clowder/bytes";
import type { DhKeyPair3072, Ed448KeyPair, OtrPrimitives } from "@clowder/crypto/otr";
import { otrNoblePrimitives } from "@clowder/crypto/otr-noble";
import type { ProofContext } from "../../src/prekey-server/dake.ts";
import { PREKEY_USAGE, prekeyKdf } from "../../src/prekey-server/kdf.ts";
import { proveDh, proveEcdh, verifyDhProof, verifyEcdhProof } from "../../src/prekey-server/proofs.ts";
import { big } from "./reference.ts";
import { primitives, seeded } from "./support.ts";

const CONTEXT = seeded("context")(64) as ProofContext;
const { proofMessageEcdh, proofSharedEcdh } = PREKEY_USAGE;

function ecdhKeys(count: number, own: OtrPrimitives = primitives): Ed448KeyPair[] {
	const random = seeded("ecdh keys");
	return Array.from({ length: count }, () => own.ed448.keyPair(random(57)));
}

function dhKeys(count: number, own: OtrPrimitives = primitives): DhKeyPair3072[] {
	const random = seeded("dh keys");
	return Array.from({ length: count }, () => own.dh.keyPair(random(80)));
}

for (const count of [1, 2, 7]) {
	test(`proofs of ${count} keys are the same and hold with either set of primitives`, () => {
		const ecdh = [primitives, otrNoblePrimitives].map((own) =>
			proveEcdh(own, seeded("nonce"), proofMessageEcdh, ecdhKeys(count, own), CONTEXT),
		);
		assert.deepEqual(ecdh[0], ecdh[1]);
		const dh = [primitives, otrNoblePrimitives].map((own) =>
			proveDh(own, seeded("nonce"), dhKeys(count, own), CONTEXT),
		);
		assert.deepEqual(dh[0], dh[1]);
		for (const own of [primitives, otrNoblePrimitives]) {
			const points = ecdhKeys(count, own).map(({ publicKey }) => publicKey);
			assert.ok(ecdh[0] && verifyEcdhProof(own, proofMessageEcdh, points, CONTEXT, ecdh[0]));
			const numbers = dhKeys(count, own).map(({ publicKey }) => publicKey);
			assert.ok(dh[0] && verifyDhProof(own, numbers, CONTEXT, dh[0]));
		}
	});
}

test("a proof holds for its own keys, in their order, its own use and its own DAKE alone", () => {
	const keys = ecdhKeys(3);
	const points = keys.map(({ publicKey }) => publicKey);
	const proof = proveEcdh(primitives, seeded("nonce"), proofMessageEcdh, keys, CONTEXT);
	const other = seeded("other context")(64) as ProofContext;
	const [base] = [primitives.ed448.base];
	for (const [name, usage, of, context] of [
		["reversed", proofMessageEcdh, points.toReversed(), CONTEXT],
		["fewer", proofMessageEcdh, points.slice(1), CONTEXT],
		["more", proofMessageEcdh, [...points, base], CONTEXT],
		["another use", proofSharedEcdh, points, CONTEXT],
		["another DAKE", proofMessageEcdh, points, other],
	] as const) {
		assert.equal(verifyEcdhProof(primitives, usage, of, context, proof), false, name);
	}
	const numbers = dhKeys(3);
	const publicKeys = numbers.map(({ publicKey }) => publicKey);
	const dhProof = proveDh(primitives, seeded("nonce"), numbers, CONTEXT);
	for (const [name, of, context] of [
		["reversed", publicKeys.toReversed(), CONTEXT],
		["fewer", publicKeys.slice(1), CONTEXT],
		["more", [...publicKeys, ...publicKeys.slice(0, 1)], CONTEXT],
		["another DAKE", publicKeys, other],
	] as const) {
		assert.equal(verifyDhProof(primitives, of, context, dhProof), false, name);
	}
});

test("who knows all secrets but one proves nothing", () => {
	const keys = ecdhKeys(3);
	const [first, , last] = keys as [Ed448KeyPair, Ed448KeyPair, Ed448KeyPair];
	// A key pair whose public key is another's: what somebody has who only knows the latter.
	const pretended = {
		...first,
		publicKey: primitives.ed448.keyPair(seeded("victim")(57)).publicKey,
		scalar: first.scalar,
	};
	const claimed = [first, pretended as Ed448KeyPair, last];
	const proof = proveEcdh(primitives, seeded("nonce"), proofMessageEcdh, claimed, CONTEXT);
	const points = claimed.map(({ publicKey }) => publicKey);
	assert.equal(verifyEcdhProof(primitives, proofMessageEcdh, points, CONTEXT, proof), false);
});

test("two keys that cancel out each other's unknown part prove nothing: the factors differ", () => {
	const { ed448 } = primitives;
	const victim = ed448.keyPair(seeded("victim")(57)).publicKey;
	const [first, second] = ecdhKeys(2) as [Ed448KeyPair, Ed448KeyPair];
	const claimed = [
		{ ...first, scalar: first.scalar, publicKey: ed448.add(first.publicKey, victim) },
		{ ...second, scalar: second.scalar, publicKey: ed448.subtract(second.publicKey, victim) },
	] as unknown as Ed448KeyPair[];
	const proof = proveEcdh(primitives, seeded("nonce"), proofMessageEcdh, claimed, CONTEXT);
	const points = claimed.map(({ publicKey }) => publicKey);
	assert.equal(verifyEcdhProof(primitives, proofMessageEcdh, points, CONTEXT, proof), false);
});

test("the answer of a DH proof covers the secret, which one with a nonce of 80 bytes would not", () => {
	const random = seeded("dh keys");
	const secret = big(random(80));
	const { c, v } = proveDh(primitives, seeded("nonce"), dhKeys(1), CONTEXT);
	const t = big(prekeyKdf(primitives, PREKEY_USAGE.proofCLambda, [c], 44));
	const { order } = primitives.dh;
	const shows = (answer: bigint): boolean => (answer / t) >> 320n === secret >> 320n;
	assert.equal(shows((big(seeded("short nonce")(80)) + t * secret) % order), true);
	assert.equal(shows(big(v)), false);
	assert.equal(shows(order - big(v)), false);
	// What covers it: about 2^1280 possible nonces for a product below 2^992.
	const nonce = (t * secret - big(v) + order) % order;
	assert.ok(nonce >> 1200n > 0n && nonce >> 1280n === 0n);
});

test("every proof is made with a new nonce, which goes into it as it was drawn", () => {
	const keys = ecdhKeys(1);
	const lengths: number[] = [];
	const random = seeded("nonces");
	const drawn = (length: number): Uint8Array => {
		lengths.push(length);
		return random(length);
	};
	const proofs = [0, 1].map(() => proveEcdh(primitives, drawn, proofMessageEcdh, keys, CONTEXT));
	assert.notEqual(hex(proofs[0]?.v ?? new Uint8Array()), hex(proofs[1]?.v ?? new Uint8Array()));
	proveDh(primitives, drawn, dhKeys(1), CONTEXT);
	assert.deepEqual(lengths, [56, 56, 80, 80]);
});
