/** The carrier contract on plain HTTP. What is on the wire and why: `spec/carrier-http.md`, rules HTTP-*. */
export { httpCarrier, type HttpCarrierOptions } from "./carrier.ts";
export { TIMING, type HttpTiming } from "./limits.ts";
