import type { ServerAddress } from "@clowder/client/browser";

/**
 * Where the server is, by `clowder.json` beside the page: `{"domain": "...", "websocket": "/path"}`. Undefined when it
 * cannot be had. The WebSocket is on the page's own host: the page's policy allows no other.
 */
export async function findServer(page: URL): Promise<ServerAddress | undefined> {
	try {
		const response = await fetch(new URL("clowder.json", page), { cache: "no-store", credentials: "omit" });
		const config: unknown = response.ok ? await response.json() : undefined;
		if (typeof config !== "object" || config === null) return undefined;
		const { domain, websocket } = config as { domain?: unknown; websocket?: unknown };
		if (typeof domain !== "string" || typeof websocket !== "string") return undefined;
		const address = new URL(websocket, page);
		address.protocol = page.protocol === "https:" ? "wss:" : "ws:";
		address.hash = "";
		return { domain, websocket: address.href };
	} catch {
		// No network, or not JSON: for the user the same, no server.
		return undefined;
	}
}
