import type { IncomingMessage, ServerResponse } from "node:http";
import { SECURITY_HEADERS } from "./headers.ts";

/** Where the embedded server takes WebSockets (RFC 7395). */
export const WEBSOCKET_PATH = "/xmpp-websocket";

/** Where the embedded server has its rooms over plain HTTP (`spec/carrier-http.md`). */
export const HTTP_ROOMS_PATH = "/http-rooms";

/** Where the embedded server has the files of accounts (`spec/xmpp-server-upload.md`). */
export const FILES_PATH = "/files";

const HOST_HEADER = /^(?:[a-z0-9.-]{1,253}|\[[0-9a-f:.]{2,45}\])(?::\d{1,5})?$/i;

/** What the documents tell of this host. */
export interface Documented {
	readonly domain: string;
	/** Another server, behind this host, has no rooms over plain HTTP. */
	readonly hasHttpRooms: boolean;
	/** Where another server's key for logins is to be had, if it publishes one. */
	readonly windowKeyPath?: string;
	readonly isSecure: (request: IncomingMessage) => boolean;
}

/** What the web client asks first: the XMPP domain, and where its server is, as paths on this host. */
function clowderJson({ domain, hasHttpRooms, windowKeyPath }: Documented): string {
	return JSON.stringify({
		domain,
		websocket: WEBSOCKET_PATH,
		...(hasHttpRooms ? { http: HTTP_ROOMS_PATH } : {}),
		...(windowKeyPath === undefined ? {} : { windowKey: windowKeyPath }),
	});
}

/** For other XMPP clients: XEP-0156, section 3. Absolute, as the specification wants it. */
function hostMetaJson(request: IncomingMessage, { domain, isSecure }: Documented): string {
	const named = request.headers.host ?? "";
	const host = HOST_HEADER.test(named) ? named : domain;
	const href = `${isSecure(request) ? "wss" : "ws"}://${host}${WEBSOCKET_PATH}`;
	return JSON.stringify({ links: [{ rel: "urn:xmpp:alt-connections:websocket", href }] });
}

/** Answers a request for one of the two documents that are made, not read. False: it is for neither. */
export function respondDocument(request: IncomingMessage, response: ServerResponse, told: Documented): boolean {
	if (request.method !== "GET" && request.method !== "HEAD") return false;
	const path = (request.url ?? "").replace(/\?.*$/s, "");
	let text: string;
	if (path === "/clowder.json") text = clowderJson(told);
	else if (path === "/.well-known/host-meta.json") text = hostMetaJson(request, told);
	else return false;
	const body = Buffer.from(text);
	response.writeHead(200, {
		...SECURITY_HEADERS,
		// XEP-0156, section 2: web clients of other places may read the connection methods.
		...(path === "/clowder.json"
			? {}
			: { "Access-Control-Allow-Origin": "*", "Cross-Origin-Resource-Policy": "cross-origin" }),
		"Cache-Control": "no-cache",
		"Content-Type": "application/json",
		"Content-Length": body.length,
	});
	response.end(request.method === "HEAD" ? undefined : body);
	return true;
}
