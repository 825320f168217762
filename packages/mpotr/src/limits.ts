/** Every bound of the protocol in one place; `spec/protocol.md` section 13. */

/** People in one session. */
export const MAX_PARTICIPANTS = 200;
/** Joins that may wait at a time, and knocks that may wait for an answer. */
export const MAX_PENDING = 200;
/** Attempts on one base; then the room has to be founded anew. */
export const MAX_ATTEMPTS = 65_535;
/** Keys whose numbers are remembered under one base, departed newcomers included. */
export const MAX_KNOWN_KEYS = 4096;
/** Dead attempts of one base that are remembered for late shares; STATE tells of them all. */
export const MAX_DEAD_ATTEMPTS = 8;
/** Sessions before the present one whose CLOSE and PUBLISH messages are still taken. */
export const MAX_PREVIOUS = 8;
/** Re-keys that one member may open in a row; anyone else's opening, and anyone's coming or going, starts anew. */
export const MAX_REKEYS_IN_A_ROW = 3;
/** Wrong passphrases that are counted; from here on sponsors wait longest between two tries. */
export const MAX_WRONG_PASSPHRASES = 1000;
/** Wrong passphrases that make nobody wait. */
export const FREE_WRONG_PASSPHRASES = 3;
/** After the next one a sponsor waits this long; twice as long after each further one, up to the second. */
export const PASSPHRASE_DELAY_MS = 1000;
export const MAX_PASSPHRASE_DELAY_MS = 60_000;
/** Own STATEs that a newcomer may name when it proves that it knows the passphrase. */
export const MAX_TOLD_STATES = 256;
/** How long an answer about someone holds whom a new session made come again. */
export const ANSWER_HOLDS_MS = 180_000;
/** A newcomer who was introduced asks for the room's state anew after so many knock timeouts, then ever more rarely. */
export const INTRODUCED_KNOCK_TIMEOUTS = 8;
export const MAX_INTRODUCED_WAIT_MS = 600_000;
/** Keep-lists that are voted on at a time; a further one takes the place of the oldest. */
export const MAX_VOTE_LISTS = 4;
/** UTF-8 bytes of one text message. */
export const MAX_TEXT_BYTES = 8192;
/** The least padded size of a message; larger ones are padded to the next power of two. */
export const MIN_PADDED_BYTES = 256;
/** Bytes of the padded content of the longest message: the power of two above `MAX_TEXT_BYTES` and its header. */
export const MAX_PADDED_BYTES = 16_384;
/** Bytes of one wire message before base64; a STATE for `MAX_PARTICIPANTS` fits. */
export const MAX_MESSAGE_BYTES = 262_144;
/** The greatest number of a message; STATE tells of it plus one, in 32 bits. */
export const MAX_MESSAGE_NUMBER = 4_294_967_294;
/** Bytes of a text that is sealed for the way in, padded to this one size (design section 9). */
export const RELAYED_BYTES = 2048;
/** Texts of one newcomer that its sponsor relays in one attempt. */
export const MAX_WHISPERS = 16;
/** Own texts that wait for the newcomers of an attempt to have its list. */
export const MAX_WAITING_COPIES = 16;
/** Newcomers of an attempt to whom texts are copied: a box for each is in every copy. In larger batches nobody gets any. */
export const MAX_COPY_BOXES = 32;
/** Messages in one REPLY; whoever misses more asks again. */
export const MAX_REPLY_MESSAGES = 256;
/** Of those, bytes. */
export const MAX_REPLY_BYTES = 245_760;
/** Places of a base, and bytes of their texts, that are kept to answer from and to go back in. */
export const MAX_LOG_MESSAGES = 2048;
export const MAX_LOG_BYTES = 4_194_304;
/** ASKs of ours for one gap. */
export const MAX_ASKS = 4;
/** Between two answers to one who asks. */
export const MIN_REPLY_INTERVAL_MS = 1000;
/** Gaps of one author that nobody could fill; more of them are passed over at once. */
export const MAX_BLANK_GAPS = 8;
/** ASKs of others that are remembered, to know what a REPLY answers. */
export const MAX_OPEN_ASKS = 512;
/** Texts of one person, and people, that are remembered so that a text sent twice is placed once. */
export const MAX_REMEMBERED_TEXTS = 512;
/** Bytes of the id that a client gives a text. */
export const TEXT_ID_BYTES = 8;
/** UTF-8 bytes of a carrier's handle; texts from longer ones are refused. */
export const MAX_HANDLE_BYTES = 256;
/** UTF-8 bytes of a carrier binding. */
export const MAX_BINDING_BYTES = 1024;
/** Texts a newcomer keeps until a STATE tells where to start reading, and their bytes. */
export const MAX_BUFFERED_TEXTS = 2048;
export const MAX_BUFFERED_BYTES = 8_388_608;
/** Between two STATEs of ours. */
export const MIN_STATE_INTERVAL_MS = 1000;
/** Places that can be named by a STATE, or asked about. */
export const MAX_RECENT_PLACES = 256;
/** Encrypted messages of one sender that may be missing before one that came. */
export const MAX_SKIPPED_MESSAGES = 1024;
/** Transcript digests kept for comparing with what others report. */
export const MAX_DIGESTS = 1024;
/** Messages a person may have written that are not placed yet. */
export const MAX_OUTBOX = 256;
/** Own signing keys whose numbers are kept; a few are in use at a time, a session's and those of what comes next. */
export const MAX_OWN_KEYS = 64;
/** Own texts on the carrier whose echo has not come. */
export const MAX_IN_FLIGHT = 1024;
/** Members who give one newcomer a ROSTER in one attempt; whoever sees another list after that counts as silent. */
export const MAX_ROSTERS = 8;
/** Own messages that others may yet report to have seen; older ones prove nothing fresh. */
export const MAX_UNCOVERED = 256;
/** People whom a client remembers to have met in a room. */
export const MAX_MET = 4096;
/** Characters of messages that are kept to notice when their author says something else in the same place. */
export const MAX_WITNESSED_CHARACTERS = 4_194_304;
/** People whom we hold such evidence against. */
export const MAX_EVIDENCE = 16;
/** Events not taken yet; older refusals are dropped first. */
export const MAX_EVENTS = 4096;
/** Bounds for a room's silence timeout, in seconds, so that a room cannot talk a client into waiting for ever. */
export const MIN_TIMEOUT_SECONDS = 10;
export const MAX_TIMEOUT_SECONDS = 600;
