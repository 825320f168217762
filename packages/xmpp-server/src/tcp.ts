import { createServer, type Server, type Socket } from "node:net";
import type { Connection, Wire } from "./connection.ts";
import { TCP_FRAMING } from "./framing.ts";
import type { ServerCore } from "./server-core.ts";
import type { WriteBatch } from "./write-batch.ts";

/** Told of every text that passes. */
export type Tap = (connection: string, direction: "in" | "out", bytes: string) => void;

/** What the edges share: the core, the clock, the names of connections. */
export interface Edge {
	readonly core: ServerCore;
	readonly now: () => number;
	readonly tap: Tap;
	readonly nextName: () => string;
	readonly log: (line: string) => void;
	readonly batch: WriteBatch;
}

class TcpWire implements Wire {
	readonly #socket: Socket;
	readonly #batch: WriteBatch;
	readonly #tap: (text: string) => void;
	#resume: NodeJS.Timeout | undefined;

	constructor(socket: Socket, batch: WriteBatch, tap: (text: string) => void) {
		this.#socket = socket;
		this.#batch = batch;
		this.#tap = tap;
	}

	send(text: string): number {
		this.#tap(text);
		this.#batch.hold(this.#socket);
		this.#socket.write(text);
		return this.#socket.writableLength;
	}

	ping(): boolean {
		return false;
	}

	/** Meanwhile the system's buffers fill, and the peer has to wait. */
	pause(ms: number): void {
		this.#socket.pause();
		clearTimeout(this.#resume);
		this.#resume = setTimeout(() => this.#socket.resume(), ms);
	}

	end(): void {
		clearTimeout(this.#resume);
		this.#socket.resume();
		this.#socket.end();
	}

	destroy(): void {
		clearTimeout(this.#resume);
		this.#socket.destroy();
	}
}

function accept(edge: Edge, socket: Socket): void {
	const { core, now, tap, batch } = edge;
	const address = socket.remoteAddress ?? "";
	socket.on("error", () => socket.destroy());
	const admitted = core.admits(address, now());
	if (!admitted.ok) {
		edge.log(`connection refused: ${admitted.error}`);
		socket.destroy();
		return;
	}
	const name = edge.nextName();
	socket.setNoDelay(true);
	const wire = new TcpWire(socket, batch, (text) => tap(name, "out", text));
	const connection: Connection = core.connect(wire, address, TCP_FRAMING, now());
	const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
	socket.on("data", (bytes) => {
		let text: string;
		try {
			text = decoder.decode(bytes, { stream: true });
		} catch {
			core.refuse(connection, "unsupported-encoding", "bytes that are not UTF-8", now());
			return;
		}
		tap(name, "in", text);
		core.receive(connection, text, now());
	});
	socket.on("close", () => core.disconnected(connection, now()));
}

/** A listener for native clients. The caller listens and closes. */
export function tcpServer(edge: Edge): Server {
	return createServer({ allowHalfOpen: false }, (socket) => accept(edge, socket));
}
