import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { hex } from "@clowder/bytes";
import { otrNoblePrimitives } from "@clowder/crypto/otr-noble";
import { otrNodePrimitives } from "@clowder/crypto/otr-node";
import { decodeClientProfile, verifyClientProfile } from "../../src/profile/client-profile.ts";
import { dsaVerify } from "../reference/dsa.ts";
import { verify } from "../reference/ed448.ts";
import { parseProfile } from "../reference/profiles.ts";
import { ringVerify } from "../reference/ring.ts";
import { generatedVectors } from "./all.ts";
import { type InteractiveCase, interactiveReference } from "./interactive.ts";
import { type MessageKeysCase, messageKeysReference } from "./message-keys.ts";
import { type NonInteractiveCase, nonInteractiveReference } from "./non-interactive.ts";
import { type ProfileCase, profileReference } from "./profiles.ts";
import { type RingCase, ringReference } from "./ring-signatures.ts";
import { bytes, must, readVectors, type VectorFile, vectorText } from "./support.ts";
import { fragmentsReference, plaintextReference, type TextVectors } from "./texts.ts";

for (const primitives of [otrNodePrimitives, otrNoblePrimitives]) {
	test(`vectors/otrv4 is what the library writes over ${primitives.backend}`, () => {
		for (const [name, text] of generatedVectors(primitives)) assert.equal(vectorText(name), text, name);
	});
}

function eachCase<Case>(file: string, check: (stated: Case) => void): void {
	describe(`vectors/otrv4/${file}, by the second computation`, () => {
		for (const [i, stated] of readVectors<VectorFile<Case>>(file).cases.entries()) {
			test(`case ${i + 1}`, () => check(stated));
		}
	});
}

eachCase<ProfileCase>("profiles.json", (stated) => {
	assert.deepEqual(stated, profileReference(stated));
	const { signed, signature, publicKey, transitional } = parseProfile(bytes(stated.clientProfile));
	assert.ok(verify(publicKey, signed, signature));
	assert.equal(transitional === undefined, stated.dsa === null);
	if (transitional !== undefined) assert.ok(dsaVerify(transitional.key, transitional.signed, transitional.signature));
	const senderTag = stated.owner.instanceTag;
	const expectation = { senderTag, nowSeconds: stated.owner.expires - 1, graceSeconds: 0 };
	const profile = must(decodeClientProfile(bytes(stated.clientProfile)));
	must(verifyClientProfile(otrNodePrimitives, profile, { ...expectation, mode: "otrv3-compatible" }));
});

eachCase<RingCase>("ring-signatures.json", (stated) => {
	const { publicKeys, sigma, message } = stated;
	assert.deepEqual({ publicKeys, sigma }, ringReference(stated));
	assert.ok(ringVerify(publicKeys.map(bytes), bytes(sigma), bytes(message)));
	assert.ok(!ringVerify(publicKeys.map(bytes), bytes(sigma), bytes(`${message}00`)));
});

eachCase<MessageKeysCase>("message-keys.json", (stated) => {
	assert.deepEqual(stated, messageKeysReference(stated));
});

/** Two whole periods of the brace key are in it, and messages that come late. */
function assertCovers(stated: InteractiveCase | NonInteractiveCase): void {
	const ids = stated.ratchets.map(({ id }) => id);
	for (const id of [0, 3, 6, 9]) assert.ok(ids.includes(id), `ratchet ${id}`);
	assert.ok(stated.messages.some(({ opened }) => opened.some((place, i) => i > 0 && place < (opened[i - 1] ?? 0))));
}

eachCase<InteractiveCase>("interactive-dake.json", (stated) => {
	assertCovers(stated);
	const { name, reading, agreed, bob, bobDraws, bobRing, alice, aliceDraws, aliceRing, messages } = stated;
	const given = { name, reading, agreed, bob, bobDraws, bobRing, alice, aliceDraws, aliceRing };
	assert.deepEqual(interactiveReference(given, messages), stated);
});

eachCase<NonInteractiveCase>("non-interactive-dake.json", (stated) => {
	assertCovers(stated);
	const { name, reading, agreed, bob, sharedPrekey, prekeyIdentifier, prekeyDraws, alice } = stated;
	const { aliceDraws, aliceRing, messages } = stated;
	const given = { name, reading, agreed, bob, sharedPrekey, prekeyIdentifier, prekeyDraws, alice };
	assert.deepEqual(nonInteractiveReference({ ...given, aliceDraws, aliceRing }, messages), stated);
});

describe("vectors/otrv4/texts.json, by the second computation", () => {
	const stated = readVectors<TextVectors>("texts.json");
	test("query messages", () => {
		assert.deepEqual(
			stated.queries.map(({ text }) => text),
			["?OTRv4?", "?OTRv3?", "?OTRv43?"],
		);
	});
	test("whitespace tags: eight tabs and blanks are the bits of a digit, the tag's own sixteen before them", () => {
		for (const { versions, plain, text } of stated.whitespaceTags) {
			const bits = text.slice(plain.length).replaceAll(" ", "0").replaceAll("\t", "1");
			const digits = [...versions].sort().map((version) => `0011${version.toString(2).padStart(4, "0")}`);
			assert.equal(bits, `0100111101010100${digits.join("")}`);
		}
	});
	test("error messages", () => {
		const texts = ["Unreadable message", "Not in private state message", "Malformed message"];
		assert.deepEqual(
			stated.errors.map(({ text }) => text),
			texts.map((text, i) => `?OTR Error: ERROR_${i + 1}: ${text}`),
		);
	});
	test("plaintexts", () => {
		for (const one of stated.plaintexts) assert.equal(one.plaintext, plaintextReference(one));
	});
	test("fragments", () => {
		for (const one of stated.fragments) {
			const { text, fragments } = one;
			assert.deepEqual({ text, fragments }, fragmentsReference(one));
			assert.equal(hex(Buffer.from(text.slice(5, -1), "base64")), one.message);
		}
	});
});
