/** One text that the server takes, in UTF-8 bytes; longer ones go in fragments. */
export const TEXT_MAX_BYTES: number = 16 * 1024;
/** One text that comes, in UTF-8 bytes: an occupant over XMPP may send longer ones than we. */
export const TEXT_IN_MAX_BYTES: number = 256 * 1024;
/** Texts that go in one request, as JSON, in bytes; one always goes. On a slow line it has to be through in 10 s. */
export const BATCH_MAX_BYTES: number = 20 * 1024;
/** Texts of one request. */
export const BATCH_MAX_COUNT = 64;
/** Handed over and not come back, in UTF-8 bytes. */
export const OUTBOX_MAX_BYTES: number = 4 * 1024 * 1024;
/** An answer that is no stream, in bytes. */
export const ANSWER_MAX_BYTES: number = 1024 * 1024;
/** One event of a stream, in UTF-16 units. */
export const EVENT_MAX_UNITS: number = 1024 * 1024;
/** Occupants of a room. */
export const OCCUPANTS_MAX_COUNT = 4096;
/** A handle, in UTF-16 units: foreign clients choose their own. */
export const HANDLE_MAX_UNITS = 1024;
/** A word of the server's for why it refuses, in UTF-16 units. */
export const CONDITION_MAX_UNITS = 64;

/** Durations, in milliseconds. */
export interface HttpTiming {
	/** From a request to its whole answer. */
	readonly requestMs: number;
	/** From asking for events to the first bytes. Beyond it, something on the way is taken to hold answers back. */
	readonly firstBytesMs: number;
	/** Silence on a stream after which it counts as lost; the server says something every 12 s. */
	readonly silenceMs: number;
	/** From asking for a short answer to its end; the server answers within 20 s. */
	readonly pollMs: number;
	/** A stream that lasted shorter and brought nothing is followed by the next only after a wait. */
	readonly quickMs: number;
	/** The wait before the first try to connect again; doubles, with jitter. */
	readonly reconnectLeastMs: number;
	readonly reconnectMostMs: number;
	/** Tries to connect again, after which the place is closed. */
	readonly reconnectTries: number;
	/** For the goodbye. */
	readonly leaveMs: number;
}

export const TIMING: HttpTiming = {
	requestMs: 20_000,
	firstBytesMs: 8_000,
	silenceMs: 30_000,
	pollMs: 30_000,
	quickMs: 1_000,
	reconnectLeastMs: 500,
	reconnectMostMs: 30_000,
	reconnectTries: 12,
	leaveMs: 3_000,
};
