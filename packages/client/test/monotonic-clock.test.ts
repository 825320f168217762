import assert from "node:assert/strict";
import { test } from "node:test";
import { monotonicClock } from "../src/monotonic-clock.ts";

test("a timer runs once its time has come, never from inside the call", async () => {
	const at = monotonicClock.now() + 5;
	let inside = true;
	const fired = new Promise<number>((resolve) => {
		monotonicClock.setTimer(at, () => {
			assert.equal(inside, false);
			resolve(monotonicClock.now());
		});
		inside = false;
	});
	assert.ok((await fired) >= at);
});

test("a timer that is due already, runs; one taken back does not", async () => {
	const order: string[] = [];
	const cancel = monotonicClock.setTimer(0, () => order.push("taken back"));
	const done = new Promise<void>((resolve) => {
		monotonicClock.setTimer(monotonicClock.now() - 100, () => {
			order.push("due");
			resolve();
		});
	});
	cancel();
	await done;
	assert.deepEqual(order, ["due"]);
});

test("breathing lets what waits in the event loop go first", async () => {
	const waiting = new Set(["a turn of the event loop"]);
	setImmediate(() => waiting.clear());
	for (let turns = 0; turns < 100 && waiting.size > 0; turns++) await monotonicClock.breathe();
	assert.equal(waiting.size, 0);
});
