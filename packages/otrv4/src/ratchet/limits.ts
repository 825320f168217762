/** How many message keys may be skipped in one ratchet (`max_skip`): so many may be lost or late before one arrives. */
export const MAX_SKIP = 1000;
/** How many skipped message keys are kept in a conversation; the oldest go first. Some 200 bytes each. */
export const SKIPPED_KEYS_MAX = 1000;
/** How many extra symmetric keys may be derived from one message ("only 10 extra symmetric keys can be derived"). */
export const EXTRA_SYMMETRIC_KEYS_MAX = 10;
/**
 * How many keys of the sending chain a restored session does not use, as they may have been used after it was stored. Far
 * below `MAX_SKIP`, so that the peer follows; who stores after each message needs none of them.
 */
export const RESERVED_MESSAGES = 100;
