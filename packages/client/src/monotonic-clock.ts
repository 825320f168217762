import type { Cancel, Clock } from "./clock.ts";

/** The longest delay that timers of Node and of browsers take; longer ones are set again. */
const TIMER_MAX_MS = 2 ** 31 - 1;

/** The real clock: `performance.now()` does not go back when someone sets the computer's time. */
export const monotonicClock: Clock = {
	now: () => performance.now(),
	wall: () => Date.now(),
	setTimer(at, run): Cancel {
		let timer: ReturnType<typeof setTimeout>;
		const arm = (): void => {
			// A timer may fire a fraction early, so that `now()` is asked again.
			const left = Math.ceil(at - performance.now());
			timer = setTimeout(left > TIMER_MAX_MS ? arm : fire, Math.min(Math.max(left, 0), TIMER_MAX_MS));
		};
		const fire = (): void => {
			if (performance.now() < at) arm();
			else run();
		};
		arm();
		return () => clearTimeout(timer);
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
