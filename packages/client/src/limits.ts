/** Items of a timeline that are kept; older ones are dropped, and a line says so. */
export const TIMELINE_ITEMS_MAX = 5_000;
/** Previews whose text may yet come in a session; older ones stay as they are. */
export const PREVIEWS_OPEN_MAX = 500;
/** Refused texts that are kept for the details; all are counted. */
export const REFUSALS_KEPT_MAX = 50;
/** Sessions that are over and of which it is kept whose keys are published. */
export const SESSIONS_KEPT_MAX = 200;
/** Rule breakers that are kept for the details. */
export const BLAMED_KEPT_MAX = 50;
/** Between the clock that stops in sleep and the one that people set, a difference up to this is inaccuracy. */
export const CLOCK_TOLERANCE_MS = 250;
/** A timer looks at the clock at least this often: in sleep it stands still, while time goes on. */
export const TIMER_CHECK_MS = 5_000;
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
