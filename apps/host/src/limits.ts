import { DEFAULT_LIMITS } from "@clowder/xmpp-server";

/** Largest request head, in bytes. Ours are under 1 KiB. */
export const REQUEST_HEAD_BYTES_MAX: number = 8 * 1024;
/** Time for a request's head to arrive, in milliseconds. */
export const REQUEST_HEAD_MS_MAX: number = 10_000;
/** Time for a whole request, in milliseconds. */
export const REQUEST_MS_MAX: number = 15_000;
/** Time for a whole request that puts a file, in milliseconds: longer than the embedded server gives it. */
export const FILE_REQUEST_MS_MAX: number = DEFAULT_LIMITS.uploadTransferMs + 10_000;
/** How often requests are checked against these times, in milliseconds. */
export const REQUEST_CHECK_MS: number = 2_000;
/** How long an idle connection is kept for the next request, in milliseconds. */
export const KEEP_ALIVE_MS: number = 5_000;
/** Connections at the same time, WebSockets included. */
export const CONNECTIONS_MAX: number = 10_000;
/** How often the files of a certificate are looked at, in milliseconds. */
export const CERTIFICATE_CHECK_MS: number = 60_000;
/** How long before its end a certificate that was not renewed is spoken of, in milliseconds: a week. */
export const CERTIFICATE_WARNING_MS: number = 7 * 86_400_000;
/** For how long browsers insist on HTTPS once they have had it, in seconds: half a year. */
export const HTTPS_ONLY_SECONDS: number = 180 * 86_400;
/** How often it is said how much was refused, in milliseconds. */
export const REFUSALS_SUMMARY_MS: number = 60_000;
/** Connections to the port for metrics at the same time. */
export const METRICS_CONNECTIONS_MAX: number = 20;
/** Files of the web client, and bytes of all of them: more is a wrong folder, not a web client. */
export const SITE_FILES_MAX: number = 500;
export const SITE_BYTES_MAX: number = 32 * 1024 * 1024;
/** Connections of one address at the same time, WebSockets not included. */
export const PAGE_CONNECTIONS_PER_ADDRESS_MAX: number = 500;
/** Connections passed on to another server: of one address at a time, and new ones a minute. */
export const PASSED_PER_ADDRESS_MAX: number = 500;
export const PASSED_PER_ADDRESS_PER_MINUTE_MAX: number = 600;
/** How long another server may take to answer a request for a WebSocket, in milliseconds. */
export const UPSTREAM_ANSWER_MS_MAX: number = 10_000;
/** The longest key for logins that another server may publish, in bytes. */
export const WINDOW_KEY_BYTES_MAX: number = 256;
/** How long a passed connection may be silent in both directions, in milliseconds. Clients say something every minute. */
export const UPSTREAM_SILENCE_MS_MAX: number = 10 * 60_000;
/** How long one side of a passed connection has to go once the other is gone, in milliseconds. */
export const UPSTREAM_CLOSE_MS_MAX: number = 3_000;
