/** Carriers move texts between the people in a place. The contract is in `spec/carrier.md`, rules CARRIER-*, FRAG-* and SEQ-*. */
export type { Clock } from "./clock.ts";
export type * from "./contract.ts";
export { EventQueue } from "./event-queue.ts";
export * from "./limits.ts";
export { reconnectDelayMs, type ReconnectTimes } from "./reconnect-delay.ts";
export { parseRoomName, type RoomNameError } from "./room-name.ts";
export { checkText, textBytes } from "./text.ts";
export {
	type Dropped,
	type Fragment,
	looksLikeFragment,
	parseFragment,
	Reassembly,
	type ReassemblyLimits,
	type Received,
	splitText,
	utf8Weight,
	type Weigh,
	writeFragment,
} from "./fragment.ts";
export { fragmenting, type FragmentingOptions } from "./fragmenting.ts";
export { sequencing, type SequencingOptions } from "./sequencing.ts";
export type { Hash } from "./sequencing-names.ts";
export { SEQUENCING_TIMES, type SequencingTimes } from "./sequencing-state.ts";
