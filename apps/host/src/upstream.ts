import { type IncomingMessage, type OutgoingHttpHeaders, request as requestHttp, type Server } from "node:http";
import { request as requestHttps } from "node:https";
import type { Socket } from "node:net";
import { originAllowed } from "@clowder/xmpp-server";
import { Admission } from "./admission.ts";
import type { Client } from "./client-address.ts";
import { WEBSOCKET_PATH } from "./documents.ts";
import { upstreamName } from "./upstream-name.ts";
import {
	PASSED_PER_ADDRESS_MAX,
	PASSED_PER_ADDRESS_PER_MINUTE_MAX,
	UPSTREAM_ANSWER_MS_MAX,
	UPSTREAM_CLOSE_MS_MAX,
	UPSTREAM_SILENCE_MS_MAX,
} from "./limits.ts";

/** Why a WebSocket was not passed on. */
export type UpstreamRefusal =
	| "another-server"
	| "another-origin"
	| "no-websocket"
	| "too-many-from-address"
	| "upstream-refuses"
	| "upstream-unreachable"
	| "upstream-too-slow";

export interface UpstreamOptions {
	/** Where the other server takes WebSockets: `ws:` or `wss:`, no name or password in it. */
	readonly url: URL;
	/** The domain that it serves. */
	readonly domain: string;
	readonly acceptHost: (host: string | undefined) => boolean;
	readonly clientOf: (request: IncomingMessage) => Client;
	readonly refused: (why: UpstreamRefusal) => void;
	/** Told of each request that is passed on. */
	readonly accepted: (request: IncomingMessage) => void;
}

const STATUS: Readonly<Record<UpstreamRefusal, string>> = {
	"another-server": "421 Misdirected Request",
	"another-origin": "403 Forbidden",
	"no-websocket": "400 Bad Request",
	"too-many-from-address": "503 Service Unavailable",
	"upstream-refuses": "502 Bad Gateway",
	"upstream-unreachable": "502 Bad Gateway",
	"upstream-too-slow": "504 Gateway Timeout",
};

/** RFC 6455, section 4.1: 16 bytes. */
const KEY = /^[A-Za-z0-9+/]{22}==$/;
const ACCEPT = /^[A-Za-z0-9+/]{27}=$/;

/**
 * Passes the WebSockets of the page on to another XMPP server, byte for byte once both have agreed on one. The page may
 * talk to its own host alone, so that it reaches every server in this way.
 */
export class Upstream {
	readonly #options: UpstreamOptions;
	readonly #admission: Admission = new Admission(PASSED_PER_ADDRESS_MAX, PASSED_PER_ADDRESS_PER_MINUTE_MAX);
	readonly #open: Set<Socket> = new Set();
	#isClosing = false;

	/** Throws a RangeError for what is no address of a WebSocket. */
	constructor(options: UpstreamOptions) {
		const { protocol, username, password, hash } = options.url;
		if ((protocol !== "ws:" && protocol !== "wss:") || `${username}${password}${hash}` !== "") {
			throw new RangeError("another server is at a ws: or wss: address without a name, a password or a fragment");
		}
		this.#options = options;
	}

	/** Connections at this moment. */
	get connections(): number {
		return this.#open.size;
	}

	attach(http: Server): void {
		http.on("upgrade", (request, _, head) => this.#upgrade(request, head));
	}

	/** Ends all connections; resolves when none is left. */
	async close(): Promise<void> {
		this.#isClosing = true;
		const gone = [...this.#open].map((socket) => new Promise((resolve) => socket.once("close", resolve)));
		for (const socket of this.#open) socket.destroySoon();
		const cutOff = setTimeout(() => this.#open.forEach((socket) => socket.destroy()), UPSTREAM_CLOSE_MS_MAX);
		await Promise.all(gone);
		clearTimeout(cutOff);
	}

	#upgrade(request: IncomingMessage, head: Buffer): void {
		const near = request.socket;
		near.on("error", () => near.destroy());
		if (this.#isClosing) near.destroy();
		else if ((request.url ?? "").split("?")[0] !== WEBSOCKET_PATH) refuse(near, "404 Not Found");
		else {
			const why = this.#refusal(request);
			if (why === undefined) this.#admit(request, head);
			else this.#refuse(near, why);
		}
	}

	/** HOST-2: as strict as the embedded server about who asks, and for what. */
	#refusal({ method, headers }: IncomingMessage): UpstreamRefusal | undefined {
		if (!this.#options.acceptHost(headers.host)) return "another-server";
		if (!originAllowed(headers.origin, headers.host, [])) return "another-origin";
		const protocols = (headers["sec-websocket-protocol"] ?? "").split(",").map((name) => name.trim());
		const isWebSocket =
			method === "GET" &&
			headers.upgrade?.toLowerCase() === "websocket" &&
			headers["sec-websocket-version"] === "13" &&
			KEY.test(headers["sec-websocket-key"] ?? "") &&
			protocols.includes("xmpp");
		return isWebSocket ? undefined : "no-websocket";
	}

	#admit(request: IncomingMessage, head: Buffer): void {
		const near = request.socket;
		const client = this.#options.clientOf(request);
		const leave = this.#admission.enter(client.address, performance.now());
		if (leave === undefined) return this.#refuse(near, "too-many-from-address");
		this.#options.accepted(request);
		this.#open.add(near);
		near.once("close", () => {
			leave();
			this.#open.delete(near);
		});
		return this.#dial(near, head, this.#headersFor(request, client));
	}

	/** HOST-3: what the other server needs, and no more of what the browser says about itself. */
	#headersFor({ headers }: IncomingMessage, client: Client): OutgoingHttpHeaders {
		return {
			Host: upstreamName(this.#options.url, this.#options.domain),
			Connection: "Upgrade",
			Upgrade: "websocket",
			"Sec-WebSocket-Version": "13",
			"Sec-WebSocket-Key": headers["sec-websocket-key"],
			// Without extensions: who can send texts into a compressed stream can measure what else is in it.
			"Sec-WebSocket-Protocol": "xmpp",
			...(headers.origin === undefined ? {} : { Origin: headers.origin }),
			"X-Forwarded-For": client.address,
			"X-Forwarded-Proto": client.isSecure ? "https" : "http",
			...(headers.host === undefined ? {} : { "X-Forwarded-Host": headers.host }),
		};
	}

	#dial(near: Socket, head: Buffer, headers: OutgoingHttpHeaders): void {
		const { url } = this.#options;
		const request = url.protocol === "wss:" ? requestHttps : requestHttp;
		// What the URL says is its path goes as it stands; `hostname` of an IPv6 address has brackets.
		const hostname = url.hostname.replace(/^\[|\]$/g, "");
		const path = `${url.pathname}${url.search}`;
		const asked = request({ hostname, port: url.port, path, headers, agent: false });
		let isAnswered = false;
		const giveUp = (why: UpstreamRefusal): void => {
			if (isAnswered) return;
			answered();
			this.#refuse(near, why);
			asked.destroy();
		};
		const deadline = setTimeout(() => giveUp("upstream-too-slow"), UPSTREAM_ANSWER_MS_MAX);
		const answered = (): void => {
			isAnswered = true;
			clearTimeout(deadline);
			near.off("close", gone);
		};
		const gone = (): void => {
			answered();
			asked.destroy();
		};
		near.once("close", gone);
		asked.on("error", () => giveUp("upstream-unreachable"));
		asked.on("response", () => giveUp("upstream-refuses"));
		asked.on("upgrade", (response, far: Socket, farHead: Buffer) => {
			far.on("error", () => far.destroy());
			const accept = response.headers["sec-websocket-accept"] ?? "";
			if (isAnswered || !ACCEPT.test(accept) || response.headers["sec-websocket-protocol"] !== "xmpp") {
				far.destroy();
				return giveUp("upstream-refuses");
			}
			answered();
			near.write(
				`HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
					`Sec-WebSocket-Accept: ${accept}\r\nSec-WebSocket-Protocol: xmpp\r\n\r\n`,
			);
			near.write(farHead);
			far.write(head);
			return join(near, far);
		});
		asked.end();
	}

	#refuse(near: Socket, why: UpstreamRefusal): void {
		this.#options.refused(why);
		refuse(near, STATUS[why]);
	}
}

function refuse(socket: Socket, status: string): void {
	socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
	// A peer that keeps its half open, or does not read, is not waited for.
	const cutOff = setTimeout(() => socket.destroy(), UPSTREAM_CLOSE_MS_MAX);
	socket.once("close", () => clearTimeout(cutOff));
	socket.resume();
}

/**
 * HOST-4: bytes go from each to the other no faster than they are read there. When one side ends, the other hears of it
 * after all that came before, and has a bounded time to go.
 */
function join(near: Socket, far: Socket): void {
	let cutOff: NodeJS.Timeout | undefined;
	const cut = (): void => {
		near.destroy();
		far.destroy();
	};
	const ending = (): void => {
		cutOff ??= setTimeout(cut, UPSTREAM_CLOSE_MS_MAX);
	};
	for (const [from, to] of [
		[near, far],
		[far, near],
	] as const) {
		from.setNoDelay(true);
		from.setKeepAlive(true, UPSTREAM_SILENCE_MS_MAX / 10);
		from.setTimeout(UPSTREAM_SILENCE_MS_MAX, cut);
		from.once("end", ending);
		from.once("close", () => {
			ending();
			// A side that broke has not ended the other.
			to.end();
			if (to.destroyed) clearTimeout(cutOff);
		});
		from.pipe(to);
	}
}
