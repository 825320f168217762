/** A room's name after normalisation, in code points. */
export const ROOM_NAME_MAX_CHARACTERS = 64;
/** What a room's name may be before normalisation, in UTF-16 units: bounds the work of normalising. */
export const ROOM_NAME_RAW_MAX_UNITS = 1024;

/** The longest text that fragments carry, in UTF-8 bytes. */
export const FRAGMENTED_TEXT_MAX_BYTES: number = 256 * 1024;
/** Fragments of one text. */
export const FRAGMENTS_MAX_COUNT = 512;
/** Incomplete texts of all handles of a place together, in UTF-8 bytes. */
export const FRAGMENTS_INCOMPLETE_MAX_BYTES: number = 8 * 1024 * 1024;
/** Handles of a place with an incomplete text. */
export const FRAGMENTS_INCOMPLETE_MAX_HANDLES = 512;
/** What a carrier must take at least for fragments to pass it, in its own weight of bytes. */
export const FRAGMENT_MIN_BYTES = 128;

/** What one text on the in-memory carrier may be, in UTF-8 bytes, unless told otherwise. */
export const MEMORY_TEXT_MAX_BYTES: number = 256 * 1024;

/** What a carrier must take at least for a sequence to pass it: a vote with one entry that names a new occupant. */
export const SEQUENCING_MIN_BYTES = 512;
/** The longest handle that an occupant of a sequenced place may have, in UTF-8 bytes. */
export const SEQUENCED_HANDLE_MAX_BYTES = 128;
/** Occupants of a sequenced place, and handles that wait to become one. */
export const SEQUENCED_OCCUPANTS_MAX_COUNT = 1024;
/** Entries that are ordered and not settled. */
export const SEQUENCED_TAIL_MAX_COUNT = 64;
/** Settled entries kept for those who missed them. */
export const SEQUENCED_HISTORY_MAX_COUNT = 1024;
/** Texts of settled entries kept for those who missed them, in UTF-8 bytes. */
export const SEQUENCED_HISTORY_MAX_BYTES: number = 4 * 1024 * 1024;
/** Submissions of one author kept until they are settled. */
export const SEQUENCED_SUBMISSIONS_MAX_COUNT = 64;
/** Submissions of one author kept until they are settled, in UTF-8 bytes; one is always kept. */
export const SEQUENCED_SUBMISSIONS_MAX_BYTES: number = 1024 * 1024;
/** Submissions of all authors kept until they are settled, in UTF-8 bytes. */
export const SEQUENCED_SUBMISSIONS_ALL_MAX_BYTES: number = 32 * 1024 * 1024;
/** Own submissions under way at a time; the others wait here. */
export const SEQUENCED_WINDOW_MAX_COUNT = 32;
/** Own submissions under way at a time, in UTF-8 bytes; one always goes. */
export const SEQUENCED_WINDOW_MAX_BYTES: number = 512 * 1024;
/** Own texts that wait to be submitted or settled, in UTF-8 bytes. */
export const SEQUENCED_BACKLOG_MAX_BYTES: number = 16 * 1024 * 1024;
/** Texts that one question asks for. */
export const SEQUENCED_MISSING_MAX_COUNT = 16;
/** Orders whose entries are not settled, before the next waits and grows. */
export const SEQUENCED_ORDERS_MAX_COUNT = 4;
/** How far beyond one's own epoch a vote is listened to. */
export const SEQUENCED_EPOCHS_AHEAD_MAX_COUNT = 64;
/** Handles remembered as gone, so that what they sent before does not call them back. */
export const SEQUENCED_GONE_MAX_COUNT = 4096;
/** Texts that one answer says again, in UTF-8 bytes; one always goes. */
export const SEQUENCED_ANSWER_MAX_BYTES: number = 512 * 1024;
/** Own submissions sent again at a time. */
export const SEQUENCED_RESENT_MAX_COUNT = 4;
/** Questions in vain after which the sequencer is taken to have failed. */
export const SEQUENCED_PROBES_TO_SUSPECT = 3;
/** Questions in vain after which whoever said nothing since the first is taken to be gone. */
export const SEQUENCED_PROBES_TO_PRESUME = 5;
/** Questions in vain after which the place is entered anew. */
export const SEQUENCED_PROBES_TO_GIVE_UP = 12;
/** Greetings in vain after which a newcomer who heard of nobody inside begins a sequence. */
export const SEQUENCED_GREETINGS_TO_FOUND = 3;
/** Greetings in vain after which a newcomer begins one whatever it heard. */
export const SEQUENCED_GREETINGS_MAX_COUNT = 12;
/** The shortest wait before a place is entered anew. */
export const SEQUENCED_RETURN_MIN_MS = 500;
/** The longest wait before a place is entered anew. */
export const SEQUENCED_RETURN_MAX_MS = 30_000;
