import { createHash } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { base64, hex } from "@clowder/bytes";
import { bareOf } from "../jid.ts";
import { HTTP_NICK_BYTES, HTTP_SENDING_COUNT, HTTP_TOKEN_BYTES, type ServerLimits } from "../limits.ts";
import type { RefusalKind } from "../meter.ts";
import type { Edge } from "../tcp.ts";
import { originAllowed } from "../websocket.ts";
import { answer, beginEvents, refuse } from "./answers.ts";
import { type BodyRefusal, readBody } from "./body.ts";
import { type EventSink, HttpOccupant } from "./occupant.ts";
import { readEntrance, readEventId, readTexts } from "./requests.ts";

/** Where the rooms are served over plain HTTP. */
export interface HttpRoomsOptions {
	/** The path above all requests, such as "/http-rooms". */
	readonly path: string;
	/** Whether a `Host` header names this server; without it any does, as for WebSockets. */
	readonly acceptHost?: (host: string | undefined) => boolean;
	/** The address that limits are counted for, as for WebSockets. */
	readonly clientAddress?: (request: IncomingMessage) => string;
}

/** Answers a request if it is for the rooms; false: it is not, and nothing was done. */
export type HttpRoomsListener = (request: IncomingMessage, response: ServerResponse) => boolean;

/** An occupant and what its requests share. */
interface Ticket {
	readonly occupant: HttpOccupant;
	readonly tap: (direction: "in" | "out", text: string) => void;
	/** Requests to send whose answers wait. */
	sending: number;
}

const BODY_REFUSALS: Readonly<Record<BodyRefusal, string>> = {
	400: "bad-request",
	408: "too-slow",
	413: "too-large",
	415: "json-expected",
};

/** The rooms over HTTP (`spec/carrier-http.md`): four requests, and one token for each occupant. */
export class HttpRoomsEndpoint {
	readonly #edge: Edge;
	readonly #options: HttpRoomsOptions;
	readonly #limits: ServerLimits;
	readonly #random: (bytes: number) => Uint8Array;
	/** HTTP-2: by the hash of the token, so that looking one up tells nobody how near a guess was. */
	readonly #tickets: Map<string, Ticket> = new Map();

	constructor(edge: Edge, options: HttpRoomsOptions, limits: ServerLimits, random: (bytes: number) => Uint8Array) {
		this.#edge = edge;
		this.#options = options;
		this.#limits = limits;
		this.#random = random;
	}

	/** False: the request is for another path. */
	handle(request: IncomingMessage, response: ServerResponse, isClosing: boolean): boolean {
		const { path } = this.#options;
		const url = request.url ?? "";
		if (!url.startsWith(`${path}/`)) return false;
		response.on("error", () => response.destroy());
		const refusal = this.#refusal(request);
		if (isClosing) refuse(response, 503, "system-shutdown");
		else if (refusal === undefined) this.#dispatch(url.slice(path.length), request, response);
		else {
			this.#edge.refused(refusal.error);
			refuse(response, refusal.status, refusal.error);
		}
		return true;
	}

	/** HTTP-10: any page of the web can make a browser send requests; only our own pages' are heard. */
	#refusal({ headers }: IncomingMessage): { readonly status: number; readonly error: RefusalKind } | undefined {
		if (this.#options.acceptHost?.(headers.host) === false) return { status: 421, error: "another-server" };
		const site = headers["sec-fetch-site"];
		const isCrossSite = site !== undefined && site !== "same-origin" && site !== "none";
		if (isCrossSite || !originAllowed(headers.origin, headers.host, []))
			return { status: 403, error: "another-origin" };
		return undefined;
	}

	#dispatch(name: string, request: IncomingMessage, response: ServerResponse): void {
		const method = name === "/events" ? "GET" : "POST";
		if (!["/enter", "/events", "/texts", "/leave"].includes(name)) return refuse(response, 404, "no-such-request");
		if (request.method !== method) {
			response.setHeader("Allow", method);
			return refuse(response, 405, "another-method");
		}
		if (name === "/enter") {
			void this.#enter(request, response);
			return undefined;
		}
		const ticket = this.#ticket(request);
		if (ticket === undefined) return refuse(response, 401, "not-in-the-room");
		if (name === "/events") return this.#events(ticket, request, response);
		if (name === "/leave") return this.#leave(ticket, response);
		void this.#texts(ticket, request, response);
		return undefined;
	}

	#ticket({ headers }: IncomingMessage): Ticket | undefined {
		const token = /^Bearer ([A-Za-z0-9_-]{43})$/.exec(headers.authorization ?? "")?.[1];
		return token === undefined ? undefined : this.#tickets.get(hashOf(token));
	}

	async #enter(request: IncomingMessage, response: ServerResponse): Promise<void> {
		const { core, now, refused } = this.#edge;
		// A socket that closes while the body comes has none any more.
		const address = this.#options.clientAddress?.(request) ?? request.socket.remoteAddress ?? "";
		const body = await this.#body(request, response);
		if (body === undefined) return undefined;
		const room = readEntrance(body, core.mucDomain);
		if (!room.ok) return refuse(response, 400, room.error);
		// HTTP-9: an occupant counts as a connection of its address.
		const admitted = core.admits(address, now());
		if (!admitted.ok) {
			refused(admitted.error);
			return refuse(response, 503, admitted.error);
		}
		const token = base64(this.#random(HTTP_TOKEN_BYTES)).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
		const key = hashOf(token);
		const nick = hex(this.#random(HTTP_NICK_BYTES));
		const onGone = (): void => void this.#tickets.delete(key);
		const occupant = new HttpOccupant(core, this.#limits, room.value, nick, onGone, now());
		const connection = this.#edge.nextName();
		const tap: Ticket["tap"] = (direction, text) => this.#edge.tap(connection, direction, text);
		tap("in", body);
		this.#tickets.set(key, { occupant, tap, sending: 0 });
		core.takeIn(occupant, address);
		const entered = occupant.enter(now());
		if (!entered.ok) {
			core.disconnected(occupant, now());
			return refuse(response, 403, entered.error);
		}
		return answer(response, 201, { token, handle: nick, room: bareOf(room.value), occupants: entered.value });
	}

	#events(ticket: Ticket, request: IncomingMessage, response: ServerResponse): void {
		const { now } = this.#edge;
		const lastId = readEventId(request.headers["last-event-id"]);
		if (lastId === undefined) return refuse(response, 400, "bad-request");
		const reading = /^wait=\d+$/.test(String(request.headers["prefer"] ?? "")) ? "poll" : "stream";
		const sink = new ResponseSink(response, ticket.tap, this.#limits.closeTimeoutMs);
		const attached = ticket.occupant.attach(sink, lastId, reading, now());
		if (attached.ok) {
			response.on("close", () => ticket.occupant.detach(sink, now()));
			return undefined;
		}
		if (attached.error === "not-yet") return refuse(response, 400, attached.error);
		// HTTP-5: what the reader lacks is not kept any more, so its presence in the room is over.
		this.#edge.core.disconnected(ticket.occupant, now());
		return refuse(response, 410, attached.error);
	}

	async #texts(ticket: Ticket, request: IncomingMessage, response: ServerResponse): Promise<void> {
		if (ticket.sending >= HTTP_SENDING_COUNT) return refuse(response, 429, "one-at-a-time");
		ticket.sending += 1;
		const done = (): void => void (ticket.sending -= 1);
		const body = await this.#body(request, response);
		const texts = body === undefined ? undefined : readTexts(body);
		if (body === undefined || !texts?.ok) {
			done();
			return body === undefined ? undefined : refuse(response, 400, "bad-request");
		}
		ticket.tap("in", body);
		const taken = ticket.occupant.take(texts.value, this.#edge.now());
		if (taken.type === "taken" && taken.waitMs > 0) {
			setTimeout(() => {
				done();
				answer(response, 200, { next: taken.next });
			}, taken.waitMs).unref();
			return undefined;
		}
		done();
		if (taken.type === "gone") return refuse(response, 401, "not-in-the-room");
		if (taken.type === "gap") return answer(response, 409, { error: "texts-missing", next: taken.next });
		return answer(response, 200, { next: taken.next });
	}

	#leave({ occupant }: Ticket, response: ServerResponse): void {
		this.#edge.core.disconnected(occupant, this.#edge.now());
		answer(response, 200, {});
	}

	async #body(request: IncomingMessage, response: ServerResponse): Promise<string | undefined> {
		const body = await readBody(request, this.#limits.httpBodyMs);
		if (body.ok) return body.value;
		refuse(response, body.error, BODY_REFUSALS[body.error]);
		return undefined;
	}
}

/** One answer that events are written to. */
class ResponseSink implements EventSink {
	readonly #response: ServerResponse;
	readonly #tap: Ticket["tap"];
	readonly #closeTimeoutMs: number;

	constructor(response: ServerResponse, tap: Ticket["tap"], closeTimeoutMs: number) {
		this.#response = response;
		this.#tap = tap;
		this.#closeTimeoutMs = closeTimeoutMs;
	}

	write(text: string): number {
		if (!this.#response.headersSent) beginEvents(this.#response);
		this.#tap("out", text);
		this.#response.write(text);
		return this.#response.writableLength;
	}

	end(): void {
		this.#response.end();
		// A reader that does not read keeps nothing of ours for long.
		const timeout = setTimeout(() => this.#response.destroy(), this.#closeTimeoutMs).unref();
		this.#response.on("close", () => clearTimeout(timeout));
	}
}

function hashOf(token: string): string {
	return createHash("sha256").update(token).digest("base64");
}
