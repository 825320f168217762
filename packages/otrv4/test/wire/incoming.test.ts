import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { ENCODED_TEXT_MAX_CHARS, INCOMING_TEXT_MAX_CHARS } from "../../src/limits.ts";
import type { Blame, Reason } from "../../src/refusal.ts";
import { encodeMessage } from "../../src/wire/decode-message.ts";
import { encodeText } from "../../src/wire/encoding.ts";
import { errorMessage } from "../../src/wire/error-message.ts";
import { parseFragment } from "../../src/wire/fragment-format.ts";
import { classify } from "../../src/wire/incoming.ts";
import { appendWhitespaceTag } from "../../src/wire/whitespace-tag.ts";
import { bytes, check, damaged, message, must } from "./support.ts";

const FRAGMENT = "?OTR|3c5b5f03|5a73a599|27e31597,00001,00003,?OTR:AAMD,";

function isRefused(text: string, blame: Blame, reason: Reason): void {
	const incoming = classify(text);
	if (incoming.kind !== "refused") assert.fail(`${incoming.kind}: ${text.slice(0, 80)}`);
	assert.deepEqual([incoming.refusal.blame, incoming.refusal.reason], [blame, reason]);
}

test("each kind of text", () => {
	assert.deepEqual(classify("hello"), { kind: "plaintext", text: "hello" });
	assert.deepEqual(classify(""), { kind: "plaintext", text: "" });
	assert.deepEqual(classify(appendWhitespaceTag("hello", [4])), {
		kind: "plaintext-tagged",
		text: "hello",
		versions: [4],
	});
	assert.deepEqual(classify("?OTRv34?"), { kind: "query", versions: [4, 3] });
	assert.deepEqual(classify("?OTRv?4?"), { kind: "query", versions: [] });
	assert.deepEqual(classify(errorMessage(2)), { kind: "error", code: 2, text: "Not in private state message" });
	assert.deepEqual(classify("?OTR Error: oh"), { kind: "error", text: "oh" });
	assert.deepEqual(classify(FRAGMENT), { kind: "fragment", fragment: must(parseFragment(FRAGMENT)) });
	check(
		fc.property(message, (value) => {
			assert.deepEqual(classify(encodeText(encodeMessage(value))), { kind: "encoded", message: value });
		}),
		50,
	);
});

test("what is of OTRv3 is told apart for another library", () => {
	for (const text of [encodeText(bytes(0, 3, 2, 0)), "?OTR|5a73a599|27e31597,00001,00003,?OTR:AAMD,"]) {
		assert.deepEqual(classify(text), { kind: "version-3", text });
	}
});

test("fragments come first, and an error message or an encoded one stands at the start", () => {
	assert.equal(classify(`${FRAGMENT.slice(0, -1)}?OTRv4?,`).kind, "fragment");
	assert.equal(classify(`${FRAGMENT} ?OTRv4?`).kind, "refused");
	assert.equal(classify("?OTR Error: say ?OTRv4?").kind, "error");
	assert.equal(classify(`?OTRv4? ${errorMessage(1)}`).kind, "query");
	assert.equal(classify(`look: ${FRAGMENT}`).kind, "plaintext");
	assert.equal(classify(`look: ${encodeText(bytes(0, 4, 3))}`).kind, "plaintext");
	assert.equal(classify(`look: ${errorMessage(1)}`).kind, "plaintext");
	assert.equal(classify("you can write ?OTRv4? to me").kind, "query");
	assert.equal(classify(appendWhitespaceTag("?OTRv4?", [3])).kind, "query");
	assert.equal(classify("?OTR is a protocol").kind, "plaintext");
});

test("what is refused says whose fault it is", () => {
	isRefused("?OTR:AAQDAQ==", "peer", "malformed");
	isRefused("?OTR:!.", "peer", "malformed");
	isRefused("?OTR:.", "peer", "malformed");
	isRefused("?OTR|nonsense", "peer", "malformed");
	isRefused("?OTR|1|ff|100,1,2,AA,", "peer", "instance-tag");
	isRefused(encodeText(bytes(0, 2, 3, 0)), "incompatible", "version");
	isRefused(encodeText(bytes(0, 5, 3, 0)), "incompatible", "version");
	isRefused("?OTR,1,3,AAIC,", "incompatible", "version");
	isRefused(`?OTR:${"A".repeat(ENCODED_TEXT_MAX_CHARS)}.`, "peer", "limit");
	isRefused("a".repeat(INCOMING_TEXT_MAX_CHARS + 1), "peer", "limit");
	assert.equal(classify("a".repeat(INCOMING_TEXT_MAX_CHARS)).kind, "plaintext");
});

test("no text makes it throw, and a refusal holds nothing of a text but its numbers", () => {
	const piece = fc.constantFrom(
		"?OTR",
		"?OTR:",
		"?OTR|",
		"?OTRv",
		"?OTR Error: ",
		"ERROR_1: ",
		" \t  \t\t\t\t \t \t \t  ",
		"  \t\t \t  ",
		"?",
		"4",
		",",
		"|",
		"100",
		".",
		"AAQD",
		"\0",
		"\ud800",
		"é",
	);
	const soup = fc.array(piece, { maxLength: 12 }).map((parts) => parts.join(""));
	const broken = damaged(message.map((value) => Buffer.from(encodeText(encodeMessage(value)), "latin1"))).map((value) =>
		Buffer.from(value).toString("latin1"),
	);
	check(
		fc.property(fc.oneof(soup, fc.string(), broken), (text) => {
			const incoming = classify(text);
			if (incoming.kind === "plaintext" || incoming.kind === "version-3") assert.equal(incoming.text, text);
			if (incoming.kind === "refused") assert.ok(JSON.stringify(incoming.refusal).length < 400);
		}),
		2000,
	);
});
