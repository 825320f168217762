import assert from "node:assert/strict";
import { test } from "node:test";
import type { Handle } from "../src/index.ts";
import {
	SEQUENCED_BACKLOG_MAX_BYTES,
	SEQUENCED_HANDLE_MAX_BYTES,
	SEQUENCED_HISTORY_MAX_COUNT,
	SEQUENCED_SUBMISSIONS_MAX_COUNT,
	SEQUENCED_TAIL_MAX_COUNT,
	SEQUENCED_WINDOW_MAX_COUNT,
} from "../src/index.ts";
import { encodeEntry, type Statement } from "../src/sequencing-statement.ts";
import { SEQUENCING_TIMES } from "../src/sequencing-state.ts";
import {
	ackOf,
	acknowledge,
	Bench,
	EPOCH,
	following,
	leading,
	naming,
	order,
	tagOf,
	textEntry,
} from "./sequencing-bench.ts";
import { Crowd } from "./sequencing-crowd.ts";

test("SEQ-12: who sees nobody begins alone, and hears themselves", () => {
	const bench = new Bench("ada", []);
	bench.say("one", "two");
	assert.deepEqual(bench.types, ["entered", "text", "text"]);
	assert.deepEqual(bench.texts, ["one", "two"]);
	assert.equal(bench.core.backlog, 0);
	bench.wait(60_000);
	assert.equal(bench.core.take().wakeMs, undefined);
});

test("SEQ-12: a newcomer greets, and begins with the welcome of their own entry, in whatever order its pages come", () => {
	const bench = new Bench("ben", ["ada"]);
	bench.wait(2500);
	assert.deepEqual(bench.of("hello").length, 2);
	assert.deepEqual(bench.told, []);
	const chain = naming.origin("ada");
	const page = (offset: number, ...handles: readonly Handle[]): Statement => ({
		type: "welcome",
		epoch: EPOCH,
		number: 7,
		chain,
		size: 4,
		fresh: 2,
		offset,
		members: handles.map((handle) => ({ handle, placed: 3 })),
	});
	// Of an entry with which others joined, when we were in already.
	bench.hear("ada", { ...page(0, "ada", "ben", "eve", "fay"), number: 9 } as Statement);
	assert.deepEqual(bench.told, []);
	bench.hear("ada", page(2, "ben", "fay"));
	bench.hear("ada", page(0, "ada", "eve"));
	assert.deepEqual(bench.told, [
		{ type: "entered", self: "ben", occupants: ["ada", "eve"], binding: "test" },
		{ type: "joined", handle: "fay" },
	]);
	assert.equal(bench.of("ack")[0]?.number, 7);
});

test("SEQ-12: among newcomers who hear of nobody inside, the smallest handle begins", () => {
	const small = new Bench("ada", ["ben"]);
	const large = new Bench("ben", ["ada"]);
	for (const bench of [small, large]) bench.notice("joined", "eve");
	for (let second = 0; second < 60; second += 2) {
		if (small.told.length === 0) large.hear("ada", { type: "hello" });
		small.hear("ben", { type: "hello" });
		small.wait(2000);
		large.wait(2000);
		if (small.told.length > 0) break;
	}
	assert.deepEqual(small.types[0], "entered");
	assert.deepEqual(large.told, []);
	assert.ok(small.of("order").some(({ entries }) => entries.some(({ kind }) => kind === "roster")));
});

test("SEQ-12: whoever can be told by nobody where they begin gets another place", () => {
	const bench = following();
	bench.notice("left", "ada");
	for (let i = 0; i < 4; i++) {
		bench.hear("eve", { type: "hello" });
		bench.wait(2000);
	}
	const lines = bench.told.map((event) => ("handle" in event ? `${event.type} ${event.handle}` : event.type));
	assert.ok(lines.indexOf("left eve") > 0);
	assert.ok(lines.indexOf("joined eve") > lines.indexOf("left eve"), lines.join());
	assert.ok(bench.of("welcome").length > 0);
});

test("SEQ-8: an entry is delivered when more than half have it, and not before", () => {
	const bench = leading("ben", "eve", "fay");
	bench.say("hello");
	assert.deepEqual(bench.texts, []);
	acknowledge(bench, "ben");
	assert.deepEqual(bench.texts, []);
	acknowledge(bench, "ben", "eve");
	assert.deepEqual(bench.texts, ["hello"]);
});

test("SEQ-8: all who are not gone are enough, though they are fewer than half", () => {
	const bench = leading("ben", "eve");
	bench.say("hello");
	bench.notice("left", "ben");
	assert.deepEqual(bench.texts, []);
	bench.notice("left", "eve");
	assert.deepEqual(bench.texts, ["hello"]);
	assert.deepEqual(bench.types.slice(-2), ["left", "left"]);
});

test("SEQ-8: an acknowledgement covers no gap, and an acknowledgement of another chain counts for nothing", () => {
	const bench = following();
	bench.hear("ada", { type: "submit", counter: 2, text: "second" });
	bench.hear("ada", order([textEntry("ada", 1, "first"), textEntry("ada", 2, "second")]));
	bench.wait(500);
	assert.deepEqual(bench.of("ack"), []);
	bench.hear("ada", { type: "submit", counter: 1, text: "first" });
	bench.wait(500);
	assert.equal(bench.of("ack")[0]?.number, 4);

	const other = leading("ben", "eve", "fay");
	other.say("hello");
	const right = ackOf(other.of("order").at(-1) as Statement & { type: "order" }) as Statement & { type: "ack" };
	for (const author of ["ben", "eve", "fay"]) other.hear(author, { ...right, chain: "0".repeat(32) });
	assert.deepEqual(other.texts, []);
});

test("SEQ-8: who is not needed for a quorum waits, and says nothing if it comes about", () => {
	for (const [comesAbout, acks] of [
		[true, 0],
		[false, 1],
	] as const) {
		const bench = following();
		bench.hear("ada", { type: "submit", counter: 1, text: "x" });
		bench.hear("ada", order([textEntry("ada", 1, "x")]));
		// `eve` came before us: one of the two is enough, beside the sequencer.
		assert.deepEqual(bench.of("ack"), []);
		if (comesAbout) bench.hear("eve", ackOf(order([textEntry("ada", 1, "x")]) as Statement & { type: "order" }));
		bench.wait(SEQUENCING_TIMES.spareAckMs);
		assert.equal(bench.of("ack").length, acks);
		assert.deepEqual(bench.texts, ["x"]);
	}
});

test("SEQ-4: of two orders of one epoch that differ, the first counts", () => {
	const bench = following();
	for (const [counter, text] of [
		[1, "first"],
		[2, "second"],
	] as const) {
		bench.hear("ada", { type: "submit", counter, text });
	}
	bench.hear("eve", { type: "submit", counter: 1, text: "other" });
	bench.hear("ada", order([textEntry("ada", 1, "first")]));
	bench.hear("ada", order([textEntry("eve", 1, "other"), textEntry("ada", 1, "first")]));
	bench.wait(500);
	assert.deepEqual(
		bench.of("ack").map(({ number }) => number),
		[3],
	);
	assert.deepEqual(bench.texts, ["first"]);
});

test("SEQ-4: an older order that comes late changes nothing", () => {
	const bench = following();
	bench.hear("ada", { type: "submit", counter: 1, text: "first" });
	bench.hear("ada", { type: "submit", counter: 2, text: "second" });
	bench.hear("ada", order([textEntry("ada", 1, "first"), textEntry("ada", 2, "second")]));
	bench.hear("ada", order([textEntry("ada", 1, "first")]));
	bench.hear("ada", order([]));
	bench.wait(500);
	assert.deepEqual(bench.texts, ["first", "second"]);
	assert.equal(bench.broken, undefined);
});

test("SEQ-4, SEQ-11: what follows a gap is asked for, from the sequencer", () => {
	const bench = following();
	const chain = naming.chain(naming.origin("ada"), encodeEntry(textEntry("ada", 1, "missed")));
	bench.hear("ada", order([textEntry("ada", 2, "after")], 3, chain));
	bench.wait(500);
	assert.deepEqual(bench.of("ask"), [{ type: "ask", whom: tagOf("ada"), number: 2, missing: [] }]);
	const history = { ...order([textEntry("ada", 1, "missed")]), whole: false, settled: 1 } as Statement;
	// From somebody whom nobody asked.
	bench.hear("eve", history);
	bench.hear("ada", { type: "forward", author: tagOf("ada"), counter: 1, text: "missed" });
	assert.deepEqual(bench.texts, []);
	bench.hear("ada", history);
	bench.hear("eve", { type: "forward", author: tagOf("ada"), counter: 1, text: "something else" });
	assert.deepEqual(bench.texts, []);
	bench.hear("eve", { type: "forward", author: tagOf("ada"), counter: 1, text: "missed" });
	assert.deepEqual(bench.texts, ["missed"]);
});

test("SEQ-11: one answer to one occupant at a time, to whom is asked only", () => {
	const bench = leading("ben");
	bench.say("hello");
	acknowledge(bench, "ben");
	bench.said.length = 0;
	const ask = { type: "ask", whom: tagOf("ada"), number: 1, missing: [2] } as const;
	bench.hear("ben", { ...ask, whom: tagOf("eve") });
	assert.deepEqual(bench.said, []);
	for (let i = 0; i < 10; i++) bench.hear("ben", ask);
	assert.deepEqual(
		bench.said.map(({ type }) => type),
		["order", "order", "forward"],
	);
	bench.now += SEQUENCING_TIMES.answerMs;
	bench.hear("ben", ask);
	assert.equal(bench.said.length, 6);
});

test("SEQ-5, SEQ-6: only the next in turn gets a number; what comes twice or in another order is placed once, in turn", () => {
	const bench = leading("ben");
	bench.hear("ben", { type: "submit", counter: 2, text: "second" });
	assert.deepEqual(bench.of("order"), []);
	bench.hear("ben", { type: "submit", counter: 1, text: "first" });
	bench.hear("ben", { type: "submit", counter: 1, text: "another first" });
	acknowledge(bench, "ben");
	bench.hear("ben", { type: "submit", counter: 1, text: "first" });
	assert.deepEqual(bench.texts, ["first", "second"]);
});

test("SEQ-5: entries out of turn, or of who is no occupant, are delivered by nobody", () => {
	const bench = following();
	for (const text of ["a", "b"]) bench.hear("ada", { type: "submit", counter: text === "a" ? 1 : 2, text });
	const ghost = textEntry("ghost", 1, "boo");
	const entries = [textEntry("ada", 2, "b"), textEntry("ada", 1, "a"), ghost];
	bench.hear("ada", order(entries));
	bench.hear("ada", { type: "forward", author: tagOf("ghost"), counter: 1, text: "boo" });
	bench.wait(500);
	assert.deepEqual(bench.texts, ["a"]);
	assert.equal(bench.broken, undefined);
});

test("SEQ-6: an author is kept so many submissions ahead, and sends fewer", () => {
	const bench = leading("ben");
	for (let counter = SEQUENCED_SUBMISSIONS_MAX_COUNT + 10; counter > 0; counter--) {
		bench.hear("ben", { type: "submit", counter, text: `${counter}` });
	}
	for (let i = 0; i < 5; i++) acknowledge(bench, "ben");
	assert.equal(bench.texts.length, SEQUENCED_SUBMISSIONS_MAX_COUNT);

	const author = leading("ben");
	author.say(...Array.from({ length: 100 }, (_, i) => `${i}`));
	assert.equal(author.of("submit").length, SEQUENCED_WINDOW_MAX_COUNT);
	const large = "x".repeat(60_000);
	let taken = 0;
	while (author.core.submit(large).ok) taken++;
	assert.equal(taken, Math.floor((SEQUENCED_BACKLOG_MAX_BYTES - 190) / 60_000));
});

test("SEQ-6: authors get numbers in turn", () => {
	const bench = leading("ben", "eve");
	for (let counter = 1; counter <= 20; counter++)
		bench.hear("ben", { type: "submit", counter, text: `ben ${counter}` });
	bench.hear("eve", { type: "submit", counter: 1, text: "eve" });
	for (let i = 0; i < 3; i++) acknowledge(bench, "ben", "eve");
	assert.ok(bench.texts.indexOf("eve") >= 0 && bench.texts.indexOf("eve") <= 5, bench.texts.join());
});

test("SEQ-7: who left goes after their last text, together with who came, and nothing is numbered before that is settled", () => {
	const bench = leading("ben", "eve", "fay");
	bench.say("first");
	bench.hear("ben", { type: "submit", counter: 1, text: "last words" });
	bench.notice("left", "ben");
	bench.notice("joined", "gus");
	bench.hear("gus", { type: "hello" });
	bench.hear("eve", { type: "submit", counter: 1, text: "later" });
	for (let i = 0; i < 4; i++) acknowledge(bench, "eve", "fay");
	for (const { entries } of bench.of("order")) {
		const roster = entries.findIndex(({ kind }) => kind === "roster");
		assert.ok(roster === -1 || roster === entries.length - 1);
		assert.ok(entries.length <= SEQUENCED_TAIL_MAX_COUNT);
	}
	const lines = bench.told.map((event) => (event.type === "text" ? event.text : event.type));
	assert.ok(lines.indexOf("last words") < lines.indexOf("left"), lines.join());
	assert.deepEqual([...lines].sort(), ["first", "joined", "last words", "later", "left"]);
});

test("SEQ-7: what is unsettled fits into one statement, on a narrow carrier too", () => {
	const crowd = Crowd.of(4, { maxTextBytes: 512 });
	for (let i = 0; i < 40; i++) for (const guest of crowd.guests) guest.say();
	crowd.network.run();
	crowd.assertTogether();
	crowd.assertUndisturbed();
});

test("SEQ-13: who asks for more than is kept is not served, and enters anew", () => {
	const bench = leading("ben", "eve");
	for (let i = 0; i < SEQUENCED_HISTORY_MAX_COUNT + 10; i++) {
		bench.say(`${i}`);
		acknowledge(bench, "ben");
	}
	bench.said.length = 0;
	bench.hear("eve", { type: "ask", whom: tagOf("ada"), number: 3, missing: [4] });
	assert.deepEqual(
		bench.said.map(({ type }) => type),
		["order"],
	);
	const behind = following();
	behind.hear("ada", order([], 5000, "0".repeat(32)));
	for (let i = 0; i < 200 && behind.broken === undefined; i++) {
		behind.wait(1000);
		behind.hear("ada", order([], 5000, "0".repeat(32)));
	}
	assert.ok(behind.broken !== undefined);
});

test("SEQ-13: a handle that is too long is nobody's, and who is gone calls nobody back", () => {
	const bench = leading("ben");
	const long = "x".repeat(SEQUENCED_HANDLE_MAX_BYTES + 1);
	bench.notice("joined", long);
	bench.hear(long, { type: "hello" });
	assert.deepEqual(bench.of("order"), []);
	bench.notice("joined", "eve");
	bench.notice("left", "eve");
	bench.hear("eve", { type: "hello" });
	assert.deepEqual(bench.of("order"), []);
});

test("SEQ-2: what is no statement is told as refused", () => {
	const bench = leading("ben");
	bench.core.receive("ben", "a text from a foreign client", bench.now);
	const { events } = bench.core.take();
	assert.deepEqual(
		events.map((event) => event.type === "refused" && event.from),
		["ben"],
	);
});
