import type { OtrVersion } from "../profile/versions.ts";

/** What a user wants of one correspondent ("Protocol Events", the OTRv3-compatible mode). */
export interface Policy {
	/** Version 3 is answered by another library: its queries and messages come out as events. */
	readonly versions: readonly OtrVersion[];
	/** Plaintext is never sent, and what comes is told of with a warning. In the other modes it is always so. */
	readonly requireEncryption: boolean;
	/** Offers OTR in the plaintexts that are sent, until a plaintext without OTR comes back. */
	readonly sendWhitespaceTag: boolean;
	/** Starts a DAKE when a plaintext comes with such an offer. */
	readonly whitespaceStartsDake: boolean;
	/** Starts a DAKE when the peer says that it could not read a message (`ERROR_START_AKE`). */
	readonly errorStartsDake: boolean;
}

export const DEFAULT_POLICY: Policy = {
	versions: [4],
	requireEncryption: true,
	sendWhitespaceTag: false,
	whitespaceStartsDake: true,
	errorStartsDake: false,
};

/** When things are done by themselves. All in milliseconds. */
export interface Timing {
	/** A session in which no new ECDH key of ours was made for so long ends ("Session Expiration"). */
	readonly sessionExpirationMs: number;
	/** After so long without a message of ours, one that came is answered by an empty one. */
	readonly heartbeatMs: number;
	/** How long an unanswered DAKE message of ours is worth anything. */
	readonly dakeTimeoutMs: number;
	/** How long data messages that came before the end of their DAKE wait for it: "10-60 minutes is recommended". */
	readonly earlyMessagesMs: number;
	/** How long the keys of messages that never came are kept. */
	readonly skippedKeysMs: number;
}

const MINUTE = 60_000;

export const DEFAULT_TIMING: Timing = {
	sessionExpirationMs: 120 * MINUTE,
	heartbeatMs: MINUTE,
	dakeTimeoutMs: 2 * MINUTE,
	earlyMessagesMs: 10 * MINUTE,
	skippedKeysMs: 24 * 60 * MINUTE,
};

/** Texts are padded to a multiple of this, unless the caller says otherwise. */
export const PADDING_BYTES = 256;
