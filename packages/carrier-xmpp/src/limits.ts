/** What one groupchat body may weigh as XML, so that the stanza stays below 8 KiB: shapers then let others through. */
export const BODY_MAX_BYTES: number = 7 * 1024;
/** What a stanza adds to its body: addresses, id, hints. */
export const STANZA_OVERHEAD_BYTES = 640;
/** Sent and not come back yet. At 3,000 bytes a second, the slowest stock shaper, this is eight seconds. */
export const IN_FLIGHT_MAX_BYTES: number = 24 * 1024;
/** Handed over and not sent yet. */
export const OUTBOX_MAX_BYTES: number = 4 * 1024 * 1024;
/** A stanza from the server; larger ones end the connection. */
export const STANZA_IN_MAX_BYTES: number = 1024 * 1024;
/** What the parser gets at once, in UTF-16 units: bounds the square in its running time. */
export const PARSED_AT_ONCE_UNITS = 2048;
/** Occupants of a room. */
export const OCCUPANTS_MAX_COUNT = 4096;
/** Services of a server asked whether they have rooms. */
export const DISCO_ITEMS_MAX_COUNT = 32;
/** Iterations of PBKDF2 a server may ask for: more would be an attack on the client's time. */
export const SCRAM_ITERATIONS_MAX_COUNT = 200_000;
/** Tries at entering a room: another nick each, or again while its maker unlocks it. */
export const ENTRANCE_TRIES_MAX_COUNT = 12;

/** 128 bits: nobody has it by chance, nobody guesses it. */
export const RANDOM_ID_BYTES = 16;
/** 192 bits. */
export const PASSWORD_BYTES = 24;
export const SCRAM_NONCE_BYTES = 24;

/** Durations, in milliseconds but for the one that goes on the wire. */
export interface XmppTiming {
	/** From opening a connection to being logged in. */
	readonly connectMs: number;
	/** For the answer to one request. */
	readonly requestMs: number;
	/** From asking to enter the room to being in it. */
	readonly enterMs: number;
	/** Before asking again to enter a room that its maker has not unlocked yet; grows with each try. */
	readonly lockedRoomMs: number;
	/** Silence after which the line is probed (XEP-0410). */
	readonly pingEveryMs: number;
	/** How long a probe may take. Longer than what is in flight takes through the slowest shaper. */
	readonly pingTimeoutMs: number;
	/** The delay before the first try to connect again; doubles, with jitter. */
	readonly reconnectLeastMs: number;
	readonly reconnectMostMs: number;
	/** Tries to connect again, after which the place is closed. */
	readonly reconnectTries: number;
	/** For the goodbye. */
	readonly leaveMs: number;
	/** How long the server is asked to keep a lost connection resumable (XEP-0198): others see nothing meanwhile. */
	readonly resumableSeconds: number;
}

export const TIMING: XmppTiming = {
	connectMs: 20_000,
	requestMs: 15_000,
	enterMs: 20_000,
	lockedRoomMs: 200,
	pingEveryMs: 30_000,
	pingTimeoutMs: 20_000,
	reconnectLeastMs: 500,
	reconnectMostMs: 30_000,
	reconnectTries: 12,
	leaveMs: 3_000,
	resumableSeconds: 60,
};
