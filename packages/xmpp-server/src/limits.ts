import { DEFAULT_PUBSUB_LIMITS, type PubsubLimits } from "./pubsub/limits.ts";
import { DEFAULT_UPLOAD_LIMITS, type UploadLimits } from "./upload/limits.ts";

/**
 * Every bound of the server. A limit is never a crash: each one ends in a stanza error, a stream error, a pause of
 * reading, or the end of one connection.
 */
export interface ServerLimits extends PubsubLimits, UploadLimits {
	/** The largest stanza or frame, in UTF-8 bytes. Above it: stream error `policy-violation`. */
	readonly stanzaBytes: number;
	/** Elements inside each other in one stanza, the stanza itself being 1. */
	readonly stanzaDepth: number;
	/** Attributes and namespace declarations of one element. */
	readonly attributesPerElement: number;

	readonly connections: number;
	readonly connectionsPerAddress: number;
	readonly connectionsPerAddressPerMinute: number;
	readonly registrationsPerAddressPerMinute: number;
	readonly authFailuresPerAddressPerMinute: number;
	readonly authFailuresPerStream: number;
	/** From the connection to a bound resource. */
	readonly unauthenticatedMs: number;

	readonly accounts: number;
	/**
	 * The account of a key for which nothing is kept goes after so long without use. When the accounts are full, any for
	 * which nothing is kept, and that has been unused for so long, gives way to a new one.
	 */
	readonly accountIdleMs: number;
	/** Any account goes after so long without use, with all that is kept for it. */
	readonly keptAccountIdleMs: number;
	readonly sessionsPerAccount: number;
	/** Items of one roster. */
	readonly rosterContacts: number;
	/** Requests to subscribe to one account that wait for its answer; more are not told of. */
	readonly rosterRequests: number;
	/** Addresses that one account blocks. */
	readonly blockedAddresses: number;
	/** Messages kept for one account that is not there, and their bytes as XML. */
	readonly offlineMessages: number;
	readonly offlineBytes: number;
	readonly passwordBytes: number;

	/** What a connection may send on average, and how much at once before reading is paused. */
	readonly bytesPerSecond: number;
	readonly burstBytes: number;
	readonly stanzasPerSecond: number;
	readonly burstStanzas: number;
	/** A debt towards these rates that would take longer than this to work off ends the connection. */
	readonly abuseDebtMs: number;
	/** Bytes waiting for a reader that does not read; above it the connection is dropped. */
	readonly sendQueueBytes: number;

	/** Silence after which the server asks whether the peer is alive. */
	readonly pingAfterMs: number;
	/** Silence after that question which counts as death. */
	readonly pingTimeoutMs: number;
	/** How long a closed stream may take to send out what is queued. */
	readonly closeTimeoutMs: number;

	/** How long a session without a stream waits to be resumed (XEP-0198); below a second none can be. */
	readonly resumeMs: number;
	/** Stanzas sent to one session and not acknowledged; beyond it the session ends. */
	readonly unackedStanzas: number;
	readonly unackedBytes: number;
	/** The same of all sessions together; beyond it the one with the most ends. */
	readonly unackedTotalBytes: number;
	/** Stanzas or bytes sent since the last request for an acknowledgement, after which comes the next. */
	readonly ackRequestStanzas: number;
	readonly ackRequestBytes: number;
	/** How long a stanza may go without such a request. */
	readonly ackRequestMs: number;

	/** Over HTTP: how long someone without a stream of events keeps their place. */
	readonly httpResumeMs: number;
	/** Over HTTP: how long one stream of events lasts before the reader has to ask for the next, a sign of life. */
	readonly httpStreamMs: number;
	/** Over HTTP: how often a stream without events says that it is there. */
	readonly httpKeepAliveMs: number;
	/** Over HTTP: how long a short answer waits for something to happen. */
	readonly httpPollMs: number;
	/** Over HTTP: events kept for one occupant until the reader has them; beyond that the reader is dropped. */
	readonly httpWindowEvents: number;
	readonly httpWindowBytes: number;
	/** Over HTTP: how long a request's body may take to arrive. */
	readonly httpBodyMs: number;

	readonly rooms: number;
	readonly roomsPerSession: number;
	readonly occupantsPerRoom: number;
	readonly roomNameBytes: number;
	readonly nickBytes: number;
	readonly subjectBytes: number;
	/** A presence is kept for those who come later, so it is smaller than a message. */
	readonly presenceBytes: number;
	/** Addresses a session has sent its presence to, which hear of its end. */
	readonly directedPresences: number;
}

export const DEFAULT_LIMITS: ServerLimits = {
	...DEFAULT_PUBSUB_LIMITS,
	...DEFAULT_UPLOAD_LIMITS,
	stanzaBytes: 64 * 1024,
	stanzaDepth: 32,
	attributesPerElement: 32,

	connections: 20_000,
	connectionsPerAddress: 500,
	connectionsPerAddressPerMinute: 600,
	registrationsPerAddressPerMinute: 120,
	authFailuresPerAddressPerMinute: 60,
	authFailuresPerStream: 3,
	unauthenticatedMs: 30_000,

	accounts: 20_000,
	accountIdleMs: 60 * 60_000,
	keptAccountIdleMs: 400 * 24 * 60 * 60_000,
	sessionsPerAccount: 10,
	rosterContacts: 500,
	rosterRequests: 100,
	blockedAddresses: 500,
	offlineMessages: 200,
	offlineBytes: 2 * 1024 * 1024,
	passwordBytes: 1023,

	bytesPerSecond: 128 * 1024,
	burstBytes: 1024 * 1024,
	stanzasPerSecond: 100,
	burstStanzas: 500,
	abuseDebtMs: 60_000,
	sendQueueBytes: 4 * 1024 * 1024,

	pingAfterMs: 30_000,
	pingTimeoutMs: 15_000,
	closeTimeoutMs: 2_000,

	// What carrier-xmpp asks for: by then it has tried to come back seven times.
	resumeMs: 60_000,
	unackedStanzas: 4_096,
	unackedBytes: 2 * 1024 * 1024,
	unackedTotalBytes: 256 * 1024 * 1024,
	ackRequestStanzas: 50,
	ackRequestBytes: 64 * 1024,
	ackRequestMs: 3_000,

	httpResumeMs: 30_000,
	httpStreamMs: 45_000,
	httpKeepAliveMs: 12_000,
	httpPollMs: 20_000,
	httpWindowEvents: 2_048,
	httpWindowBytes: 512 * 1024,
	httpBodyMs: 10_000,

	rooms: 5_000,
	roomsPerSession: 50,
	occupantsPerRoom: 500,
	roomNameBytes: 1023,
	nickBytes: 256,
	subjectBytes: 1024,
	presenceBytes: 4 * 1024,
	directedPresences: 64,
};

/** RFC 7622 section 3.1: the longest part of an address. */
export const JID_PART_BYTES = 1023;
/** Iterations of PBKDF2 for new accounts: the least RFC 7677 allows, since browsers count them one by one. */
export const SCRAM_ITERATIONS = 4096;
export const SCRAM_SALT_BYTES = 16;
export const SCRAM_NONCE_BYTES = 18;
/** The longest name or group in a roster, in UTF-8 bytes (RFC 6121 section 2.1.2.5 leaves it to the server). */
export const ROSTER_NAME_BYTES = 1023;
export const ROSTER_GROUPS_COUNT = 20;
/** Rosters, and lists of who is blocked, that are kept at hand beside the storage. */
export const LISTS_AT_HAND_COUNT = 1_000;
/** What a login by key takes for its ephemeral key. */
export const LOGIN_EPHEMERAL_SEED_BYTES = 32;
/** The longest SASL message read, in characters of base64. */
export const SASL_MESSAGE_CHARACTERS = 4096;
/** How long what was committed waits in the system's memory, which a power cut empties, before the disk is asked to take it. */
export const LOG_FLUSH_MS = 500;
/** 256 bits: the id by which a session is resumed, which nobody guesses. */
export const RESUME_ID_BYTES = 32;
/** Ended sessions of which it is remembered how many stanzas they had handled. */
export const EXPIRED_SESSIONS_COUNT = 10_000;
/** Refused requests to enable or to resume on one stream; the next ends it. */
export const MANAGEMENT_REFUSALS_COUNT = 3;
/** How often deadlines are looked at. */
export const TICK_MS = 250;
/** How often accounts are looked at that were not used for long. */
export const EXPIRE_ACCOUNTS_MS = 10_000;
/** Accounts looked at then; the others wait, so that nobody who is there has to. */
export const ACCOUNT_EXPIRIES_COUNT = 200;
/** How long the rates of an address that went away are remembered. */
export const RATE_WINDOW_MS = 60_000;
/** Addresses whose rates are remembered at once; past it the oldest is forgotten. */
export const RATE_ADDRESSES = 10_000;

/** Over HTTP: one text, in UTF-8 bytes. */
export const HTTP_TEXT_BYTES: number = 16 * 1024;
/** Over HTTP: the body of one request, in bytes. */
export const HTTP_BODY_BYTES: number = 64 * 1024;
/** Over HTTP: texts of one request. */
export const HTTP_TEXTS_COUNT = 64;
/** Over HTTP: requests of one occupant's to send texts that are not answered yet. */
export const HTTP_SENDING_COUNT = 4;
/** 256 bits: the token of an occupant over HTTP, which nobody guesses. */
export const HTTP_TOKEN_BYTES = 32;
/** 128 bits: the nick of an occupant over HTTP. */
export const HTTP_NICK_BYTES = 16;
