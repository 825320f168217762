/** Carriers move texts between the people in a place. The contract is in `spec/carrier.md`, rules CARRIER-* and FRAG-*. */
export type * from "./contract.ts";
export * from "./limits.ts";
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
