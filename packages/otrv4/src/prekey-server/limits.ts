/** Most Prekey Messages of one Publication: their number is one byte. */
export const PREKEY_MESSAGES_PER_PUBLICATION_MAX = 255;
/** A bare JID is at most 1023 bytes, "@", and 1023 bytes (RFC 7622 section 3.1); other networks have shorter names. */
export const IDENTITY_MAX_BYTES = 2047;
/** One digit for each version of OTR; there are four. */
export const VERSIONS_ASKED_MAX_BYTES = 16;
/** 255 Prekey Messages of 456 bytes, both profiles and three proofs fit in it with room to spare. */
export const ATTACHED_MESSAGE_MAX_BYTES: number = 128 * 1024;
/** Prekey Ensembles of one answer: one for each device. */
export const ENSEMBLES_MAX = 64;
/** Bytes of the "human-readable details" of a No Prekey Ensembles message, which anything may stand in. */
export const NO_PREKEY_NOTE_MAX_BYTES = 1024;

/** How long a client waits for the whole of an answer to each of its messages, unless it is told otherwise. */
export const ANSWER_TIMEOUT_MS = 60_000;

/** What a server bears. An operator may set each otherwise. */
export interface PrekeyServerLimits {
	/** How long a DAKE, or a message in fragments, may be unfinished: a large publication takes time on a slow network. */
	readonly dakeTimeoutMs: number;
	/** DAKEs in flight of one identity; one more makes its oldest give way. */
	readonly dakesInFlightPerIdentityMax: number;
	/** DAKEs in flight of everybody together; one more is refused. */
	readonly dakesInFlightMax: number;
	/** Prekey Messages in one publication, 255 at most. Each takes about 4 ms of work to check. */
	readonly prekeyMessagesPerPublicationMax: number;
	/** The time in which the next three numbers are counted. */
	readonly windowMs: number;
	/** DAKEs begun by one identity. Each costs the server a ring signature and the check of another. */
	readonly dakesPerWindowMax: number;
	/** Retrievals by one identity, of whomever. */
	readonly retrievalsPerWindowMax: number;
	/** Retrievals by one identity from the same other one: how fast it can drain that one's Prekey Messages. */
	readonly retrievalsOfOneOwnerPerWindowMax: number;
	/** Identities, and pairs of them, whose requests are counted; the one that was counted first gives way. */
	readonly countedMax: number;
	/** Peers with unfinished fragments; the one that was heard of least recently gives way. */
	readonly fragmentingPeersMax: number;
}

export const DEFAULT_SERVER_LIMITS: PrekeyServerLimits = {
	dakeTimeoutMs: 300_000,
	dakesInFlightPerIdentityMax: 8,
	dakesInFlightMax: 4096,
	prekeyMessagesPerPublicationMax: PREKEY_MESSAGES_PER_PUBLICATION_MAX,
	windowMs: 3_600_000,
	dakesPerWindowMax: 60,
	retrievalsPerWindowMax: 120,
	retrievalsOfOneOwnerPerWindowMax: 12,
	countedMax: 16_384,
	fragmentingPeersMax: 64,
};

/** What a storage holds at most. */
export interface PrekeyStorageLimits {
	readonly identitiesMax: number;
	readonly devicesPerIdentityMax: number;
	readonly prekeyMessagesPerDeviceMax: number;
	/** Identifiers of Prekey Messages that were handed out and are remembered for each device, so that none comes back. */
	readonly spentIdentifiersPerDeviceMax: number;
}

export const DEFAULT_STORAGE_LIMITS: PrekeyStorageLimits = {
	identitiesMax: 100_000,
	devicesPerIdentityMax: 16,
	prekeyMessagesPerDeviceMax: 510,
	spentIdentifiersPerDeviceMax: 1020,
};
