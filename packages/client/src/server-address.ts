/** Where a browser finds its server. */
export interface ServerAddress {
	/** The XMPP domain. */
	readonly domain: string;
	/** `wss://...` or, for a page on plain HTTP (loopback), `ws://...`. */
	readonly websocket: string;
	/** Its rooms over plain HTTP, `https://...` or as the page: for networks that let no WebSocket through. */
	readonly http?: string;
}

/**
 * Reads `clowder.json`: `{"domain": "...", "websocket": "/path", "http": "/path"}`, the last where there is one. Both are
 * on the page's own host, whatever the file says: the page's policy allows no other. Undefined where the file is not of
 * this form.
 */
export function readServerConfig(config: unknown, page: string): ServerAddress | undefined {
	if (typeof config !== "object" || config === null) return undefined;
	const { domain, websocket, http } = config as { domain?: unknown; websocket?: unknown; http?: unknown };
	if (typeof domain !== "string" || domain === "") return undefined;
	const line = onPage(websocket, page);
	if (line === undefined) return undefined;
	line.protocol = line.protocol === "https:" ? "wss:" : "ws:";
	if (http === undefined) return { domain, websocket: line.href };
	const rooms = onPage(http, page);
	return rooms === undefined ? undefined : { domain, websocket: line.href, http: rooms.href };
}

/** The address that a path has on the page's host. */
function onPage(path: unknown, page: string): URL | undefined {
	if (typeof path !== "string" || !/^\/(?!\/)/.test(path)) return undefined;
	const here = new URL(page);
	const address = new URL(path, here);
	address.hash = "";
	return address.host === here.host ? address : undefined;
}
