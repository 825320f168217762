/** Where a browser finds its server. */
export interface ServerAddress {
	/** The XMPP domain. */
	readonly domain: string;
	/** `wss://...` or, for a page on plain HTTP (loopback), `ws://...`. */
	readonly websocket: string;
	/** Its rooms over plain HTTP, `https://...` or as the page: for networks that let no WebSocket through. */
	readonly http?: string;
	/** The key that a server whose SASL cannot be extended publishes for logins by key (KEYPASS-2). */
	readonly windowKey?: string;
}

/** Where a page that came without TLS is of this machine. */
const LOOPBACK = /^(localhost|127\.0\.0\.1|\[::1\])$/;

/**
 * Reads `clowder.json`: `{"domain": "...", "websocket": "/path", "http": "/path", "windowKey": "/path"}`, the last two where
 * there are any. All are on the page's own host, whatever the file says: the page's policy allows no other. Undefined where
 * the file is not of this form.
 */
export function readServerConfig(config: unknown, page: string): ServerAddress | undefined {
	if (typeof config !== "object" || config === null) return undefined;
	const { domain, websocket, http, windowKey } = config as Readonly<Record<string, unknown>>;
	if (typeof domain !== "string" || domain === "") return undefined;
	const line = onPage(websocket, page);
	if (line === undefined) return undefined;
	line.protocol = line.protocol === "https:" ? "wss:" : "ws:";
	const rooms = http === undefined ? undefined : onPage(http, page);
	const key = windowKey === undefined ? undefined : onPage(windowKey, page);
	if ((http !== undefined && rooms === undefined) || (windowKey !== undefined && key === undefined)) return undefined;
	return {
		domain,
		websocket: line.href,
		...(rooms === undefined ? {} : { http: rooms.href }),
		...(key === undefined || !isPrivate(key) ? {} : { windowKey: key.href }),
	};
}

/** KEYPASS-7: whether nobody reads along. Elsewhere there are no passwords to be made, and people log in as without. */
function isPrivate({ protocol, hostname }: URL): boolean {
	return protocol === "https:" || LOOPBACK.test(hostname);
}

/** The address that a path has on the page's host. */
function onPage(path: unknown, page: string): URL | undefined {
	if (typeof path !== "string" || !/^\/(?!\/)/.test(path)) return undefined;
	const here = new URL(page);
	const address = new URL(path, here);
	address.hash = "";
	return address.host === here.host ? address : undefined;
}
