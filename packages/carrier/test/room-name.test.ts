import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { parseRoomName, ROOM_NAME_MAX_CHARACTERS, ROOM_NAME_RAW_MAX_UNITS } from "../src/index.ts";

function name(text: string): string {
	const parsed = parseRoomName(text);
	assert.ok(parsed.ok, `${JSON.stringify(text)}: ${JSON.stringify(parsed)}`);
	return parsed.value;
}

test("CARRIER-1: those who type the same name meet", () => {
	const ways: readonly (readonly string[])[] = [
		["cats", "Cats", "CATS", "  cats ", "ｃａｔｓ"],
		["two words", "Two  Words", "two\u00a0words", "two\u3000words"],
		["straße", "STRASSE", "Strasse", "stra\u1e9ee"],
		["caf\u00e9", "cafe\u0301", "CAFE\u0301", "CAF\u00c9"],
		["σοφος", "ΣΟΦΟΣ", "σοφος".replace(/σ$/, "ς"), "σοφος"],
		["ﬁsh", "FISH", "fish"],
		["❤", "❤\ufe0f"],
		["ｶﾞ", "ガ"],
	];
	for (const [first = "", ...others] of ways) for (const other of others) assert.equal(name(other), name(first));
});

test("CARRIER-1: names that differ stay apart", () => {
	assert.notEqual(name("cat"), name("cats"));
	assert.notEqual(name("cafe"), name("café"));
});

test("CARRIER-1: nothing, too much, and what cannot be seen are refused", () => {
	for (const text of ["", "   ", "\u00a0"])
		assert.deepEqual(parseRoomName(text), { ok: false, error: { kind: "room-name-empty" } });
	assert.equal(name("x".repeat(ROOM_NAME_MAX_CHARACTERS)).length, ROOM_NAME_MAX_CHARACTERS);
	assert.equal([...name("🐱".repeat(ROOM_NAME_MAX_CHARACTERS))].length, ROOM_NAME_MAX_CHARACTERS);
	for (const text of [
		"x".repeat(ROOM_NAME_MAX_CHARACTERS + 1),
		"ﷺ".repeat(ROOM_NAME_MAX_CHARACTERS),
		"x".repeat(ROOM_NAME_RAW_MAX_UNITS + 1),
	]) {
		const parsed = parseRoomName(text);
		assert.ok(!parsed.ok && parsed.error.kind === "room-name-too-long");
	}
	for (const codePoint of [
		0, 7, 0x0a, 0x7f, 0x85, 0xad, 0x200b, 0x200d, 0x202e, 0x2060, 0x2028, 0x2800, 0x3164, 0xd800, 0xe000, 0xfeff,
		0xfff9, 0xe0041, 0x10ffff,
	]) {
		const parsed = parseRoomName(`a${String.fromCodePoint(codePoint)}b`);
		assert.ok(!parsed.ok && parsed.error.kind === "room-name-characters", codePoint.toString(16));
	}
});

test("CARRIER-1: a name is its own normal form, for every character of the planes with letters, and any text", () => {
	for (let codePoint = 0; codePoint <= 0x1ffff; codePoint++) {
		const parsed = parseRoomName(String.fromCodePoint(codePoint));
		if (parsed.ok) assert.deepEqual(parseRoomName(parsed.value), parsed);
	}
	fc.assert(
		fc.property(fc.string({ unit: "binary", maxLength: 80 }), (text) => {
			const parsed = parseRoomName(text);
			if (parsed.ok) assert.deepEqual(parseRoomName(parsed.value), parsed);
		}),
		{ seed: 1 },
	);
});

test("CARRIER-1: the way a name is cased does not matter", () => {
	fc.assert(
		fc.property(fc.string({ unit: "grapheme", minLength: 1, maxLength: 20 }), (text) => {
			const parsed = parseRoomName(text);
			if (!parsed.ok) return;
			for (const other of [text.toUpperCase(), text.toLowerCase(), text.normalize("NFD")]) {
				const again = parseRoomName(other);
				assert.deepEqual(again, parsed);
			}
		}),
		{ seed: 2, numRuns: 500 },
	);
});
