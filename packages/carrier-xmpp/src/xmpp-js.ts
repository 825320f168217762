/**
 * The one door to xmpp.js: everything else in this package knows only what is exported here. xmpp.js negotiates the
 * stream, authenticates, binds, matches answers to requests and resumes streams; this file keeps its edges away from
 * the rest (XMPP-10; each has a test in `test/traps.test.ts`, or on a real server, `test/real/prosody-resumption.test.ts`).
 */
/* oxlint-disable no-underscore-dangle -- what xmpp.js shares between its own packages is named so */

import { err, hex, ok, type Result } from "@clowder/bytes";
import type { CarrierError } from "@clowder/carrier";
import { Client, xml as element } from "@xmpp/client-core";
import iqCallee from "@xmpp/iq/callee.js";
import iqCaller, { type IqCaller } from "@xmpp/iq/caller.js";
import middleware, { type Next } from "@xmpp/middleware";
import resourceBinding from "@xmpp/resource-binding";
import sasl, { type SaslFactory } from "@xmpp/sasl";
import streamFeatures from "@xmpp/stream-features";
import streamManagement, { type StreamManagement } from "@xmpp/stream-management";
import { addTransports, type Route } from "#transports";
import { PARSED_AT_ONCE_UNITS, RANDOM_ID_BYTES, STANZA_IN_MAX_BYTES, type XmppTiming } from "./limits.ts";
import { type Credentials, MECHANISMS, type SaslExchange, startExchange } from "./sasl-exchange.ts";
import {
	asMechanism,
	asReason,
	checkFeatures,
	decodeBase64,
	Failure,
	NS_BIND,
	NS_SASL,
	NS_STREAMS,
	type Offer,
	readOffer,
} from "./xmpp-negotiation.ts";

const NS_CLIENT = "jabber:client";
const NS_PING = "urn:xmpp:ping";
const NS_DELAY = "urn:xmpp:delay";

/** An XML element. */
export interface Element {
	readonly name: string;
	readonly attrs: Readonly<Record<string, string | undefined>>;
	is(name: string, xmlns?: string): boolean;
	getChild(name: string, xmlns?: string): Element | undefined;
	getChildren(name: string, xmlns?: string): readonly Element[];
	getChildElements(): readonly Element[];
	getChildText(name: string, xmlns?: string): string | null;
	getText(): string;
	remove(name: string, xmlns?: string): void;
	toString(): string;
}

export function xml(
	name: string,
	attrs: Record<string, string | undefined>,
	...children: readonly (Element | string)[]
): Element {
	return element(name, attrs, ...children);
}

/** An error stanza that answered a request (RFC 6120 section 8.3), or that no answer came. */
export interface RequestError {
	readonly kind: "error-stanza" | "no-answer";
	/** The defined condition, such as `conflict`. */
	readonly condition: string;
}

export interface LinkOptions {
	readonly domain: string;
	readonly route: Route;
	/** From a cryptographic generator. */
	readonly random: (length: number) => Uint8Array;
	readonly timing: XmppTiming;
	/** Asked on the open stream before the login, where an account can be registered. */
	readonly credentials: (link: Link, offer: Offer) => Promise<Result<Credentials, CarrierError>>;
	/** The server took them, and has proven what it has to. */
	readonly onLogin: (credentials: Credentials) => void;
	/** A message or presence; called in order, each in a microtask of its own. */
	readonly onStanza: (stanza: Element) => void;
	/** An established connection is lost; called once for each success of `open`. */
	readonly onDown: (reason: CarrierError) => void;
}

type Settle = (outcome: Result<"fresh" | "resumed", CarrierError>) => void;

/** A connection to a server: made, authenticated, bound; after a loss `open` makes it again, resuming where possible. */
export class Link {
	readonly #options: LinkOptions;
	readonly #client: Client;
	readonly #requests: IqCaller;
	readonly #management: StreamManagement;
	#state: "down" | "opening" | "up" = "down";
	/** Set while opening. */
	#settle: Settle = () => {};
	#resumed = false;
	/** Tells what a former connection still reports from what concerns this one. */
	#attempt = 0;
	#offer: Offer = { mechanisms: [], registration: false, resumption: false };
	/** What was offered before the login. */
	#loginOffer: Offer = this.#offer;
	#exchange: SaslExchange | undefined;
	#decoder: InstanceType<typeof TextDecoder> = new TextDecoder();
	/** Characters since the last whole element. */
	#pendingUnits = 0;
	#lastHeardMs = 0;

	constructor(options: LinkOptions) {
		this.#options = options;
		const { domain, timing, route } = options;
		const client = new Client({ domain, timeout: timing.connectMs });
		this.#client = client;
		this.#guard();
		addTransports(client, route);
		const chain = middleware({ entity: client });
		chain.use((context, next) => this.#negotiate(context.stanza, next));
		const features = streamFeatures({ middleware: chain });
		sasl({ streamFeatures: features, saslFactory: this.#saslFactory() }, (login) => this.#login(login));
		// Before the answers to requests are taken out of the chain: it has to count them.
		this.#management = streamManagement({ streamFeatures: features, entity: client, middleware: chain });
		this.#management.preferredMaximum = timing.resumableSeconds;
		this.#management.timeout = timing.pingTimeoutMs;
		this.#management.on("resumed", () => {
			this.#resumed = true;
		});
		this.#requests = iqCaller({ entity: client, middleware: chain });
		iqCallee({ entity: client, middleware: chain }).get(NS_PING, "ping", () => true);
		resourceBinding({ streamFeatures: features, iqCaller: this.#requests });
	}

	/** Whether the server may still hold our end of a lost connection; one that counts need not resume. */
	get resumable(): boolean {
		return (this.#management.id ?? "") !== "";
	}

	get isUp(): boolean {
		return this.#state === "up";
	}

	/** What the server offered, before and after the login. */
	get offer(): Offer {
		return { ...this.#loginOffer, resumption: this.#offer.resumption };
	}

	/** When something last came from the server, on the clock of `performance.now`. */
	get lastHeardMs(): number {
		return this.#lastHeardMs;
	}

	/** Connects to an address of the server and logs in; with stream management on where the server has it, so that it is safe to send. */
	async open(service: string): Promise<Result<"fresh" | "resumed", CarrierError>> {
		if (this.#state !== "down") throw new Error("the link is open already");
		this.#state = "opening";
		this.#attempt++;
		this.#resumed = false;
		this.#decoder = new TextDecoder();
		this.#pendingUnits = 0;
		const { domain, timing } = this.#options;
		const outcome = await new Promise<Result<"fresh" | "resumed", CarrierError>>((resolve) => {
			const timer = setTimeout(
				() => this.cut({ kind: "unreachable", detail: `no login within ${timing.connectMs} ms` }),
				timing.connectMs,
			);
			this.#settle = (result) => {
				clearTimeout(timer);
				resolve(result);
			};
			void this.#dial(service, domain);
		});
		return outcome;
	}

	/** Sends a stanza. A failure shows as the loss of the connection. */
	send(stanza: Element): void {
		this.#client.send(stanza).catch((error: unknown) => this.cut(asReason(error)));
	}

	/** Asks and waits for the answer. */
	async request(
		type: "get" | "set",
		to: string,
		child: Element,
		timeoutMs: number = this.#options.timing.requestMs,
	): Promise<Result<Element, RequestError>> {
		// Unguessable: xmpp.js takes an answer by its id alone, whoever it comes from.
		const iq = xml("iq", { type, to, id: hex(this.#options.random(RANDOM_ID_BYTES)) }, child);
		try {
			return ok(await this.#requests.request(iq, timeoutMs));
		} catch (error) {
			const condition = (error as { condition?: unknown }).condition;
			return typeof condition === "string"
				? err({ kind: "error-stanza", condition })
				: err({ kind: "no-answer", condition: "no answer" });
		}
	}

	/** Ends the stream in good order, within a bound of time. */
	async close(): Promise<void> {
		if (this.#state === "up") {
			this.#state = "down";
			this.#client.timeout = this.#options.timing.leaveMs;
			// A server may hang up without answering our goodbye, as ejabberd does once the account is removed.
			const hungUp = new Promise((resolve) => this.#client.once("disconnect", resolve));
			await Promise.race([this.#client.stop().catch(() => {}), hungUp]);
		}
		this.cut({ kind: "usage", detail: "the connection was closed by its owner" });
	}

	/** Drops the connection at once, without a goodbye. */
	cut(reason: CarrierError): void {
		const was = this.#state;
		this.#state = "down";
		this.#drop();
		if (was === "opening") this.#settle(err(reason));
		if (was === "up") this.#options.onDown(reason);
	}

	async #dial(service: string, domain: string): Promise<void> {
		const attempt = this.#attempt;
		try {
			await this.#client.connect(service);
			await this.#client.open({ domain });
		} catch (error) {
			if (attempt === this.#attempt) this.cut(asReason(error));
		}
	}

	/** Around everything that xmpp.js does with a set of stream features: knows when that is over, and how it ended. */
	async #negotiate(stanza: Element, next: Next): Promise<unknown> {
		if (!stanza.is("features", NS_STREAMS)) return next();
		const attempt = this.#attempt;
		try {
			checkFeatures(stanza);
			this.#offer = readOffer(stanza);
			await next();
		} catch (error) {
			if (attempt === this.#attempt) this.cut(asReason(error));
			return undefined;
		}
		const isOurs = attempt === this.#attempt && this.#state === "opening";
		if (isOurs && stanza.getChild("bind", NS_BIND) !== undefined) {
			this.#state = "up";
			this.#settle(ok(this.#resumed ? "resumed" : "fresh"));
		}
		return undefined;
	}

	/** Adapts our mechanisms to what xmpp.js expects; all of them are client-first, the others never start. */
	#saslFactory(): SaslFactory {
		return {
			_mechs: MECHANISMS.map((name) => ({ name })),
			create: () => (this.#exchange === undefined ? null : asMechanism(this.#exchange)),
		};
	}

	async #login(login: (credentials: object, mechanism: string) => Promise<void>): Promise<void> {
		// The features that come after it have none of this.
		const offer = this.#offer;
		this.#loginOffer = offer;
		if (globalThis.crypto?.subtle === undefined) {
			throw new Failure({ kind: "usage", detail: "WebCrypto expected, which browsers give to secure pages only" });
		}
		const ready = await this.#options.credentials(this, offer);
		if (!ready.ok) throw new Failure(ready.error);
		const started = startExchange(ready.value, offer.mechanisms, this.#options.random);
		if (!started.ok) throw new Failure({ kind: "protocol", ...started.error });
		this.#exchange = started.value;
		let final = "";
		const onNonza = (nonza: Element): void => {
			if (nonza.is("success", NS_SASL)) final = decodeBase64(nonza.getText());
		};
		this.#client.on("nonza", onNonza);
		await login({}, started.value.mechanism);
		this.#client.removeListener("nonza", onNonza);
		// xmpp.js takes any success; one without the server's proof is not one.
		const verified = started.value.verify(final);
		if (!verified.ok) throw new Failure({ kind: "protocol", ...verified.error });
		this.#options.onLogin(ready.value);
	}

	/** Listens, and replaces what in xmpp.js throws, trusts or spoils too much. */
	#guard(): void {
		const client = this.#client;
		client.on("error", (error: unknown) => this.cut(asReason(error)));
		client.on("disconnect", () => this.cut({ kind: "unreachable", detail: "the connection was lost" }));
		client.on("element", () => {
			this.#pendingUnits = 0;
			this.#lastHeardMs = performance.now();
		});
		client.on("stanza", (stanza: Element) => {
			if (stanza.name !== "iq") queueMicrotask(() => this.#options.onStanza(stanza));
		});
		const parse = client._onData.bind(client);
		client._onData = (data) => this.#onData(data, parse);
		client._onSeeOtherHost = () => {
			this.cut({ kind: "protocol", expected: "the server that was asked for", got: "a redirection to another host" });
		};
		// Resumption marks what it sends again as delayed, with our own address: the first would make everyone take it
		// for history, the second would tell everyone the address.
		client.sendMany = (stanzas) => {
			for (const stanza of stanzas) stanza.remove("delay", NS_DELAY);
			return sendCounted(client, stanzas);
		};
		client.send = (stanza) => sendCounted(client, [stanza]);
	}

	/**
	 * The parser throws on illegal references, keeps any amount of text, splits characters between chunks, and takes a
	 * time that grows with the square of what it is given at once.
	 */
	#onData(data: unknown, parse: (text: string) => void): void {
		try {
			const text = typeof data === "string" ? data : this.#decoder.decode(data as Uint8Array, { stream: true });
			for (let at = 0; at < text.length && this.#client.parser !== null; at += PARSED_AT_ONCE_UNITS) {
				const slice = text.slice(at, at + PARSED_AT_ONCE_UNITS);
				this.#pendingUnits += slice.length;
				parse(slice);
				if (this.#pendingUnits > STANZA_IN_MAX_BYTES) {
					const expected = `stanzas of at most ${STANZA_IN_MAX_BYTES} bytes`;
					this.cut({ kind: "protocol", expected, got: "a longer one" });
				}
			}
		} catch {
			this.cut({ kind: "protocol", expected: "well-formed XML", got: "something else" });
		}
	}

	#drop(): void {
		const client = this.#client;
		const { socket, parser } = client;
		// What still waits for an answer in a negotiation would otherwise take those of the next one for its own.
		client.removeAllListeners("nonza");
		client._detachParser();
		// xmpp.js may still wait for the server's goodbye there, and keep the process for as long.
		parser?.emit("end");
		client._detachSocket();
		if (socket !== null) {
			// Whatever it still reports concerns nobody.
			socket.on("error", () => {});
			if (socket.destroy !== undefined) socket.destroy();
			else endWebSocket(socket);
		}
		client._status("disconnect");
		// Nobody will answer; xmpp.js would let them wait, and the process with them.
		for (const waiting of this.#requests.handlers.values()) waiting.reject(new Error("the connection is gone"));
		this.#requests.handlers.clear();
	}
}

/**
 * xmpp.js counts a stanza for resumption once it is written. One that a dying line did not take would be in no queue then:
 * lost, while the stream goes on.
 */
async function sendCounted(client: Client, stanzas: readonly Element[]): Promise<void> {
	for (const stanza of stanzas) {
		(stanza.attrs as Record<string, string | undefined>)["xmlns"] ??= NS_CLIENT;
		client.emit("send", Object.assign(stanza, { parent: client.root }));
	}
	await Promise.all(stanzas.map((stanza) => client.write(stanza.toString())));
}

/** Node's WebSocket would wait half a minute for the other side's goodbye. */
function endWebSocket(socket: NonNullable<Client["socket"]>): void {
	if (socket.socket?.terminate !== undefined) socket.socket.terminate();
	else if (socket.socket) socket.end();
}
