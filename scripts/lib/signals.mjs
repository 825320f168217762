// Stops on Ctrl-C: cleanly at the first, at once at the second.

import { performance } from "node:perf_hooks";

// npm hands a signal on to a program that the terminal has already sent it to: two at nearly the same time are one.
const SAME_SIGNAL_MS = 300;
const STOP_MS_MAX = 3_000;

export const EXIT_INTERRUPTED = 130;

/**
 * Resolves with an exit code once a signal came and `stop` has ended, a second signal came, or stopping took too long.
 *
 * @param {() => Promise<void>} stop
 * @param {{ source?: import("node:events").EventEmitter, now?: () => number, stopMs?: number }} [options] for the tests
 * @returns {Promise<number>}
 */
export function untilStopped(stop, { source = process, now = () => performance.now(), stopMs = STOP_MS_MAX } = {}) {
	return new Promise((resolve, reject) => {
		/** @type {number | undefined} */
		let first;
		/** @type {ReturnType<typeof setTimeout> | undefined} */
		let deadline;
		/** @param {number} code */
		const end = (code) => {
			clearTimeout(deadline);
			source.off("SIGINT", onSignal).off("SIGTERM", onSignal);
			resolve(code);
		};
		const onSignal = () => {
			if (first === undefined) {
				first = now();
				deadline = setTimeout(() => end(EXIT_INTERRUPTED), stopMs);
				stop().then(() => end(0), reject);
			} else if (now() - first > SAME_SIGNAL_MS) {
				end(EXIT_INTERRUPTED);
			}
		};
		source.on("SIGINT", onSignal).on("SIGTERM", onSignal);
	});
}
