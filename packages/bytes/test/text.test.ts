import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { base64, fromBase64, fromHex, fromUtf8, hex, utf8 } from "../src/index.ts";

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const anyBytes = fc.uint8Array({ maxLength: 200 });

/** Any well-formed text. The library's own arbitrary for that takes a second to set up. */
const anyText = (maxLength: number): fc.Arbitrary<string> =>
	fc
		.array(fc.integer({ min: 0, max: 0x10_f7ff }), { maxLength })
		.map((points) => String.fromCodePoint(...points.map((point) => (point < 0xd800 ? point : point + 0x800))));

describe("hex", () => {
	test("round trip, in the letters that Buffer writes", () => {
		fc.assert(
			fc.property(anyBytes, (bytes) => {
				const text = hex(bytes);
				assert.equal(text, Buffer.from(bytes).toString("hex"));
				assert.deepEqual(fromHex(text), { ok: true, value: bytes });
			}),
		);
	});

	test("refuses what it does not write", () => {
		for (const text of ["0", "0g", "AB", "aB", " 00", "00 ", "00\n", "0x00", "é0", "-1", "+1", "1.", "٠٠"]) {
			assert.deepEqual(fromHex(text), { ok: false, error: "not-hex" }, JSON.stringify(text));
		}
	});

	test("what it reads, it writes", () => {
		fc.assert(
			fc.property(fc.string({ maxLength: 8 }), (text) => {
				const read = fromHex(text);
				if (read.ok) assert.equal(hex(read.value), text);
			}),
		);
	});
});

describe("base64 (RFC 4648 sections 4 and 10)", () => {
	test("known answers", () => {
		const known = {
			"": "",
			f: "Zg==",
			fo: "Zm8=",
			foo: "Zm9v",
			foob: "Zm9vYg==",
			fooba: "Zm9vYmE=",
			foobar: "Zm9vYmFy",
		};
		for (const [plain, text] of Object.entries(known)) {
			assert.equal(base64(utf8(plain)), text);
			assert.deepEqual(fromBase64(text), { ok: true, value: utf8(plain) });
		}
	});

	test("round trip, in the letters that Buffer writes", () => {
		fc.assert(
			fc.property(anyBytes, (bytes) => {
				const text = base64(bytes);
				assert.equal(text, Buffer.from(bytes).toString("base64"));
				assert.deepEqual(fromBase64(text), { ok: true, value: bytes });
			}),
		);
	});

	test("of all endings of one or two bytes, only the one with unused bits zero is read", () => {
		for (const [padding, unusedBits] of [
			["==", 4],
			["=", 2],
		] as const) {
			for (const first of ["AA", "/z"]) {
				for (const [value, letter] of [...ALPHABET].entries()) {
					const head = padding === "==" ? first.slice(1) : first;
					const text = `AAAA${head}${letter}${padding}`;
					const canonical = value % 2 ** unusedBits === 0;
					assert.equal(fromBase64(text).ok, canonical, text);
					if (canonical) assert.equal(Buffer.from(text, "base64").toString("base64"), text);
				}
			}
		}
	});

	test("refuses every other variant", () => {
		const refused = [
			// without padding, with too much, in the middle, alone
			"Zg",
			"Zg=",
			"Zm8",
			"Zg===",
			"Zm9v=",
			"Zm9v====",
			"Zg==Zg==",
			"Zm8=Zm8=",
			"=",
			"==",
			"===",
			"====",
			"A===",
			// white space and line ends, within and around
			"Zm9v\n",
			"Zm9vZm9v\r\n",
			" Zm9",
			"Zm9 ",
			"Zm\n9vYg=",
			"Zm9v\tYg=",
			"Zm9v    ",
			// the alphabet for names of files and URLs, and letters outside of any
			"-_-_",
			"Zm9-",
			"Zm9_",
			"Zm9.",
			"Zm9*",
			"Zm9\u0000",
			"Zm9é",
			"Ｚm9v",
			"Zm9\u{1f431}",
			"Z=9v",
			"Z==v",
			"=m9v",
		];
		for (const text of refused) {
			assert.deepEqual(fromBase64(text), { ok: false, error: "not-base64" }, JSON.stringify(text));
		}
	});

	test("no two texts give the same bytes: what it reads, it writes", () => {
		const letter = fc.constantFrom(...ALPHABET, "=", "-", "_", " ", "\n");
		fc.assert(
			fc.property(fc.array(letter, { maxLength: 12 }), (letters) => {
				const text = letters.join("");
				const read = fromBase64(text);
				if (read.ok) assert.equal(base64(read.value), text);
			}),
			{ numRuns: 2000 },
		);
	});
});

describe("utf8", () => {
	test("round trip of every well-formed text, a byte order mark included", () => {
		fc.assert(
			fc.property(anyText(20), (text) => {
				assert.deepEqual(fromUtf8(utf8(text)), { ok: true, value: text });
			}),
		);
		assert.deepEqual(fromUtf8(utf8("\ufeffcat")), { ok: true, value: "\ufeffcat" });
	});

	test("refuses malformed bytes", () => {
		const malformed = {
			"continuation alone": "80",
			"cut short": "e282",
			"overlong slash": "c0af",
			"overlong nul": "c080",
			"overlong euro": "f08282ac",
			"surrogate half": "eda080",
			"beyond U+10FFFF": "f4908080",
			"five bytes": "f888808080",
			"byte that never occurs": "ff",
		};
		for (const [what, text] of Object.entries(malformed)) {
			const bytes = fromHex(text);
			assert.ok(bytes.ok);
			assert.deepEqual(fromUtf8(bytes.value), { ok: false, error: "not-utf8" }, what);
		}
	});

	test("a lone surrogate becomes the replacement character", () => {
		assert.equal(hex(utf8("\ud800")), "efbfbd");
	});
});
