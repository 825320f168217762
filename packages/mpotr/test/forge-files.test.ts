import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { describe, test } from "node:test";
import {
	forgeTranscript,
	rewriteTranscript,
	scriptFromJson,
	suiteOfFile,
	type Transcript,
	transcriptFromJson,
	transcriptToJson,
	verifyTranscript,
	wordsFromJson,
} from "../src/forge/index.ts";
import { seeded, suiteOf } from "./support/place.ts";

const suite = suiteOf(2);

async function example(): Promise<string> {
	const text = await readFile(new URL("../../../../spec/security.md", import.meta.url), "utf8");
	return /```json\n(.*?)```/s.exec(text)?.[1] ?? assert.fail("spec/security.md has no example");
}

async function forged(): Promise<Transcript> {
	const script = scriptFromJson(suite, await example());
	if (!script.ok) return assert.fail(JSON.stringify(script.error));
	const transcript = forgeTranscript(suite, script.value, seeded("example"));
	return transcript.ok ? transcript.value : assert.fail(JSON.stringify(transcript.error));
}

function said(transcript: Transcript): readonly string[] {
	const read = verifyTranscript(suite, transcript);
	if (!read.ok) return assert.fail(JSON.stringify(read.error));
	return read.value.messages.flatMap(({ by, text }) => (text ? [`${read.value.people[by]?.nickname}: ${text}`] : []));
}

describe("files", () => {
	test("the example of spec/security.md is forged and accepted, and rewritten and accepted", async () => {
		assert.deepEqual(suiteOfFile(await example()), { ok: true, value: 2 });
		const transcript = await forged();
		assert.deepEqual(said(transcript), ["Ana: I never said this.", "Bo: Nor I this."]);
		const words = wordsFromJson(transcript, '{ "words": [{ "by": "Ana", "text": "…" }] }');
		assert.ok(words.ok);
		const rewritten = rewriteTranscript(suite, transcript, words.value.words, words.value.seeds, seeded("words"));
		assert.deepEqual(rewritten.ok && said(rewritten.value), ["Ana: …"]);
	});

	test("what is written is read as it was, and says which suite it is for", async () => {
		const transcript = await forged();
		const text = transcriptToJson(transcript);
		assert.deepEqual(suiteOfFile(text), { ok: true, value: 2 });
		const read = transcriptFromJson(suite, text);
		assert.ok(read.ok);
		assert.deepEqual(read.value, transcript);
		assert.equal(transcriptToJson(read.value), text);
		assert.equal(transcriptFromJson(suiteOf(1), text).ok, false);
	});

	test("a file that is not what is read is refused, with where and what was expected", async () => {
		const file = JSON.parse(transcriptToJson(await forged())) as Record<string, Record<string, unknown>[]>;
		const first = (list: string): Record<string, unknown> => file[list]?.[0] ?? {};
		const cases: readonly (readonly [string, unknown])[] = [
			["the top", []],
			["the top", { ...file, secret: 1 }],
			["k", { ...file, k: -1 }],
			["parameters", { ...file, parameters: "00" }],
			["roster", { ...file, roster: {} }],
			["roster[0].keySet", { ...file, roster: [{ ...first("roster"), keySet: "00" }] }],
			["roster[0].identity", { ...file, roster: [{ ...first("roster"), identity: "0".repeat(258) }] }],
			["roster[0].newcomer", { ...file, roster: [{ ...first("roster"), newcomer: "yes" }] }],
			["placed[0]", { ...file, placed: [{ from: "h0" }] }],
			["placed[0].text", { ...file, placed: [{ from: "h0", text: 7 }] }],
			["witnesses[0].x", { ...file, witnesses: [{ ...first("witnesses"), x: "XY" }] }],
			["witnesses[0].longTerm[0]", { ...file, witnesses: [{ ...first("witnesses"), longTerm: ["00"] }] }],
		];
		for (const [at, value] of cases) {
			const read = transcriptFromJson(suite, JSON.stringify(value));
			assert.equal(read.ok ? "read" : read.error.at, at, JSON.stringify(value).slice(0, 80));
		}
		const broken = transcriptFromJson(suite, "{");
		assert.equal(!broken.ok && broken.error.expected, "JSON");
		assert.equal(suiteOfFile('{ "suite": 3 }').ok, false);
	});

	test("a script with a name that nobody has, or of a room that no client would be in, is refused", async () => {
		const script = JSON.parse(await example()) as Record<string, unknown>;
		const cases: readonly (readonly [string, unknown])[] = [
			["words[0].by", { ...script, words: [{ by: "Eve", text: "hello" }] }],
			["room", { ...script, room: { binding: "x", timeoutSeconds: 5 } }],
			["room.policy", { ...script, room: { binding: "x", policy: "closed" } }],
			["people[0].nickname", { ...script, people: [{ nickname: " ", identityKey: "00" }] }],
			["people[0].identityKey", { ...script, people: [{ nickname: "Ana", identityKey: "00".repeat(32) }] }],
			["end", { ...script, end: { type: "leave" } }],
			["end.type", { ...script, end: { type: "explode" } }],
			["witnesses[0].person", { ...script, witnesses: [{ person: "Eve" }] }],
		];
		for (const [at, value] of cases) {
			const read = scriptFromJson(suite, JSON.stringify(value));
			assert.equal(read.ok ? "read" : read.error.at, at);
		}
		const words = wordsFromJson(await forged(), '{ "words": [{ "by": "Eve" }] }');
		assert.equal(!words.ok && words.error.at, "words[0].by");
	});
});
