import { isIP, type Socket } from "node:net";
import { Duplex } from "node:stream";
import { connect as startTls, type ConnectionOptions, type TLSSocket } from "node:tls";
import { SocksClient } from "socks";
import { CONNECT_MS } from "./limits.ts";
import type { Proxy } from "./proxy.ts";

export interface Destination {
	/** A name, which the proxy resolves, or an address. */
	readonly host: string;
	readonly port: number;
}

/**
 * A TCP connection through a proxy, which is there at once and connects meanwhile: `connect` is emitted when the server
 * is reached, and what is written before waits. SOCKS-4: where the proxy fails, it fails too; nothing is tried without it.
 */
export class SocksConnection extends Duplex {
	#socket: Socket | undefined;
	/** A write that waits for the connection. */
	#waiting: ((socket: Socket) => void) | undefined;
	readonly #proxy: Proxy;

	constructor(proxy: Proxy) {
		super({ allowHalfOpen: false, emitClose: true });
		this.#proxy = proxy;
	}

	/** To be called once. */
	connect({ host, port }: Destination): this {
		const { host: proxyHost, port: proxyPort, credentials } = this.#proxy;
		SocksClient.createConnection({
			command: "connect",
			// SOCKS-1: the name goes to the proxy as it is; nobody here is asked for its address.
			destination: { host, port },
			proxy: {
				type: 5,
				host: proxyHost,
				port: proxyPort,
				...(credentials === undefined ? {} : { userId: credentials.username, password: credentials.password }),
			},
			timeout: CONNECT_MS,
			set_tcp_nodelay: true,
		}).then(
			({ socket }) => this.#onConnected(socket),
			(error: Error) => this.destroy(new Error(`through the proxy: ${error.message}`)),
		);
		return this;
	}

	/** There is no need: the connection to the proxy has it. */
	setNoDelay(): this {
		return this;
	}

	setKeepAlive(): this {
		return this;
	}

	/** Whoever has a deadline keeps it. */
	setTimeout(): this {
		return this;
	}

	ref(): this {
		this.#socket?.ref();
		return this;
	}

	unref(): this {
		this.#socket?.unref();
		return this;
	}

	#onConnected(socket: Socket): void {
		if (this.destroyed) {
			socket.destroy();
			return;
		}
		this.#socket = socket;
		socket.on("data", (data) => {
			if (!this.push(data)) socket.pause();
		});
		let isComplete = false;
		socket.on("end", () => {
			isComplete = true;
			this.push(null);
		});
		socket.on("error", (error) => this.destroy(error));
		socket.on("close", () => {
			// What came before a proper end may still have to be read.
			if (!isComplete) this.destroy();
		});
		this.emit("connect");
		const waiting = this.#waiting;
		this.#waiting = undefined;
		waiting?.(socket);
	}

	#whenUp(run: (socket: Socket) => void): void {
		if (this.#socket === undefined) this.#waiting = run;
		else run(this.#socket);
	}

	override _read(): void {
		this.#socket?.resume();
	}

	override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
		this.#whenUp((socket) => socket.write(chunk, done));
	}

	override _final(done: () => void): void {
		this.#whenUp((socket) => socket.end(done));
	}

	override _destroy(error: Error | null, done: (error: Error | null) => void): void {
		this.#waiting = undefined;
		this.#socket?.destroy();
		done(error);
	}
}

/** TLS with the server, through the proxy; its certificate is checked as without one. */
export function connectTls(proxy: Proxy, { host, port }: Destination, options: ConnectionOptions = {}): TLSSocket {
	const socket = new SocksConnection(proxy).connect({ host, port });
	// What fails below is told above.
	return startTls({ ...options, socket, host, servername: isIP(host) === 0 ? host : "" });
}
