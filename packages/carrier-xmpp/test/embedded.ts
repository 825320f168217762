import assert from "node:assert/strict";
import { createServer } from "node:http";
import { type CoreCounts, createXmppServer, type ServerLimits, type Tap } from "@clowder/xmpp-server";
import type { TestServer } from "./harness.ts";

const PATH = "/xmpp-websocket";
/** Nobody is waited for: whoever is gone is out of the room at once. */
export const NO_RESUMPTION: Partial<ServerLimits> = { resumeMs: 0 };

export interface EmbeddedOptions {
	readonly limits?: Partial<ServerLimits>;
	/** Origins of pages besides the server's own. */
	readonly allowedOrigins?: readonly string[];
	/** Where to listen; free ports where not given. */
	readonly httpPort?: number;
	readonly tcpPort?: number;
	/** Told of every text that passes. */
	readonly tap?: Tap;
}

export interface EmbeddedServer extends TestServer {
	counts(): CoreCounts;
}

/** Our own server, in this process, on loopback. */
export async function startEmbedded(options: EmbeddedOptions = {}): Promise<EmbeddedServer> {
	const { limits = {}, allowedOrigins = [], tap = () => {}, httpPort = 0, tcpPort = 0 } = options;
	const server = createXmppServer({ domain: "localhost", limits, tap });
	const http = createServer((_, response) => response.writeHead(404).end());
	server.attachWebSocket(http, { path: PATH, allowedOrigins });
	await new Promise<void>((resolve) => http.listen(httpPort, "127.0.0.1", resolve));
	const address = http.address();
	assert.ok(address !== null && typeof address === "object");
	const tcp = await server.listenTcp({ host: "127.0.0.1", port: tcpPort });
	assert.ok(tcp.ok, JSON.stringify(tcp));
	return {
		domain: "localhost",
		httpPort: address.port,
		tcpPort: tcp.value.port,
		path: PATH,
		counts: () => server.counts,
		async stop() {
			await server.close();
			http.closeAllConnections();
			await new Promise((resolve) => http.close(resolve));
		},
	};
}
