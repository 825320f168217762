import assert from "node:assert/strict";
import { createServer, type Server as HttpServer } from "node:http";
import { freePort, startProsody } from "@clowder/servers";
import { createXmppServer, type XmppServer } from "@clowder/xmpp-server";

/** A server that can die without a word, and come back at the same port knowing nobody. */
export interface MortalServer {
	readonly name: string;
	readonly port: number;
	readonly path: string;
	readonly domain: string;
	die(): Promise<void>;
	comeBack(): Promise<void>;
	stop(): Promise<void>;
}

/** Finds dead lines sooner than is good for telephones. */
const LIMITS = { pingAfterMs: 2_000, pingTimeoutMs: 4_000 };

/** The embedded server, with its rooms over HTTP beside. */
export async function mortalEmbedded(): Promise<MortalServer> {
	const port = await freePort();
	let running: { readonly server: XmppServer; readonly http: HttpServer } | undefined;
	const comeBack = async (): Promise<void> => {
		const server = createXmppServer({ domain: "localhost", limits: LIMITS });
		const rooms = server.httpRooms({ path: "/http-rooms" });
		const http = createServer((request, response) => {
			if (!rooms(request, response)) response.writeHead(404).end();
		});
		server.attachWebSocket(http, { path: "/xmpp-websocket" });
		await new Promise<void>((resolve) => http.listen(port, "127.0.0.1", resolve));
		running = { server, http };
	};
	const die = async (): Promise<void> => {
		const { server, http } = running ?? {};
		running = undefined;
		http?.closeAllConnections();
		const closed = new Promise((resolve) => http?.close(resolve) ?? resolve(undefined));
		await server?.close();
		await closed;
	};
	await comeBack();
	return { name: "embedded", port, path: "/xmpp-websocket", domain: "localhost", die, comeBack, stop: die };
}

/** Debian's Prosody, which is killed. */
export async function mortalProsody(modules: readonly string[]): Promise<MortalServer> {
	let prosody = await startProsody({ modules });
	const { tcpPort: tcp, httpPort: http, path, domain } = prosody;
	return {
		name: "prosody",
		port: http,
		path,
		domain,
		async die() {
			assert.ok(prosody.pid !== undefined);
			process.kill(prosody.pid, "SIGKILL");
			await prosody.stop();
		},
		async comeBack() {
			prosody = await startProsody({ modules, ports: { tcp, http } });
		},
		stop: () => prosody.stop(),
	};
}
