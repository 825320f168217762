import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { fullOf, parseJid, prepareLocal, prepareResource } from "../src/jid.ts";

test("an address is taken apart and prepared (RFC 7622 section 3.5)", () => {
	const cases: [string, string][] = [
		["juliet@example.com", "juliet@example.com"],
		["Juliet@EXAMPLE.com./Foo Bar", "juliet@example.com/Foo Bar"],
		["juliet@example.com/foo@bar/baz", "juliet@example.com/foo@bar/baz"],
		["fußball@example.com", "fußball@example.com"],
		["ＡＢ@example.com", "ab@example.com"],
		["example.com", "example.com"],
		["example.com/♚", "example.com/♚"],
		["a@b/x\u00a0y", "a@b/x y"],
	];
	for (const [text, prepared] of cases) {
		const jid = parseJid(text);
		assert.equal(jid.ok ? fullOf(jid.value) : jid.error, prepared, text);
	}
});

test("what is no address is refused (RFC 7622 section 3.5)", () => {
	const bad = [
		"",
		"@",
		"@example.com",
		"juliet@",
		"juliet@/x",
		"/x",
		"foo bar@example.com",
		'"juliet"@example.com',
		"a:b@example.com",
		"a<b@example.com",
		"juliet@example.com/",
		"juliet@example.com/ ",
		"juliet@example.com/a\u0000b",
		"juliet@example.com/a\u202eb",
		"juliet@example.com/\u200b",
		"ju\u00adliet@example.com",
		"♚@example.com",
		"a@exa mple",
		`${"a".repeat(1024)}@b`,
		`a@b/${"é".repeat(512)}`,
	];
	for (const text of bad) assert.equal(parseJid(text).ok, false, JSON.stringify(text));
});

test("preparing twice changes nothing more", () => {
	const unit = fc.string({ unit: "binary", minLength: 1, maxLength: 6 });
	fc.assert(
		fc.property(unit, (text) => {
			const local = prepareLocal(text);
			if (local !== undefined) assert.equal(prepareLocal(local), local);
			const resource = prepareResource(text);
			if (resource !== undefined) assert.equal(prepareResource(resource), resource);
		}),
		{ seed: 4, numRuns: 300 },
	);
});
