import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";

/** A person's line to the host, which a test can cut and mend. */
export class Line {
	readonly #server: Server;
	readonly #target: number;
	readonly #sockets: Set<Socket> = new Set();
	#port = 0;

	private constructor(target: number) {
		this.#target = target;
		this.#server = createServer((near) => this.#join(near));
	}

	/** To a port of this machine. */
	static async to(target: number): Promise<Line> {
		const line = new Line(target);
		await line.mend();
		return line;
	}

	get port(): number {
		return this.#port;
	}

	/** Every connection breaks, and no new one comes about. */
	async cut(): Promise<void> {
		const closed = once(this.#server, "close");
		this.#server.close();
		for (const socket of this.#sockets) socket.destroy();
		await closed;
	}

	/** Connections can be made again. */
	async mend(): Promise<void> {
		this.#server.listen(this.#port, "127.0.0.1");
		await once(this.#server, "listening");
		this.#port = (this.#server.address() as AddressInfo).port;
	}

	async close(): Promise<void> {
		if (this.#server.listening) await this.cut();
	}

	#join(near: Socket): void {
		const far = connect(this.#target, "127.0.0.1");
		for (const [from, to] of [
			[near, far],
			[far, near],
		] as const) {
			this.#sockets.add(from);
			from.pipe(to);
			// A broken end breaks the other; "close" follows each error.
			from.on("error", () => undefined);
			from.on("close", () => {
				this.#sockets.delete(from);
				to.destroy();
			});
		}
	}
}
