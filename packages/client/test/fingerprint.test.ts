import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { wordlist } from "@scure/bip39/wordlists/english.js";
import { fingerprintOf } from "../src/identity/fingerprint.ts";
import { COLOURS, SHAPES } from "../src/identity/picture.ts";
import { suite } from "./scripted.ts";

const key = (n: number): Uint8Array => new Uint8Array(32).fill(n);

test("a fingerprint is what its description says, recomputed by another way", () => {
	for (let n = 0; n < 50; n++) {
		const digest = createHash("sha512").update("clowder person fingerprint 1\0").update(key(n)).digest();
		const bits = [...digest].map((byte) => byte.toString(2).padStart(8, "0")).join("");
		const words = Array.from({ length: 12 }, (_, i) => wordlist[Number.parseInt(bits.slice(11 * i, 11 * i + 11), 2)]);
		const fingerprint = fingerprintOf(key(n), suite.primitives);
		assert.deepEqual(fingerprint.words, words);
		assert.equal(fingerprint.hexGroups.join(""), digest.subarray(0, 16).toString("hex"));
		const tile = (at: number) => ({
			shape: SHAPES[(digest[at] as number) % SHAPES.length],
			colour: COLOURS[(digest[at + 1] as number) % COLOURS.length],
		});
		assert.deepEqual(fingerprint.picture, [tile(32), tile(34), tile(36), tile(38)]);
		assert.deepEqual(fingerprint.mark, fingerprint.picture[0]);
	}
});

test("a fingerprint stays the same for ever: people compare across versions", () => {
	const { words, hexGroups, picture } = fingerprintOf(key(1), suite.primitives);
	assert.deepEqual({ words: words.join(" "), hex: hexGroups.join(" "), picture }, KNOWN);
});

test("one bit of the key changes the fingerprint", () => {
	const other = key(1);
	other[31] = 0;
	assert.notDeepEqual(fingerprintOf(other, suite.primitives).words, fingerprintOf(key(1), suite.primitives).words);
});

test("only a key of 32 bytes has a fingerprint", () => {
	assert.throws(() => fingerprintOf(new Uint8Array(31), suite.primitives), RangeError);
});

const KNOWN = {
	words: "bone minute key sad bullet increase video aware oak insect hawk cloud",
	hex: "1951 a9e8 5ed1 e2e5 7cf0 8297 cea1 a715",
	picture: [
		{ shape: "moon", colour: "red" },
		{ shape: "triangle", colour: "violet" },
		{ shape: "ring", colour: "teal" },
		{ shape: "square", colour: "violet" },
	],
};
