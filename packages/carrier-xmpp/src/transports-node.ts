/* oxlint-disable no-underscore-dangle -- what xmpp.js shares between its own packages is named so */
import type { Client, Transport } from "@xmpp/client-core";
import tcp from "@xmpp/tcp";
import websocket from "@xmpp/websocket";
import { WebSocket } from "ws";
import { STANZA_IN_MAX_BYTES } from "./limits.ts";

/** What the WebSocket socket of xmpp.js has for its subclasses. */
interface AttachableSocket {
	url: string | null;
	secure: boolean;
	_attachSocket(socket: WebSocket): void;
}

/**
 * WebSocket and TCP. Node 20 has no global `WebSocket`, which xmpp.js expects, so the socket is made here; the global
 * object is left alone.
 */
export function addTransports(entity: Pick<Client, "transports">): void {
	const found: Transport[] = [];
	websocket({ entity: { transports: found } });
	const [WebSocketTransport] = found as unknown as [new () => object];
	const BaseSocket = WebSocketTransport.prototype.Socket as new () => AttachableSocket;
	class NodeSocket extends BaseSocket {
		connect(url: string): void {
			this.url = url;
			this.secure = url.startsWith("wss:");
			this._attachSocket(new WebSocket(url, ["xmpp"], { maxPayload: STANZA_IN_MAX_BYTES }));
		}
	}
	class NodeWebSocketTransport extends WebSocketTransport {}
	Object.assign(NodeWebSocketTransport.prototype, { Socket: NodeSocket });
	entity.transports.push(NodeWebSocketTransport as unknown as Transport);
	tcp({ entity });
}
