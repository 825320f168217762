import assert from "node:assert/strict";
import { connect, createServer, type Server, type Socket } from "node:net";

/** A TCP line to a server that can be cut, held and joined again. */
export class Line {
	readonly #server: Server;
	readonly #sockets: Set<Socket> = new Set();
	readonly #target: number;
	#isCut = false;
	#isHeld = false;
	#accepted = 0;
	#near: Socket | undefined;
	#heard = "";

	constructor(target: number) {
		this.#target = target;
		this.#server = createServer((near) => this.#accept(near));
	}

	static async to(target: number): Promise<Line> {
		const line = new Line(target);
		await new Promise<void>((resolve) => line.#server.listen(0, "127.0.0.1", resolve));
		return line;
	}

	get port(): number {
		const address = this.#server.address();
		assert.ok(address !== null && typeof address === "object");
		return address.port;
	}

	/** Connections so far. */
	get accepted(): number {
		return this.#accepted;
	}

	/** What the latest client has sent. */
	get heard(): string {
		return this.#heard;
	}

	/** Says something to the latest client, as from the server. */
	inject(bytes: Uint8Array): void {
		this.#near?.write(bytes);
	}

	/** Ends all connections without a goodbye and refuses new ones. */
	cut(): void {
		this.#isCut = true;
		for (const socket of this.#sockets) socket.resetAndDestroy();
	}

	/** Lets nothing through in either direction, without ending anything: a dead line. */
	hold(): void {
		this.#isHeld = true;
		for (const socket of this.#sockets) socket.unpipe();
	}

	/** Lets new connections through again. */
	mend(): void {
		this.#isCut = false;
		this.#isHeld = false;
	}

	async close(): Promise<void> {
		this.#isCut = true;
		for (const socket of this.#sockets) socket.destroy();
		await new Promise((resolve) => this.#server.close(resolve));
	}

	#accept(near: Socket): void {
		this.#accepted++;
		near.on("error", () => {});
		this.#near = near;
		this.#heard = "";
		if (this.#isCut) {
			near.resetAndDestroy();
			return;
		}
		const far = connect(this.#target, "127.0.0.1");
		far.on("error", () => {});
		for (const socket of [near, far]) {
			this.#sockets.add(socket);
			socket.on("close", () => {
				this.#sockets.delete(socket);
				near.destroy();
				far.destroy();
			});
		}
		if (this.#isHeld) return;
		near.on("data", (data: Buffer) => {
			this.#heard += data.toString("latin1");
		});
		near.pipe(far);
		far.pipe(near);
	}
}
