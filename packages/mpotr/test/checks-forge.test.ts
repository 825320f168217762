import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { equal } from "@clowder/bytes";
import {
	forgeTranscript,
	rewriteTranscript,
	scriptFromJson,
	suiteOfFile,
	type Transcript,
	type TranscriptItem,
	transcriptFromJson,
	transcriptToJson,
	verifyTranscript,
	wordsFromJson,
} from "../src/forge/index.ts";
import { viewOf } from "../src/fold/phases.ts";
import { Replay } from "../src/forge/replay.ts";
import { MAX_PARTICIPANTS } from "../src/limits.ts";
import { type ParsedMessage, parseMessage, signMessage, wholeMessage } from "../src/wire/envelope.ts";
import type { Message } from "../src/wire/messages.ts";
import { seeded, suiteOf } from "./support/place.ts";
import type { Recorded } from "./support/record.ts";
import { messagesOf, realScene, scriptLike } from "./support/scenes.ts";

/** Verifications of transcripts and of the files they are in that nothing else would miss. */

const suite = suiteOf(1);
const session = realScene(suite, "rekey");

/** What the verifier says. */
function verdict(transcript: Transcript, of = suite): string {
	const read = verifyTranscript(of, transcript);
	return read.ok ? "accepted" : `${read.error.rule}: ${read.error.expected}`;
}

function itemOf(
	session: Recorded,
	v: Uint8Array,
	context: Uint8Array,
	number: number,
	message: Message,
): TranscriptItem {
	const key = session.suite.primitives.signingKey(session.seedOf(v));
	const { text } = signMessage(session.suite, session.parameters.binding, key, context, number, message);
	return { type: "text", from: "h0", text };
}

/** The attempt of a transcript up to where all SHAREs stand. */
function shared(session: Recorded): {
	readonly placed: readonly TranscriptItem[];
	readonly parsed: readonly ParsedMessage[];
} {
	const all = messagesOf(session.suite, { placed: session.placed });
	const last = all.findLastIndex((one) => one?.message.type === "SHARE" && equal(one.header.context, aidOf(session)));
	const parsed = all.slice(0, last + 1).flatMap((one) => one ?? []);
	return { placed: session.placed.slice(0, last + 1), parsed };
}

function aidOf(session: Recorded): Uint8Array {
	const offer = messagesOf(session.suite, { placed: session.placed }).find((one) => one?.message.type === "OFFER");
	return offer?.header.context ?? assert.fail("no OFFER");
}

describe("a transcript whose agreement went wrong", () => {
	const whole = session.by("Ana");
	const { placed, parsed } = shared(session);
	const numberOf = (v: Uint8Array): number => parsed.findLast((one) => equal(one.header.v, v))?.header.number ?? -1;

	test("FORGE-5: a verdict that only other secrets tell ends it", () => {
		const [accuser, accused] = session.roster.map(({ keySet }) => keySet.v.bytes) as [Uint8Array, Uint8Array];
		const evidence = { kind: "share", accused, d: new Uint8Array(32) } as const;
		const opened = Replay.open(suite, whole);
		assert.ok(opened.ok);
		for (const item of placed) assert.ok(opened.value.place(item).ok);
		const { attempt } = opened.value.state;
		const view = (attempt && viewOf(suite, attempt)) ?? assert.fail("not all SHAREs stand");
		const fault = itemOf(session, accuser, view, numberOf(accuser) + 1, { type: "FAULT", evidence });
		assert.equal(verdict({ ...whole, placed: [...placed, fault] }), "FORGE-5: what secrets tell");
	});

	test("FORGE-5: so does an attempt that ends with the newcomer who says two things in one place", () => {
		const newcomer = session.roster.find((one) => one.newcomer)?.keySet.v.bytes ?? assert.fail("nobody came");
		const member = session.roster.find((one) => !one.newcomer)?.keySet.v.bytes ?? assert.fail("nobody was there");
		const own = parsed.findLast((one) => equal(one.header.v, newcomer)) ?? assert.fail("said nothing");
		const other = itemOf(session, newcomer, aidOf(session), own.header.number, { type: "OK" });
		const second = other.type === "text" ? parseMessage(suite, other.text) : undefined;
		assert.ok(second?.ok);
		const [first, again] = [own, second.value].map((one) => wholeMessage(suite, one)) as [Uint8Array, Uint8Array];
		const evidence = { kind: "equivocation", first, second: again } as const;
		const fault = itemOf(session, member, aidOf(session), numberOf(member) + 1, { type: "FAULT", evidence });
		assert.equal(verdict({ ...whole, placed: [...placed, fault] }), "FORGE-5: a session that was activated");
	});

	test("FORGE-3: each witness is heard", () => {
		const [ana, bo] = [session.by("Ana").witnesses[0], session.by("Bo").witnesses[0]];
		assert.ok(ana && bo);
		assert.equal(verdict({ ...whole, witnesses: [ana, bo] }), "accepted");
		assert.match(verdict({ ...whole, witnesses: [ana, { ...bo, nextX: bo.x }] }), /^FORGE-2/);
	});

	test("FORGE-2: keys are given in full, by their name alone nothing is checked", () => {
		const second = suiteOf(2);
		const real = realScene(second, "rekey");
		const transcript = real.by("Ana");
		assert.equal(verdict(transcript, second), "accepted");
		for (const [i, entry] of real.roster.entries()) {
			const { ek } = entry.keySet;
			const nameOnly = { ...entry, keySet: { ...entry.keySet, ek: ek && { ...ek, key: undefined } } };
			const said = verdict({ ...transcript, roster: real.roster.with(i, nameOnly) }, second);
			const isOwn = equal(entry.keySet.v.bytes, transcript.witnesses[0]?.v ?? new Uint8Array());
			// Whoever is neither the witness nor at its right may have shown the key where it was due.
			if (isOwn) assert.equal(said, "FORGE-2: a KEM key in full");
			else assert.ok(said === "accepted" || said === "FORGE-3: the right neighbour's KEM key in full", said);
		}
	});
});

describe("forging and rewriting what does not hold", () => {
	const transcript = session.by("Ana");

	test("FORGE-2: with a long-term secret that is not the witness's nothing is forged", () => {
		const script = scriptLike(session, "rekey", { identitySeed: new Uint8Array(32).fill(7) });
		const forged = forgeTranscript(suite, script, seeded("forger"));
		assert.equal(!forged.ok && forged.error.expected, "the long-term secret of the identity");
	});

	function rewritten(one: Transcript): string {
		const made = rewriteTranscript(suite, one, [], session.seeds, seeded("rewriter"));
		if (made.ok) return verdict(made.value);
		return made.error.kind === "transcript" ? made.error.refusal.rule : made.error.kind;
	}

	test("FORGE-1: what has another list than the protocol allows is not rewritten", () => {
		assert.equal(rewritten({ ...transcript, roster: transcript.roster.toReversed() }), "FORGE-1");
	});

	test("FORGE-5: nor is what never became a session", () => {
		assert.equal(rewritten({ ...transcript, placed: shared(session).placed }), "FORGE-5");
	});

	test("FORGE-7: nor is what does not hold at some place, and the place is named", () => {
		const at = transcript.placed.length - 2;
		const placed = transcript.placed.with(at, { type: "text", from: "h0", text: "no text of this protocol" });
		const made = rewriteTranscript(suite, { ...transcript, placed }, [], session.seeds, seeded("rewriter"));
		assert.ok(!made.ok && made.error.kind === "transcript");
		assert.deepEqual([made.error.refusal.part, made.error.refusal.index], ["place", at]);
	});

	test("FORGE-7: the carrier's notices stay where they were", () => {
		const { length } = shared(session).placed;
		const confirms = session.roster.length;
		const at = length + confirms;
		const placed = transcript.placed.toSpliced(at, 0, { type: "left", handle: "nobody" });
		assert.equal(verdict({ ...transcript, placed }), "accepted");
		assert.equal(rewritten({ ...transcript, placed }), "accepted");
	});
});

describe("files", () => {
	const transcript = session.by("Ana");
	const file = JSON.parse(transcriptToJson(transcript)) as Record<string, unknown>;
	const script = {
		suite: 1,
		room: { binding: "memory:room" },
		people: [],
		words: [],
		witnesses: [],
	};

	function refusedAt(read: ReturnType<typeof transcriptFromJson> | ReturnType<typeof scriptFromJson>): string {
		return read.ok ? "read" : `${read.error.at}: ${read.error.expected}`;
	}

	test("are for suite 1 or 2, and are read with that", () => {
		for (const bad of [0, 3, -1, 1.5]) assert.equal(suiteOfFile(JSON.stringify({ suite: bad })).ok, false, `${bad}`);
		for (const good of [1, 2])
			assert.deepEqual(suiteOfFile(JSON.stringify({ suite: good })), { ok: true, value: good });
		assert.equal(refusedAt(scriptFromJson(suite, JSON.stringify(script))), "read");
		assert.equal(refusedAt(scriptFromJson(suite, JSON.stringify({ ...script, suite: 2 }))), "suite: suite 1");
	});

	test("a place is a text or a notice, and not both", () => {
		const both = "placed[0]: from and text, or left";
		const cases: readonly (readonly [Record<string, string>, string])[] = [
			[{ left: "h0" }, "read"],
			[{ from: "h0", text: "x" }, "read"],
			[{ left: "h0", from: "h0", text: "x" }, both],
			[{ left: "h0", from: "h0" }, both],
			[{ left: "h0", text: "x" }, both],
			[{ text: "x" }, both],
			[{ from: "h0" }, both],
			[{}, both],
		];
		for (const [item, expected] of cases) {
			const read = transcriptFromJson(suite, JSON.stringify({ ...file, placed: [item] }));
			assert.equal(refusedAt(read), expected, JSON.stringify(item));
		}
	});

	test("lists are bounded", () => {
		const roster = Array.from({ length: MAX_PARTICIPANTS + 1 }, () => (file["roster"] as unknown[])[0]);
		const read = (some: unknown): string =>
			refusedAt(transcriptFromJson(suite, JSON.stringify({ ...file, roster: some })));
		assert.equal(read(roster), `roster: at most ${MAX_PARTICIPANTS} items`);
		assert.equal(read(roster.slice(1)), "read");
		const words = wordsFromJson(transcript, JSON.stringify({ words: Array.from({ length: 100_001 }, () => 0) }));
		assert.equal(!words.ok && words.error.expected, "at most 100000 items");
	});
});
