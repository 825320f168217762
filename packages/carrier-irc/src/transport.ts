import { connect as connectPlain, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import type { Address } from "./address.ts";
import { UNTAKEN_MAX_BYTES } from "./limits.ts";

/** What happens on a connection. `onDown` comes once, and last. */
export interface TransportEvents {
	readonly onUp: () => void;
	readonly onBytes: (bytes: Uint8Array) => void;
	readonly onDown: (detail: string) => void;
}

export interface Transport {
	write(bytes: Uint8Array): void;
	/** Ends it when what was written is out; the server may still end it first. */
	end(): void;
	/** Ends it now; `onDown` does not come. */
	destroy(): void;
}

/** Connects by TCP, or by TLS with the server's certificate checked: against `ca` where given (PEM). */
export function openTransport(
	{ host, port, isTls }: Address,
	ca: string | undefined,
	events: TransportEvents,
): Transport {
	const socket: Socket = isTls
		? connectTls({ host, port, servername: /^[\d.]+$|:/.test(host) ? "" : host, ...(ca === undefined ? {} : { ca }) })
		: connectPlain({ host, port });
	socket.setNoDelay(true);
	let detail = "the connection was closed";
	let isOver = false;
	socket.on(isTls ? "secureConnect" : "connect", () => {
		if (!isOver) events.onUp();
	});
	socket.on("data", (data: Buffer) => {
		if (!isOver) events.onBytes(data);
	});
	socket.on("error", (error) => {
		detail = error.message;
	});
	socket.on("close", () => {
		if (isOver) return;
		isOver = true;
		events.onDown(detail);
	});
	return {
		write: (bytes) => {
			socket.write(bytes);
			// A server can ask for answers and never take them (IRC-7).
			if (socket.writableLength > UNTAKEN_MAX_BYTES) socket.destroy(new Error("the server does not take what is sent"));
		},
		end: () => void socket.end(),
		destroy: () => {
			isOver = true;
			socket.destroy();
		},
	};
}
