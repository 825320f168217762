import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { utf8 } from "@clowder/bytes";
import * as fc from "fast-check";
import { NICKNAME_MAX_BYTES, type Nickname, nicknameSkeleton, parseNickname } from "../src/nickname.ts";

const SEED = 20_13;

function nickname(text: string): Nickname {
	const result = parseNickname(text);
	assert.ok(result.ok, `${JSON.stringify(text)}: ${JSON.stringify(result)}`);
	return result.value;
}

function refusal(text: string): unknown {
	const result = parseNickname(text);
	return result.ok ? `accepted ${JSON.stringify(result.value)}` : result.error;
}

const character = (codePoint: number): unknown => ({ kind: "nickname-characters", codePoint });
const skeleton = (text: string): string => nicknameSkeleton(nickname(text));

/** The planes that hold characters, lone surrogates included; of the others each 97th code point. */
function allAllowed(): string[] {
	const found: string[] = [];
	const accepts = (some: readonly string[]): boolean => parseNickname(`a${some.join("a")}a`).ok;
	for (let first = 0; first < 0x40000; first += 12) {
		const twelve = Array.from({ length: 12 }, (_, i) => String.fromCodePoint(first + i));
		found.push(...(accepts(twelve) ? twelve : twelve.filter((text) => accepts([text]))));
	}
	for (let codePoint = 0x40000; codePoint <= 0x10ffff; codePoint += 97) {
		const text = String.fromCodePoint(codePoint);
		if (accepts([text])) found.push(text);
	}
	return found;
}

/** What a name may hold after a letter. */
const allowed: readonly string[] = allAllowed();

/** Texts of up to `maxLength` of these pieces. */
const textOf = (unit: fc.Arbitrary<string>, maxLength: number): fc.Arbitrary<string> =>
	fc.array(unit, { maxLength }).map((pieces) => pieces.join(""));

const anyCodePoint = fc.nat({ max: 0x10ffff }).map((codePoint) => String.fromCodePoint(codePoint));
const awkward = fc.constantFrom("a", "I", " ", "\u00a0", "\u0301", "\u200d", "\ud800", "\udc00", "Я", "𝐀", "\n");
const anyAllowed = fc.nat({ max: allowed.length - 1 }).map((i) => allowed[i] ?? "");
const merging = fc.constantFrom(..."aIil10OmrnwvcdĐİИи\u0301 ");

const texts: fc.Arbitrary<string> = fc.oneof(textOf(anyCodePoint, 40), textOf(awkward, 40), textOf(anyAllowed, 40));
const names: fc.Arbitrary<Nickname> = textOf(fc.oneof(anyAllowed, merging), 12)
	.filter((text) => parseNickname(text).ok)
	.map(nickname);

describe("parseNickname", () => {
	it("takes people's names as they are", () => {
		const taken = [
			"Ana",
			"Bo 2",
			"José",
			"O'Brien",
			"Jean-Luc",
			"Дмитро",
			"Ελένη",
			"Արամ",
			"שָׁלוֹם",
			"محمد",
			"नीलम",
			"ณัฐ",
			"한별",
			"小猫",
			"さくら",
			"བསྒྲུབས",
			"🐱",
			"Mx. :3",
		];
		for (const name of taken) assert.equal(nickname(name), name.normalize("NFC"));
	});

	it("normalises composition and spaces", () => {
		assert.equal(nickname("Jose\u0301"), "Jos\u00e9");
		assert.equal(nickname("\u3000 Ana \u00a0\u2003 Bo \u202f"), "Ana Bo");
	});

	it("refuses nothing at all, and spaces only", () => {
		for (const text of ["", " ", "\u00a0\u3000", " ".repeat(1024)])
			assert.deepEqual(refusal(text), { kind: "nickname-empty" });
	});

	it("refuses more than 64 bytes of UTF-8, counted after normalisation", () => {
		assert.equal(utf8(nickname("a".repeat(64))).length, NICKNAME_MAX_BYTES);
		assert.equal(utf8(nickname("猫".repeat(21))).length, 63);
		assert.equal(nickname("e\u0301".repeat(32)), "é".repeat(32));
		assert.equal(nickname(`a${" ".repeat(900)}b`), "a b");
		const tooLong = (bytes: number): unknown => ({ kind: "nickname-too-long", limitBytes: 64, bytes });
		assert.deepEqual(refusal("a".repeat(65)), tooLong(65));
		assert.deepEqual(refusal("猫".repeat(22)), tooLong(66));
		assert.deepEqual(refusal(" ".repeat(1025)), tooLong(1025));
		assert.deepEqual(refusal("a".repeat(1_000_000)), tooLong(1_000_000));
	});

	it("refuses what does not show, or shows elsewhere", () => {
		const refused = {
			NUL: 0x00,
			tab: 0x09,
			newline: 0x0a,
			delete: 0x7f,
			"next line": 0x85,
			"soft hyphen": 0xad,
			"grapheme joiner": 0x34f,
			"Arabic letter mark": 0x61c,
			"Hangul filler": 0x3164,
			"zero-width space": 0x200b,
			"zero-width non-joiner": 0x200c,
			"zero-width joiner": 0x200d,
			"right-to-left mark": 0x200f,
			"line separator": 0x2028,
			"paragraph separator": 0x2029,
			"right-to-left override": 0x202e,
			"word joiner": 0x2060,
			"right-to-left isolate": 0x2067,
			"blank Braille pattern": 0x2800,
			"private use": 0xe000,
			"variation selector": 0xfe0f,
			"byte order mark": 0xfeff,
			"half-width filler": 0xffa0,
			"object replacement": 0xfffc,
			replacement: 0xfffd,
			noncharacter: 0xffff,
			unassigned: 0x0378,
			tag: 0xe0041,
			"variation selector 17": 0xe0100,
			"high surrogate": 0xd800,
			"low surrogate": 0xdfff,
			"enclosing circle": 0x20dd,
		};
		for (const [what, codePoint] of Object.entries(refused)) {
			const text = String.fromCodePoint(codePoint);
			for (const place of [text, `a${text}b`, `${text}a`, `a${text}`])
				assert.deepEqual(refusal(place), character(codePoint), what);
		}
	});

	it("refuses marks without a letter, and heaps of them", () => {
		assert.deepEqual(refusal("\u0301a"), character(0x301));
		assert.deepEqual(refusal("a \u0301"), character(0x301));
		assert.equal(nickname(`a${"\u0336".repeat(4)}b`), `a${"\u0336".repeat(4)}b`);
		assert.deepEqual(refusal(`a${"\u0336".repeat(5)}b`), character(0x336));
		assert.deepEqual(refusal("Z\u0321\u0336\u0348\u0353\u0359\u0361algo"), character(0x359));
	});

	it("allows nothing that the engine's own Unicode calls invisible or unassigned", () => {
		// The 148,713 characters of the table, and the sixteen spaces that become the one in it.
		assert.equal(allowed.length, 148_713 + 16);
		const invisible = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}\p{Me}\p{Default_Ignorable_Code_Point}]/u;
		assert.deepEqual(
			allowed.filter((text) => invisible.test(text)),
			[],
		);
	});

	it("refuses what later versions of Unicode added, whatever the engine knows", () => {
		for (const codePoint of [0x1c89, 0xa7cb, 0x10d40, 0x1fae9, 0x2ebf0]) {
			assert.deepEqual(refusal(String.fromCodePoint(codePoint)), character(codePoint));
		}
	});

	it("never throws, and returns what it would return again", () => {
		fc.assert(
			fc.property(texts, (text) => {
				const result = parseNickname(text);
				if (!result.ok) return;
				assert.deepEqual(parseNickname(result.value), result);
				assert.ok(utf8(result.value).length <= NICKNAME_MAX_BYTES);
				assert.equal(result.value.trim(), result.value);
				assert.equal(nicknameSkeleton(nicknameSkeleton(result.value) as Nickname), nicknameSkeleton(result.value));
			}),
			{ seed: SEED, numRuns: 2000 },
		);
	});
});

describe("nicknameSkeleton", () => {
	it("is one for names that look alike", () => {
		const alike: readonly (readonly string[])[] = [
			[
				"Admin",
				"admin",
				"ADMIN",
				"Аdmіn",
				"Adrnin",
				"Aclmin",
				"Ａｄｍｉｎ",
				"𝐀𝐝𝐦𝐢𝐧",
				"ᴀᴅᴍɪɴ",
				"Ⓐdmin",
				"Ádmïn",
				"Adm1n",
				"Admln",
				"Adm|n",
			],
			["Alice", "AIice", "A1ice", "Аlісе", "Αlice", "alıce", "ALİCE", "Alicé"],
			["Bob", "B0b", "BОВ", "Βοb", "bоb", "ʙᴏʙ", "Bøb", "Bo\u0323b"],
			["Ana", "Αnα", "Аn\u0430", "ÄNA"],
			["Victor", "Ⅴictor", "Vic\ud835\udc2dor", "ᴠictor"],
			["Wolf", "VVolf", "vvolf", "Ԝolf"],
			["Анна", "АННА", "анна", "Αнна", "Aнна"],
			["Лев", "лев", "ЛЕВ"],
			["Ано", "Ан\u0585"],
			["Ohm", "Оhm", "Օhm", "0hm", "٥hm"],
			["ロ", "口"],
			["ガ", "ｶﾞ"],
			["file", "ﬁle"],
			["한별", "한별".normalize("NFD")],
		];
		for (const [first = "", ...others] of alike) {
			for (const other of others) assert.equal(skeleton(other), skeleton(first), `${other} and ${first}`);
		}
	});

	it("differs for names that do not", () => {
		const different = [
			"Ana",
			"Anna",
			"Bo",
			"Bob",
			"Eve",
			"Ева",
			"Иван",
			"Ана 2",
			"Ana-2",
			"李",
			"木",
			"नील",
			"नीला",
			"א",
			"🐱",
			"🐶",
			"!",
			"?",
		];
		const skeletons = new Set(different.map(skeleton));
		assert.equal(skeletons.size, different.length);
	});

	it("is its own skeleton and not empty, for every character there is", () => {
		for (let first = 0; first < allowed.length; first += 64) {
			const some = allowed.slice(first, first + 64).join("a");
			const once = nicknameSkeleton(some as Nickname);
			assert.equal(nicknameSkeleton(once as Nickname), once, some);
		}
		for (const text of allowed) {
			if (text !== " " && parseNickname(text).ok) assert.notEqual(nicknameSkeleton(text as Nickname), "", text);
		}
	});

	it("puts marks in their one order after a look-alike brought some along", () => {
		const once = skeleton("\u062b\u0650");
		assert.equal(once, "\u0649\u0650\u06db");
		assert.equal(nicknameSkeleton(once as Nickname), once);
	});

	it("does not depend on case, composition or compatibility forms of Latin, and is its own skeleton", () => {
		fc.assert(
			fc.property(names, (name) => {
				const once = nicknameSkeleton(name);
				assert.equal(nicknameSkeleton(once as Nickname), once);
				assert.equal(nicknameSkeleton(name.normalize("NFD") as Nickname), once);
				assert.equal(nicknameSkeleton(name.normalize("NFKC") as Nickname), once);
			}),
			{ seed: SEED, numRuns: 2000 },
		);
		const latin = textOf(fc.constantFrom(..."abcdefghijklmnopqrstuvwxyzàéöñçåøłđ "), 20);
		fc.assert(
			fc.property(latin, (text) => {
				assert.equal(nicknameSkeleton(text.toUpperCase() as Nickname), nicknameSkeleton(text as Nickname));
			}),
			{ seed: SEED, numRuns: 500 },
		);
	});
});
