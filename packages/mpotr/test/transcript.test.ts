import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { hex } from "@clowder/bytes";
import type { Sid, TranscriptDigest } from "../src/labels.ts";
import { MAX_DIGESTS } from "../src/limits.ts";
import { Transcript } from "../src/session/transcript.ts";
import { seeded, suiteOf } from "./support/place.ts";
import { placed } from "./vectors/content.ts";

const suite = suiteOf(1);
const random = seeded("transcript");
const SID = random(32) as Sid;
const CONFIRMS = [random(32), random(32)];
const [ANA, BO] = [random(32), random(32)];

interface Entry {
	readonly v: Uint8Array;
	readonly number: number;
	readonly content: Uint8Array;
}

function transcript(entries: readonly Entry[], sid: Sid = SID, confirms: readonly Uint8Array[] = CONFIRMS): Transcript {
	const bodies = confirms.map((body) => placed(ANA, 0, body));
	const made = new Transcript(suite, sid, bodies);
	for (const { v, number, content } of entries) made.append(placed(v, number, content), content);
	return made;
}

const entries: readonly Entry[] = [
	{ v: ANA, number: 4, content: random(256) },
	{ v: BO, number: 4, content: random(256) },
	{ v: ANA, number: 5, content: random(32) },
];

describe("DIGEST-1: the digest covers the whole transcript", () => {
	test("the same entries in the same order, and nothing else, give the same digest", () => {
		const [first, second, third] = entries as [Entry, Entry, Entry];
		const good = transcript(entries).latest;
		assert.equal(good.entries, 3);
		assert.deepEqual(transcript(entries).latest, good);
		const variants: Record<string, Transcript> = {
			"another order": transcript([second, first, third]),
			"one missing": transcript([first, third]),
			"one more": transcript([...entries, third]),
			"one twice": transcript([first, first, third]),
			"another author": transcript([{ ...first, v: BO }, second, third]),
			"another number": transcript([{ ...first, number: 3 }, second, third]),
			"another content": transcript([{ ...first, content: random(256) }, second, third]),
			"the last content cut": transcript([first, second, { ...third, content: third.content.subarray(1) }]),
			"another session": transcript(entries, random(32) as Sid),
			"other confirmations": transcript(entries, SID, [...CONFIRMS].reverse()),
			"a confirmation less": transcript(entries, SID, CONFIRMS.slice(1)),
		};
		for (const [what, variant] of Object.entries(variants)) {
			assert.notEqual(hex(variant.latest.digest), hex(good.digest), what);
		}
	});

	test("entries are counted from 1", () => {
		const made = transcript([]);
		assert.equal(made.latest.entries, 0);
		assert.equal(made.append(placed(ANA, 0, CONFIRMS[0] as Uint8Array), random(10)), 1);
		assert.equal(made.append(placed(ANA, 1, CONFIRMS[0] as Uint8Array), random(10)), 2);
	});

	test("a report is compared with our own digest at the same entry", () => {
		const ours = transcript(entries);
		for (let k = 0; k <= entries.length; k++) {
			const theirs = transcript(entries.slice(0, k)).latest;
			assert.deepEqual(ours.compare(theirs), { type: "same" }, `after ${k}`);
			const digest = theirs.digest.slice() as TranscriptDigest;
			digest[31] = (digest[31] as number) ^ 1;
			assert.deepEqual(ours.compare({ entries: k, digest }), { type: "differs" }, `after ${k}`);
		}
		const right = transcript(entries.slice(0, 2)).latest.digest;
		assert.deepEqual(ours.compare({ entries: 1, digest: right }), { type: "differs" });
	});

	test("a report on entries that we have not seen differs", () => {
		const ours = transcript(entries);
		const { digest } = ours.latest;
		for (const beyond of [4, 0xffff_ffff, Number.MAX_SAFE_INTEGER]) {
			assert.deepEqual(ours.compare({ entries: beyond, digest }), { type: "differs" });
		}
	});

	test(`the last ${MAX_DIGESTS} are kept; an older one says neither yes nor no`, () => {
		const many = Array.from({ length: MAX_DIGESTS + 5 }, (_, number) => ({ v: ANA, number, content: ANA }));
		const ours = transcript(many);
		const oldest = ours.latest.entries - MAX_DIGESTS + 1;
		assert.deepEqual(ours.compare(transcript(many.slice(0, oldest)).latest), { type: "same" });
		assert.deepEqual(ours.compare(transcript(many.slice(0, oldest - 1)).latest), { type: "forgotten" });
		assert.deepEqual(ours.compare({ entries: 0, digest: ours.latest.digest }), { type: "forgotten" });
	});
});
