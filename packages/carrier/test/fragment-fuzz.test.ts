import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { looksLikeFragment, parseFragment, Reassembly, splitText, utf8Weight, writeFragment } from "../src/index.ts";

/** As many as wanted by CLOWDER_RUNS. */
const RUNS = Number(process.env["CLOWDER_RUNS"] ?? 2000);
const SEED = Number(process.env["CLOWDER_SEED"] ?? 20_261_122);

const LIMITS = { textMaxBytes: 700, incompleteMaxBytes: 1500, incompleteMaxHandles: 3 };
const LIMIT_BYTES = 200;

/** Real fragments: of two texts, so that one can be spliced into the other. */
const REAL: readonly string[] = ["a message ".repeat(40), `:3mpCAT:3Fragment:3${"€".repeat(90)}`].flatMap(
	(text, id) => splitText(text, 4_294_967_290 + id, LIMIT_BYTES, utf8Weight) ?? assert.fail("too long"),
);

/** One of them with something taken out, put in, or put in the place of something. */
const changed = fc
	.record({
		text: fc.constantFrom(...REAL),
		at: fc.nat(),
		remove: fc.constantFrom(0, 0, 1, 2, 3, 10, 1000),
		insert: fc.oneof(
			fc.constantFrom("", "0", "1", ",", ":3", "-", " ", "00", "4294967296", "999", "1000", "\ud800", "€"),
			fc.constantFrom(...REAL).chain((other) => fc.nat(other.length).map((from) => other.slice(from))),
			fc.string({ maxLength: 4 }),
		),
		near: fc.boolean(),
	})
	.map(({ text, at, remove, insert, near }) => {
		// The numbers stand at the beginning.
		const place = near ? 16 + (at % 24) : at % (text.length + 1);
		return text.slice(0, place) + insert + text.slice(place + remove);
	});

test("FRAG-1: of changed fragments the reader takes those that the writer writes", () => {
	fc.assert(
		fc.property(changed, (text) => {
			const read = parseFragment(text);
			if (read.ok) assert.equal(writeFragment(read.value), text);
			else assert.notEqual(read.error, "");
		}),
		{ seed: SEED, numRuns: RUNS },
	);
});

test("FRAG-4, FRAG-6: whatever is changed, memory is bounded, and nothing but what was sent in order comes out whole", () => {
	const sender = fc.constantFrom("a", "b", "c", "d", "e");
	const item = fc.record({ from: sender, text: fc.oneof(fc.constantFrom(...REAL), changed) });
	fc.assert(
		fc.property(fc.array(item, { maxLength: 40 }), (items) => {
			const reassembly = new Reassembly(LIMITS);
			for (const { from, text } of items) {
				const received = reassembly.receive(from, text);
				assert.ok(reassembly.bytes <= LIMITS.incompleteMaxBytes);
				for (const dropped of received.dropped) assert.notEqual(dropped.reason, "");
				if (received.text === undefined) continue;
				assert.ok(received.text === text || looksLikeFragment(text));
				assert.ok(Buffer.byteLength(received.text) <= LIMITS.textMaxBytes);
			}
			for (const from of ["a", "b", "c", "d", "e"]) reassembly.drop(from);
			assert.equal(reassembly.bytes, 0);
		}),
		{ seed: SEED, numRuns: Math.ceil(RUNS / 5) },
	);
});
