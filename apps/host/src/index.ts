/** One command to host it: the web client and the embedded XMPP server on one port. */
export type { TlsOptions } from "./certificate-files.ts";
export { describeHostError, type HostError } from "./errors.ts";
export { SECURITY_HEADERS } from "./headers.ts";
export { type Host, type HostOptions, startHost } from "./host.ts";
export type { Log, LogLevel } from "./log.ts";
