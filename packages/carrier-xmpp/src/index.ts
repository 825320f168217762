/** The carrier contract on XMPP multi-user chat. What is on the wire and why: `spec/carrier.md`, rules XMPP-*. */
export { xmppCarrier, type XmppCarrierOptions } from "./carrier.ts";
export type { ServerFacts } from "./connector.ts";
export type { KeyLogin, LoginWay } from "./login.ts";
export type { ScramCredentials } from "./scram.ts";
export { TIMING, type XmppTiming } from "./limits.ts";
export { windowKeyReader } from "./window-key.ts";
