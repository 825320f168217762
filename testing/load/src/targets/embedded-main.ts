// The embedded server in a process of its own. Started with an IPC channel, over which it tells its port.

import { createServer } from "node:http";
import { createXmppServer, DEFAULT_LIMITS } from "@clowder/xmpp-server";

/** All clients come from one address, and at once; what is to be measured is not how they are made to wait. */
const MANY = 1_000_000;

const server = createXmppServer({
	domain: "localhost",
	limits: {
		connections: MANY,
		connectionsPerAddress: MANY,
		connectionsPerAddressPerMinute: MANY,
		registrationsPerAddressPerMinute: MANY,
		accounts: MANY,
		rooms: MANY,
		occupantsPerRoom: MANY,
		bytesPerSecond: 1024 * DEFAULT_LIMITS.bytesPerSecond,
		stanzasPerSecond: MANY,
		burstStanzas: MANY,
	},
});
const http = createServer((_, response) => response.writeHead(404).end());
server.attachWebSocket(http, { path: "/xmpp-websocket" });
http.listen({ port: 0, host: "127.0.0.1", backlog: 4096 }, () => {
	const address = http.address();
	process.send?.({ port: typeof address === "object" ? address?.port : undefined });
});
// Whoever started it is gone.
process.on("disconnect", () => process.exit(0));
