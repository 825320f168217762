import assert from "node:assert/strict";
import { createHash, getDiffieHellman } from "node:crypto";
import { test } from "node:test";
import { hex } from "@clowder/bytes";
import * as reference from "./reference.ts";
import { bytes, type ExchangeVector, generatedVectorText, readVectors, vectorText } from "./vectors.ts";

const vectors = readVectors();
const DAKE1_HEADER = 7;
const RING_DRAWS = 9;

function header(type: number, ...rest: readonly Uint8Array[]): Uint8Array {
	return Buffer.concat([Uint8Array.of(0, 4, type), ...rest]);
}

const tag = bytes(vectors.exchanges[0]?.dake1).slice(3, DAKE1_HEADER);
const publisherKey = publicKey(bytes(vectors.publisherKeySeed));
const serverKey = publicKey(bytes(vectors.serverKeySeed));
const serverName = Buffer.from(vectors.server);
const compositeIdentity = Buffer.concat([reference.data(serverName), Uint8Array.of(0x10, 0x00), serverKey]);
const phi = Buffer.concat([reference.data(Buffer.from(vectors.publisher)), reference.data(serverName)]);

function publicKey(seed: Uint8Array): Uint8Array {
	return reference.pointBytes(reference.multiply(reference.BASE, reference.secretScalar(seed)));
}

test("the file is what the library writes", async () => {
	assert.equal(vectorText(), await generatedVectorText());
});

test("the numbers of the second computation are those of RFC 3526 and RFC 8032", () => {
	const prime = getDiffieHellman("modp15").getPrime("hex");
	const one = reference.dhProof([Uint8Array.of(1)], [Uint8Array.of(1), Uint8Array.of(0)], new Uint8Array(64));
	// v = -1 + t * 1 modulo dh_q, which is (prime - 1) / 2.
	const order = (BigInt(`0x${prime}`) - 1n) / 2n;
	const t = reference.big(reference.kdf(0x17, 44, one.slice(0, 64)));
	assert.equal(reference.big(one.slice(68)), (t - 1n + order) % order);
	assert.equal(hex(reference.pointBytes(reference.multiply(reference.BASE, reference.Q))), `01${"00".repeat(56)}`);
});

test("a second computation gives the KDF under every usage, and the server's fingerprint", () => {
	const counting = Uint8Array.from({ length: 64 }, (_, i) => i);
	for (const [usage, value] of Object.entries(vectors.kdf)) {
		assert.equal(hex(reference.kdf(Number(usage), 64, counting)), value);
	}
	assert.deepEqual(
		Object.keys(vectors.kdf),
		Array.from({ length: 23 }, (_, i) => `0x${(i + 1).toString(16).padStart(2, "0")}`),
	);
	assert.equal(hex(reference.fingerprint(serverKey)), vectors.serverFingerprint);
	const plain = createHash("shake256", { outputLength: 56 }).update(Buffer.concat([Buffer.from("OTRv4\0"), serverKey]));
	assert.equal(plain.digest("hex"), vectors.serverFingerprint);
});

interface Keys {
	readonly macKey: Uint8Array;
	readonly context: Uint8Array;
}

/** What is attached to DAKE-3, from what was published and drawn. */
function attached(vector: ExchangeVector, { macKey, context }: Keys): Uint8Array {
	if (vector.name === "the storage status") return header(0x09, reference.kdf(0x0a, 64, macKey, Uint8Array.of(0x09)));
	const draws = vector.publisherRandom.slice(1 + RING_DRAWS).map(bytes);
	const prekeyMessages = vector.prekeyMessages.map(({ message }) => bytes(message));
	const proofs: Uint8Array[] = [];
	if (prekeyMessages.length > 0) {
		const [r, r0, r1] = draws.splice(0, 3) as [Uint8Array, Uint8Array, Uint8Array];
		const ys = vector.prekeyMessages.map(({ y }) => bytes(y));
		const bs = vector.prekeyMessages.map(({ b }) => bytes(b));
		proofs.push(reference.ecdhProof(0x13, ys, r, context), reference.dhProof(bs, [r0, r1], context));
		const values = prekeyMessages.map((message) => message.slice(72));
		assert.ok(
			reference.ecdhProofHolds(
				0x13,
				prekeyMessages.map((each) => each.slice(11, 68)),
				proofs[0] as Uint8Array,
				context,
			),
		);
		assert.ok(reference.dhProofHolds(values, proofs[1] as Uint8Array, context));
	}
	if (vector.prekeyProfile !== null) {
		const [r] = draws.splice(0, 1) as [Uint8Array];
		const proof = reference.ecdhProof(0x15, [bytes(vector.sharedPrekeySeed)], r, context);
		proofs.push(proof);
		const sharedPrekey = bytes(vector.prekeyProfile).slice(14, 71);
		assert.ok(reference.ecdhProofHolds(0x15, [sharedPrekey], proof, context));
	}
	assert.deepEqual(draws, []);
	const clientProfile = vector.clientProfile === null ? undefined : bytes(vector.clientProfile);
	const prekeyProfile = vector.prekeyProfile === null ? undefined : bytes(vector.prekeyProfile);
	const all = Buffer.concat(proofs);
	return header(
		0x08,
		Uint8Array.of(prekeyMessages.length),
		...prekeyMessages,
		Uint8Array.of(clientProfile === undefined ? 0 : 1),
		clientProfile ?? new Uint8Array(0),
		Uint8Array.of(prekeyProfile === undefined ? 0 : 1),
		prekeyProfile ?? new Uint8Array(0),
		all,
		reference.publicationMac(macKey, prekeyMessages, clientProfile, prekeyProfile, all),
	);
}

function answer(vector: ExchangeVector, macKey: Uint8Array): Uint8Array {
	const type = vector.name === "the storage status" ? 0x0b : vector.name.endsWith("no room") ? 0x05 : 0x06;
	const usage = { 0x0b: 0x0b, 0x06: 0x0c, 0x05: 0x0d }[type];
	const fields = type === 0x0b ? [tag, reference.u32(0)] : [tag];
	return header(type, ...fields, reference.kdf(usage, 64, macKey, Uint8Array.of(type), ...fields));
}

for (const vector of vectors.exchanges) {
	test(`vector (${vector.name}): a second computation of the formulas gives every message`, () => {
		const [dake1, dake2, dake3] = [bytes(vector.dake1), bytes(vector.dake2), bytes(vector.dake3)];
		const profile = bytes(vectors.clientProfile);
		const [iSeed, sSeed] = [bytes(vector.publisherRandom[0]), bytes(vector.serverRandom[0])];
		const [i, s] = [publicKey(iSeed), publicKey(sSeed)];
		assert.equal(hex(dake1), hex(header(0x35, tag, profile, i)));
		const sigma2 = dake2.slice(-342);
		assert.equal(hex(dake2), hex(header(0x36, tag, compositeIdentity, s, sigma2)));
		const t2 = reference.transcript("dake-2", profile, compositeIdentity, i, s, phi);
		assert.ok(reference.ringVerify([publisherKey, serverKey, i], sigma2, t2));
		const sk = reference.sharedSecret(iSeed, s);
		assert.equal(hex(sk), hex(reference.sharedSecret(sSeed, i)));
		const keys = { macKey: reference.kdf(0x08, 64, sk), context: reference.kdf(0x12, 64, sk) };
		const sigma3 = dake3.slice(7, 7 + 342);
		const t3 = reference.transcript("dake-3", profile, compositeIdentity, i, s, phi);
		assert.ok(reference.ringVerify([publisherKey, serverKey, s], sigma3, t3));
		assert.equal(hex(dake3), hex(header(0x37, tag, sigma3, reference.data(attached(vector, keys)))));
		assert.equal(vector.answer, hex(answer(vector, keys.macKey)));
	});
}

test("the messages of a retrieval are as the specification lays them out", () => {
	const [published] = vectors.exchanges;
	assert.ok(published);
	const owner = reference.data(Buffer.from(vectors.publisher));
	assert.equal(vectors.query, hex(header(0x10, tag, owner, reference.data(Buffer.from("4")))));
	const one = [published.clientProfile, published.prekeyProfile, published.prekeyMessages[0]?.message].map(bytes);
	assert.equal(vectors.ensembles, hex(header(0x13, tag, owner, reference.u32(1), ...one)));
	const note = reference.data(Buffer.from("No Prekey Messages available for this identity"));
	assert.equal(vectors.noEnsembles, hex(header(0x0e, tag, owner, note)));
});
