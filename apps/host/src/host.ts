import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { err, ok, type Result } from "@clowder/bytes";
import { createXmppServer, type HttpRoomsListener, openStorage, type ServerError } from "@clowder/xmpp-server";
import { HTTP_ROOMS_PATH, respondDocument, WEBSOCKET_PATH } from "./documents.ts";
import { type HostError, listenError } from "./errors.ts";
import { SECURITY_HEADERS } from "./headers.ts";
import * as limits from "./limits.ts";
import { isOwnName } from "./own-name.ts";
import { refuse, respond } from "./respond.ts";
import { loadSite, type Site } from "./site.ts";

export interface HostOptions {
	/** TCP port for the web client and the WebSocket; 0 takes a free one. */
	readonly port: number;
	/** Address to listen on, such as `127.0.0.1` or `::`. */
	readonly host: string;
	/** XMPP domain of the embedded server, such as `localhost` or `chat.example.org`; anything else throws a RangeError. */
	readonly domain: string;
	/** Folder of the built web client. */
	readonly webRoot: string;
	/** TCP port on loopback for native XMPP clients, without TLS; undefined: none; 0 takes a free one. */
	readonly xmppPort?: number | undefined;
	/** Folder to keep what outlives the process (`spec/xmpp-server-accounts.md`); undefined: nothing does. */
	readonly data?: string | undefined;
	/** Sees all XMPP text that passes. For tests. */
	readonly tap?: ((connection: string, direction: "in" | "out", text: string) => void) | undefined;
}

export interface Host {
	/** The port that was asked for, or the free one. */
	readonly port: number;
	readonly xmppPort: number | undefined;
	/** Where a browser on this machine finds it. */
	readonly url: string;
	/** Tells the clients, closes all connections, and resolves when nothing listens any more. */
	close(): Promise<void>;
}

const LOOPBACK = "127.0.0.1";

/** Serves the web client and the embedded XMPP server on one port. Writes nothing to the terminal, and to disk only in `data`. */
export async function startHost(options: HostOptions): Promise<Result<Host, HostError>> {
	const site = await loadSite(options.webRoot);
	if (!site.ok) return site;
	const storage = options.data === undefined ? undefined : await openStorage(options.data);
	if (storage !== undefined && !storage.ok) return err({ kind: "data", error: storage.error });
	const xmpp = createXmppServer({
		domain: options.domain,
		...(storage === undefined ? {} : { storage: storage.value }),
		...(options.tap === undefined ? {} : { tap: options.tap }),
	});
	const acceptHost = (name: string | undefined): boolean => isOwnName(name, options.domain);
	const rooms = xmpp.httpRooms({ path: HTTP_ROOMS_PATH, acceptHost });
	const http = createHttpServer(site.value, options.domain, rooms);
	xmpp.attachWebSocket(http, { path: WEBSOCKET_PATH, acceptHost });
	const port = await listen(http, options.host, options.port);
	if (!port.ok) {
		await xmpp.close();
		return port;
	}
	const close = async (): Promise<void> => {
		const closed = new Promise((resolve) => http.close(resolve));
		await xmpp.close();
		http.closeAllConnections();
		await closed;
	};
	let xmppPort: number | undefined;
	if (options.xmppPort !== undefined) {
		const listening = await xmpp.listenTcp({ host: LOOPBACK, port: options.xmppPort });
		if (!listening.ok) {
			await close();
			return err(nativeListenError(listening.error, options.xmppPort));
		}
		xmppPort = listening.value.port;
	}
	return ok({ port: port.value, xmppPort, url: urlFor(options.host, port.value), close });
}

function createHttpServer(site: Site, domain: string, rooms: HttpRoomsListener): Server {
	const settings = {
		maxHeaderSize: limits.REQUEST_HEAD_BYTES_MAX,
		connectionsCheckingInterval: limits.REQUEST_CHECK_MS,
	};
	const http = createServer(settings, (request, response) => {
		// Every answer has them, those of the rooms too, which add their own and stricter ones.
		for (const [name, value] of Object.entries(SECURITY_HEADERS)) response.setHeader(name, value);
		if (!isOwnName(request.headers.host, domain)) refuse(response, 421, "this is another server");
		else if (!rooms(request, response) && !respondDocument(request, response, domain)) respond(request, response, site);
	});
	http.headersTimeout = limits.REQUEST_HEAD_MS_MAX;
	http.requestTimeout = limits.REQUEST_MS_MAX;
	http.keepAliveTimeout = limits.KEEP_ALIVE_MS;
	http.maxConnections = limits.CONNECTIONS_MAX;
	return http;
}

function nativeListenError(error: ServerError, port: number): HostError {
	switch (error.kind) {
		case "address-in-use":
			return { kind: "port-taken", host: LOOPBACK, port };
		case "not-permitted":
			return { kind: "port-forbidden", host: LOOPBACK, port };
		case "usage":
			return { kind: "cannot-listen", host: LOOPBACK, port, detail: `expected ${error.expected}, got ${error.got}` };
		case "system":
			return { kind: "cannot-listen", host: LOOPBACK, port, detail: error.code };
	}
}

function listen(http: Server, host: string, port: number): Promise<Result<number, HostError>> {
	return new Promise((resolve) => {
		http.once("error", (error) => resolve(err(listenError(error, host, port))));
		http.listen({ host, port }, () => resolve(ok((http.address() as AddressInfo).port)));
	});
}

/** A browser on this machine reaches an address that means "all addresses" by `localhost`. */
function urlFor(host: string, port: number): string {
	const local = ["0.0.0.0", "::", LOOPBACK, "::1", "localhost"].includes(host);
	const name = local ? "localhost" : host.includes(":") ? `[${host}]` : host;
	return `http://${name}:${port}/`;
}
