/** Carriers move texts between the people in a place. The contract is in `spec/carrier.md`, rules CARRIER-* and FRAG-*. */
export type * from "./contract.ts";
export * from "./limits.ts";
export { parseRoomName, type RoomNameError } from "./room-name.ts";
export { checkText, textBytes } from "./text.ts";
