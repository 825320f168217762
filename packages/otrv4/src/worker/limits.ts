/** Conversations in one worker at once. */
export const CONVERSATIONS_MAX = 1000;

/** Prekey ensembles that were retrieved and not used; the oldest goes for a new one. */
export const ENSEMBLES_KEPT_MAX = 256;

/** Calls that wait for their answer. Above the fragments that a large message comes in, if they all come at once. */
export const CALLS_WAITING_MAX = 4096;

/** The texts of these calls together: sixteen of the largest that a conversation takes. */
export const WAITING_MAX_CHARS: number = 8 * 1024 * 1024;
