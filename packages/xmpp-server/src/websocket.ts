import type { IncomingHttpHeaders, IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { type WebSocket, WebSocketServer } from "ws";
import type { Wire } from "./connection.ts";
import { WEBSOCKET_FRAMING } from "./framing.ts";
import type { Edge } from "./tcp.ts";
import type { WriteBatch } from "./write-batch.ts";

const SUBPROTOCOL = "xmpp";
/** SM-9: RFC 6455 section 7.4.1: what a browser says for a page that was closed or left. It has nothing to resume with. */
const GOING_AWAY = 1001;

/** Where streams are served over WebSocket, and to which pages. */
export interface WebSocketOptions {
	/** The path of the endpoint, "/xmpp-websocket" by custom. */
	readonly path: string;
	/** Origins of pages that may connect besides those of the same host and port. Native clients send none. */
	readonly allowedOrigins?: readonly string[];
	/**
	 * Whether a `Host` header names this server. Without it any does, and a page whose name was made to point here (DNS
	 * rebinding) counts as one of this host.
	 */
	readonly acceptHost?: (host: string | undefined) => boolean;
	/** The address that limits are counted for, where it is not that of the connection: behind a proxy. */
	readonly clientAddress?: (request: IncomingMessage) => string;
	/** Told of each request of which a WebSocket is made. */
	readonly accepted?: (request: IncomingMessage) => void;
}

/** SERVER-12: whether the page that connects may: any page of the web can try (RFC 6455 section 10.2). */
export function originAllowed(
	origin: string | undefined,
	host: string | undefined,
	allowedOrigins: readonly string[],
): boolean {
	if (origin === undefined || allowedOrigins.includes(origin)) return true;
	if (host === undefined || !URL.canParse(origin)) return false;
	const { protocol, host: originHost } = new URL(origin);
	if (protocol !== "http:" && protocol !== "https:") return false;
	const own = `${protocol}//${host}`;
	return URL.canParse(own) && new URL(own).host === originHost;
}

class WebSocketWire implements Wire {
	readonly #socket: WebSocket;
	/** What it runs on. */
	readonly #stream: Duplex;
	readonly #batch: WriteBatch;
	readonly #tap: (text: string) => void;
	#resume: NodeJS.Timeout | undefined;

	readonly pageOrigin: string | undefined;

	constructor(
		socket: WebSocket,
		stream: Duplex,
		batch: WriteBatch,
		tap: (text: string) => void,
		pageOrigin: string | undefined,
	) {
		this.pageOrigin = pageOrigin;
		this.#socket = socket;
		this.#stream = stream;
		this.#batch = batch;
		this.#tap = tap;
	}

	send(text: string): number {
		this.#tap(text);
		this.#batch.hold(this.#stream);
		this.#socket.send(text);
		return this.#socket.bufferedAmount;
	}

	ping(): boolean {
		this.#socket.ping();
		return true;
	}

	pause(ms: number): void {
		this.#socket.pause();
		clearTimeout(this.#resume);
		this.#resume = setTimeout(() => this.#socket.resume(), ms);
	}

	end(): void {
		clearTimeout(this.#resume);
		this.#socket.resume();
		this.#socket.close(1000);
	}

	destroy(): void {
		clearTimeout(this.#resume);
		this.#socket.terminate();
	}
}

function accept(edge: Edge, socket: WebSocket, stream: Duplex, address: string, headers: IncomingHttpHeaders): void {
	const { core, now, tap, batch } = edge;
	const { origin, host } = headers;
	const name = edge.nextName();
	const pageOrigin = originAllowed(origin, host, []) ? origin : undefined;
	const wire = new WebSocketWire(socket, stream, batch, (text) => tap(name, "out", text), pageOrigin);
	const connection = core.connect(wire, address, WEBSOCKET_FRAMING, now());
	socket.on("error", () => socket.terminate());
	socket.on("pong", () => connection.heard(now()));
	socket.on("message", (data, isBinary) => {
		if (isBinary) {
			core.refuse(connection, "bad-format", "a binary message", now());
			return;
		}
		// With the default `binaryType` what is no array of fragments is a Buffer.
		const text = (data as Buffer).toString();
		tap(name, "in", text);
		core.receive(connection, text, now());
	});
	socket.on("close", (code) => {
		if (code === GOING_AWAY) connection.departed(now());
		core.disconnected(connection, now());
	});
}

function refuseUpgrade(socket: Duplex, status: string): void {
	socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}

/** Answers the upgrade requests for its path. */
export class WebSocketEndpoint {
	readonly #edge: Edge;
	readonly #options: WebSocketOptions;
	readonly #server: WebSocketServer;

	constructor(edge: Edge, options: WebSocketOptions, stanzaBytes: number) {
		this.#edge = edge;
		this.#options = options;
		this.#server = new WebSocketServer({
			noServer: true,
			clientTracking: false,
			perMessageDeflate: false,
			// Somewhat too large gets a stream error that says so; far too large is cut off by the library.
			maxPayload: 2 * stanzaBytes,
			handleProtocols: () => SUBPROTOCOL,
		});
	}

	/** Whether the request was for this endpoint, and so is dealt with. */
	upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): boolean {
		const path = (request.url ?? "").split("?")[0];
		if (path !== this.#options.path) return false;
		const { origin, host } = request.headers;
		const protocols = (request.headers["sec-websocket-protocol"] ?? "").split(",").map((name) => name.trim());
		const address = this.#options.clientAddress?.(request) ?? request.socket.remoteAddress ?? "";
		if (this.#options.acceptHost?.(host) === false) {
			this.#edge.refused("another-server");
			refuseUpgrade(socket, "421 Misdirected Request");
		} else if (!originAllowed(origin, host, this.#options.allowedOrigins ?? [])) {
			this.#edge.refused("another-origin");
			refuseUpgrade(socket, "403 Forbidden");
		} else if (!protocols.includes(SUBPROTOCOL)) {
			refuseUpgrade(socket, "400 Bad Request");
		} else {
			const admitted = this.#edge.core.admits(address, this.#edge.now());
			if (admitted.ok) {
				const { headers } = request;
				this.#options.accepted?.(request);
				this.#server.handleUpgrade(request, socket, head, (ws) => accept(this.#edge, ws, socket, address, headers));
			} else {
				this.#edge.refused(admitted.error);
				refuseUpgrade(socket, "503 Service Unavailable");
			}
		}
		return true;
	}
}
