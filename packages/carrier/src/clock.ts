/** All that a carrier knows of time. */
export interface Clock {
	/** Milliseconds that never go back; their zero means nothing. */
	now(): number;
	/** Calls `run` once, when `now()` is at least `atMs`; never from inside this call. What it returns takes that back. */
	setTimer(atMs: number, run: () => void): () => void;
}
