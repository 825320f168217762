import assert from "node:assert/strict";
import { test } from "node:test";
import type { PersonId } from "@clowder/mpotr";
import { isolateName } from "../src/i18n/isolate.ts";
import { CATALOGUES, LOCALES, pickLocale } from "../src/i18n/locales.ts";
import { closedMark, progressMark, systemLine, trustSentence } from "../src/i18n/phrases.ts";
import type { PersonRef, SystemLine, TrustView } from "../src/room/snapshot.ts";

const { en, de } = CATALOGUES;

function ref(nickname: string): PersonRef {
	return { id: nickname as PersonId, nickname, self: false, mark: { shape: "star", colour: "blue" } };
}

const readers = (...names: readonly string[]): TrustView => ({ state: "private", others: names.map(ref), early: [] });

test("the sentence at the top names those who can read", () => {
	assert.equal(trustSentence(en, readers("Ana", "Bo")), "Only Ana, Bo and you can read this.");
	assert.equal(trustSentence(en, readers("Ana")), "Only Ana and you can read this.");
	assert.equal(trustSentence(en, readers()), "Only you are here. Nobody else can read this.");
	assert.equal(trustSentence(de, readers("Ana", "Bo")), "Nur Ana, Bo und du könnt das lesen.");
	const many = readers(...Array.from({ length: 30 }, (_, n) => `P${n}`));
	assert.equal(trustSentence(en, many), "Only you and the 30 others listed here can read this.");
});

test("and those who are shown already what is written, before they are in", () => {
	const early = (...others: readonly string[]): TrustView => ({
		state: "private",
		others: others.map(ref),
		early: [ref("Eve")],
	});
	assert.equal(trustSentence(en, early("Ana")), "Only Ana and you can read this, and already Eve, who is joining.");
	assert.equal(trustSentence(en, early()), "Only you can read this, and already Eve, who is joining.");
	assert.equal(trustSentence(de, early()), "Nur du kannst das lesen, und schon jetzt Eve (kommt gerade dazu).");
	const many = early(...Array.from({ length: 30 }, (_, n) => `P${n}`));
	assert.match(trustSentence(en, many), /^Only you and the 30 others listed here can read this, and already Eve/);
	assert.match(trustSentence(de, many), /30 anderen .* und schon jetzt Eve/);
});

test("only a private state gives a sentence that promises it", () => {
	const others: TrustView[] = [
		{ state: "not-yet" },
		{ state: "interrupted" },
		{ state: "re-keying", leaving: [] },
		{ state: "over" },
		{ state: "frozen", why: undefined, people: [] },
		{ state: "frozen", why: "unheard", people: [ref("Bo")] },
		{ state: "frozen", why: "expired", people: [] },
		{ state: "frozen", why: "diverged", people: [ref("Bo")] },
	];
	for (const view of others) assert.doesNotMatch(trustSentence(en, view), /can read this/);
});

test("plurals follow the language", () => {
	assert.equal(en.details.refusals(1), "1 text refused");
	assert.equal(en.details.refusals(2), "2 texts refused");
	assert.equal(de.details.refusals(1), "1 Text abgewiesen");
	assert.equal(de.details.refusals(0), "0 Texte abgewiesen");
	assert.equal(en.trust.joining(["Ana", "Bo"]), "Ana and Bo are joining.");
});

test("progress in words", () => {
	const names = [ref("Ana"), ref("Bo")];
	assert.equal(
		progressMark(en, { state: "some", by: names.slice(0, 1), open: names.slice(1), disputedBy: [] }),
		"with 1 of 2",
	);
	assert.equal(progressMark(de, { state: "all", by: names, open: [], disputedBy: [] }), "bei allen");
});

test("every line has words in every language, and says the name", () => {
	for (const locale of LOCALES) {
		for (const how of ["left", "gone", "misbehaved", "silent", "diverged", "split", "returning"] as const) {
			assert.match(systemLine(CATALOGUES[locale], { code: "left", person: ref("Zed"), how }), /Zed/);
			assert.match(systemLine(CATALOGUES[locale], { code: "leaving", person: ref("Zed"), how }), /Zed/);
		}
		for (const why of [
			"left",
			"session-changed",
			"name-taken",
			"name-invalid",
			"bad-authenticator",
			"already-here",
			"room-full",
			"not-admitted",
			"wrong-passphrase",
			"passphrase-needed",
			"passphrase-unused",
			"silent",
			"misbehaved",
		] as const) {
			assert.match(systemLine(CATALOGUES[locale], { code: "join-ended", person: ref("Zed"), why }), /Zed/);
		}
	}
});

const trouble: readonly SystemLine[] = [
	{ code: "asking", person: ref("Zed") },
	{ code: "answered", person: ref("Zed"), by: ref("Ana"), yes: true },
	{ code: "answered", person: ref("Zed"), by: { ...ref("Me"), self: true }, yes: false },
	{ code: "vote", by: ref("Ana"), against: [ref("Zed")], over: "silent" },
	{ code: "vote", by: { ...ref("Me"), self: true }, against: [ref("Zed"), ref("Bo")], over: "diverged" },
	{ code: "blamed", person: ref("Zed"), what: "share" },
	{ code: "blamed", person: ref("Zed"), what: "key" },
	{ code: "blamed", person: ref("Zed"), what: "opened" },
	{ code: "blamed", person: ref("Zed"), what: "contradiction" },
	{ code: "blamed", person: ref("Zed"), what: "other" },
	{ code: "frozen", why: "unheard", people: [ref("Zed")] },
	{ code: "frozen", why: "diverged", people: [ref("Zed"), ref("Bo")] },
	{ code: "split", others: [ref("Zed")] },
	{ code: "moved-over", others: [ref("Zed")] },
	{ code: "back", people: [ref("Zed")] },
];

test("every line about trouble says the name, and no code stands in any", () => {
	for (const locale of LOCALES) {
		for (const line of trouble) {
			const words = systemLine(CATALOGUES[locale], line);
			assert.match(words, /Zed/);
			assert.doesNotMatch(words, /undefined|unheard|diverged|heartbeat|-\d|\bMe\b/);
		}
		for (const why of ["unheard", "expired", "diverged"] as const) {
			const words = systemLine(CATALOGUES[locale], { code: "frozen", why, people: [] });
			assert.ok(words.length > 40 && !words.includes("undefined"), words);
		}
	}
});

test("one and many have their own verbs", () => {
	const frozen = (...people: PersonRef[]): string => systemLine(en, { code: "frozen", why: "unheard", people });
	assert.match(frozen(ref("Bo")), /that Bo still sees what/);
	assert.match(frozen(ref("Ana"), ref("Bo")), /that Ana and Bo still see what/);
	assert.match(frozen(), /that everyone still sees what/);
	assert.match(systemLine(de, { code: "split", others: [ref("Ana"), ref("Bo")] }), /sehen Ana und Bo nicht\.$/);
	assert.match(systemLine(en, { code: "merging", people: 1 }), /among 1 person\./);
	assert.equal(systemLine(en, { code: "repaired", messages: 1, complete: true }), "1 message arrived late.");
	assert.equal(
		systemLine(en, { code: "repaired", messages: 2, complete: false }),
		"2 messages arrived late. Others are still missing.",
	);
	assert.equal(
		systemLine(en, { code: "repaired", messages: 0, complete: false }),
		"Messages are missing here, and nobody has them.",
	);
});

test("what is published has a mark only once something is, and calls all deniable only when all is", () => {
	assert.equal(closedMark(en, { published: [], open: [ref("Ana")] }), undefined);
	assert.equal(closedMark(en, { published: [ref("Bo")], open: [ref("Ana")] }), "partly deniable");
	assert.equal(closedMark(en, { published: [ref("Bo")], open: [] }), "deniable");
});

test("no language has an empty text or one that was left in English", () => {
	const walk = (a: unknown, b: unknown, path: string): void => {
		if (typeof a === "string") {
			assert.notEqual(a.trim(), "", path);
			assert.equal(typeof b, "string", path);
			if (a.length > 8) assert.ok(a !== b, `${path} is English in German: ${a}`);
		} else if (typeof a === "object" && a !== null) {
			const other = b as Record<string, unknown>;
			assert.equal(Object.keys(a).length, Object.keys(other).length, path);
			for (const [key, value] of Object.entries(a)) walk(value, other[key], `${path}.${key}`);
		}
	};
	walk(en, de, "catalogue");
});

test("a name that runs from right to left is isolated in a sentence; others stay as they are", () => {
	assert.equal(isolateName("Ana"), "Ana");
	assert.equal(isolateName("דנה"), "\u2068דנה\u2069");
	assert.equal(trustSentence(en, readers("דנה")), "Only \u2068דנה\u2069 and you can read this.");
});

test("the language is the first that a person reads and we speak", () => {
	assert.equal(pickLocale(["fr-FR", "de-AT", "en"]), "de");
	assert.equal(pickLocale(["en-US"]), "en");
	assert.equal(pickLocale(["fr"]), "en");
	assert.equal(pickLocale([]), "en");
});
