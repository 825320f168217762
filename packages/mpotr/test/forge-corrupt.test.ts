import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { base64, equal, fromBase64 } from "@clowder/bytes";
import type { SuiteId } from "@clowder/crypto";
import {
	type Transcript,
	type TranscriptItem,
	type TranscriptRefusal,
	verifyTranscript,
	type Witness,
} from "../src/forge/index.ts";
import { type ParsedMessage, signMessage } from "../src/wire/envelope.ts";
import type { Message } from "../src/wire/messages.ts";
import { remembering } from "./support/memo.ts";
import { suiteOf } from "./support/place.ts";
import { flipped } from "./support/cheat.ts";
import type { Recorded } from "./support/record.ts";
import { forgedLike, messagesOf, realScene, type Scene } from "./support/scenes.ts";

/** A real transcript and a forged one of the same scene, with the same signing keys. */
interface Pair {
	readonly id: SuiteId;
	readonly session: Recorded;
	readonly both: readonly [Transcript, Transcript];
}

function typesOf(transcript: Transcript): string {
	return transcript.placed.map((item) => (item.type === "text" ? item.text.slice(9, 12) : "left")).join(" ");
}

function pairOf(id: SuiteId, scene: Scene): Pair {
	const session = realScene(suiteOf(id), scene);
	const genuine = session.by("Ana", true);
	const identitySeed = genuine.witnesses[0]?.identitySeed ?? assert.fail("no secret");
	for (let luck = 0; luck < 20; luck++) {
		const forged = forgedLike(session, scene, { witness: "Ana", identitySeed, seed: `corrupted ${luck}` });
		if (typesOf(forged) === typesOf(genuine)) return { id, session, both: [genuine, forged] };
	}
	return assert.fail("no forgery has the same luck");
}

/** The same texts are verified some thousand times. */
const SUITES = { 1: remembering(suiteOf(1)), 2: remembering(suiteOf(2)) } as const;

/** What the verifier says: accepted, or the rule and where. */
function verdict(id: SuiteId, transcript: Transcript): string {
	const read = verifyTranscript(SUITES[id], transcript);
	if (read.ok) return "accepted";
	const { part, index, rule }: TranscriptRefusal = read.error;
	return `${part} ${index}: ${rule}`;
}

/** Changes both in the same way, and expects one refusal of both. */
function assertRefusedAlike({ id, both }: Pair, what: string, change: (one: Transcript) => Transcript): string {
	const [genuine, forged] = both.map((one) => verdict(id, change(one)));
	assert.notEqual(genuine, "accepted", what);
	assert.equal(forged, genuine, what);
	return genuine ?? "";
}

function ruleOf(said: string): string {
	return said.split(": ")[1] ?? "";
}

function replaced(transcript: Transcript, index: number, item: TranscriptItem): Transcript {
	return { ...transcript, placed: transcript.placed.with(index, item) };
}

/** The bytes of a text with one bit of another value. */
function flipByte(item: TranscriptItem, at: number): TranscriptItem {
	if (item.type !== "text") return item;
	const [empty, magic, tag, coded] = item.text.split(":3");
	const bytes = fromBase64(coded ?? "");
	assert.ok(bytes.ok);
	const index = at < 0 ? bytes.value.length + at : at;
	bytes.value[index] = (bytes.value[index] as number) ^ 1;
	return { ...item, text: [empty, magic, tag, base64(bytes.value), ""].join(":3") };
}

type Path = readonly (string | number)[];

/** Every place in a message at which there are bytes, a number, a flag or a text. */
function leaves(value: unknown, path: Path = []): readonly Path[] {
	if (value instanceof Uint8Array || typeof value === "number" || typeof value === "boolean") return [path];
	if (typeof value !== "object" || value === null) return [];
	return Object.entries(value).flatMap(([name, inner]) => leaves(inner, [...path, name]));
}

/** The same with another value at one place. */
function changedAt(value: unknown, [first, ...rest]: Path): unknown {
	if (first === undefined) {
		if (value instanceof Uint8Array) return flipped(value);
		return typeof value === "number" ? value + 1 : !value;
	}
	if (Array.isArray(value)) return value.map((inner, i) => (i === Number(first) ? changedAt(inner, rest) : inner));
	const object = value as Record<string, unknown>;
	return { ...object, [first]: changedAt(object[first], rest) };
}

/** What is not on the wire, or says no more than bytes beside it. */
const NOT_WRITTEN = /^(?:lowOrder|kind|type|hash)$/;
/** Where a STATE holds may lie before the transcript; what handles are called, nobody signs for. */
const NOT_CHECKED = /^at$/;
/** Flipping a bit of an Edwards key gives one that is a key or none, by chance. */
const BY_CHANCE = /^v$/;

function signedAgain(
	pair: Pair,
	parsed: ParsedMessage,
	item: TranscriptItem,
	message: Message,
	context: Uint8Array = parsed.header.context,
): TranscriptItem {
	const index = pair.session.roster.findIndex(({ keySet }) => equal(keySet.v.bytes, parsed.header.v));
	const seed = pair.session.seeds[index] ?? assert.fail("nobody's seed");
	const key = suiteOf(pair.id).primitives.signingKey(seed);
	const { binding } = pair.session.parameters;
	const { text } = signMessage(suiteOf(pair.id), binding, key, context, parsed.header.number, message);
	return { type: "text", from: item.type === "text" ? item.from : "", text };
}

function isOurs(pair: Pair, parsed: ParsedMessage): boolean {
	return pair.session.roster.some(({ keySet }) => equal(keySet.v.bytes, parsed.header.v));
}

/** Byte offsets in every text: version, suite, type, context, author, number, signature. */
const OFFSETS = [0, 1, 2, 3, 66, 70, -64, -1];

for (const [id, scene] of [
	[1, "join"],
	[2, "rekey"],
] as const) {
	describe(`suite ${id}, a session that ends by ${scene}`, () => {
		const pair = pairOf(id, scene);
		const [genuine, forged] = pair.both;
		// Suite 2 takes longer for each text: some of them will do, and where texts are all treated alike, every other one.
		const chosen = [...genuine.placed.keys()].filter((index) => id === 1 || index % 5 === 0);
		const some = chosen.filter((index) => id === 2 || index % 2 === 0);

		test("both are accepted as they are", () => {
			for (const one of pair.both) assert.equal(verdict(id, one), "accepted");
		});

		test("one bit of any part of any text: refused, in both for the same reason", () => {
			const rules = new Set<string>();
			for (const index of some) {
				const item = genuine.placed[index];
				if (item?.type !== "text") continue;
				for (const at of OFFSETS) {
					const what = `byte ${at} of ${item.text.slice(0, 20)} at ${index}`;
					const said = assertRefusedAlike(pair, what, (one) =>
						replaced(one, index, flipByte(one.placed[index] as TranscriptItem, at)),
					);
					rules.add(ruleOf(said));
				}
			}
			assert.ok(rules.has("WIRE-6") && rules.has("AUTHOR-1"), [...rules].join());
		});

		test("one field of any text, signed anew with the published key: refused, in both for the same reason", () => {
			const rules = new Set<string>();
			const [messages, others] = pair.both.map((one) => messagesOf(suiteOf(id), one));
			for (const index of chosen) {
				const parsed = messages?.[index];
				if (parsed === undefined || !isOurs(pair, parsed)) continue;
				for (const path of leaves(parsed.message)) {
					const [name, last] = [String(path[0]), String(path.at(-1))];
					if (NOT_WRITTEN.test(last) || NOT_CHECKED.test(name)) continue;
					const what = `${parsed.message.type} at ${index}: ${path.join(".")}`;
					const change = (one: Transcript): Transcript => {
						const theirs = (one === genuine ? messages : others)?.[index] ?? assert.fail(what);
						const message = changedAt(theirs.message, path) as Message;
						return replaced(one, index, signedAgain(pair, theirs, one.placed[index] as TranscriptItem, message));
					};
					if (path.some((step) => BY_CHANCE.test(String(step)))) {
						for (const one of pair.both) assert.notEqual(verdict(id, change(one)), "accepted", what);
						continue;
					}
					rules.add(ruleOf(assertRefusedAlike(pair, what, change)));
				}
			}
			const all = ["CONFIRM-2", "CONTENT-3", "DIGEST-1", "FORGE-3", "FORGE-5", "PUBLISH-1"];
			const expected = id === 1 ? all : ["FORGE-3"];
			assert.deepEqual(
				expected.filter((rule) => !rules.has(rule)),
				[],
				[...rules].join(),
			);
		});

		test("a text that is left out, or stands twice: the same is said of both", () => {
			for (const index of chosen) {
				const item = genuine.placed[index] ?? assert.fail();
				// Receipts come in any order: which of them shows that a PUBLISH is missing is chance.
				const isPublish = item.type === "text" && item.text.startsWith(":3mpCAT:3Publish:3");
				const missing = pair.both.map((one) => verdict(id, { ...one, placed: one.placed.toSpliced(index, 1) }));
				const said = pair.both.map((one, i) => [
					isPublish ? ruleOf(missing[i] ?? "") : missing[i],
					verdict(id, { ...one, placed: one.placed.toSpliced(index, 0, one.placed[index] as TranscriptItem) }),
				]);
				assert.deepEqual(said[0], said[1], `place ${index}`);
				if (item.type === "text" && !/:3(?:Publish|Received|Knock):3/.test(item.text)) {
					assert.notEqual(said[0]?.[1], "accepted", `place ${index} twice`);
				}
			}
		});

		test("FORGE-1: a list with another number, order, key or person is refused", () => {
			const change = (how: (one: Transcript) => Partial<Transcript>) => (one: Transcript) => ({ ...one, ...how(one) });
			const cases: readonly (readonly [string, string, (one: Transcript) => Transcript])[] = [
				["another k", "place 0", change((one) => ({ k: one.k + 1 }))],
				["another timeout", "place 0", change((one) => ({ parameters: { ...one.parameters, timeoutSeconds: 61 } }))],
				["another binding", "place 0", change((one) => ({ parameters: { ...one.parameters, binding: "x" } }))],
				[
					"another suite",
					"roster 0: FORGE-1",
					change((one) => ({ parameters: { ...one.parameters, suite: id === 1 ? 2 : 1 } })),
				],
				["another order", "roster 1: FORGE-1", change((one) => ({ roster: one.roster.toReversed() }))],
				["one alone", "roster 1: FORGE-1", change((one) => ({ roster: one.roster.slice(0, 1) }))],
				[
					"one person twice",
					"roster 1: FORGE-1",
					change((one) => ({
						roster: one.roster.map((entry, i) =>
							i === 1 ? { ...entry, identity: (one.roster[0] ?? entry).identity } : entry,
						),
					})),
				],
				[
					"one key twice",
					`roster ${genuine.roster.length}: FORGE-1`,
					change((one) => ({
						roster: one.roster.map((entry) => ({ ...entry, keySet: { ...entry.keySet, b: entry.keySet.y } })),
					})),
				],
			];
			for (const [what, expected, how] of cases) {
				assert.ok(assertRefusedAlike(pair, what, how).startsWith(expected), `${what}: ${verdict(id, how(genuine))}`);
			}
			for (const [i] of genuine.roster.entries()) {
				const at = (how: (entry: Transcript["roster"][number]) => Transcript["roster"][number]) =>
					change((one) => ({ roster: one.roster.map((entry, j) => (j === i ? how(entry) : entry)) }));
				assertRefusedAlike(
					pair,
					`the salt of ${i}`,
					at((entry) => ({ ...entry, identity: { ...entry.identity, salt: flipped(entry.identity.salt) } })),
				);
				assertRefusedAlike(
					pair,
					`the name of ${i}`,
					at((entry) => ({ ...entry, identity: { ...entry.identity, nickname: "Eve" as never } })),
				);
				assertRefusedAlike(
					pair,
					`newcomer ${i}`,
					at((entry) => ({ ...entry, newcomer: !entry.newcomer })),
				);
			}
		});

		test("FORGE-2: secrets that are not those of the public keys are refused", () => {
			const witnessed = (change: (witness: Witness) => Partial<Witness>) => (one: Transcript) => ({
				...one,
				witnesses: one.witnesses.map((witness) => ({ ...witness, ...change(witness) })),
			});
			const deep = (bytes: Uint8Array | undefined): Uint8Array | undefined => {
				// X25519 clamps the lowest bits of the first byte away.
				const copy = bytes?.slice();
				if (copy !== undefined) copy[9] = (copy[9] as number) ^ 1;
				return copy;
			};
			const bent = (bytes: Uint8Array): Uint8Array => deep(bytes) ?? bytes;
			const changes: readonly (readonly [string, (witness: Witness) => Partial<Witness>])[] = [
				["v", (w) => ({ v: bent(w.v) })],
				["x", (w) => ({ x: bent(w.x) })],
				["s", (w) => ({ s: bent(w.s) })],
				["nextX", (w) => ({ nextX: bent(w.nextX) })],
				["longTerm", (w) => ({ longTerm: w.longTerm.map(bent) })],
				["longTerm left out", (w) => ({ longTerm: w.longTerm.slice(1) })],
				["longTerm without the secret", (w) => ({ longTerm: w.longTerm.map(bent), identitySeed: undefined })],
				["identitySeed", (w) => ({ identitySeed: deep(w.identitySeed) })],
				["coins", (w) => ({ coins: w.coins ? deep(w.coins) : new Uint8Array(32) })],
				["kemSeed", (w) => ({ kemSeed: w.kemSeed ? deep(w.kemSeed) : new Uint8Array(64) })],
				["boxSeed", (w) => ({ boxSeed: w.boxSeed ? deep(w.boxSeed) : new Uint8Array(64) })],
			];
			const rules = new Map(changes.map(([what, how]) => [what, assertRefusedAlike(pair, what, witnessed(how))]));
			assert.equal(rules.get("x"), "witness 0: FORGE-2");
			assert.equal(rules.get("identitySeed"), "witness 0: FORGE-2");
			assert.equal(
				ruleOf(rules.get("longTerm without the secret") ?? ""),
				"FORGE-3",
				"it shows where keys are agreed on",
			);
			assert.equal(verdict(id, { ...genuine, witnesses: [] }), "witness 0: FORGE-2");
		});

		test("any single part of one in the place of the other's: the same is said of both", () => {
			const swap = (what: string, into: (one: Transcript, other: Transcript) => Transcript): string => {
				const said = [verdict(id, into(genuine, forged)), verdict(id, into(forged, genuine))];
				assert.equal(said[0], said[1], what);
				return said[0] ?? "";
			};
			let refused = 0;
			for (const i of some) {
				const said = swap(`place ${i}`, (one, other) => replaced(one, i, other.placed[i] as TranscriptItem));
				if (said !== "accepted") refused++;
			}
			// Published keys are the same in both: their PUBLISH and RECEIVED fit in both, under another attempt's name only.
			assert.ok(refused > some.length / 2);
			for (const [i] of genuine.roster.entries()) {
				swap(`roster ${i}`, (one, other) => ({ ...one, roster: one.roster.with(i, other.roster[i] ?? assert.fail()) }));
			}
			for (const field of Object.keys(genuine.witnesses[0] ?? {}) as (keyof Witness)[]) {
				swap(field, (one, other) => ({
					...one,
					witnesses: one.witnesses.map((witness, i) => ({ ...witness, [field]: other.witnesses[i]?.[field] })),
				}));
			}
			swap("all places", (one, other) => ({ ...one, placed: other.placed }));
			swap("all of the roster", (one, other) => ({ ...one, roster: other.roster }));
			swap("all secrets", (one, other) => ({ ...one, witnesses: other.witnesses }));
		});
	});
}

test("FORGE-5: a transcript that ends before its session began, or goes on after it, is refused", () => {
	const { id, session, both } = pairOf(1, "rekey");
	for (const one of both) {
		const messages = messagesOf(suiteOf(id), one);
		const lastConfirm = messages.findIndex((parsed) => parsed?.message.type === "MESSAGE") - 1;
		const early = verdict(id, { ...one, placed: one.placed.slice(0, lastConfirm) });
		assert.equal(early, `end ${lastConfirm}: FORGE-5`);
		const close = messages.findIndex((parsed) => parsed?.message.type === "CLOSE");
		const said = messages.findIndex((parsed) => parsed?.message.type === "MESSAGE");
		const late = one.placed.toSpliced(close, 0, one.placed[said] as TranscriptItem);
		assert.equal(verdict(id, { ...one, placed: late }), `place ${close}: FORGE-5`);
	}
	assert.equal(session.roster.length, 3);
});
