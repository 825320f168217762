/** A line with its CR LF, as RFC 1459 section 2.3 has it; the server puts our address in front, which counts. */
export const LINE_MAX_BYTES = 512;
/** A line from the server: tags of IRCv3, and a line. A longer one ends the connection. */
export const LINE_IN_MAX_BYTES: number = 8191 + LINE_MAX_BYTES;
/** Parameters of a line (RFC 2812 section 2.3). */
export const LINE_PARAMS_MAX_COUNT = 15;
/** Lengths of nicks to try, as servers allow only so much: 102, 77 and 46 bits. */
export const NICK_LENGTHS: readonly number[] = [20, 15, 9];
/** The longest nick of anyone that is taken for one. */
export const NICK_MAX_BYTES = 64;
/** Nicks tried that others had. */
export const NICK_TRIES_MAX_COUNT = 8;
/** What may stand as one's user name and host in the address that others see. */
export const USER_MAX_BYTES = 10;
export const HOST_MAX_BYTES = 64;
/** `nick!user@host`. */
export const ADDRESS_MAX_BYTES: number = 20 + 1 + USER_MAX_BYTES + 1 + HOST_MAX_BYTES;
/** Of the room's hash that names the channel. Servers take names of 50 characters. */
export const CHANNEL_HASH_BYTES = 16;
export const CHANNEL_BYTES: number = 1 + 2 * CHANNEL_HASH_BYTES;
/** A text in one line: what is left by `:address PRIVMSG #channel :`, CR LF, and escapes of spaces at both ends. */
export const TEXT_IN_LINE_MAX_BYTES: number =
	LINE_MAX_BYTES - ":  :\r\n".length - ADDRESS_MAX_BYTES - "PRIVMSG ".length - CHANNEL_BYTES - 2;
/** A text in several lines, below the sequence: small, since at the pace of a stock server it takes ten seconds. */
export const TEXT_IN_LINES_MAX_BYTES = 2048;
/** Sent and not known to have reached the server. Stock servers buffer 2 KiB to 8 KiB of a client's lines. */
export const IN_FLIGHT_MAX_BYTES = 4096;
/** Handed over and not sent yet. */
export const OUTBOX_MAX_BYTES: number = 4 * 1024 * 1024;
/** Written to a connection that the server does not take; more ends it. */
export const UNTAKEN_MAX_BYTES: number = 256 * 1024;
/** People in a channel. */
export const OCCUPANTS_MAX_COUNT = 4096;

/** How fast lines may be sent, by a bucket of tokens. */
export interface IrcPace {
	/** Lines at once, after a silence. */
	readonly burstLines: number;
	/** Milliseconds for each further one. */
	readonly lineMs: number;
}

/** RFC 1459 section 8.10: two seconds for each line, ten seconds ahead at most. */
export const PACE: IrcPace = { burstLines: 5, lineMs: 2000 };

/** Durations, in milliseconds. */
export interface IrcTiming {
	/** From opening a connection to being in the channel. */
	readonly enterMs: number;
	/** Silence after which the line is probed. */
	readonly pingEveryMs: number;
	/** How long a probe may take. */
	readonly pingTimeoutMs: number;
	/** The delay before the first try to connect again; doubles, with jitter. */
	readonly reconnectLeastMs: number;
	readonly reconnectMostMs: number;
	/** Tries to connect again, after which the place is closed. */
	readonly reconnectTries: number;
	/** For the goodbye. */
	readonly leaveMs: number;
}

export const TIMING: IrcTiming = {
	enterMs: 45_000,
	pingEveryMs: 60_000,
	pingTimeoutMs: 30_000,
	reconnectLeastMs: 2000,
	reconnectMostMs: 60_000,
	reconnectTries: 12,
	leaveMs: 3000,
};
