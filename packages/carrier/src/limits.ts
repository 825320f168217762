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
