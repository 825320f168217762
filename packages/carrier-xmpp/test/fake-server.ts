import assert from "node:assert/strict";
import { createHash, createHmac, pbkdf2Sync, randomBytes } from "node:crypto";
import { type WebSocket, WebSocketServer } from "ws";

const SALT = Buffer.from("a salt of tests");
const NS_SASL = "urn:ietf:params:xml:ns:xmpp-sasl";
export const ROOMS = "rooms.fake";

/** What a test changes of how the server answers. Frames are raw XML. */
export interface Script {
	/** SASL mechanisms, in the server's order. */
	readonly mechanisms?: readonly string[];
	readonly iterations?: number;
	/** Whether it signs with the right key (RFC 5802 section 3, ServerSignature). */
	readonly honest?: boolean;
	/** Offers stream management (XEP-0198). */
	readonly management?: boolean;
	/** Status codes in the presence with which someone is in, besides 110. */
	readonly statuses?: readonly string[];
	/** Takes a frame before the server does; true when that was all. */
	readonly intercept?: (frame: string, connection: Connection) => boolean;
}

/** One stream of a client's to the server. */
export class Connection {
	readonly frames: string[] = [];
	/** Set once the client has bound. */
	isAuthenticated = false;
	nick = "";
	room = "";
	#clientFirst = "";
	#serverFirst = "";
	readonly #socket: WebSocket;
	readonly #server: FakeServer;

	constructor(socket: WebSocket, server: FakeServer) {
		this.#socket = socket;
		this.#server = server;
		socket.on("message", (data: Buffer) => this.#onFrame(data.toString("utf8")));
		socket.on("error", () => {});
	}

	send(...frames: readonly string[]): void {
		for (const frame of frames) this.#socket.send(frame);
	}

	/** Ends the connection without a goodbye. */
	cut(): void {
		this.#socket.terminate();
	}

	/** The presence of someone in the room; attributes and children are raw. */
	presence(nick: string, statuses: readonly string[] = [], type = ""): void {
		const codes = statuses.map((code) => `<status code="${code}"/>`).join("");
		const user = `<x xmlns="http://jabber.org/protocol/muc#user">${codes}</x>`;
		this.send(`<presence xmlns="jabber:client" from="${this.room}/${nick}"${type}>${user}</presence>`);
	}

	/** A text of someone's, with raw children beside the body. */
	text(nick: string, body: string, children = "", id = ""): void {
		const from = nick === "" ? this.room : `${this.room}/${nick}`;
		this.send(
			`<message xmlns="jabber:client" type="groupchat" id="${id}" from="${from}"><body>${body}</body>${children}</message>`,
		);
	}

	#onFrame(frame: string): void {
		this.frames.push(frame);
		this.#server.frames.push(frame);
		if (this.#server.script.intercept?.(frame, this) === true) return;
		if (frame.startsWith("<open")) this.#features();
		else if (frame.startsWith("<auth")) this.#challenge(frame);
		else if (frame.startsWith("<response")) this.#success(frame);
		else if (frame.startsWith("<iq")) this.#answer(frame);
		else if (frame.startsWith("<enable")) this.send('<enabled xmlns="urn:xmpp:sm:3" id="stream-1" resume="true"/>');
		else if (frame.startsWith("<presence")) this.#admit(frame);
		else if (frame.startsWith("<message")) this.#reflect(frame);
		else if (frame.startsWith("<close")) this.send('<close xmlns="urn:ietf:params:xml:ns:xmpp-framing"/>');
	}

	#features(): void {
		const { mechanisms = ["SCRAM-SHA-1", "SCRAM-SHA-256"], management = false } = this.#server.script;
		const offer = mechanisms.map((name) => `<mechanism>${name}</mechanism>`).join("");
		const before = `<mechanisms xmlns="${NS_SASL}">${offer}</mechanisms>`;
		const sm = management ? '<sm xmlns="urn:xmpp:sm:3"/>' : "";
		const after = `<bind xmlns="urn:ietf:params:xml:ns:xmpp-bind"/>${sm}`;
		const features = this.isAuthenticated ? after : before;
		this.send(
			'<open xmlns="urn:ietf:params:xml:ns:xmpp-framing" from="fake" id="1" version="1.0"/>',
			`<stream:features xmlns:stream="http://etherx.jabber.org/streams">${features}</stream:features>`,
		);
	}

	#challenge(frame: string): void {
		this.#clientFirst = Buffer.from(inner(frame), "base64").toString().slice("n,,".length);
		const nonce = /r=(.*)$/.exec(this.#clientFirst)?.[1];
		const { iterations = 4096 } = this.#server.script;
		this.#serverFirst = `r=${nonce}${randomBytes(9).toString("base64")},s=${SALT.toString("base64")},i=${iterations}`;
		this.send(`<challenge xmlns="${NS_SASL}">${Buffer.from(this.#serverFirst).toString("base64")}</challenge>`);
	}

	#success(frame: string): void {
		const hash = this.#server.frames.findLast((sent) => sent.startsWith("<auth"))?.includes("SHA-256")
			? "sha256"
			: "sha1";
		const size = hash === "sha256" ? 32 : 20;
		const { iterations = 4096, honest = true } = this.#server.script;
		const [withoutProof, proof] = Buffer.from(inner(frame), "base64").toString().split(",p=") as [string, string];
		const message = `${this.#clientFirst},${this.#serverFirst},${withoutProof}`;
		const salted = pbkdf2Sync(this.#server.password, SALT, iterations, size, hash);
		const hmac = (key: Buffer, data: string): Buffer => createHmac(hash, key).update(data).digest();
		const clientKey = hmac(salted, "Client Key");
		const signature = hmac(createHash(hash).update(clientKey).digest(), message);
		const expected = Buffer.from(clientKey.map((byte, i) => byte ^ (signature[i] as number)));
		assert.equal(proof, expected.toString("base64"), "the client's proof");
		this.isAuthenticated = true;
		const final = `v=${hmac(hmac(honest ? salted : SALT, "Server Key"), message).toString("base64")}`;
		this.send(`<success xmlns="${NS_SASL}">${Buffer.from(final).toString("base64")}</success>`);
	}

	#answer(frame: string): void {
		const id = attribute(frame, "id");
		const result = (child: string, from = "fake"): void =>
			this.send(`<iq xmlns="jabber:client" type="result" id="${id}" from="${from}">${child}</iq>`);
		if (/type="(result|error)"/.test(frame)) return;
		if (frame.includes("jabber:iq:register")) {
			this.#server.password = /<password>(.*)<\/password>/.exec(frame)?.[1] ?? this.#server.password;
			return result("");
		}
		if (frame.includes("xmpp-bind")) {
			return result('<bind xmlns="urn:ietf:params:xml:ns:xmpp-bind"><jid>someone@fake/here</jid></bind>');
		}
		if (frame.includes("disco#items")) {
			const items = `<item jid="files.fake"/><item jid="${ROOMS}"/>`;
			return result(`<query xmlns="http://jabber.org/protocol/disco#items">${items}</query>`);
		}
		if (frame.includes("disco#info")) {
			const isMuc = attribute(frame, "to") === ROOMS;
			const rooms = '<identity category="conference" type="text"/><feature var="http://jabber.org/protocol/muc"/>';
			return result(`<query xmlns="http://jabber.org/protocol/disco#info">${isMuc ? rooms : ""}</query>`);
		}
		return result("", attribute(frame, "to"));
	}

	#admit(frame: string): void {
		const [room, nick] = attribute(frame, "to").split("/") as [string, string];
		this.room = room;
		this.nick = nick;
		const isGoing = frame.includes('type="unavailable"');
		this.presence(nick, ["110", ...(this.#server.script.statuses ?? [])], isGoing ? ' type="unavailable"' : "");
	}

	#reflect(frame: string): void {
		const body = /<body>([^]*)<\/body>/.exec(frame)?.[1] ?? "";
		this.text(this.nick, body, "", attribute(frame, "id"));
	}
}

/** A scripted XMPP server over WebSocket (RFC 7395), for what real ones do rarely or never. */
export class FakeServer {
	/** All frames from clients, in order. */
	readonly frames: string[] = [];
	readonly connections: Connection[] = [];
	/** What was last registered. */
	password = "";
	script: Script;
	readonly #server: WebSocketServer;

	constructor(server: WebSocketServer, script: Script) {
		this.#server = server;
		this.script = script;
		server.on("connection", (socket) => this.connections.push(new Connection(socket, this)));
	}

	static async start(script: Script = {}, port: number = 0): Promise<FakeServer> {
		const server = new WebSocketServer({ port, host: "127.0.0.1", handleProtocols: () => "xmpp" });
		await new Promise((resolve) => server.once("listening", resolve));
		return new FakeServer(server, script);
	}

	get service(): string {
		const address = this.#server.address();
		assert.ok(address !== null && typeof address === "object");
		return `ws://127.0.0.1:${address.port}`;
	}

	/** The latest connection. */
	get connection(): Connection {
		const last = this.connections.at(-1);
		assert.ok(last, "nobody has connected");
		return last;
	}

	async stop(): Promise<void> {
		for (const client of this.#server.clients) client.terminate();
		await new Promise((resolve) => this.#server.close(resolve));
	}
}

export function attribute(frame: string, name: string): string {
	return new RegExp(` ${name}="([^"]*)"`).exec(frame)?.[1] ?? "";
}

function inner(frame: string): string {
	return />([^<]*)</.exec(frame)?.[1] ?? "";
}
