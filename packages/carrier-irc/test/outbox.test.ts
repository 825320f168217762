import assert from "node:assert/strict";
import { test } from "node:test";
import { fromUtf8 } from "@clowder/bytes";
import { IN_FLIGHT_MAX_BYTES } from "../src/limits.ts";
import { Outbox } from "../src/outbox.ts";
import { Pace } from "../src/pace.ts";

const CHANNEL = `#${"0".repeat(32)}`;
const FAST = { burstLines: 1000, lineMs: 1 };

function taken(outbox: Outbox, nowMs: number): string[] {
	return outbox.take(nowMs).map((line) => {
		const text = fromUtf8(line);
		assert.ok(text.ok);
		return text.value.trimEnd();
	});
}

test("IRC-5: so many lines at once, then one after each time", () => {
	const pace = new Pace({ burstLines: 2, lineMs: 100 }, 0);
	assert.deepEqual([pace.take(0), pace.take(0), pace.take(0)], [true, true, false]);
	assert.equal(pace.dueMs, 100);
	assert.deepEqual([pace.take(99), pace.take(100), pace.take(100)], [false, true, false]);
	// Silence makes up for no more than the burst; a clock that goes back, for nothing.
	assert.deepEqual([pace.take(10_000), pace.take(10_000), pace.take(10_000), pace.take(0)], [true, true, false, false]);
	pace.owe(10_000);
	assert.equal(pace.dueMs, 10_200);
	for (let i = 0; i < 50; i++) pace.owe(10_000);
	assert.equal(pace.dueMs, 10_300);
});

test("IRC-5: the outbox says when it may go on, and sends nothing before it is open", () => {
	const outbox = new Outbox(CHANNEL, true, { burstLines: 1, lineMs: 100 }, 0);
	outbox.push("a");
	outbox.push("b");
	assert.deepEqual([taken(outbox, 0), outbox.dueMs], [[], undefined]);
	outbox.open();
	assert.deepEqual([taken(outbox, 0), outbox.dueMs], [[`PRIVMSG ${CHANNEL} :a`], 100]);
	assert.deepEqual([taken(outbox, 100), outbox.dueMs], [[`PRIVMSG ${CHANNEL} :b`], undefined]);
});

test("IRC-6: with an echo, no more is under way than has come back", () => {
	const outbox = new Outbox(CHANNEL, true, FAST, 0);
	outbox.open();
	for (let i = 0; i < 30; i++) outbox.push("x".repeat(300));
	assert.equal(outbox.backlog, 9000);
	const sent = taken(outbox, 0);
	assert.equal(sent.length, Math.floor(IN_FLIGHT_MAX_BYTES / (sent[0] as string).length));
	assert.deepEqual([taken(outbox, 0), outbox.dueMs], [[], undefined]);
	outbox.echoed("x".repeat(300));
	assert.equal(taken(outbox, 0).length, 1);
	assert.equal(outbox.backlog, 8700);
	for (let i = 0; i < 40; i++) {
		outbox.echoed("x".repeat(300));
		taken(outbox, 0);
	}
	assert.equal(outbox.backlog, 0);
});

test("IRC-6: without an echo, a PING behind the texts tells how far the server is", () => {
	const outbox = new Outbox(CHANNEL, false, FAST, 0);
	outbox.open();
	for (let i = 0; i < 30; i++) outbox.push("x".repeat(300));
	const sent = taken(outbox, 0);
	const ping = sent.indexOf("PING t1");
	assert.ok(ping > 0 && ping < sent.length - 1);
	assert.ok(sent.join("").length <= IN_FLIGHT_MAX_BYTES);
	assert.deepEqual(taken(outbox, 0), []);
	// What was not asked tells nothing.
	for (const token of ["t0", "t2", ""]) outbox.ponged(token);
	assert.deepEqual(taken(outbox, 0), []);
	outbox.ponged("t1");
	assert.equal(taken(outbox, 0).length, ping + 1);
	outbox.ponged("t1");
	assert.deepEqual(taken(outbox, 0), []);
});
