/** Items of a timeline that are kept; older ones are dropped, and a line says so. */
export const TIMELINE_ITEMS_MAX = 5_000;
/** Refused texts that are kept for the details; all are counted. */
export const REFUSALS_KEPT_MAX = 50;
/** Everyone ever seen in one visit, so that old messages keep their authors; the longest unseen go first. */
export const PEOPLE_KEPT_MAX = 2_000;
/** Carrier events that wait to be read; a flood beyond ends the visit, since none may be skipped. */
export const EVENTS_WAITING_MAX = 20_000;
/** A way in that takes longer is called slow, and whoever is waited for is named. */
export const SLOW_JOIN_MS = 5_000;
/** After a lost connection our former presence may still hold our name: ask again after this time ... */
export const REJOIN_DELAY_MS = 5_000;
/** ... this many times. */
export const REJOIN_TRIES = 24;
