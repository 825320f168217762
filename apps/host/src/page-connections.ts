import type { IncomingMessage, Server } from "node:http";
import type { Socket } from "node:net";
import { Admission } from "./admission.ts";
import { isTrusted, type TrustedProxies } from "./client-address.ts";
import { PAGE_CONNECTIONS_PER_ADDRESS_MAX } from "./limits.ts";

/**
 * HOST-8: the connections to the port of the page. One address may have only so many that are no WebSockets (those are
 * counted where they go), so that nobody can keep all others out by connecting and saying nothing.
 */
export class PageConnections {
	readonly #sockets: Set<Socket> = new Set();
	readonly #admission: Admission = new Admission(PAGE_CONNECTIONS_PER_ADDRESS_MAX, Number.POSITIVE_INFINITY);
	/** By address and port, as the TLS socket over a connection is another object. */
	readonly #leave: Map<string, () => void> = new Map();
	readonly #proxies: TrustedProxies;
	readonly #refused: () => void;

	constructor(proxies: TrustedProxies, refused: () => void) {
		this.#proxies = proxies;
		this.#refused = refused;
	}

	/** How many there are, those in the middle of a TLS handshake and WebSockets too. */
	get count(): number {
		return this.#sockets.size;
	}

	watch(http: Server): void {
		http.on("connection", (socket: Socket) => this.#connected(socket));
	}

	/** The connection of this request is a WebSocket now. */
	upgraded(request: IncomingMessage): void {
		this.#left(keyOf(request.socket));
	}

	destroyAll(): void {
		for (const socket of this.#sockets) socket.destroy();
	}

	#connected(socket: Socket): void {
		const key = keyOf(socket);
		this.#sockets.add(socket);
		socket.once("close", () => {
			this.#sockets.delete(socket);
			this.#left(key);
		});
		const address = socket.remoteAddress ?? "";
		// A proxy of ours speaks for many, and is itself what keeps idle ones away.
		if (isTrusted(address, this.#proxies)) return;
		const leave = this.#admission.enter(address, performance.now());
		if (leave !== undefined) {
			this.#leave.set(key, leave);
			return;
		}
		this.#refused();
		socket.destroy();
	}

	#left(key: string): void {
		this.#leave.get(key)?.();
		this.#leave.delete(key);
	}
}

/** One connection at a time has an address and port. */
function keyOf(socket: Socket): string {
	return `${socket.remoteAddress} ${socket.remotePort}`;
}
