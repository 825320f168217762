/** Where a browser finds its server. */
export interface ServerAddress {
	/** The XMPP domain. */
	readonly domain: string;
	/** `wss://...` or, for a page on plain HTTP (loopback), `ws://...`. */
	readonly websocket: string;
}

/**
 * Reads `clowder.json`: `{"domain": "...", "websocket": "/path"}`. The WebSocket is on the page's own host, whatever the
 * file says: the page's policy allows no other. Undefined where the file is not of this form.
 */
export function readServerConfig(config: unknown, page: string): ServerAddress | undefined {
	if (typeof config !== "object" || config === null) return undefined;
	const { domain, websocket } = config as { domain?: unknown; websocket?: unknown };
	if (typeof domain !== "string" || domain === "") return undefined;
	if (typeof websocket !== "string" || !/^\/(?!\/)/.test(websocket)) return undefined;
	const here = new URL(page);
	const address = new URL(websocket, here);
	if (address.host !== here.host) return undefined;
	address.protocol = here.protocol === "https:" ? "wss:" : "ws:";
	address.hash = "";
	return { domain, websocket: address.href };
}
