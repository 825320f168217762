import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { displayParts } from "../src/display-text.ts";

const shown = (text: string): string =>
	displayParts(text)
		.map((part) => (part.kind === "text" ? part.text : `<${part.codePoint}>`))
		.join("");

test("plain text is one part, whatever its script", () => {
	for (const text of ["hello", "שלום", "नमस्ते", "👩‍👩‍👧‍👦 می‌خواهم", "a\tb\nc", "<b>&amp;", ":3"]) {
		assert.deepEqual(displayParts(text), [{ kind: "text", text }]);
	}
});

test("direction overrides, embeddings and isolates become visible and lose their effect", () => {
	assert.equal(shown("pay \u202E001 to Bo"), "pay <U+202E>001 to Bo");
	for (const control of ["\u202A", "\u202B", "\u202C", "\u202D", "\u202E", "\u2066", "\u2067", "\u2068", "\u2069"]) {
		assert.equal(displayParts(control)[0]?.kind, "control");
	}
});

test("terminal escapes, separators and lone surrogates become visible", () => {
	assert.equal(shown("\u001b[2Jx\u009by\u2028z\ud800"), "<U+001B>[2Jx<U+009B>y<U+2028>z<U+D800>");
	assert.equal(shown("one\r\ntwo\rthree"), "one\ntwo<U+000D>three");
});

test("nothing is dropped, and nothing that acts is left in a text part", () => {
	fc.assert(
		fc.property(fc.string({ unit: "binary" }), (text) => {
			const back = displayParts(text)
				.map((part) =>
					part.kind === "text" ? part.text : String.fromCodePoint(Number.parseInt(part.codePoint.slice(2), 16)),
				)
				.join("");
			assert.equal(back.replaceAll("\r\n", "\n"), text.replaceAll("\r\n", "\n"));
			for (const part of displayParts(text)) {
				if (part.kind === "text") assert.doesNotMatch(part.text, /[\u0000-\u0008\u001b\u202a-\u202e\u2066-\u2069]/);
			}
		}),
	);
});
