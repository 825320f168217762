import type { Millis } from "@clowder/mpotr";

/** Takes a timer back. Harmless when it has run. */
export type Cancel = () => void;

/** All that the application knows of time; the real one is `monotonicClock`, tests bring their own. */
export interface Clock {
	/** Milliseconds that never go back; their zero means nothing. */
	now(): Millis;
	/** Milliseconds since 1970, for showing a time to people; may jump. */
	wall(): number;
	/** Calls `run` once, when `now()` is at least `at`; never from inside this call. */
	setTimer(at: Millis, run: () => void): Cancel;
	/** Resolves after the event loop had its turn, so that typing and drawing go first. */
	breathe(): Promise<void>;
}
