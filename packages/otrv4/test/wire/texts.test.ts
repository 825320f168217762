import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { QUERY_VERSIONS_MAX } from "../../src/limits.ts";
import { errorMessage, isErrorCode, parseErrorMessage } from "../../src/wire/error-message.ts";
import { parseQuery, queryMessage } from "../../src/wire/query-message.ts";
import { appendWhitespaceTag, findWhitespaceTag } from "../../src/wire/whitespace-tag.ts";
import { check } from "./support.ts";

test("the examples of query messages", () => {
	assert.deepEqual(parseQuery("?OTRv3?"), [3]);
	assert.deepEqual(parseQuery("?OTRv45x?"), [4]);
	assert.deepEqual(parseQuery("?OTRv?"), []);
	// "A syntactically invalid query message": nobody replies to it either.
	assert.deepEqual(parseQuery("?OTRv?4?"), []);
	assert.equal(queryMessage([3]), "?OTRv3?");
	assert.equal(queryMessage([3, 4]), "?OTRv43?");
	assert.equal(
		queryMessage([4], "Your buddy has requested a private conversation."),
		"?OTRv4? Your buddy has requested a private conversation.",
	);
	assert.deepEqual(parseQuery(queryMessage([3, 4], "?")), [4, 3]);
});

test("a query may stand anywhere, the first counts, and a sentence is none", () => {
	assert.deepEqual(parseQuery("<b>?OTRv34?</b> ?OTRv3?"), [4, 3]);
	assert.deepEqual(parseQuery("?OTR?v23?"), [3]);
	assert.deepEqual(parseQuery(`?OTRv4${"x".repeat(QUERY_VERSIONS_MAX - 1)}?`), [4]);
	for (const text of [
		"",
		"?OTR",
		"?OTRv4",
		"?OTR?",
		"?OTRv I have 4 cats, and you?",
		"?otrv4?",
		"OTRv4?",
		`?OTRv4${"x".repeat(QUERY_VERSIONS_MAX)}?`,
	]) {
		assert.equal(parseQuery(text), undefined, text);
	}
	check(
		fc.property(fc.string({ unit: fc.constantFrom(..."?OTRv34 ") }), (text) => {
			const query = parseQuery(`${text}?OTRv3?`);
			assert.ok(query !== undefined);
		}),
	);
});

const BASE = " \t  \t\t\t\t \t \t \t  ";
const V1 = " \t \t  \t ";
const V2 = "  \t\t  \t ";
const V3 = "  \t\t  \t\t";
const V4 = "  \t\t \t  ";

test("a whitespace tag is the sixteen bytes and eight for each version", () => {
	assert.equal(appendWhitespaceTag("hi", [4, 3]), `hi${BASE}${V3}${V4}`);
	assert.equal(appendWhitespaceTag("hi", [4]), `hi${BASE}${V4}`);
	assert.equal(appendWhitespaceTag("hi", []), "hi");
	const printed = "\\x20\\x09\\x20\\x20\\x09\\x09\\x09\\x09\\x20\\x09\\x20\\x09\\x20\\x09\\x20\\x20"
		.replaceAll("\\x20", " ")
		.replaceAll("\\x09", "\t");
	assert.equal(BASE, printed);
});

test("a tag is found anywhere, with versions that are not known, and taken out", () => {
	assert.deepEqual(findWhitespaceTag(`hi${BASE}${V4} there`), { versions: [4], text: "hi there" });
	assert.deepEqual(findWhitespaceTag(`${BASE}${V1}${V2}${V3}${V4}hi`), { versions: [3, 4], text: "hi" });
	assert.deepEqual(findWhitespaceTag(`hi${BASE}  \t\t \t \t${V4}${V4}`), { versions: [4], text: "hi" });
	assert.deepEqual(findWhitespaceTag(`hi${BASE}${V1}`), { versions: [], text: "hi" });
	// White space behind the tag is the text's own.
	assert.deepEqual(findWhitespaceTag(`hi${BASE}${V4}        x`), { versions: [4], text: "hi        x" });
	assert.deepEqual(findWhitespaceTag(`${BASE}${V3}${V1}`), { versions: [3], text: V1 });
	for (const text of [
		"",
		"hi",
		BASE,
		`hi${BASE}`,
		`hi${BASE}x${V4}`,
		`${BASE.slice(1)}${V4}`,
		`${BASE}${V4.slice(1)}`,
	]) {
		assert.equal(findWhitespaceTag(text), undefined);
	}
});

test("only the first of several tags counts", () => {
	assert.deepEqual(findWhitespaceTag(`a${BASE}${V3}b${BASE}${V4}c`), { versions: [3], text: `ab${BASE}${V4}c` });
	// What only begins like a tag is not the first one.
	assert.deepEqual(findWhitespaceTag(`a${BASE}b${BASE}${V4}c`), { versions: [4], text: `a${BASE}bc` });
});

test("a tag is taken out of any text it was put into", () => {
	check(
		fc.property(
			fc.string({ unit: fc.constantFrom("a", " ", "\t", "é") }),
			fc.subarray<3 | 4>([3, 4], { minLength: 1 }),
			(text, versions) => {
				const tagged = appendWhitespaceTag(text, versions);
				const found = findWhitespaceTag(tagged);
				assert.ok(found !== undefined);
				// A text that ends in white space can complete another tag before this one.
				if (!/[ \t]$/.test(text)) assert.deepEqual(found, { versions, text });
			},
		),
	);
});

test("error messages with the codes and the texts of the specification", () => {
	assert.equal(errorMessage(1), "?OTR Error: ERROR_1: Unreadable message");
	assert.equal(errorMessage(2), "?OTR Error: ERROR_2: Not in private state message");
	assert.equal(errorMessage(3), "?OTR Error: ERROR_3: Malformed message");
	assert.equal(errorMessage(1, "Unlesbar"), "?OTR Error: ERROR_1: Unlesbar");
	for (const code of [1, 2, 3] as const) {
		assert.deepEqual(parseErrorMessage(errorMessage(code, "x: y\nz")), { code, text: "x: y\nz" });
		assert.ok(isErrorCode(code));
	}
	for (const code of [0, 4, undefined]) assert.ok(!isErrorCode(code));
});

test("error messages as others write them, at the start of a text alone", () => {
	assert.deepEqual(parseErrorMessage("?OTR Error: ERROR_1: The message is undecryptable."), {
		code: 1,
		text: "The message is undecryptable.",
	});
	assert.deepEqual(parseErrorMessage("?OTR Error:Message's counter value failed validation."), {
		text: "Message's counter value failed validation.",
	});
	assert.deepEqual(parseErrorMessage("?OTR Error: ERROR_77: x"), { code: 77, text: "x" });
	assert.deepEqual(parseErrorMessage("?OTR Error: ERROR_123456: x"), { text: "ERROR_123456: x" });
	assert.deepEqual(parseErrorMessage("?OTR Error: ERROR_: x"), { text: "ERROR_: x" });
	assert.deepEqual(parseErrorMessage("?OTR Error:"), { text: "" });
	for (const text of [" ?OTR Error: ERROR_1: x", "they say ?OTR Error: x", "?OTR Error", ""]) {
		assert.equal(parseErrorMessage(text), undefined);
	}
});
