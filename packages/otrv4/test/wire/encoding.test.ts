import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { ENCODED_TEXT_MAX_CHARS, MESSAGE_MAX_BYTES } from "../../src/limits.ts";
import { decodePrekeyProtocolText, decodeText, encodePrekeyProtocolText, encodeText } from "../../src/wire/encoding.ts";
import { bytes, check, must, refused } from "./support.ts";

test('an encoded message is "?OTR:", base64, "."; in the prekey protocol there is no prefix', () => {
	assert.equal(encodeText(bytes(0, 4, 3, 1)), "?OTR:AAQDAQ==.");
	assert.equal(encodePrekeyProtocolText(bytes(0, 4, 3)), "AAQD.");
	check(
		fc.property(fc.uint8Array({ maxLength: 100 }), (value) => {
			assert.equal(encodeText(value), `?OTR:${Buffer.from(value).toString("base64")}.`);
			assert.deepEqual(must(decodeText(encodeText(value))), value);
			assert.deepEqual(must(decodePrekeyProtocolText(encodePrekeyProtocolText(value))), value);
		}),
	);
});

test("only what is written is read", () => {
	const bad = [
		"?OTR:AAQDAQ==",
		"?OTR:AAQDAQ.",
		"?OTR:AAQDAR==.",
		"?OTR:AAQ DAQ==.",
		"?OTR:AAQD-_==.",
		"?OTR:AAQD\n.",
		"?OTR:AAQD..",
		" ?OTR:AAQD.",
		"?OTR:",
	];
	for (const text of bad) refused(decodeText(text), "peer", "malformed");
	for (const text of ["AAQD", "?OTR:AAQD.", "AAQ.", "AAQD. ", ""]) {
		refused(decodePrekeyProtocolText(text), "peer", "malformed");
	}
	check(
		fc.property(fc.string({ unit: fc.constantFrom(..."AQg/+=.?:OTR") }), (text) => {
			const read = decodeText(`?OTR:${text}`);
			if (read.ok) assert.equal(encodeText(read.value), `?OTR:${text}`);
		}),
		1000,
	);
});

test("the largest message fits into the largest text, and a larger text is refused unread", () => {
	const largest = encodeText(new Uint8Array(MESSAGE_MAX_BYTES));
	assert.ok(largest.length <= ENCODED_TEXT_MAX_CHARS);
	assert.equal(must(decodeText(largest)).length, MESSAGE_MAX_BYTES);
	refused(decodeText(`?OTR:${"A".repeat(ENCODED_TEXT_MAX_CHARS)}.`), "peer", "limit");
	refused(decodePrekeyProtocolText(`${"A".repeat(ENCODED_TEXT_MAX_CHARS)}.`), "peer", "limit");
});
