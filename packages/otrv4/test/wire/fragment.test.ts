import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import {
	ENCODED_TEXT_MAX_CHARS,
	FRAGMENTS_MAX,
	FRAGMENT_BUFFERS_MAX,
	FRAGMENT_LIFETIME_MS,
	FRAGMENT_OVERHEAD_CHARS,
} from "../../src/limits.ts";
import { Assembler, split } from "../../src/wire/fragment.ts";
import {
	type Fragment,
	isVersion3Fragment,
	looksLikeFragment,
	parseFragment,
	writeFragment,
} from "../../src/wire/fragment-format.ts";
import { check, int, must, refused, tag } from "./support.ts";

const OURS = 0x27e3_1597;

/** The message and the fragments of otrv4.md "Receiving Fragments"; its line breaks are those of the document. */
const EXAMPLE =
	"?OTR:AAMDJ+MVmSfjFZcAAAAAAQAAAAIAAADA1g5IjD1ZGLDVQEyCgCyn9hbrL3KAbGDdzE2ZkMyTKl7XfkSxh8YJnudstiB74i4BzT0W2haClg6" +
	"dMary/jo9sMudwmUdlnKpIGEKXWdvJKT+hQ26h9nzMgEditLB8vjPEWAJ6gBXvZrY6ZQrx3gb4v0UaSMOMiR5sB7Eaulb2Yc6RmRnnlxgUUC2alosg4" +
	"WIeFN951PLjScajVba6dqlDi+q1H5tPvI5SWMN7PCBWIJ41+WvF+5IAZzQZYgNaVLbAAAAAAAAAAEAAAAHwNiIi5Ms+4PsY/L2ipkTtquknfx6HodL" +
	"vk3RAAAAAA==.";
const EXAMPLE_FRAGMENTS = [
	"?OTR|3c5b5f03|5a73a599|27e31597,00001,00003,?OTR:AAMDJ+MVmSfjFZcAAAAAAQAAAAIAAADA1g5IjD1ZGLDVQEyCgCyn9hbrL3KAbGDdzE2Z" +
		"kMyTKl7XfkSxh8YJnudstiB74i4BzT0W2haClg6dMary/jo9sMudwmUdlnKpIGEKXWdvJKT+hQ26h9nzMgEditLB8v,",
	"?OTR|3c5b5f03|5a73a599|27e31597,00002,00003,jPEWAJ6gBXvZrY6ZQrx3gb4v0UaSMOMiR5sB7Eaulb2Yc6RmRnnlxgUUC2alosg4WIeFN951" +
		"PLjScajVba6dqlDi+q1H5tPvI5SWMN7PCBWIJ41+WvF+5IAZzQZYgNaVLbAAAAAAAAAAEAAAAHwNiIi5Ms+4PsY/L2i,",
	"?OTR|3c5b5f03|5a73a599|27e31597,00003,00003,pkTtquknfx6HodLvk3RAAAAAA==.,",
];

function fragment(change: Partial<Fragment> = {}): Fragment {
	return { identifier: 1, senderTag: 0x100, receiverTag: OURS, index: 1, total: 2, piece: "AA", ...change };
}

/** Feeds fragments, and gives what came out whole. */
function assemble(assembler: Assembler, texts: readonly string[], nowMs = 0): (string | undefined)[] {
	return texts.map((text) => must(assembler.receive(must(parseFragment(text)), nowMs)));
}

test("the example of the specification, in every order", () => {
	for (const order of [
		[0, 1, 2],
		[0, 2, 1],
		[1, 0, 2],
		[1, 2, 0],
		[2, 0, 1],
		[2, 1, 0],
	]) {
		const assembler = new Assembler(OURS);
		const got = assemble(
			assembler,
			order.map((i) => EXAMPLE_FRAGMENTS[i] as string),
		);
		assert.deepEqual(got, [undefined, undefined, EXAMPLE]);
		assert.equal(assembler.size, 0);
	}
});

test("a text is broken up as it is put together", () => {
	const encoded = fc.string({ unit: fc.constantFrom(..."AZaz09+/="), maxLength: 400 }).map((text) => `?OTR:${text}.`);
	check(
		fc.property(
			encoded,
			fc.integer({ min: 46, max: 500 }),
			int,
			tag,
			fc.array(fc.nat()),
			(text, maxChars, identifier, senderTag, order) => {
				const parts = must(split(text, { maxChars, identifier, senderTag, receiverTag: OURS }));
				if (text.length <= maxChars) {
					assert.deepEqual(parts, [text]);
					return;
				}
				for (const part of parts) assert.ok(part.length <= maxChars && part.startsWith("?OTR|") && part.endsWith(","));
				const shuffled = parts.map((part, i) => ({ part, rank: order[i] ?? i })).sort((a, b) => a.rank - b.rank);
				const got = assemble(
					new Assembler(OURS),
					shuffled.map(({ part }) => part),
				);
				assert.deepEqual(
					got.filter((whole) => whole !== undefined),
					[text],
				);
			},
		),
	);
});

test("a fragment has the printed form, numbers at full width, and is read without leading zeros too", () => {
	const value = fragment({ identifier: 0xab, senderTag: 0x1234, index: 2, total: 10 });
	assert.equal(writeFragment(value), "?OTR|000000ab|00001234|27e31597,00002,00010,AA,");
	assert.deepEqual(must(parseFragment("?OTR|AB|1234|27E31597,2,10,AA,")), value);
	check(
		fc.property(
			int,
			tag,
			fc.oneof(tag, fc.constant(0)),
			fc.integer({ min: 1, max: 65_535 }),
			fc.nat(65_534),
			(identifier, senderTag, receiverTag, total, at) => {
				const made = { identifier, senderTag, receiverTag, total, index: 1 + (at % total), piece: "?OTR:A" };
				assert.deepEqual(must(parseFragment(writeFragment(made))), made);
			},
		),
	);
});

test("what is no fragment is refused", () => {
	const malformed = [
		"?OTR|1|100|100,1,2,AA",
		"?OTR|1|100|100,1,2,,",
		"?OTR|1|100|100,0,2,AA,",
		"?OTR|1|100|100,3,2,AA,",
		"?OTR|1|100|100,1,0,AA,",
		"?OTR|1|100|100,0,0,AA,",
		"?OTR|1|100|100,-1,2,AA,",
		"?OTR|1|100|100,1,2,A A,",
		"?OTR|1|100|100,1,2,A,A,",
		"?OTR|1|100|100,1,2,?OTR|1|100|100,",
		"?OTR|123456789|100|100,1,2,AA,",
		"?OTR|x|100|100,1,2,AA,",
		"?OTR|1|100|100,1,2,AA,\n",
		"?OTR|1|100,1,2,AA,",
		" ?OTR|1|100|100,1,2,AA,",
		"?OTRP|1|100|100,1,2,AA,",
		"?OTR|",
	];
	for (const text of malformed) refused(parseFragment(text), "peer", "malformed");
	for (const text of ["?OTR|1|0|100,1,2,AA,", "?OTR|1|ff|100,1,2,AA,", "?OTR|1|100|ff,1,2,AA,"]) {
		refused(parseFragment(text), "peer", "instance-tag");
	}
	assert.equal(must(parseFragment("?OTR|1|100|100,65535,65535,AA,")).total, FRAGMENTS_MAX);
	refused(parseFragment("?OTR|1|100|100,1,65536,AA,"), "peer", "limit");
	refused(parseFragment(`?OTR|1|100|100,1,2,${"A".repeat(ENCODED_TEXT_MAX_CHARS)},`), "peer", "limit");
});

test("the prekey protocol has its own prefix, and a server without a tag", () => {
	const parts = must(
		split(`${"AAQD".repeat(20)}.`, { maxChars: 49, identifier: 1, senderTag: 0, receiverTag: 0x100, prefix: "?OTRP|" }),
	);
	assert.equal(parts[0], "?OTRP|00000001|00000000|00000100,00001,00027,AAQ,");
	assert.ok(looksLikeFragment(parts[0] ?? "", "?OTRP|"));
	assert.ok(!looksLikeFragment(parts[0] ?? ""));
	refused(parseFragment("?OTR|1|100|100,1,2,AA,", "?OTRP|"), "peer", "malformed");
	refused(parseFragment("?OTRP|1|ff|100,1,2,AA,", "?OTRP|"), "peer", "instance-tag");
	const server = new Assembler(undefined);
	const got = parts.map((part) => must(server.receive(must(parseFragment(part, "?OTRP|")), 0)));
	assert.equal(got.at(-1), `${"AAQD".repeat(20)}.`);
});

test("a fragment of OTRv3 is known by its form", () => {
	assert.ok(isVersion3Fragment("?OTR|5a73a599|27e31597,00001,00003,?OTR:AAMD,"));
	for (const text of [...EXAMPLE_FRAGMENTS, "?OTR|5a73a599|27e31597,1,3,", "?OTR,1,3,AA,"])
		assert.ok(!isVersion3Fragment(text));
	const longest = "A".repeat(ENCODED_TEXT_MAX_CHARS - "?OTR|100|100,1,2,,".length);
	assert.ok(isVersion3Fragment(`?OTR|100|100,1,2,${longest},`));
	assert.ok(!isVersion3Fragment(`?OTR|100|100,1,2,${longest}A,`));
});

test("only what was encoded can be broken up, and only into as many fragments as there can be", () => {
	const options = { maxChars: 46, identifier: 1, senderTag: 0x100, receiverTag: 0x100 };
	const text = "A".repeat(FRAGMENTS_MAX);
	assert.equal(must(split(text, options)).length, FRAGMENTS_MAX);
	refused(split(`${text}A`, options), "caller", "limit");
	assert.equal(must(split(`${text}A`, { ...options, maxChars: 47 })).length, Math.ceil((FRAGMENTS_MAX + 1) / 2));
	// What it says is needed is enough, and no less is.
	const needed = Number(/\d+/.exec(refused(split(`${text}A`, options), "caller", "limit").expected)?.[0]);
	assert.equal(needed, 47);
	assert.deepEqual(must(split("AAQD.", { ...options, maxChars: 5 })), ["AAQD."]);
	refused(split(text, { ...options, maxChars: 45 }), "caller", "limit");
	refused(split("A".repeat(ENCODED_TEXT_MAX_CHARS + 1), options), "caller", "limit");
	for (const bad of ["hello, you", EXAMPLE_FRAGMENTS[0] as string, ""])
		refused(split(bad, options), "caller", "malformed");
});

test("a fragment to another client is discarded; one to nobody in particular is taken", () => {
	const assembler = new Assembler(OURS);
	refused(assembler.receive(fragment({ receiverTag: OURS + 1 }), 0), "carrier", "instance-tag");
	assert.equal(assembler.size, 0);
	must(assembler.receive(fragment({ receiverTag: 0 }), 0));
	assert.equal(must(assembler.receive(fragment({ index: 2, piece: "BB" }), 0)), "AABB");
});

test("a fragment that is there already is refused and leaves the rest alone", () => {
	const assembler = new Assembler(OURS);
	must(assembler.receive(fragment(), 0));
	refused(assembler.receive(fragment({ piece: "CC" }), 0), "carrier", "state");
	assert.equal(must(assembler.receive(fragment({ index: 2, piece: "BB" }), 0)), "AABB");
});

test("another total spoils the message", () => {
	const assembler = new Assembler(OURS);
	must(assembler.receive(fragment(), 0));
	must(assembler.receive(fragment({ identifier: 2 }), 0));
	refused(assembler.receive(fragment({ index: 2, total: 3 }), 0), "peer", "malformed");
	assert.equal(assembler.size, 1);
	assert.equal(must(assembler.receive(fragment({ index: 2 }), 0)), undefined);
});

test("messages are told apart by their sender and their identifier", () => {
	const assembler = new Assembler(OURS);
	must(assembler.receive(fragment(), 0));
	must(assembler.receive(fragment({ identifier: 2, piece: "BB" }), 0));
	must(assembler.receive(fragment({ senderTag: 0x101, piece: "CC" }), 0));
	assert.equal(assembler.size, 3);
	assert.equal(must(assembler.receive(fragment({ identifier: 2, index: 2 }), 0)), "BBAA");
	assert.equal(must(assembler.receive(fragment({ senderTag: 0x101, index: 2 }), 0)), "CCAA");
	assert.equal(must(assembler.receive(fragment({ index: 2 }), 0)), "AAAA");
});

test("missing fragments are waited for as long as it is said, from the first one on", () => {
	const assembler = new Assembler(OURS);
	assert.equal(assembler.expiresAtMs, undefined);
	must(assembler.receive(fragment({ total: 3 }), 1000));
	must(assembler.receive(fragment({ identifier: 2 }), 2000));
	assert.equal(assembler.expiresAtMs, 1000 + FRAGMENT_LIFETIME_MS);
	must(assembler.receive(fragment({ total: 3, index: 2 }), 999 + FRAGMENT_LIFETIME_MS));
	assert.equal(assembler.expire(999 + FRAGMENT_LIFETIME_MS), 0);
	assert.equal(assembler.expire(1000 + FRAGMENT_LIFETIME_MS), 1);
	assert.equal(assembler.expiresAtMs, 2000 + FRAGMENT_LIFETIME_MS);
	assert.equal(must(assembler.receive(fragment({ identifier: 2, index: 2 }), 1999 + FRAGMENT_LIFETIME_MS)), "AAAA");
	must(assembler.receive(fragment({ identifier: 3 }), 0));
	assert.equal(must(assembler.receive(fragment({ identifier: 3, index: 2 }), FRAGMENT_LIFETIME_MS)), undefined);
	assert.equal(assembler.size, 1);
});

test("the oldest message goes for a new one", () => {
	const assembler = new Assembler(OURS);
	for (let identifier = 0; identifier <= FRAGMENT_BUFFERS_MAX; identifier++)
		must(assembler.receive(fragment({ identifier }), 0));
	assert.equal(assembler.size, FRAGMENT_BUFFERS_MAX);
	assert.equal(must(assembler.receive(fragment({ identifier: 1, index: 2 }), 0)), "AAAA");
	assert.equal(must(assembler.receive(fragment({ identifier: 0, index: 2 }), 0)), undefined);
});

test("the oldest go for the characters of a newer one, and never that one itself", () => {
	const limits = { buffersMax: 10, totalMaxChars: 1000, lifetimeMs: 1000 };
	const assembler = new Assembler(OURS, limits);
	const piece = "A".repeat(236);
	for (const identifier of [1, 2, 3]) must(assembler.receive(fragment({ identifier, total: 3, piece }), 0));
	must(assembler.receive(fragment({ identifier: 1, index: 2, total: 3, piece }), 0));
	// 1 is the oldest, and the one that grew: 2 went for it.
	assert.equal(assembler.size, 2);
	assert.equal(
		must(assembler.receive(fragment({ identifier: 1, index: 3, total: 3, piece: "B" }), 0)),
		`${piece}${piece}B`,
	);
	must(assembler.receive(fragment({ identifier: 3, index: 2, total: 3, piece }), 0));
	assert.equal(
		must(assembler.receive(fragment({ identifier: 3, index: 3, total: 3, piece: "B" }), 0)),
		`${piece}${piece}B`,
	);
	assert.equal(assembler.size, 0);
});

test("what fits exactly pushes nothing out", () => {
	const piece = "A".repeat(100 - FRAGMENT_OVERHEAD_CHARS);
	const assembler = new Assembler(OURS, { buffersMax: 2, totalMaxChars: 200, lifetimeMs: 1000 });
	must(assembler.receive(fragment({ total: 3, piece }), 0));
	must(assembler.receive(fragment({ identifier: 2, total: 3, piece }), 0));
	assert.equal(assembler.size, 2);
	must(assembler.receive(fragment({ index: 2, total: 3, piece }), 0));
	assert.equal(assembler.size, 1);
	refused(assembler.receive(fragment({ index: 3, total: 3, piece: "A" }), 0), "peer", "limit");
});

test("a message that is too large for all the room, or for a message, is given up", () => {
	const small = new Assembler(OURS, { buffersMax: 10, totalMaxChars: 400, lifetimeMs: 1000 });
	must(small.receive(fragment({ total: 9, piece: "A".repeat(100) }), 0));
	must(small.receive(fragment({ identifier: 2 }), 0));
	refused(small.receive(fragment({ total: 9, index: 2, piece: "A".repeat(200) }), 0), "peer", "limit");
	assert.equal(small.size, 1);
	refused(small.receive(fragment({ identifier: 3, piece: "A".repeat(337) }), 0), "peer", "limit");
	assert.equal(must(small.receive(fragment({ identifier: 2, index: 2 }), 0)), "AAAA");
	const assembler = new Assembler(OURS);
	must(assembler.receive(fragment({ total: 3, piece: "A".repeat(ENCODED_TEXT_MAX_CHARS) }), 0));
	refused(assembler.receive(fragment({ total: 3, index: 2, piece: "A" }), 0), "peer", "limit");
	assert.equal(assembler.size, 0);
});

test("the largest message in the most fragments is put together", () => {
	const text = "A".repeat(ENCODED_TEXT_MAX_CHARS);
	const parts = must(
		split(text, {
			maxChars: 45 + Math.ceil(text.length / FRAGMENTS_MAX),
			identifier: 1,
			senderTag: 0x100,
			receiverTag: OURS,
		}),
	);
	const assembler = new Assembler(OURS);
	const got = assemble(assembler, parts).filter((whole) => whole !== undefined);
	assert.deepEqual(got, [text]);
});

test("whatever comes, memory is bounded, nothing throws, and only what was sent comes out whole", () => {
	const limits = { buffersMax: 4, totalMaxChars: 1000, lifetimeMs: 50 };
	const texts = [1, 2, 3, 4, 5, 6].map((n) => `?OTR:${`${n}`.repeat(60 * n)}.`);
	const parts = texts.flatMap((text, i) =>
		must(split(text, { maxChars: 75, identifier: i % 5, senderTag: 0x100 + i, receiverTag: OURS })),
	);
	const item = fc.record({
		part: fc.constantFrom(...parts),
		at: fc.nat(),
		insert: fc.constantFrom("", "", "", "0", ",", "|", "A"),
		step: fc.nat(9),
	});
	check(
		fc.property(fc.array(item, { maxLength: 60 }), (items) => {
			const assembler = new Assembler(OURS, limits);
			let nowMs = 0;
			for (const { part, at, insert, step } of items) {
				nowMs += step;
				const place = at % part.length;
				const parsed = parseFragment(part.slice(0, place) + insert + part.slice(place));
				if (!parsed.ok) continue;
				const got = assembler.receive(parsed.value, nowMs);
				assert.ok(assembler.size <= limits.buffersMax);
				assert.ok(assembler.expiresAtMs === undefined || assembler.expiresAtMs > nowMs);
				if (got.ok && got.value !== undefined) assert.match(got.value, /^[?OTR:A0-9.]+$/);
			}
		}),
	);
});
