import type { Millis } from "@clowder/mpotr";
import type { Cancel, Clock } from "./clock.ts";
import { CLOCK_TOLERANCE_MS, TIMER_CHECK_MS } from "./limits.ts";

/** What a device tells of time. */
export interface TimeSources {
	/** Never goes back, nobody sets it; may stand still while the device sleeps. */
	monotonic(): Millis;
	/** Milliseconds since 1970; goes on in sleep, and may be set forward and back. */
	wall(): number;
	/** Calls `run` once, after about so long by the monotonic clock; gives the way to take it back. */
	after(ms: Millis, run: () => void): Cancel;
}

/**
 * Time that advances by the larger of what the two clocks say, and never goes back: a session that was asleep for an hour
 * is an hour older, and a wall clock that is set back makes nothing younger. One set forward may freeze a session, which
 * costs new keys and nothing else.
 */
export function createClock(sources: TimeSources): Clock {
	/** How far the wall clock was ahead of the monotonic one when we last took notice of it. */
	let ahead = sources.wall() - sources.monotonic();
	/** What the monotonic clock slept through. */
	let slept = 0;
	const now = (): Millis => {
		const monotonic = sources.monotonic();
		const drift = sources.wall() - monotonic - ahead;
		if (Math.abs(drift) > CLOCK_TOLERANCE_MS) {
			ahead += drift;
			slept += Math.max(drift, 0);
		}
		return monotonic + slept;
	};
	return {
		now,
		wall: () => sources.wall(),
		setTimer(at, run): Cancel {
			let cancel: Cancel;
			const arm = (): void => {
				// A timer may fire a fraction early or, after sleep, long after its time: the clock is asked again.
				const left = Math.ceil(at - now());
				cancel = sources.after(Math.min(Math.max(left, 0), TIMER_CHECK_MS), fire);
			};
			const fire = (): void => {
				if (now() < at) arm();
				else run();
			};
			arm();
			return () => cancel();
		},
		breathe(): Promise<void> {
			// Not a timer: browsers stretch nested timers to 4 ms and those of hidden pages to a second.
			return new Promise((resolve) => {
				const { port1, port2 } = new MessageChannel();
				port1.addEventListener("message", () => {
					port1.close();
					resolve();
				});
				port1.start();
				port2.postMessage(undefined);
			});
		},
	};
}

/** The real clock. */
export const monotonicClock: Clock = createClock({
	monotonic: () => performance.now(),
	wall: () => Date.now(),
	after(ms, run): Cancel {
		const timer = setTimeout(run, ms);
		return () => clearTimeout(timer);
	},
});
