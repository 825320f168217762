import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import fc from "fast-check";
import { hex, utf8 } from "@clowder/bytes";
import { Naming } from "../src/sequencing-names.ts";
import {
	type Entry,
	entriesCapacity,
	entryBytes,
	looksLikeStatement,
	parseStatement,
	type Statement,
	SUBMISSION_FRAME_BYTES,
	writeStatement,
} from "../src/sequencing-statement.ts";
import { checkText, SEQUENCING_MIN_BYTES, sequencing, textBytes } from "../src/index.ts";
import { networkClock, MemoryNetwork } from "../src/memory.ts";
import { sha512 } from "./sequencing-crowd.ts";

const SEED = 20_261_122;

const u32 = fc.nat({ max: 2 ** 32 - 1 });
const counter = fc.integer({ min: 1, max: 2 ** 32 - 1 });
const tag = fc.uint8Array({ minLength: 8, maxLength: 8 }).map(hex);
const digest = fc.uint8Array({ minLength: 16, maxLength: 16 }).map(hex);
const handle = fc.string({ minLength: 1, maxLength: 30, unit: "grapheme" }).filter((text) => textBytes(text) <= 128);
const text = fc.string({ minLength: 1, maxLength: 200, unit: "grapheme" });
const epoch = fc.record({ counter: u32, leader: tag });
const entry: fc.Arbitrary<Entry> = fc.oneof(
	fc.record({ kind: fc.constant("text" as const), author: tag, counter: u32, digest }),
	fc
		.record({
			kind: fc.constant("roster" as const),
			left: fc.array(tag, { maxLength: 4 }),
			joined: fc.array(handle, { maxLength: 4 }),
		})
		.filter(({ left, joined }) => left.length + joined.length > 0),
);
const entries = fc.array(entry, { maxLength: 6 });

const statement: fc.Arbitrary<Statement> = fc.oneof(
	fc.record({ type: fc.constant("submit" as const), counter, text }),
	fc.record({ type: fc.constant("forward" as const), author: tag, counter, text }),
	fc.record({ type: fc.constant("hello" as const) }),
	fc
		.record({
			epoch,
			number: u32,
			chain: digest,
			before: fc.nat({ max: 5 }),
			page: fc.array(fc.record({ handle, placed: u32 }), { minLength: 1, maxLength: 4 }),
			after: fc.nat({ max: 5 }),
			fresh: fc.nat({ max: 100 }),
		})
		.map(({ before, page, after, fresh, ...rest }) => {
			const size = before + page.length + after;
			return { type: "welcome", ...rest, size, fresh: fresh % size, offset: before, members: page } as const;
		}),
	fc.record({ epoch, whole: fc.boolean(), base: u32, chain: digest, entries, some: fc.nat() }).map(
		({ some, ...rest }) =>
			({
				type: "order",
				...rest,
				settled: rest.whole ? some % (rest.entries.length + 1) : rest.entries.length,
			}) as const,
	),
	fc.record({ type: fc.constant("ack" as const), epoch, number: u32, chain: digest, present: fc.nat({ max: 65_535 }) }),
	fc.record({
		type: fc.constant("vote" as const),
		epoch,
		bound: fc.boolean(),
		under: epoch,
		base: u32,
		chain: digest,
		entries,
	}),
	fc.record({ type: fc.constant("ask" as const), whom: tag, number: u32, missing: fc.array(u32, { maxLength: 16 }) }),
);

test("SEQ-2: a statement is read as it was written, and is a text that carriers take", () => {
	fc.assert(
		fc.property(statement, (each) => {
			const written = writeStatement(each);
			assert.ok(looksLikeStatement(written));
			// The generator's objects have no prototype.
			assert.deepEqual(parseStatement(written), { ok: true, value: structuredClone(each) });
			if (each.type !== "submit" && each.type !== "forward") assert.ok(checkText(written, 65_536).ok);
		}),
		{ seed: SEED, numRuns: 500 },
	);
});

test("SEQ-2: what is read is what would be written, whatever comes", () => {
	const mutation = fc.record({ at: fc.nat(), remove: fc.nat({ max: 3 }), insert: fc.string({ maxLength: 3 }) });
	let read = 0;
	fc.assert(
		fc.property(statement, fc.array(mutation, { minLength: 1, maxLength: 3 }), (each, mutations) => {
			let mutant = writeStatement(each);
			for (const { at, remove, insert } of mutations) {
				const start = at % (mutant.length + 1);
				mutant = mutant.slice(0, start) + insert + mutant.slice(start + remove);
			}
			const parsed = parseStatement(mutant);
			if (!parsed.ok) return;
			read++;
			assert.equal(writeStatement(parsed.value), mutant);
		}),
		{ seed: SEED, numRuns: 3000 },
	);
	assert.ok(read > 100, `only ${read} mutants were statements`);
});

test("SEQ-2: what is no statement is refused, with what was expected", () => {
	const mark = ":3mpCAT:3Sequence:3";
	for (const [wrong, expected] of [
		["hello", /between/],
		[mark, /between/],
		[`${mark}S1,text`, /between/],
		[`${mark}S1,:3`, /a text/],
		[`${mark}S0,text:3`, /submission/],
		[`${mark}S01,text:3`, /submission/],
		[`${mark}S4294967296,text:3`, /2\^32/],
		[`${mark}F0123456789ABCDEF,1,text:3`, /submission/],
		[`${mark}CAA:3`, /base64/],
		[`${mark}CBg==:3`, /type of statement/],
		[`${mark}CAAA=:3`, /the end/],
	] as const) {
		const parsed = parseStatement(wrong);
		assert.ok(!parsed.ok, wrong);
		assert.match(parsed.error, expected);
	}
});

test("SEQ-2: a full order, and a vote with as much, fit into what the carrier takes", () => {
	fc.assert(
		fc.property(fc.integer({ min: SEQUENCING_MIN_BYTES, max: 4096 }), fc.array(entry), (limit, some) => {
			let left = entriesCapacity(limit);
			const fitting = some.filter((each) => {
				const fits = entryBytes(each) <= left;
				if (fits) left -= entryBytes(each);
				return fits;
			});
			const place = { epoch: { counter: 1, leader: "0".repeat(16) }, base: 2 ** 32 - 1, chain: "0".repeat(32) };
			const vote = writeStatement({ type: "vote", bound: true, under: place.epoch, ...place, entries: fitting });
			const order = writeStatement({ type: "order", whole: true, settled: 0, ...place, entries: fitting });
			assert.ok(vote.length <= limit && order.length <= limit);
		}),
		{ seed: SEED },
	);
	const frame = writeStatement({ type: "forward", author: "0".repeat(16), counter: 2 ** 32 - 1, text: "x" });
	assert.equal(frame.length - 1, SUBMISSION_FRAME_BYTES);
});

test("SEQ-3: names are the hash of a label and the arguments", () => {
	const naming = new Naming(sha512);
	const lengthed = (...parts: readonly (string | Buffer)[]): Buffer =>
		Buffer.concat(
			parts.flatMap((part) => {
				const bytes = Buffer.from(part);
				const length = Buffer.alloc(4);
				length.writeUInt32BE(bytes.length);
				return [length, bytes];
			}),
		);
	const digestOf = (bytes: Buffer, length: number): string =>
		createHash("sha512")
			.update(bytes)
			.digest("hex")
			.slice(0, 2 * length);
	const ada = digestOf(lengthed("clowder sequence handle", "ada"), 8);
	assert.equal(naming.tag("ada"), ada);
	assert.equal(naming.origin("ada"), digestOf(lengthed("clowder sequence origin", "ada"), 16));
	const seven = Buffer.from([0, 0, 0, 7]);
	const hello = Buffer.concat([lengthed("clowder sequence text", ada), seven, lengthed("hello")]);
	assert.equal(naming.text(ada, 7, "hello"), digestOf(hello, 16));
	const before = naming.origin("ada");
	const chain = digestOf(lengthed("clowder sequence chain", before, Buffer.from(utf8("entry"))), 16);
	assert.equal(naming.chain(before, utf8("entry")), chain);
	assert.throws(() => new Naming(() => new Uint8Array(4)).tag("ada"), RangeError);
});

test("SEQ-2: a carrier without presence, or with texts that are too short, cannot be sequenced", () => {
	const network = new MemoryNetwork({ seed: 1 });
	const options = { clock: networkClock(network), hash: sha512 };
	const inner = network.carrier();
	const refuse = (change: object): void => {
		const poor = { ...inner, capabilities: { ...inner.capabilities, ...change } };
		assert.throws(() => sequencing(poor, options), RangeError);
	};
	refuse({ presence: false });
	refuse({ maxTextBytes: SEQUENCING_MIN_BYTES - 1 });
	assert.equal(sequencing(inner, options).capabilities.totalOrder, true);
});
