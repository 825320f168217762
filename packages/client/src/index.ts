/**
 * The application without a screen: what a skin (browser, terminal) needs and nothing that draws. A skin opens a room,
 * subscribes to its snapshots and turns their codes into words with the catalogue.
 */
export type { Cancel, Clock } from "./clock.ts";
export { type DisplayPart, displayParts } from "./display-text.ts";
export {
	ADMISSION_POLICIES,
	type AdmissionPolicy,
	checkEntry,
	type Entry,
	type EntryDraft,
	type EntryErrors,
	passphraseProblem,
} from "./entry.ts";
export * from "./i18n/index.ts";
export { type Fingerprint, fingerprintOf } from "./identity/fingerprint.ts";
export { COLOURS, type Colour, type Mark, type Picture, SHAPES, type Shape } from "./identity/picture.ts";
export { monotonicClock } from "./monotonic-clock.ts";
export { roomFromFragment, roomLink } from "./room-link.ts";
export { openRoom } from "./room/open-room.ts";
export { type TimelineRow, timelineRows } from "./room/rows.ts";
export type * from "./room/snapshot.ts";
export type * from "./room/store.ts";
export { readServerConfig, type ServerAddress } from "./server-address.ts";
