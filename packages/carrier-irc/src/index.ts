/** The carrier contract on IRC channels. What is on the wire and why: `spec/carrier.md`, rules IRC-*. */
export { ircCarrier, type IrcCarrierOptions } from "./carrier.ts";
export { type IrcPace, type IrcTiming, PACE, TIMING } from "./limits.ts";
