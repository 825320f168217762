import { randomBytes } from "node:crypto";
import { connect, type Socket } from "node:net";
import { WebSocket } from "ws";
import { DEFAULT_LIMITS } from "../../src/limits.ts";
import { NS } from "../../src/namespaces.ts";
import { child, type Element, element, serialise, textOf } from "../../src/xml.ts";
import { parseFrame, XmlStreamParser } from "../../src/xml-parser.ts";
import { fromBase64Text, type Mechanism, scramFinal, toBase64 } from "./scram.ts";

/** Reads whatever the server may send: an occupant list comes as one burst. */
const READ_LIMITS = { ...DEFAULT_LIMITS, stanzaBytes: 1 << 20 };

interface Transport {
	send(text: string | Buffer): void;
	/** Reads no more. */
	freeze(): void;
	/** Closes as a browser does for a page that goes away. */
	leavePage(): void;
	close(): void;
	destroy(): void;
}

/** Waits for stanzas by what they are, never by time. */
export class Inbox {
	readonly all: Element[] = [];
	#unseen: Element[] = [];
	#waiting: { readonly matches: (e: Element) => boolean; readonly found: (e: Element) => void }[] = [];
	#closed: (() => void)[] = [];
	isClosed = false;

	push(node: Element): void {
		this.all.push(node);
		const at = this.#waiting.findIndex(({ matches }) => matches(node));
		if (at < 0) this.#unseen.push(node);
		else this.#waiting.splice(at, 1)[0]?.found(node);
	}

	close(): void {
		this.isClosed = true;
		for (const closed of this.#closed.splice(0)) closed();
	}

	/** The first stanza not asked for yet that matches. */
	next(matches: (e: Element) => boolean): Promise<Element> {
		const at = this.#unseen.findIndex(matches);
		if (at >= 0) return Promise.resolve(this.#unseen.splice(at, 1)[0] as Element);
		return new Promise((found) => this.#waiting.push({ matches, found }));
	}

	closed(): Promise<void> {
		return this.isClosed ? Promise.resolve() : new Promise((resolve) => this.#closed.push(resolve));
	}
}

/** A client for tests: says what it is told to, over WebSocket or TCP, and keeps what comes. */
export class TestClient {
	readonly inbox: Inbox = new Inbox();
	readonly #transport: Transport;
	readonly #domain: string;
	readonly #openText: string;
	readonly resetParser: () => void;
	jid = "";
	#ids = 0;

	private constructor(domain: string, kind: "ws" | "tcp", make: (client: Inbox) => [Transport, () => void]) {
		this.#domain = domain;
		this.#openText =
			kind === "ws"
				? `<open xmlns="${NS.framing}" to="${domain}" version="1.0"/>`
				: `<?xml version="1.0"?><stream:stream xmlns="jabber:client" xmlns:stream="${NS.streams}" to="${domain}" version="1.0">`;
		[this.#transport, this.resetParser] = make(this.inbox);
	}

	static async webSocket(url: string, domain: string, origin?: string): Promise<TestClient> {
		const socket = new WebSocket(url, "xmpp", origin === undefined ? {} : { origin });
		const client = new TestClient(domain, "ws", (inbox) => {
			socket.on("message", (data) => {
				const frame = parseFrame((data as Buffer).toString(), READ_LIMITS);
				if (!frame.ok) throw new Error(`the server sent a bad frame: ${frame.error.detail}`);
				inbox.push(frame.value);
			});
			socket.on("close", () => inbox.close());
			return [
				{
					send: (text) => socket.send(text),
					close: () => socket.close(),
					freeze: () => socket.pause(),
					leavePage: () => socket.close(1001),
					destroy: () => socket.terminate(),
				},
				() => {},
			];
		});
		await new Promise<void>((resolve, reject) => {
			socket.once("open", () => resolve());
			socket.once("error", reject);
		});
		return client;
	}

	static async tcp(port: number, domain: string): Promise<TestClient> {
		const socket: Socket = connect({ host: "127.0.0.1", port });
		const client = new TestClient(domain, "tcp", (inbox) => {
			let parser = new XmlStreamParser(READ_LIMITS);
			const decoder = new TextDecoder();
			socket.on("data", (bytes) => {
				const read = parser.write(decoder.decode(bytes, { stream: true }), (event) => {
					if (event.type === "stanza") inbox.push(event.stanza);
					else if (event.type === "open") inbox.push(event.root);
					else inbox.push(element("close", NS.framing));
					return "continue";
				});
				if (!read.ok) throw new Error(`the server sent a bad stream: ${read.error.detail}`);
			});
			socket.on("error", () => socket.destroy());
			socket.on("close", () => inbox.close());
			return [
				{
					send: (text) => socket.write(text),
					close: () => socket.end(),
					freeze: () => void socket.pause(),
					leavePage: () => socket.end(),
					destroy: () => socket.destroy(),
				},
				() => {
					parser = new XmlStreamParser(READ_LIMITS);
				},
			];
		});
		await new Promise<void>((resolve, reject) => {
			socket.once("connect", () => resolve());
			socket.once("error", reject);
		});
		return client;
	}

	raw(text: string | Buffer): void {
		this.#transport.send(text);
	}

	send(stanza: Element): void {
		this.raw(serialise(stanza));
	}

	close(): void {
		this.#transport.close();
	}

	/** Neither reads nor answers any more, and says nothing of it. */
	freeze(): void {
		this.#transport.freeze();
	}

	/** As the page that it is in is closed. */
	leavePage(): void {
		this.#transport.leavePage();
	}

	/** Dies without a word. */
	destroy(): void {
		this.#transport.destroy();
	}

	next(name: string, matches: (e: Element) => boolean = () => true): Promise<Element> {
		return this.inbox.next((e) => e.name === name && matches(e));
	}

	async open(): Promise<Element> {
		this.raw(this.#openText);
		return this.next("features");
	}

	/** Sends an IQ and waits for its answer. */
	async iq(type: "get" | "set", to: string | undefined, payload: Element): Promise<Element> {
		const id = `q${++this.#ids}`;
		this.send(element("iq", NS.client, { type, id, to }, [payload]));
		return this.next("iq", (e) => e.attrs["id"] === id && e.attrs["type"] !== "get" && e.attrs["type"] !== "set");
	}

	register(username: string, password: string): Promise<Element> {
		const query = element("query", NS.register, {}, [
			element("username", NS.register, {}, [username]),
			element("password", NS.register, {}, [password]),
		]);
		return this.iq("set", undefined, query);
	}

	/** Runs SCRAM; the answer is `success` or `failure`. */
	async authenticate(username: string, password: string, mechanism: Mechanism = "SCRAM-SHA-256"): Promise<Element> {
		const bare = `n=${username},r=${randomBytes(12).toString("base64")}`;
		this.send(element("auth", NS.sasl, { mechanism }, [toBase64(`n,,${bare}`)]));
		const challenge = await this.inbox.next((e) => e.name === "challenge" || e.name === "failure");
		if (challenge.name === "failure") return challenge;
		const final = scramFinal(mechanism, password, bare, fromBase64Text(textOf(challenge)));
		this.send(element("response", NS.sasl, {}, [toBase64(final)]));
		return this.inbox.next((e) => e.name === "success" || e.name === "failure");
	}

	async bind(resource?: string): Promise<string> {
		const wanted = resource === undefined ? [] : [element("resource", NS.bind, {}, [resource])];
		const answer = await this.iq("set", undefined, element("bind", NS.bind, {}, wanted));
		const bound = child(answer, "bind", NS.bind);
		const jid = bound === undefined ? undefined : child(bound, "jid", NS.bind);
		this.jid = jid === undefined ? "" : textOf(jid);
		return this.jid;
	}

	/** From the connection to a bound resource, with a new account. */
	async start(username: string, password = "a password", resource?: string): Promise<this> {
		await this.open();
		await this.register(username, password);
		return this.logIn(username, password, resource);
	}

	/** After `open`: authentication, restart, resource. */
	async logIn(username: string, password: string, resource?: string): Promise<this> {
		const outcome = await this.authenticate(username, password);
		if (outcome.name !== "success") throw new Error("the login failed");
		this.resetParser();
		await this.open();
		await this.bind(resource);
		return this;
	}

	/** Enters a room; resolves with the presence that says so. */
	join(room: string, nick: string): Promise<Element> {
		this.send(
			element("presence", NS.client, { to: `${room}@conference.${this.#domain}/${nick}` }, [element("x", NS.muc)]),
		);
		return this.next("presence", (e) => hasStatus(e, "110") || e.attrs["type"] === "error");
	}

	say(room: string, body: string): void {
		const text = element("body", NS.client, {}, [body]);
		this.send(element("message", NS.client, { to: `${room}@conference.${this.#domain}`, type: "groupchat" }, [text]));
	}

	/** The groupchat message with this body. */
	heard(body: string): Promise<Element> {
		return this.next("message", (e) => bodyOf(e) === body);
	}
}

export function bodyOf(message: Element): string | undefined {
	const body = child(message, "body", NS.client);
	return body === undefined ? undefined : textOf(body);
}

export function hasStatus(presence: Element, code: string): boolean {
	const x = child(presence, "x", NS.mucUser);
	return x?.children.some((e) => typeof e !== "string" && e.name === "status" && e.attrs["code"] === code) ?? false;
}
