import type { Client } from "@xmpp/client-core";
import websocket from "@xmpp/websocket";

/** The browser's WebSocket. Nothing of Node gets into a bundle that resolves `#transports` for browsers. */
export function addTransports(entity: Pick<Client, "transports">): void {
	websocket({ entity });
}
