import { createServer, type Server, type Socket } from "node:net";
import { createServer as createTlsServer, type Server as TlsServer, type TLSSocket } from "node:tls";
import { base64 } from "@clowder/bytes";
import type { Channels } from "@clowder/login";
import type { Certificate } from "./certificate.ts";
import type { ServerLimits } from "./limits.ts";
import type { Peer } from "./server-core.ts";
import { StartTls } from "./start-tls.ts";
import { admit, type Edge, serveStream } from "./tcp.ts";

/** The first byte of a TLS record that begins a handshake; no XML begins with it. */
const HANDSHAKE_BYTE = 0x16;
/** XEP-0368 section 3. */
const ALPN_PROTOCOL = "xmpp-client";
/** RFC 9266. */
const EXPORTER_LABEL = "EXPORTER-Channel-Binding";
const EXPORTER_BYTES = 32;

/** A connection until TLS stands: it counts, and has as long as a stream has to log in. */
class Prelude implements Peer {
	readonly #socket: Socket;
	readonly #until: number;
	isSecured = false;

	constructor(socket: Socket, until: number) {
		this.#socket = socket;
		this.#until = until;
	}

	tick(now: number): void {
		if (now >= this.#until) this.#socket.destroy();
	}

	fail(): void {
		this.#socket.destroy();
	}

	drop(): void {
		if (!this.isSecured) this.#socket.destroy();
	}
}

/**
 * A listener for native clients on any address. TLS from the first byte (XEP-0368) or after STARTTLS (RFC 6120 section 5), as
 * the client likes; without TLS nothing is heard. The caller listens on `server` and closes it.
 */
export class SecureTcp {
	readonly server: Server;
	readonly #tls: TlsServer;
	readonly #edge: Edge;
	readonly #limits: ServerLimits;
	readonly #random: (bytes: number) => Uint8Array;
	readonly #preludes: Map<string, Prelude> = new Map();

	constructor(edge: Edge, limits: ServerLimits, random: (bytes: number) => Uint8Array, certificate: Certificate) {
		this.#edge = edge;
		this.#limits = limits;
		this.#random = random;
		this.#tls = createTlsServer({
			...contextOf(certificate),
			ALPNProtocols: [ALPN_PROTOCOL],
			handshakeTimeout: limits.unauthenticatedMs,
		});
		this.#tls.on("secureConnection", (socket) => this.#secured(socket));
		this.#tls.on("tlsClientError", (_, socket) => {
			edge.refused("no-tls");
			socket.destroy();
		});
		this.server = createServer({ allowHalfOpen: false }, (socket) => this.#accept(socket));
	}

	/** From now on new connections get this one; those there are stay. */
	useCertificate(certificate: Certificate): void {
		this.#tls.setSecureContext(contextOf(certificate));
	}

	#accept(socket: Socket): void {
		const { core, now } = this.#edge;
		socket.on("error", () => socket.destroy());
		if (!admit(this.#edge, socket)) return;
		const key = keyOf(socket);
		const prelude = new Prelude(socket, now() + this.#limits.unauthenticatedMs);
		this.#preludes.set(key, prelude);
		core.takeIn(prelude, socket.remoteAddress ?? "");
		socket.on("close", () => {
			if (this.#preludes.get(key) === prelude) this.#preludes.delete(key);
			core.disconnected(prelude, now());
		});
		socket.once("data", (first: Buffer) => {
			socket.pause();
			if (first[0] === HANDSHAKE_BYTE) {
				socket.unshift(first);
				this.#handshake(socket);
			} else this.#startTls(socket, first);
		});
	}

	/** The way that Node documents to give a TLS server a connection. */
	#handshake(socket: Socket): void {
		this.#tls.emit("connection", socket);
	}

	#startTls(socket: Socket, first: Buffer): void {
		const name = this.#edge.nextName();
		const id = base64(this.#random(15)).replaceAll("+", "-").replaceAll("/", "_");
		const stream = new StartTls(this.#edge.core.domain, this.#limits, id, (text) => {
			this.#edge.tap(name, "out", text);
			socket.write(text);
		});
		const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
		const read = (bytes: Buffer): void => {
			let text: string;
			try {
				text = decoder.decode(bytes, { stream: true });
			} catch {
				stream.fail("unsupported-encoding");
				socket.destroySoon();
				return;
			}
			this.#edge.tap(name, "in", text);
			const step = stream.receive(text);
			if (step === "read") return;
			socket.off("data", read);
			if (step === "close") {
				socket.destroySoon();
				return;
			}
			socket.pause();
			this.#handshake(socket);
		};
		socket.on("data", read);
		read(first);
		if (socket.listeners("data").includes(read)) socket.resume();
	}

	#secured(socket: TLSSocket): void {
		const { core, now } = this.#edge;
		socket.on("error", () => socket.destroy());
		const key = keyOf(socket);
		const prelude = this.#preludes.get(key);
		this.#preludes.delete(key);
		// Was given up in the same moment.
		if (prelude === undefined) {
			socket.destroy();
			return;
		}
		prelude.isSecured = true;
		core.disconnected(prelude, now());
		serveStream(this.#edge, socket, channelsOf(socket));
	}
}

/** TLS 1.2 or newer, of Node's choice of ciphers, which its makers keep. */
function contextOf({ chain, key }: Certificate): { cert: string; key: string; minVersion: "TLSv1.2" } {
	return { cert: chain, key, minVersion: "TLSv1.2" };
}

/** One connection at a time has an address and port. */
function keyOf(socket: Socket): string {
	return `${socket.remoteAddress} ${socket.remotePort}`;
}

/** TLS-4: what a login can be bound to. Before TLS 1.3 the exporter does not name one channel alone (RFC 9266 section 3). */
function channelsOf(socket: TLSSocket): Channels {
	if (socket.getProtocol() !== "TLSv1.3") return {};
	const bytes = socket.exportKeyingMaterial(EXPORTER_BYTES, EXPORTER_LABEL, Buffer.alloc(0));
	return { "tls-exporter": new Uint8Array(bytes) };
}
