import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { hex } from "@clowder/bytes";
import fc from "fast-check";
import type { TranscriptDigest } from "../src/labels.ts";
import { MAX_PADDED_BYTES, MAX_TEXT_BYTES, MIN_PADDED_BYTES } from "../src/limits.ts";
import { type Content, type ContentHeader, decodeContent, encodeContent, paddedBytes } from "../src/session/content.ts";
import { seeded, suiteOf } from "./support/place.ts";
import { identityOf } from "./vectors/people.ts";

const suite = suiteOf(1);
const random = seeded("content");
const id = random(8);
const header: ContentHeader = { seen: { entries: 5, digest: random(32) as TranscriptDigest }, validMessages: 9 };
/** kind, k, T_k, valid messages, id, length of the text */
const TEXT_OVERHEAD_BYTES = 53;

function read(padded: Uint8Array): Content | string {
	const result = decodeContent(suite, padded);
	return result.ok ? result.value.content : result.error.expected;
}

function encodeText(text: string): Uint8Array {
	return encodeContent(header, { kind: "text", id, text });
}

/** Any well-formed text. The library's own arbitrary for that takes a second to set up. */
const anyText = (maxLength: number): fc.Arbitrary<string> =>
	fc
		.array(fc.integer({ min: 0, max: 0x10_f7ff }), { maxLength })
		.map((points) => String.fromCodePoint(...points.map((point) => (point < 0xd800 ? point : point + 0x800))));

describe("PAD-1: the size tells little", () => {
	test("a power of two from 256 bytes, the least that holds the content", () => {
		fc.assert(
			fc.property(fc.integer({ min: 0, max: MAX_PADDED_BYTES }), (size) => {
				const padded = paddedBytes(size);
				assert.equal(padded & (padded - 1), 0);
				assert.ok(padded >= size && padded >= MIN_PADDED_BYTES);
				assert.ok(padded === MIN_PADDED_BYTES || padded / 2 < size);
			}),
		);
	});

	test("texts of one range, acknowledgements and introductions have one size", () => {
		const identity = identityOf(suite, { identitySeed: hex(random(32)), nickname: "Ana", salt: hex(random(32)) });
		const contents: Content[] = [{ kind: "acknowledgement" }, { kind: "introduction", identity }];
		for (const length of [0, 1, 100, 256 - TEXT_OVERHEAD_BYTES])
			contents.push({ kind: "text", id, text: "x".repeat(length) });
		for (const content of contents) assert.equal(encodeContent(header, content).length, 256);
		assert.equal(encodeText("x".repeat(257 - TEXT_OVERHEAD_BYTES)).length, 512);
		assert.equal(encodeText("x".repeat(MAX_TEXT_BYTES)).length, MAX_PADDED_BYTES);
	});

	test("padding is zeros, and as many as are due", () => {
		const padded = encodeText("cat");
		assert.deepEqual(read(padded), { kind: "text", id, text: "cat" });
		for (const at of [TEXT_OVERHEAD_BYTES + 3, 200, 255]) {
			const other = padded.slice();
			other[at] = 1;
			assert.equal(read(other), "zeros after the content");
		}
		for (const size of [512, 1024, 255, 257, 128]) {
			const other = new Uint8Array(size);
			other.set(padded.subarray(0, Math.min(size, 256)));
			assert.equal(read(other), "padding to 256 bytes", `${size}`);
		}
	});
});

describe("content", () => {
	test("every text of the allowed length comes back as it was", () => {
		fc.assert(
			fc.property(anyText(400), (text) => {
				assert.deepEqual(read(encodeText(text)), { kind: "text", id, text });
			}),
		);
	});

	test("refuses an unknown kind, a text over the limit, and one that is not UTF-8", () => {
		const padded = encodeText("cat");
		for (const kind of [4, 255]) {
			const other = padded.slice();
			other[0] = kind;
			assert.equal(read(other), "a known kind of content");
		}
		assert.equal(read(encodeText("x".repeat(MAX_TEXT_BYTES + 1))), `at most ${MAX_TEXT_BYTES} bytes`);
		const malformed = padded.slice();
		malformed[TEXT_OVERHEAD_BYTES] = 0xff;
		assert.equal(read(malformed), "a text in UTF-8");
	});

	test("any bytes are content that is written the same again, or a refusal: never an exception", () => {
		const start = fc.uint8Array({ minLength: 41, maxLength: 60 });
		fc.assert(
			fc.property(start, fc.integer({ min: 0, max: 3 }), fc.constantFrom(0, 41, 60, 256, 512), (bytes, kind, size) => {
				const padded = new Uint8Array(size);
				padded.set(bytes.subarray(0, size));
				if (size > 0) padded[0] = kind;
				const result = decodeContent(suite, padded);
				if (result.ok) assert.equal(hex(encodeContent(result.value.header, result.value.content)), hex(padded));
			}),
			{ numRuns: 500 },
		);
	});
});
