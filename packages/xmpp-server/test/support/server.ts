import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { TestContext } from "node:test";
import { createXmppServer, type XmppServer, type XmppServerOptions } from "../../src/index.ts";

export interface RunningServer {
	readonly server: XmppServer;
	readonly url: string;
	readonly httpPort: number;
	readonly tcpPort: number;
}

/** A server on free loopback ports that ends with the test. */
export async function startServer(
	t: TestContext,
	options: Partial<XmppServerOptions> = {},
	allowedOrigins: readonly string[] = [],
): Promise<RunningServer> {
	const server = createXmppServer({ domain: "localhost", ...options });
	const http = createServer((_request, response) => response.writeHead(404).end());
	server.attachWebSocket(http, { path: "/xmpp-websocket", allowedOrigins });
	await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
	const listening = await server.listenTcp({ host: "127.0.0.1", port: 0 });
	if (!listening.ok) throw new Error(`cannot listen: ${listening.error.kind}`);
	t.after(async () => {
		await server.close();
		http.closeAllConnections();
		await new Promise((resolve) => http.close(resolve));
	});
	const httpPort = (http.address() as AddressInfo).port;
	return { server, url: `ws://127.0.0.1:${httpPort}/xmpp-websocket`, httpPort, tcpPort: listening.value.port };
}
