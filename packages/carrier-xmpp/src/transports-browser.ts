import { err, ok, type Result } from "@clowder/bytes";
import type { Client } from "@xmpp/client-core";
import websocket from "@xmpp/websocket";

/** A page cannot choose a way: the browser's own settings do. */
export type Route = undefined;

export function routeTo(_service: URL, proxy: string | undefined): Result<Route, string> {
	if (proxy === undefined) return ok(undefined);
	return err("no proxy expected in a browser, which has its own settings for that");
}

/** The browser's WebSocket. Nothing of Node gets into a bundle that resolves `#transports` for browsers. */
export function addTransports(entity: Pick<Client, "transports">): void {
	websocket({ entity });
}
