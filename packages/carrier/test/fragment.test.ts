import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import {
	FRAGMENT_MIN_BYTES,
	FRAGMENTS_MAX_COUNT,
	looksLikeFragment,
	parseFragment,
	Reassembly,
	splitText,
	textBytes,
	utf8Weight,
	writeFragment,
} from "../src/index.ts";

const TAG = ":3mpCAT:3Fragment:3";

/** Texts as carriers take them, some of which look like fragments. */
const texts = fc.oneof(
	fc.string({ unit: "grapheme", minLength: 1, maxLength: 600 }),
	fc.string({ maxLength: 300 }).map((text) => `${TAG}${text}`),
	fc.constant(`${TAG}0,0,1,${TAG}x:3:3`),
);

function parts(text: string, id = 0, limit = FRAGMENT_MIN_BYTES): readonly string[] {
	const split = splitText(text, id, limit, utf8Weight);
	assert.ok(split);
	return split;
}

test("FRAG-2: what is split and put together again is the same, in pieces within the limit", () => {
	fc.assert(
		fc.property(texts, fc.integer({ min: FRAGMENT_MIN_BYTES, max: 400 }), fc.nat(2 ** 32 - 1), (text, limit, id) => {
			const reassembly = new Reassembly();
			const split = parts(text, id, limit);
			for (const [i, part] of split.entries()) {
				assert.ok(textBytes(part) <= limit, `${textBytes(part)} bytes`);
				const received = reassembly.receive("a", part);
				assert.deepEqual(received, i === split.length - 1 ? { text, dropped: [] } : { dropped: [] });
			}
			assert.equal(reassembly.bytes, 0);
			// A text that fits goes as it is, unless it could be taken for a fragment.
			assert.equal(split.length === 1 && split[0] === text, textBytes(text) <= limit && !looksLikeFragment(text));
		}),
		{ seed: 3, numRuns: 500 },
	);
});

test("FRAG-1: the reader takes exactly what the writer writes", () => {
	fc.assert(
		fc.property(
			fc.nat(2 ** 32 - 1),
			fc.integer({ min: 2, max: FRAGMENTS_MAX_COUNT }),
			fc.nat(FRAGMENTS_MAX_COUNT),
			fc.string({ minLength: 1 }),
			(id, count, index, chunk) => {
				const fragment = { id, index: index % count, count, chunk };
				assert.deepEqual(parseFragment(writeFragment(fragment)), { ok: true, value: fragment });
			},
		),
		{ seed: 4 },
	);
	fc.assert(
		fc.property(fc.stringMatching(/^[0-9, :-]{0,12}$/), (text) => {
			const parsed = parseFragment(`${TAG}${text}:3`);
			if (parsed.ok) assert.equal(writeFragment(parsed.value), `${TAG}${text}:3`);
		}),
		{ seed: 5, numRuns: 2000 },
	);
});

test("FRAG-1: what is no fragment is refused", () => {
	const refused = [
		"0,0,2,x",
		`${TAG}0,0,2,x`,
		`${TAG}0,0,2,:3`,
		`${TAG}00,0,2,x:3`,
		`${TAG}0,00,2,x:3`,
		`${TAG}-1,0,2,x:3`,
		`${TAG}4294967296,0,2,x:3`,
		`${TAG}0,2,2,x:3`,
		`${TAG}0,0,0,x:3`,
		`${TAG}0,0,${FRAGMENTS_MAX_COUNT + 1},x:3`,
		`${TAG}0,0,1,plain:3`,
		`${TAG}0,0,2:3`,
		`${TAG} 0,0,2,x:3`,
		TAG,
		":3",
	];
	for (const text of refused) assert.equal(parseFragment(text).ok, false, text);
});

test("FRAG-2: a text that takes too many fragments is not split", () => {
	const room = FRAGMENT_MIN_BYTES - 40;
	assert.equal(parts("x".repeat(FRAGMENTS_MAX_COUNT * room - 1000)).length, FRAGMENTS_MAX_COUNT - 11);
	assert.equal(splitText("x".repeat(FRAGMENTS_MAX_COUNT * 100), 0, FRAGMENT_MIN_BYTES, utf8Weight), undefined);
});

test("FRAG-3: texts of others and whole texts do not disturb", () => {
	const reassembly = new Reassembly();
	const [a0 = "", a1 = ""] = parts("a".repeat(150), 1);
	const [b0 = "", b1 = ""] = parts("b".repeat(150), 1);
	for (const [from, text] of [
		["a", a0],
		["b", b0],
		["a", "whole"],
		["c", "whole"],
	] as const)
		reassembly.receive(from, text);
	assert.deepEqual(reassembly.receive("b", b1), { text: "b".repeat(150), dropped: [] });
	assert.deepEqual(reassembly.receive("a", a1), { text: "a".repeat(150), dropped: [] });
});

test("FRAG-3: out of order, repeated, of another text, without a beginning: refused, and the beginning is dropped", () => {
	const split = parts("x".repeat(300), 7);
	const other = parts("y".repeat(300), 8);
	const courses: readonly (readonly string[])[] = [
		[split[0] ?? "", split[2] ?? ""],
		[split[0] ?? "", split[1] ?? "", split[1] ?? ""],
		[split[0] ?? "", other[1] ?? ""],
		[split[0] ?? "", writeFragment({ id: 7, index: 1, count: 3, chunk: "z" })],
		[split[0] ?? "", `${TAG}garbage:3`],
	];
	for (const course of courses) {
		const reassembly = new Reassembly();
		const outcomes = course.map((text) => reassembly.receive("a", text));
		assert.equal(outcomes.at(-1)?.dropped.length, 1);
		assert.ok(outcomes.every(({ text }) => text === undefined));
		assert.equal(reassembly.bytes, 0);
		assert.equal(reassembly.receive("a", split[1] ?? "").dropped.length, 1);
	}
});

test("FRAG-3: a new text supersedes an incomplete one, which is said", () => {
	const reassembly = new Reassembly();
	const old = parts("x".repeat(300), 7);
	const split = parts("y".repeat(150), 8);
	reassembly.receive("a", old[0] ?? "");
	assert.equal(reassembly.receive("a", split[0] ?? "").dropped.length, 1);
	assert.deepEqual(reassembly.receive("a", split[1] ?? ""), { text: "y".repeat(150), dropped: [] });
});

test("FRAG-4: a text over the limit is dropped, whole or when its fragments pass it", () => {
	const reassembly = new Reassembly({ textMaxBytes: 200, incompleteMaxBytes: 1000, incompleteMaxHandles: 10 });
	assert.deepEqual(reassembly.receive("a", "x".repeat(200)).dropped, []);
	assert.equal(reassembly.receive("a", "x".repeat(201)).dropped.length, 1);
	const outcomes = parts("x".repeat(201)).map((part) => reassembly.receive("a", part));
	assert.deepEqual(
		outcomes.map(({ dropped }) => dropped.length),
		[0, 0, 1],
	);
	assert.equal(reassembly.bytes, 0);
});

test("FRAG-4: what is held is bounded, whatever comes from however many; the one that waited longest goes", () => {
	const limits = { textMaxBytes: 400, incompleteMaxBytes: 1000, incompleteMaxHandles: 5 };
	const reassembly = new Reassembly(limits);
	const begin = (from: string): readonly string[] =>
		reassembly.receive(from, parts("x".repeat(300))[0] ?? "").dropped.map((each) => each.from);
	for (const from of "abcde") assert.deepEqual(begin(from), []);
	reassembly.receive("a", parts("x".repeat(300))[1] ?? "");
	assert.deepEqual(begin("f"), ["b"]);
	const operation = fc.record({
		from: fc.nat(9),
		id: fc.nat(1),
		index: fc.nat(3),
		chunk: fc.string({ minLength: 1, maxLength: 200 }),
	});
	fc.assert(
		fc.property(fc.array(operation, { maxLength: 200 }), (operations) => {
			const reassembly = new Reassembly(limits);
			for (const { from, id, index, chunk } of operations) {
				reassembly.receive(`${from}`, writeFragment({ id, index, count: 4, chunk }));
				assert.ok(reassembly.bytes >= 0 && reassembly.bytes <= limits.incompleteMaxBytes);
			}
			for (let from = 0; from < 10; from++) reassembly.drop(`${from}`);
			assert.equal(reassembly.bytes, 0);
		}),
		{ seed: 6 },
	);
});

test("FRAG-5, FRAG-7: who leaves, and a new presence, leave nothing behind", () => {
	const split = parts("x".repeat(150));
	for (const forget of [(r: Reassembly) => r.drop("a"), (r: Reassembly) => r.clear()]) {
		const reassembly = new Reassembly();
		reassembly.receive("a", split[0] ?? "");
		forget(reassembly);
		assert.equal(reassembly.bytes, 0);
		assert.equal(reassembly.receive("a", split[1] ?? "").dropped.length, 1);
	}
});
