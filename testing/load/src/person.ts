import { randomBytes } from "node:crypto";
import { base64, fromBase64 } from "@clowder/bytes";
import { type Primitives, SEED_BYTES } from "@clowder/crypto";
import { nodePrimitives } from "@clowder/crypto/node";
import { loginHost, MECHANISM, NONCE_BYTES, startLogin, throwawayLoginKey } from "@clowder/login";
import { WebSocket } from "ws";
import { ENTER_MS } from "./limits.ts";
import type { Target } from "./target.ts";

const PRIMITIVES: Primitives = nodePrimitives;
const MUC = "http://jabber.org/protocol/muc";
const OPEN_TAG = Buffer.from("<body>");
const random = (length: number): Uint8Array => new Uint8Array(randomBytes(length));

export interface PersonEvents {
	/** What stands in the body of a text in the room. */
	readonly onBody: (frame: Buffer, start: number) => void;
	/** The connection ended, and not because we wanted. */
	readonly onLost: (reason: string) => void;
}

/**
 * One client: XMPP over WebSocket as raw text, without a parser, so that thousands of them take less of the machine than
 * the server. It knows what the three servers write, and nothing more.
 */
export class Person {
	readonly #target: Pick<Target, "url" | "domain" | "rooms" | "login">;
	readonly #socket: WebSocket;
	readonly #events: PersonEvents;
	/** Frames that came while nobody waited. */
	#unread: string[] = [];
	#waiting: { readonly expected: string; readonly take: (frame: string) => void } | undefined;
	#isInside = false;
	#isOver = false;
	#fail: (reason: Error) => void = () => {};
	#head = "";
	#tail = "";

	constructor(target: Pick<Target, "url" | "domain" | "rooms" | "login">, events: PersonEvents) {
		this.#target = target;
		this.#events = events;
		this.#socket = new WebSocket(target.url, ["xmpp"], { perMessageDeflate: false, skipUTF8Validation: true });
		this.#socket.on("message", (data) => this.#onFrame(data as Buffer));
		this.#socket.on("error", (error) => this.#onEnd(error.message));
		this.#socket.on("close", (code) => this.#onEnd(`closed with ${code}`));
	}

	/** Logs in and enters the room. Rejects with what was expected where it can't. */
	async enter(room: string, nick: string, bytes: number): Promise<void> {
		const { promise, reject } = withReject();
		this.#fail = reject;
		const timer = setTimeout(() => reject(new Error(`not inside within ${ENTER_MS} ms`)), ENTER_MS);
		try {
			await Promise.race([promise, this.#enter(room, nick)]);
		} finally {
			clearTimeout(timer);
		}
		this.#head = `<message xmlns="jabber:client" to="${room}@${this.#target.rooms}" type="groupchat"><body>`;
		this.#tail = `:${"x".repeat(bytes)}`;
	}

	/** Says something to the room: `mark`, filled up to the length agreed on. */
	say(mark: string, bytes: number): void {
		this.#socket.send(`${this.#head}${mark}${this.#tail.slice(0, bytes - mark.length)}</body></message>`);
	}

	end(): void {
		this.#isOver = true;
		this.#socket.terminate();
	}

	async #enter(room: string, nick: string): Promise<void> {
		const { rooms } = this.#target;
		await new Promise<void>((resolve) => this.#socket.once("open", resolve));
		this.#open();
		await this.#login(await this.#frame("features>"));
		this.#open();
		await this.#frame("features>");
		this.#send('<iq xmlns="jabber:client" type="set" id="b"><bind xmlns="urn:ietf:params:xml:ns:xmpp-bind"/></iq>');
		await this.#frame("<jid");
		this.#send(
			`<presence xmlns="jabber:client" to="${room}@${rooms}/${nick}">` +
				`<x xmlns="${MUC}"><history maxstanzas="0"/></x></presence>`,
		);
		const answer = await this.#frame(/code=['"]110['"]|type=['"]error['"]/);
		if (!/code=['"]110['"]/.test(answer)) throw new Error(`expected the room; got ${answer}`);
		this.#isInside = true;
	}

	async #login(features: string): Promise<void> {
		if (this.#target.login === "anonymous") {
			this.#send('<auth xmlns="urn:ietf:params:xml:ns:xmpp-sasl" mechanism="ANONYMOUS"/>');
			await this.#frame("<success");
			return;
		}
		const host = loginHost(this.#target.domain);
		if (!host.ok) throw new Error("expected the domain of a server");
		const key = throwawayLoginKey(PRIMITIVES, random(SEED_BYTES));
		const mechanisms = [...features.matchAll(/<mechanism>([^<]+)</g)].map(([, name = ""]) => name);
		const hello = startLogin(PRIMITIVES, { key, host: host.value, mechanisms, channels: {} }, random(NONCE_BYTES));
		if (!hello.ok) throw new Error(`expected ${hello.error.expected}; got ${hello.error.got}`);
		this.#send(
			`<auth xmlns="urn:ietf:params:xml:ns:xmpp-sasl" mechanism="${MECHANISM}">${encode(hello.value.message)}</auth>`,
		);
		const answer = hello.value.answer(decode(await this.#frame("<challenge")));
		if (!answer.ok) throw new Error(`expected ${answer.error.expected}; got ${answer.error.got}`);
		this.#send(`<response xmlns="urn:ietf:params:xml:ns:xmpp-sasl">${encode(answer.value.message)}</response>`);
		const verified = answer.value.verify(decode(await this.#frame("<success")));
		if (!verified.ok) throw new Error("expected the server's proof");
		key.erase();
	}

	#open(): void {
		this.#send(`<open xmlns="urn:ietf:params:xml:ns:xmpp-framing" to="${this.#target.domain}" version="1.0"/>`);
	}

	#send(frame: string): void {
		this.#socket.send(frame);
	}

	/** The next frame that has this in it; those before it do not matter. */
	async #frame(expected: string | RegExp): Promise<string> {
		for (;;) {
			const frame =
				this.#unread.shift() ??
				(await new Promise<string>((take) => {
					this.#waiting = { expected: `${expected}`, take };
				}));
			if (typeof expected === "string" ? frame.includes(expected) : expected.test(frame)) return frame;
			if (/<failure|<stream:error|:error /.test(frame)) throw new Error(`expected ${expected}; got ${frame}`);
		}
	}

	#onFrame(data: Buffer): void {
		if (this.#isInside) {
			const start = data.indexOf(OPEN_TAG);
			if (start >= 0) this.#events.onBody(data, start + OPEN_TAG.length);
			return;
		}
		const frame = data.toString();
		const { take } = this.#waiting ?? {};
		this.#waiting = undefined;
		if (take === undefined) this.#unread.push(frame);
		else take(frame);
	}

	#onEnd(reason: string): void {
		if (this.#isOver) return;
		this.#isOver = true;
		this.#fail(new Error(`${reason}, while ${this.#waiting?.expected ?? "nothing"} was expected`));
		this.#events.onLost(reason);
	}
}

function withReject(): { promise: Promise<never>; reject: (reason: Error) => void } {
	let reject: (reason: Error) => void = () => {};
	const promise = new Promise<never>((_, refuse) => {
		reject = refuse;
	});
	// It may also fail when nobody waits any more.
	promise.catch(() => {});
	return { promise, reject };
}

function encode(message: string): string {
	return base64(new TextEncoder().encode(message));
}

/** The text in a frame of SASL. */
function decode(frame: string): string {
	const bytes = fromBase64(/>([^<]*)</.exec(frame)?.[1] ?? "");
	if (!bytes.ok) throw new Error("expected base64");
	return new TextDecoder().decode(bytes.value);
}
