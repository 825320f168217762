import { err, ok, type Result } from "@clowder/bytes";
import type { CarrierError, EnterStep, RoomName } from "@clowder/carrier";
import type { Route } from "#transports";
import { roomAddress } from "./address.ts";
import { findRooms } from "./disco.ts";
import type { XmppTiming } from "./limits.ts";
import { Login, type LoginOptions } from "./login.ts";
import { type Element, Link } from "./xmpp-js.ts";

export interface ConnectorOptions extends LoginOptions {
	/** One or more addresses of the same server. */
	readonly services: readonly string[];
	/** How the server is reached. */
	readonly route: Route;
	/** The service for rooms; asked for when not given. */
	readonly muc: string | undefined;
	readonly timing: XmppTiming;
	readonly onServer: (seen: ServerFacts) => void;
}

/** What a server said of itself on the way in. */
export interface ServerFacts {
	/** SASL mechanisms, as it lists them. */
	readonly mechanisms: readonly string[];
	/** It says that accounts can be registered (XEP-0077). */
	readonly registration: boolean;
	/** It can resume a stream whose line was lost (XEP-0198). */
	readonly resumption: boolean;
	/** The domain of its rooms. */
	readonly rooms: string;
}

export interface ConnectorEvents {
	readonly onStanza: (stanza: Element) => void;
	readonly onDown: (reason: CarrierError) => void;
	readonly onStep: (step: EnterStep) => void;
}

/** What a server says that is not to be used now, where another of its addresses may be (RFC 6120 section 4.9.3). */
const NOT_HERE_NOW: ReadonlySet<string> = new Set([
	"internal-server-error",
	"remote-connection-failed",
	"reset",
	"resource-constraint",
	"system-shutdown",
]);

/** A line to the server, good for a room. */
export interface Connected {
	readonly link: Link;
	/** The room's bare address. */
	readonly room: string;
	/** The server kept the former connection's end: we are where we were. */
	readonly resumed: boolean;
}

/**
 * Makes the connection of one place, again and again where needed (XMPP-8): with the same account, or a new one where the
 * server has forgotten it (XMPP-3).
 */
export class Connector {
	readonly #options: ConnectorOptions;
	readonly #room: RoomName;
	readonly #events: ConnectorEvents;
	readonly #login: Login;
	#link: Link | undefined;
	#muc: string | undefined;
	/** Which of the addresses is in use, or is tried first the next time. */
	#current = 0;
	/** Given up by its owner: no further address is tried. */
	#isOver = false;

	constructor(options: ConnectorOptions, room: RoomName, events: ConnectorEvents) {
		this.#options = options;
		this.#room = room;
		this.#events = events;
		this.#login = new Login(options, events.onStep);
		this.#muc = options.muc;
	}

	async connect(): Promise<Result<Connected, CarrierError>> {
		this.#events.onStep("connecting");
		const opened = await this.#open();
		if (!opened.ok) return opened;
		const { link, resumed } = opened.value;
		if (this.#muc === undefined) {
			const found = await findRooms(link, this.#options.domain);
			if (!found.ok) return found;
			this.#muc = found.value;
		}
		this.#options.onServer({ ...link.offer, rooms: this.#muc });
		return ok({ link, room: roomAddress(this.#room, this.#muc), resumed });
	}

	/** DEPLOY-2: opens a stream at the first address that has one for us now, from the one that was last in use. */
	async #open(): Promise<Result<{ readonly link: Link; readonly resumed: boolean }, CarrierError>> {
		let reason: CarrierError = { kind: "usage", detail: "the address of a server expected" };
		for (const _ of this.#options.services) {
			if (this.#link?.resumable !== true) this.#link = this.#newLink();
			const link = this.#link;
			const opened = await link.open(this.#options.services[this.#current] as string);
			if (opened.ok) return ok({ link, resumed: opened.value === "resumed" });
			reason = opened.error;
			if (this.#isOver || !isElsewhere(reason)) break;
			this.#next();
		}
		return err(reason);
	}

	#next(): void {
		this.#current = (this.#current + 1) % this.#options.services.length;
	}

	/** Prepares for another try: what was refused is not used again, what is half up is dropped. */
	afterFailure(reason: CarrierError): void {
		if (reason.kind === "refused" && reason.condition === "not-authorized") this.#login.forget();
		if (this.#link?.isUp === true) {
			const link = this.#link;
			this.forget();
			link.cut(reason);
			// It let us in, and no further.
			if (isElsewhere(reason)) this.#next();
		}
	}

	/** The next connection starts anew, whatever the server kept. */
	forget(): void {
		this.#link = undefined;
	}

	/** Gives up connecting. */
	cut(reason: CarrierError): void {
		this.#isOver = true;
		this.#link?.cut(reason);
	}

	/** Whether the account should go with the place. */
	get isThrowaway(): boolean {
		return this.#login.isThrowaway;
	}

	async close(): Promise<void> {
		this.#isOver = true;
		await this.#link?.close();
		this.#login.forget();
	}

	#newLink(): Link {
		const { domain, random, timing, route } = this.#options;
		const { onStanza, onDown } = this.#events;
		return new Link({
			domain,
			route,
			random,
			timing,
			credentials: (link, offer) => this.#login.credentials(link, offer),
			onLogin: ({ way }) => this.#login.succeeded(way),
			onStanza,
			onDown,
		});
	}
}

/** Whether another address of the same server may do better. */
function isElsewhere(reason: CarrierError): boolean {
	return reason.kind === "unreachable" || (reason.kind === "refused" && NOT_HERE_NOW.has(reason.condition));
}
