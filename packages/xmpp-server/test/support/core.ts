import { createHash } from "node:crypto";
import type { Connection, Wire } from "../../src/connection.ts";
import { type Framing, WEBSOCKET_FRAMING } from "../../src/framing.ts";
import { DEFAULT_LIMITS, type ServerLimits } from "../../src/limits.ts";
import { NS } from "../../src/namespaces.ts";
import { type CoreOptions, ServerCore } from "../../src/server-core.ts";
import { MemoryStorage } from "../../src/storage/memory-storage.ts";
import { child, childElements, type Element, textOf } from "../../src/xml.ts";
import { parseFrame } from "../../src/xml-parser.ts";
import { fromBase64Text, type Mechanism, scramFinal, toBase64 } from "./scram.ts";

const READ_LIMITS = { ...DEFAULT_LIMITS, stanzaBytes: 1 << 20 };

/** The same bytes in every run. */
export function seededRandom(seed: string): (bytes: number) => Uint8Array {
	let calls = 0;
	return (bytes) => {
		const out = new Uint8Array(bytes);
		for (let at = 0; at < bytes; at += 32) {
			const block = createHash("sha256").update(`${seed} ${calls++}`).digest();
			out.set(block.subarray(0, Math.min(32, bytes - at)), at);
		}
		return out;
	};
}

/** A server without sockets, and a clock that moves when it is told to. */
export class Bench {
	readonly core: ServerCore;
	now = 1_000_000;

	/** With a storage given it goes on where another bench stopped, `later`: so long after, with other randomness. */
	constructor(
		limits: Partial<ServerLimits> = {},
		{ later = 0, ...others }: Partial<CoreOptions> & { readonly later?: number } = {},
	) {
		this.core = new ServerCore({
			domain: "localhost",
			limits: { ...DEFAULT_LIMITS, ...limits },
			random: seededRandom(`bench ${later}`),
			storage: new MemoryStorage(),
			// Its own clock begins anew with each bench, as that of a process does.
			wallTime: () => Date.UTC(2026, 10, 22) + later + this.now,
			startedAt: this.now,
			...others,
		});
	}

	connect(framing: Framing = WEBSOCKET_FRAMING, address = "127.0.0.1"): Peer {
		return new Peer(this, framing, address);
	}

	/** A client with an account, logged in. */
	client(username: string, resource?: string): Peer {
		const peer = this.connect();
		peer.open();
		peer.register(username, "a password");
		return peer.logIn(username, "a password", resource);
	}

	pass(ms: number): void {
		this.now += ms;
		this.core.tick(this.now);
	}
}

/** A peer at the other end of a wire that never fails to be read, unless the test says so. */
export class Peer implements Wire {
	readonly #bench: Bench;
	readonly #connection: Connection;
	/** Texts as they came. */
	readonly texts: string[] = [];
	/** What `send` answers: bytes that wait. */
	waiting = 0;
	paused: number[] = [];
	pings = 0;
	ended = false;
	destroyed = false;
	jid = "";
	#ids = 0;
	#framing: Framing;

	constructor(bench: Bench, framing: Framing, address: string) {
		this.#bench = bench;
		this.#framing = framing;
		this.#connection = bench.core.connect(this, address, framing, bench.now);
	}

	send(text: string): number {
		this.texts.push(text);
		return this.waiting;
	}
	ping(): boolean {
		this.pings += 1;
		return this.#framing.kind === "websocket";
	}
	pause(ms: number): void {
		this.paused.push(ms);
	}
	end(): void {
		this.ended = true;
	}
	destroy(): void {
		this.destroyed = true;
	}

	receive(text: string): void {
		this.#bench.core.receive(this.#connection, text, this.#bench.now);
	}

	pong(): void {
		this.#connection.heard(this.#bench.now);
	}

	lose(): void {
		this.#bench.core.disconnected(this.#connection, this.#bench.now);
	}

	/** What came since the last call, as elements (of WebSocket framing). */
	take(): Element[] {
		return this.texts.splice(0).map((text) => {
			const frame = parseFrame(text, READ_LIMITS);
			if (!frame.ok) throw new Error(`the server wrote ${frame.error.detail}: ${text}`);
			return frame.value;
		});
	}

	/** Says one thing; the elements that came in return. */
	ask(text: string): Element[] {
		this.texts.length = 0;
		this.receive(text);
		return this.take();
	}

	open(): Element[] {
		return this.ask(`<open xmlns="${NS.framing}" to="localhost" version="1.0"/>`);
	}

	iq(type: "get" | "set", to: string | undefined, payload: string): Element {
		const id = `i${++this.#ids}`;
		const address = to === undefined ? "" : ` to="${to}"`;
		const answers = this.ask(`<iq xmlns="jabber:client" type="${type}" id="${id}"${address}>${payload}</iq>`);
		const answer = answers.find((e) => e.name === "iq" && e.attrs["id"] === id);
		if (answer === undefined) throw new Error("an IQ was not answered");
		return answer;
	}

	register(username: string, password: string): Element {
		const fields = `<username>${username}</username><password>${password}</password>`;
		return this.iq("set", undefined, `<query xmlns="${NS.register}">${fields}</query>`);
	}

	sasl(text: string): Element {
		return this.ask(text)[0] as Element;
	}

	authenticate(username: string, password: string, mechanism: Mechanism = "SCRAM-SHA-256"): Element {
		const bare = `n=${username},r=abcdefghijkl`;
		const first = `<auth xmlns="${NS.sasl}" mechanism="${mechanism}">${toBase64(`n,,${bare}`)}</auth>`;
		const challenge = this.sasl(first);
		if (challenge.name !== "challenge") return challenge;
		const final = scramFinal(mechanism, password, bare, fromBase64Text(textOf(challenge)));
		return this.sasl(`<response xmlns="${NS.sasl}">${toBase64(final)}</response>`);
	}

	logIn(username: string, password: string, resource = ""): this {
		if (this.authenticate(username, password).name !== "success") throw new Error("the login failed");
		this.open();
		const wanted = resource === "" ? "" : `<resource>${resource}</resource>`;
		const bound = this.iq("set", undefined, `<bind xmlns="${NS.bind}">${wanted}</bind>`);
		const jid = child(child(bound, "bind", NS.bind) as Element, "jid", NS.bind);
		this.jid = textOf(jid as Element);
		this.take();
		return this;
	}

	join(room: string, nick: string): Element[] {
		return this.ask(
			`<presence xmlns="jabber:client" to="${room}@conference.localhost/${nick}"><x xmlns="${NS.muc}"/></presence>`,
		);
	}

	say(room: string, body: string): void {
		this.receive(
			`<message xmlns="jabber:client" type="groupchat" to="${room}@conference.localhost"><body>${body}</body></message>`,
		);
	}
}

/** The condition in a stanza error, a stream error or a SASL failure. */
export function conditionOf(node: Element | undefined): string | undefined {
	if (node === undefined) return undefined;
	const error = node.name === "failure" || node.ns === NS.streams ? node : child(node, "error", NS.client);
	return error === undefined ? undefined : childElements(error)[0]?.name;
}
