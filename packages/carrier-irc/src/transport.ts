import { connect as connectPlain, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import { connectTls as connectTlsThrough, type Proxy, SocksConnection } from "@clowder/socks";
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

/** By TCP, or by TLS with the server's certificate checked: against `ca` where given (PEM). */
function connect(
	{ host, port, isTls }: Address,
	ca: string | undefined,
	route: Proxy | undefined,
): Socket | SocksConnection {
	const trusted = ca === undefined ? {} : { ca };
	if (route !== undefined) {
		return isTls
			? connectTlsThrough(route, { host, port }, trusted)
			: new SocksConnection(route).connect({ host, port });
	}
	if (!isTls) return connectPlain({ host, port });
	return connectTls({ host, port, servername: /^[\d.]+$|:/.test(host) ? "" : host, ...trusted });
}

/** Connects to a server, through the proxy `route` where there is one. */
export function openTransport(
	address: Address,
	ca: string | undefined,
	route: Proxy | undefined,
	events: TransportEvents,
): Transport {
	const { isTls } = address;
	const socket = connect(address, ca, route);
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
