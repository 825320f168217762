/** Connections that one process of clients makes at the same time. */
export const CONNECTING_COUNT = 16;
/** Clients of one process, beyond which another one shares the work. */
export const PEOPLE_PER_CREW = 2_500;
/** How long one client may take to be in its room. */
export const ENTER_MS = 60_000;
/** Texts are flowing for so long before anything is measured: engines compile what they run often. */
export const WARM_UP_SECONDS = 3;
/** Once all is sent: without a delivery for so long, what is missing counts as lost. */
export const QUIET_MS = 15_000;
/** How often texts that are due are sent. */
export const BEAT_MS = 5;
/** The largest text: what every server takes by default. */
export const TEXT_MAX_BYTES = 8_192;
/** The smallest: number, place and time of the text are in it. */
export const TEXT_MIN_BYTES = 48;
