import { randomBytes } from "node:crypto";
import type { IncomingMessage, Server as HttpServer } from "node:http";
import type { AddressInfo, Server as NetServer } from "node:net";
import type { Duplex } from "node:stream";
import { err, ok, type Result } from "@clowder/bytes";
import type { Certificate } from "./certificate.ts";
import { HttpRoomsEndpoint, type HttpRoomsListener, type HttpRoomsOptions } from "./http-rooms/endpoint.ts";
import { parseJid } from "./jid.ts";
import { DEFAULT_LIMITS, type ServerLimits, TICK_MS } from "./limits.ts";
import { Meter, type RefusalKind, type Traffic } from "./meter.ts";
import { SecureTcp } from "./secure-tcp.ts";
import { type CoreCounts, ServerCore } from "./server-core.ts";
import { MemoryStorage } from "./storage/memory-storage.ts";
import type { Storage } from "./storage/storage.ts";
import { type Edge, type Tap, tcpServer } from "./tcp.ts";
import type { UploadsEndpoint, UploadsListener, UploadsOptions } from "./upload/endpoint.ts";
import { openUploads } from "./upload/open-uploads.ts";
import { WebSocketEndpoint, type WebSocketOptions } from "./websocket.ts";
import { WriteBatch } from "./write-batch.ts";

/** How a server is made. */
export interface XmppServerOptions {
	/** The domain of its accounts: `user@domain`. Its rooms are at `room@conference.domain`. */
	readonly domain: string;
	/** Limits that differ from `DEFAULT_LIMITS`. */
	readonly limits?: Partial<ServerLimits>;
	/** The time in milliseconds since any fixed moment; never going back. */
	readonly now?: () => number;
	/** Bytes nobody can guess; `crypto.randomBytes` when absent. */
	readonly random?: (bytes: number) => Uint8Array;
	/** What outlives connections, and the process if it is of `openStorage`; in memory when absent. Closed with the server. */
	readonly storage?: Storage;
	/** The time in milliseconds since 1970, for what is dated; the system's when absent. */
	readonly wallTime?: () => number;
	/** Told of every text that passes, under a name for the connection that says nothing else. For tests. */
	readonly tap?: Tap;
	/** Told in one line what an operator may want to know; SERVER-13: never an address, a name or a room. */
	readonly log?: (line: string) => void;
	/** Told of each refusal by its kind. */
	readonly refused?: (kind: RefusalKind) => void;
}

/** Why the server cannot listen there. */
export type ServerError =
	/** Asked for what it does not do. */
	| { readonly kind: "usage"; readonly expected: string; readonly got: string }
	/** Something else listens there. */
	| { readonly kind: "address-in-use"; readonly port: number }
	/** The system does not let this user listen there. */
	| { readonly kind: "not-permitted"; readonly port: number }
	/** Any other reason of the system's, in its own word. */
	| { readonly kind: "system"; readonly code: string };

/** Where to listen for TCP. */
export interface TcpOptions {
	/** Without a certificate a loopback address: passwords' proofs and all stanzas pass without TLS. */
	readonly host: string;
	/** 0 for any free port. */
	readonly port: number;
	/** For TLS, from the first byte or after STARTTLS; then nothing passes without it. */
	readonly certificate?: Certificate | undefined;
}

/**
 * An XMPP server in this process. It keeps nothing on disk but its storage and files, where it is given them, and does no
 * other I/O until it is attached or listens.
 */
export interface XmppServer {
	readonly domain: string;
	/** The domain of the rooms. */
	readonly mucDomain: string;
	/** How many there are of what, at this moment. */
	readonly counts: CoreCounts;
	/** What has passed since it was made; goes on counting. */
	readonly traffic: Traffic;
	/** Serves RFC 7395 on upgrade requests of an HTTP server, which stays the caller's to listen and to close. */
	attachWebSocket(httpServer: HttpServer, options: WebSocketOptions): void;
	/**
	 * Serves the rooms over plain HTTP (`spec/carrier-http.md`), to be asked first for each request of an HTTP server that
	 * stays the caller's.
	 */
	httpRooms(options: HttpRoomsOptions): HttpRoomsListener;
	/**
	 * Lets accounts put files (XEP-0363, `spec/xmpp-server-upload.md`), and serves them: to be asked for each request of an
	 * HTTP server that stays the caller's, and lets a request take as long as `uploadTransferMs`. Once for a server.
	 */
	uploads(options: UploadsOptions): Result<UploadsListener, ServerError>;
	/** Serves RFC 6120 on a loopback port, or with a certificate on any. */
	listenTcp(options: TcpOptions): Promise<Result<{ readonly port: number }, ServerError>>;
	/** New connections to the ports with TLS get this certificate. */
	useCertificate(certificate: Certificate): void;
	/** Tells clients, closes their connections and stops listening; resolves when all is closed. */
	close(): Promise<void>;
}

type UpgradeListener = (request: IncomingMessage, socket: Duplex, head: Buffer) => void;

const LOOPBACK: ReadonlySet<string> = new Set(["127.0.0.1", "::1", "localhost"]);

class Server implements XmppServer {
	readonly domain: string;
	readonly mucDomain: string;
	readonly #core: ServerCore;
	readonly #storage: Storage;
	readonly #limits: ServerLimits;
	readonly #now: () => number;
	readonly #random: (bytes: number) => Uint8Array;
	readonly #edge: Edge;
	readonly #attached: { readonly server: HttpServer; readonly listener: UpgradeListener }[] = [];
	readonly #listening: Set<NetServer> = new Set();
	#uploads: UploadsEndpoint | undefined;
	readonly #secure: Set<SecureTcp> = new Set();
	#ticking: NodeJS.Timeout | undefined;
	#closing: Promise<void> | undefined;

	constructor(options: XmppServerOptions, domain: string) {
		this.#limits = { ...DEFAULT_LIMITS, ...options.limits };
		this.#now = options.now ?? (() => performance.now());
		this.#random = options.random ?? ((bytes: number) => new Uint8Array(randomBytes(bytes)));
		const log = options.log ?? (() => {});
		const meter = new Meter((kind) => {
			log(`refused: ${kind}`);
			options.refused?.(kind);
		});
		this.#storage = options.storage ?? new MemoryStorage();
		this.#core = new ServerCore({
			domain,
			limits: this.#limits,
			random: this.#random,
			storage: this.#storage,
			wallTime: options.wallTime ?? Date.now,
			startedAt: this.#now(),
			meter,
		});
		this.domain = domain;
		this.mucDomain = this.#core.mucDomain;
		let connections = 0;
		this.#edge = {
			core: this.#core,
			now: this.#now,
			tap: (connection, direction, text) => {
				meter.passed(direction, text);
				options.tap?.(connection, direction, text);
			},
			log,
			refused: (kind) => meter.refused(kind),
			nextName: () => `c${++connections}`,
			batch: new WriteBatch(),
		};
	}

	get counts(): CoreCounts {
		return this.#core.counts;
	}

	get traffic(): Traffic {
		return this.#core.meter;
	}

	#start(): void {
		this.#ticking ??= setInterval(() => this.#core.tick(this.#now()), TICK_MS).unref();
	}

	attachWebSocket(httpServer: HttpServer, options: WebSocketOptions): void {
		const endpoint = new WebSocketEndpoint(this.#edge, options, this.#limits.stanzaBytes);
		const listener: UpgradeListener = (request, socket, head) => {
			socket.on("error", () => socket.destroy());
			if (this.#closing !== undefined) socket.destroy();
			else if (!endpoint.upgrade(request, socket, head) && httpServer.listenerCount("upgrade") === 1) {
				// Nobody else is there to answer.
				socket.end("HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
			}
		};
		httpServer.on("upgrade", listener);
		this.#attached.push({ server: httpServer, listener });
		this.#start();
	}

	httpRooms(options: HttpRoomsOptions): HttpRoomsListener {
		const endpoint = new HttpRoomsEndpoint(this.#edge, options, this.#limits, this.#random);
		this.#start();
		return (request, response) => endpoint.handle(request, response, this.#closing !== undefined);
	}

	uploads(options: UploadsOptions): Result<UploadsListener, ServerError> {
		if (this.#uploads !== undefined || this.#closing !== undefined) {
			return err({ kind: "usage", expected: "an open server without files", got: "a closed one, or one with files" });
		}
		const opened = openUploads(options, this.#limits, this.#random);
		if (!opened.ok) return err({ kind: "system", code: opened.error });
		this.#uploads = opened.value;
		this.#core.uploads.serve(opened.value);
		return ok((request, response) => opened.value.handle(request, response, this.#closing !== undefined));
	}

	useCertificate(certificate: Certificate): void {
		for (const listener of this.#secure) listener.useCertificate(certificate);
	}

	listenTcp({ host, port, certificate }: TcpOptions): Promise<Result<{ readonly port: number }, ServerError>> {
		if (certificate === undefined && !LOOPBACK.has(host)) {
			return Promise.resolve(err({ kind: "usage", expected: "a loopback address", got: host }));
		}
		if (this.#closing !== undefined) {
			return Promise.resolve(err({ kind: "usage", expected: "an open server", got: "a closed one" }));
		}
		const server = certificate === undefined ? tcpServer(this.#edge) : this.#secureServer(certificate);
		return new Promise((resolve) => {
			server.on("error", (error: NodeJS.ErrnoException) => resolve(err(listenError(error, port))));
			server.listen({ host, port, exclusive: true }, () => {
				this.#listening.add(server);
				this.#start();
				this.#edge.log("listening for native clients");
				resolve(ok({ port: (server.address() as AddressInfo).port }));
			});
		});
	}

	#secureServer(certificate: Certificate): NetServer {
		const listener = new SecureTcp(this.#edge, this.#limits, this.#random, certificate);
		this.#secure.add(listener);
		return listener.server;
	}

	close(): Promise<void> {
		this.#closing ??= this.#close();
		return this.#closing;
	}

	async #close(): Promise<void> {
		const stopped = [...this.#listening].map((server) => new Promise<void>((done) => server.close(() => done())));
		this.#core.shutdown(this.#now());
		await this.#connectionsGone();
		await Promise.all(stopped);
		clearInterval(this.#ticking);
		this.#uploads?.close();
		for (const { server, listener } of this.#attached) server.off("upgrade", listener);
		this.#storage.close();
	}

	/** A peer that does not let go is let go of; by the real clock, whatever clock the server was given. */
	#connectionsGone(): Promise<void> {
		return new Promise((resolve) => {
			const cutOff = setTimeout(() => this.#core.dropAll(this.#now()), this.#limits.closeTimeoutMs);
			this.#core.whenEmpty(() => {
				clearTimeout(cutOff);
				resolve();
			});
		});
	}
}

function listenError(error: NodeJS.ErrnoException, port: number): ServerError {
	if (error.code === "EADDRINUSE") return { kind: "address-in-use", port };
	if (error.code === "EACCES") return { kind: "not-permitted", port };
	return { kind: "system", code: error.code ?? error.name };
}

/** Makes a server. A domain that is no domain is the caller's error and throws a RangeError. */
export function createXmppServer(options: XmppServerOptions): XmppServer {
	const domain = parseJid(options.domain);
	if (!domain.ok || domain.value.local !== "" || domain.value.resource !== "") {
		throw new RangeError("the domain of an XMPP server is a domain name");
	}
	return new Server(options, domain.value.domain);
}
