/**
 * Every limit of a conversation in one place; those of the prekey protocol and of the worker are beside them. Whatever comes from elsewhere is measured against one of these before work
 * is done on it. "otrv4.md" names none of them unless it is said; each is far above what an honest peer needs.
 */

/** `MPI` of a Diffie-Hellman key: 3072 bits. */
export const DH_KEY_MAX_BYTES = 384;

/** An encoded message, before base64. Holds the largest data message, and a publication of 255 prekey messages. */
export const MESSAGE_MAX_BYTES: number = 256 * 1024;

/** The base64 of `MESSAGE_MAX_BYTES`, with "?OTR:" before and "." after it. */
export const ENCODED_TEXT_MAX_CHARS: number = "?OTR:".length + 4 * Math.ceil(MESSAGE_MAX_BYTES / 3) + 1;

/** Any text that comes from the carrier. Above the largest encoded message, so that that one has its own refusal. */
export const INCOMING_TEXT_MAX_CHARS: number = 512 * 1024;

/** The ciphertext of a data message, thus its text, its TLVs (65,539 bytes the largest) and its padding together. */
export const ENCRYPTED_MESSAGE_MAX_BYTES: number = 128 * 1024;

/** Revealed MAC keys in one data message: as many as fit into `MESSAGE_MAX_BYTES` beside the largest ciphertext. */
export const REVEALED_MAC_KEYS_MAX = 2000;

/** TLV records in one data message, padding included. The specification needs one or two. */
export const TLVS_MAX = 64;

/** A plaintext is padded to a multiple of at most this: one padding record can reach it from anywhere. */
export const PADDING_GRANULARITY_MAX_BYTES = 65_535;

/** The number of fragments that "Transmitting Fragments" gives: an unsigned short. */
export const FRAGMENTS_MAX = 65_535;

/** Messages whose fragments are waited for at once; the oldest goes for a new one. */
export const FRAGMENT_BUFFERS_MAX = 32;

/** What a stored piece costs beside its characters, so that many tiny ones are no way around the limit. */
export const FRAGMENT_OVERHEAD_CHARS = 64;

/** What all buffers of one correspondent hold together: as much as the largest message in the most fragments. */
export const FRAGMENT_TOTAL_MAX_CHARS: number = ENCODED_TEXT_MAX_CHARS + FRAGMENTS_MAX * FRAGMENT_OVERHEAD_CHARS;

/** How long the missing fragments of a message are waited for, from the first that came. */
export const FRAGMENT_LIFETIME_MS: number = 5 * 60 * 1000;

/** A `Versions` field: one byte for each version. */
export const VERSIONS_MAX_BYTES = 32;

/** Version identifiers in a query message or a whitespace tag; more are no query. */
export const QUERY_VERSIONS_MAX = 32;

/** Fields of a client profile: there are seven types, none twice. */
export const CLIENT_PROFILE_FIELDS_MAX = 7;

/** `p`, `g` and `y` of an OTRv3 key: 3072 bits. OTRv3 itself has 1024. */
export const DSA_NUMBER_MAX_BYTES = 384;

/** `q` of an OTRv3 key: 256 bits. OTRv3 itself has 160. */
export const DSA_ORDER_MAX_BYTES = 32;

/** A client profile with every field at its largest: the sum of the data types' own lengths. */
export const CLIENT_PROFILE_MAX_BYTES: number =
	4 +
	(2 + 4) +
	2 * (2 + 2 + 57) +
	(2 + 4 + VERSIONS_MAX_BYTES) +
	(2 + 8) +
	(2 + 2 + 3 * (4 + DSA_NUMBER_MAX_BYTES) + 4 + DSA_ORDER_MAX_BYTES) +
	(2 + 2 * DSA_ORDER_MAX_BYTES) +
	114;

/** Random byte strings tried for a forging key without a secret; each is a point with a probability of about a half. */
export const FORGING_KEY_ATTEMPTS_MAX = 256;

/** The recommended life of a profile, "Client Profile Expiration and Renewal": a week. */
export const PROFILE_LIFETIME_SECONDS: number = 7 * 24 * 60 * 60;

/** The recommended extra time in which an expired profile of ours is still good locally, "Client Profile": a day. */
export const PROFILE_GRACE_SECONDS: number = 24 * 60 * 60;

/** How long before its end a profile is made anew: a day, of the week that it lives. */
export const PROFILE_RENEWAL_SECONDS: number = 24 * 60 * 60;

/** How many prekey messages are kept whose use is still awaited; more than this are not made. Some 140 bytes each. */
export const PREKEY_MESSAGES_MAX = 1000;

/** How many profiles of ours are kept: the newest, and those that others may still write to us by. */
export const PROFILES_KEPT_MAX = 3;

/** How many message keys may be skipped in one ratchet (`max_skip`): so many may be lost or late before one arrives. */
export const MAX_SKIP = 1000;

/** How many skipped message keys are kept in a conversation; the oldest go first. Some 200 bytes each. */
export const SKIPPED_KEYS_MAX = 1000;

/** How many extra symmetric keys may be derived from one message ("only 10 extra symmetric keys can be derived"). */
export const EXTRA_SYMMETRIC_KEYS_MAX = 10;

/**
 * How many keys of the sending chain a restored session does not use, as they may have been used after it was stored; who
 * stores after each message needs none of them. A fortieth of `MAX_SKIP`: so often can a session be restored, with no answer
 * of the peer's in between, before the peer does not follow any more.
 */
export const RESERVED_MESSAGES = 25;

/** How many devices of a correspondent a conversation is held with at once. */
export const INSTANCES_MAX = 8;

/** How many texts wait for a conversation to be established. */
export const QUEUE_MAX = 100;

/** How many data messages of one device wait for the end of its DAKE. */
export const EARLY_MESSAGES_MAX = 20;

/** What these hold together, for one device: the largest message there is, or many small ones. */
export const EARLY_BYTES_MAX: number = MESSAGE_MAX_BYTES;

/** Bytes of a question in UTF-8. The specification names no limit; people are to read it in one sight. */
export const SMP_QUESTION_BYTES_MAX = 4096;

/** Bytes of what a user types as the secret, in UTF-8. */
export const SMP_SECRET_BYTES_MAX = 4096;
