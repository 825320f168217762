import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { CLOCK_TOLERANCE_MS, TIMER_CHECK_MS } from "../src/limits.ts";
import { createClock, monotonicClock, type TimeSources } from "../src/monotonic-clock.ts";

/** A device whose clocks a test moves. */
class Device implements TimeSources {
	uptime = 1_000;
	date = 1_700_000_000_000;
	readonly timers: { at: number; run: () => void; wanted: boolean }[] = [];

	monotonic(): number {
		return this.uptime;
	}

	wall(): number {
		return this.date;
	}

	after(ms: number, run: () => void): () => void {
		const timer = { at: this.uptime + ms, run, wanted: true };
		this.timers.push(timer);
		return () => {
			timer.wanted = false;
		};
	}

	/** Awake for so long: both clocks go, and timers run. */
	awake(ms: number): void {
		const end = this.uptime + ms;
		for (;;) {
			const due = this.timers.filter((timer) => timer.wanted && timer.at <= end).sort((a, b) => a.at - b.at)[0];
			this.#pass((due === undefined ? end : Math.max(due.at, this.uptime)) - this.uptime);
			if (due === undefined) return;
			due.wanted = false;
			due.run();
		}
	}

	#pass(ms: number): void {
		this.uptime += ms;
		this.date += ms;
	}

	asleep(ms: number): void {
		this.date += ms;
	}
}

test("what the monotonic clock slept through counts; a wall clock set back makes nothing younger", () => {
	const device = new Device();
	const clock = createClock(device);
	const start = clock.now();
	const age = (): number => clock.now() - start;
	device.awake(1_000);
	assert.equal(age(), 1_000);
	device.asleep(3_600_000);
	assert.equal(age(), 3_601_000);
	device.date -= 7_200_000;
	assert.equal(age(), 3_601_000);
	device.awake(500);
	assert.equal(age(), 3_601_500);
	device.asleep(60_000);
	assert.equal(age(), 3_661_500);
	assert.equal(clock.wall(), device.date);
});

test("time never goes back, and is never behind either clock by more than the tolerance", () => {
	const step = fc.record({ awake: fc.nat(10_000), asleep: fc.nat(10_000), set: fc.integer({ min: -20_000, max: 0 }) });
	fc.assert(
		fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
			const device = new Device();
			const clock = createClock(device);
			let before = clock.now();
			for (const { awake, asleep, set } of steps) {
				device.awake(awake);
				device.asleep(asleep);
				const advance = clock.now() - before;
				assert.ok(advance >= awake && advance >= awake + asleep - CLOCK_TOLERANCE_MS);
				device.date += set;
				assert.ok(clock.now() >= before + advance);
				before = clock.now();
			}
		}),
		{ seed: 3 },
	);
});

test("inaccuracy of the clocks adds nothing up", () => {
	const device = new Device();
	const clock = createClock(device);
	const start = clock.now();
	for (let n = 0; n < 1_000; n++) {
		device.uptime += 10;
		device.date += n % 2 === 0 ? 20 : 0;
		clock.now();
	}
	assert.equal(clock.now() - start, 10_000);
});

test("a timer that sleep made late runs soon after waking", () => {
	const device = new Device();
	const clock = createClock(device);
	let ran = 0;
	clock.setTimer(clock.now() + 60_000, () => {
		ran += 1;
	});
	const cancel = clock.setTimer(clock.now() + 60_000, () => assert.fail("taken back"));
	device.awake(TIMER_CHECK_MS + 1);
	cancel();
	device.asleep(120_000);
	assert.equal(ran, 0);
	device.awake(TIMER_CHECK_MS);
	assert.equal(ran, 1);
	device.awake(120_000);
	assert.equal(ran, 1);
});

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
