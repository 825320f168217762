import { createServer, type Server, type Socket } from "node:net";
import type { Channels } from "@clowder/login";
import type { Connection, Wire } from "./connection.ts";
import { TCP_FRAMING } from "./framing.ts";
import type { RefusalKind } from "./meter.ts";
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
	/** Counts what is not done, and says it. */
	readonly refused: (kind: RefusalKind) => void;
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

/** Whether the connection is let in; if not, it is over. */
export function admit(edge: Edge, socket: Socket): boolean {
	const admitted = edge.core.admits(socket.remoteAddress ?? "", edge.now());
	if (admitted.ok) return true;
	edge.refused(admitted.error);
	socket.destroy();
	return false;
}

/** Serves a stream to who was let in. `channels`: what a login can be bound to. */
export function serveStream(edge: Edge, socket: Socket, channels: Channels): void {
	const { core, now, tap, batch } = edge;
	const name = edge.nextName();
	socket.setNoDelay(true);
	const wire = new TcpWire(socket, batch, (text) => tap(name, "out", text));
	const address = socket.remoteAddress ?? "";
	const connection: Connection = core.connect(wire, address, TCP_FRAMING, now(), channels);
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
	return createServer({ allowHalfOpen: false }, (socket) => {
		socket.on("error", () => socket.destroy());
		if (admit(edge, socket)) serveStream(edge, socket, {});
	});
}
