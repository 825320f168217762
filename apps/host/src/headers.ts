import { HTTPS_ONLY_SECONDS } from "./limits.ts";

/**
 * What the page may do, however it came to be: run its own scripts, talk to its own server, nothing else. `'self'` in
 * `connect-src` covers the WebSocket to the same host and port (CSP level 3, section 6.7.2.8).
 */
const CONTENT_SECURITY_POLICY = [
	"default-src 'none'",
	"script-src 'self'",
	"style-src 'self'",
	"img-src 'self' data:",
	"font-src 'self'",
	"connect-src 'self'",
	"base-uri 'none'",
	"form-action 'none'",
	"frame-ancestors 'none'",
	"require-trusted-types-for 'script'",
].join("; ");

/** Powers of the browser that the page never asks for. */
const PERMISSIONS_POLICY = [
	"accelerometer",
	"autoplay",
	"browsing-topics",
	"camera",
	"display-capture",
	"geolocation",
	"gyroscope",
	"hid",
	"magnetometer",
	"microphone",
	"midi",
	"payment",
	"serial",
	"usb",
]
	.map((feature) => `${feature}=()`)
	.join(", ");

/**
 * Added where TLS is ours: whoever was here once is not led to the page without it. Not on `localhost`, which other
 * programs share.
 */
export function transportSecurity(domain: string): Readonly<Record<string, string>> {
	if (domain === "localhost" || domain.endsWith(".localhost")) return {};
	return { "Strict-Transport-Security": `max-age=${HTTPS_ONLY_SECONDS}` };
}

/** Added where there is an onion address: Tor Browser, which heeds it on pages that came over HTTPS, offers to go there. */
export function onionLocation(onion: string | undefined): Readonly<Record<string, string>> {
	return onion === undefined ? {} : { "Onion-Location": `http://${onion}/` };
}

/** Sent with every answer, errors included. */
export const SECURITY_HEADERS: Readonly<Record<string, string>> = {
	"Content-Security-Policy": CONTENT_SECURITY_POLICY,
	"Cross-Origin-Opener-Policy": "same-origin",
	"Cross-Origin-Embedder-Policy": "require-corp",
	"Cross-Origin-Resource-Policy": "same-origin",
	"Permissions-Policy": PERMISSIONS_POLICY,
	"Referrer-Policy": "no-referrer",
	"X-Content-Type-Options": "nosniff",
	"X-Frame-Options": "DENY",
};
