import assert from "node:assert/strict";
import { connect, createServer, type Server, type Socket } from "node:net";

/** What somebody asked a proxy for. */
export interface SocksRequest {
	/** Whether the server was named, or an address of it given, which somebody had to ask for. */
	readonly kind: "name" | "address";
	readonly host: string;
	readonly port: number;
	/** RFC 1929; undefined where none was given. */
	readonly username: string | undefined;
	readonly password: string | undefined;
}

const VERSION = 5;
const USER_PASSWORD = 2;
const REPLY = { granted: 0, unreachable: 4 };

/** A SOCKS5 proxy on loopback (RFC 1928, RFC 1929) that knows some names, each a port of this machine, and writes down who asks. */
export class SocksServer {
	readonly requests: SocksRequest[] = [];
	readonly #server: Server;
	readonly #sockets: Set<Socket> = new Set();
	readonly #names: Map<string, number>;

	constructor(names: Readonly<Record<string, number>>) {
		this.#names = new Map(Object.entries(names));
		this.#server = createServer(
			{ allowHalfOpen: true },
			(socket) => void this.#serve(socket).catch(() => socket.destroy()),
		);
	}

	/** `names`: the ports of this machine at which the proxy finds hosts. */
	static async start(names: Readonly<Record<string, number>>): Promise<SocksServer> {
		const proxy = new SocksServer(names);
		await new Promise<void>((resolve) => proxy.#server.listen(0, "127.0.0.1", resolve));
		return proxy;
	}

	get url(): string {
		const address = this.#server.address();
		assert.ok(address !== null && typeof address === "object");
		return `socks5://127.0.0.1:${address.port}`;
	}

	/** Ends all connections through it, without a goodbye. */
	cut(): void {
		for (const socket of this.#sockets) socket.resetAndDestroy();
	}

	async close(): Promise<void> {
		for (const socket of this.#sockets) socket.destroy();
		await new Promise((resolve) => this.#server.close(resolve));
	}

	async #serve(near: Socket): Promise<void> {
		this.#keep(near);
		const read = reader(near);
		const [, count = 0] = await read(2);
		const methods = await read(count);
		const isNamed = methods.includes(USER_PASSWORD);
		near.write(Uint8Array.of(VERSION, isNamed ? USER_PASSWORD : 0));
		const username = isNamed ? await credential(read, 1) : undefined;
		const password = isNamed ? await credential(read, 0) : undefined;
		if (isNamed) near.write(Uint8Array.of(1, 0));
		const [, , , type = 0] = await read(4);
		const kind = type === 3 ? "name" : "address";
		const host = type === 3 ? await credential(read, 0) : (await read(type === 1 ? 4 : 16)).join(".");
		const port = (await read(2)).readUInt16BE();
		this.requests.push({ kind, host, port, username, password });
		const target = this.#names.get(host);
		if (target === undefined) {
			near.end(Uint8Array.of(VERSION, REPLY.unreachable, 0, 1, 0, 0, 0, 0, 0, 0));
			return;
		}
		const far = connect({ port: target, host: "127.0.0.1", allowHalfOpen: true });
		this.#keep(far);
		for (const socket of [near, far]) {
			socket.on("close", (isBroken) => {
				// After an end in good order, what is on its way still arrives.
				if (!isBroken) return;
				near.destroy();
				far.destroy();
			});
		}
		near.write(Uint8Array.of(VERSION, REPLY.granted, 0, 1, 0, 0, 0, 0, 0, 0));
		near.pipe(far);
		far.pipe(near);
	}

	#keep(socket: Socket): void {
		this.#sockets.add(socket);
		socket.on("error", () => {});
		socket.on("close", () => this.#sockets.delete(socket));
	}
}

type Read = (length: number) => Promise<Buffer>;

/** Reads as many bytes as asked for; rejects at the end. */
function reader(socket: Socket): Read {
	return async (length) => {
		for (;;) {
			const bytes = (length === 0 ? Buffer.alloc(0) : socket.read(length)) as Buffer | null;
			if (bytes !== null) return bytes;
			await new Promise<void>((resolve, reject) => {
				socket.once("readable", resolve);
				socket.once("close", () => reject(new Error("the client went away")));
			});
		}
	};
}

/** A text after its length, `skip` bytes after what came before. */
async function credential(read: Read, skip: number): Promise<string> {
	await read(skip);
	const [length = 0] = await read(1);
	return (await read(length)).toString();
}
