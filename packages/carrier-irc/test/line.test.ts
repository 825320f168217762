import assert from "node:assert/strict";
import { test } from "node:test";
import { utf8 } from "@clowder/bytes";
import { checkText, textBytes } from "@clowder/carrier";
import fc from "fast-check";
import { LINE_IN_MAX_BYTES, LINE_MAX_BYTES, TEXT_IN_LINE_MAX_BYTES } from "../src/limits.ts";
import { isNick, LineReader, parseLine, writeLine } from "../src/line.ts";
import { lineWeight, readText, writeText } from "../src/text-in-line.ts";

const SEED = 5;

test("IRC-7: a line is what RFC 2812 says, and nothing else", () => {
	const parse = (text: string): unknown => {
		const line = parseLine(utf8(text));
		return line && [line.source, line.nick, line.command, line.params];
	};
	assert.deepEqual(parse(":a!b@c PRIVMSG #d :e :f "), ["a!b@c", "a", "PRIVMSG", ["#d", "e :f "]]);
	assert.deepEqual(parse("@time=1;x=y :s  join   #d"), ["s", "s", "JOIN", ["#d"]]);
	assert.deepEqual(parse("PING :"), ["", "", "PING", [""]]);
	assert.deepEqual(parse(":s 001 me :hi"), ["s", "s", "001", ["me", "hi"]]);
	for (const bad of ["", " ", ":s", ":s ", "@tag", "01 x", "PRIV-MSG x", "A\0B", "PING a\rb", `X ${"a ".repeat(16)}`]) {
		assert.equal(parse(bad), undefined, JSON.stringify(bad));
	}
	assert.equal(parseLine(new Uint8Array([...utf8("PING :"), 0xff]))?.isUtf8, false);
	assert.equal(parseLine(utf8("PING :é"))?.isUtf8, true);
});

test("IRC-7: lines come out the same wherever the bytes are cut, and no more than one is kept", () => {
	const stream = utf8("PING :a\r\n\r\nPING :b\nPING :é\r\n");
	for (let at = 0; at <= stream.length; at++) {
		const reader = new LineReader();
		const lines = [stream.subarray(0, at), stream.subarray(at)].flatMap((piece) => {
			const read = reader.receive(piece);
			assert.ok(read.ok);
			return read.value.map((line) => parseLine(line)?.params[0]);
		});
		assert.deepEqual(lines, ["a", "b", "é"]);
	}
	const long = new Uint8Array(LINE_IN_MAX_BYTES + 1).fill(0x61);
	assert.equal(new LineReader().receive(long).ok, false);
	assert.equal(new LineReader().receive(new Uint8Array([...long, 10])).ok, false);
	assert.equal(new LineReader().receive(long.subarray(1)).ok, true);
});

test("IRC-7: no bytes make the parser throw", () => {
	fc.assert(
		fc.property(fc.uint8Array({ maxLength: 600 }), (bytes) => {
			const lines = new LineReader().receive(bytes);
			if (lines.ok) for (const line of lines.value) parseLine(line);
		}),
		{ seed: SEED, numRuns: 500 },
	);
});

test("IRC-4: any text of a carrier is one line, and comes out of it as it was", () => {
	const texts = fc.string({ unit: fc.constantFrom(" ", "\\", "\n", "\t", "s", "n", "é", "🐱", ":", "\u0001") });
	fc.assert(
		fc.property(texts, (text) => {
			const line = writeText(text);
			assert.doesNotMatch(line, /[\n\t]|^ | $/);
			assert.deepEqual(readText(line), { ok: true, value: text });
			let weight = 2;
			for (const character of text) weight += lineWeight(character.codePointAt(0) as number);
			assert.ok(textBytes(line) <= weight);
		}),
		{ seed: SEED, numRuns: 500 },
	);
	for (const line of ["\\", "\\x", " a", "a ", "a\\sb", "\\", "a\tb"]) assert.equal(readText(line).ok, false, line);
});

test("IRC-4: the longest text fits into a line with the longest address in front", () => {
	const address = `${"n".repeat(20)}!${"u".repeat(10)}@${"h".repeat(64)}`;
	const text = ` ${"x".repeat(TEXT_IN_LINE_MAX_BYTES - 2)} `;
	assert.ok(checkText(text, TEXT_IN_LINE_MAX_BYTES).ok);
	const line = writeLine(["PRIVMSG", `#${"0".repeat(32)}`], writeText(text));
	assert.equal(line.length + `:${address} `.length, LINE_MAX_BYTES);
});

test("IRC-7: what ends a line is in none that we write", () => {
	for (const text of ["a\nb", "a\rb", "a\0b", "x".repeat(LINE_MAX_BYTES)]) {
		assert.throws(() => writeLine(["PING"], text), RangeError);
	}
});

test("IRC-8: a nick is something that can be one", () => {
	for (const nick of ["a", "A[1]", "é", "x".repeat(64)]) assert.ok(isNick(nick), nick);
	for (const nick of ["", "@a", "#a", "a b", "a!b", "a,b", "a\u0001", "x".repeat(65)]) assert.ok(!isNick(nick), nick);
});
