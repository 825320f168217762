import assert from "node:assert/strict";
import { test } from "node:test";
import { Duties, type Duty } from "../src/participant/duties.ts";

test("RESEND-1: the time of a duty runs while it is paused, and it is done when it is not any more", () => {
	const duties = new Duties();
	const done: number[] = [];
	const duty: Duty = { key: "step in", delayMs: () => 100, run: (at) => void done.push(at) };
	const paused: Duty = { ...duty, paused: true };
	assert.equal(
		duties.settle(() => [duty], 0),
		100,
	);
	// Again and again something comes between; nothing of ours is due as long as it does.
	for (const at of [50, 90, 150]) {
		assert.equal(
			duties.settle(() => [paused], at),
			undefined,
		);
	}
	assert.deepEqual(done, []);
	duties.settle(() => [duty], 160);
	assert.deepEqual(done, [160]);
});

test("a duty that is not wanted for a moment begins anew", () => {
	const duties = new Duties();
	const done: number[] = [];
	const duty: Duty = { key: "step in", delayMs: () => 100, run: (at) => void done.push(at) };
	duties.settle(() => [duty], 0);
	duties.settle(() => [], 50);
	assert.equal(
		duties.settle(() => [duty], 60),
		160,
	);
	assert.deepEqual(done, []);
});
