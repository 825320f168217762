/* oxlint-disable no-underscore-dangle -- what xmpp.js shares between its own packages is named so */
import type { createConnection as createPlain } from "node:net";
import type { Duplex } from "node:stream";
import { connectTls, type Proxy, routeTo, SocksConnection } from "@clowder/socks";
import type { Client, Transport } from "@xmpp/client-core";
import tcp from "@xmpp/tcp";
import websocket from "@xmpp/websocket";
import { type ClientOptions, WebSocket } from "ws";
import { STANZA_IN_MAX_BYTES } from "./limits.ts";

const HTTP_PORT = 80;
const HTTPS_PORT = 443;

/** The way of one place's connections to the server: none of its own, or through a proxy. */
export type Route = Proxy | undefined;

export { routeTo };

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
export function addTransports(entity: Pick<Client, "transports">, route: Route): void {
	const found: Transport[] = [];
	websocket({ entity: { transports: found } });
	const [WebSocketTransport] = found as unknown as [new () => object];
	const BaseSocket = WebSocketTransport.prototype.Socket as new () => AttachableSocket;
	class NodeSocket extends BaseSocket {
		connect(url: string): void {
			this.url = url;
			this.secure = url.startsWith("wss:");
			this._attachSocket(new WebSocket(url, ["xmpp"], { maxPayload: STANZA_IN_MAX_BYTES, ...through(route, url) }));
		}
	}
	class NodeWebSocketTransport extends WebSocketTransport {}
	Object.assign(NodeWebSocketTransport.prototype, { Socket: NodeSocket });
	entity.transports.push(NodeWebSocketTransport as unknown as Transport);
	if (route === undefined) tcp({ entity });
	else addProxiedTcp(entity, route);
}

/** For the request that becomes a WebSocket. What `ws` hands over does not say whether TLS is wanted, the address does. */
function through(route: Route, service: string): ClientOptions {
	if (route === undefined) return {};
	const { protocol, hostname, port } = new URL(service);
	const isTls = protocol === "wss:";
	const host = hostname.replace(/^\[(.*)\]$/, "$1");
	const destination = { host, port: port === "" ? (isTls ? HTTPS_PORT : HTTP_PORT) : Number(port) };
	const createConnection = (): Duplex =>
		isTls ? connectTls(route, destination) : new SocksConnection(route).connect(destination);
	// HTTP runs on any stream, whatever the types say.
	return { createConnection: createConnection as unknown as typeof createPlain };
}

function addProxiedTcp(entity: Pick<Client, "transports">, route: Proxy): void {
	const found: Transport[] = [];
	tcp({ entity: { transports: found } });
	const [TcpTransport] = found as unknown as [new () => object];
	class ProxiedSocket extends SocksConnection {
		readonly secure = false;
		constructor() {
			super(route);
		}
	}
	class ProxiedTransport extends TcpTransport {}
	Object.assign(ProxiedTransport.prototype, { Socket: ProxiedSocket });
	entity.transports.push(ProxiedTransport as unknown as Transport);
}
