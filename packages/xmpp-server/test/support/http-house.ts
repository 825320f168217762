import assert from "node:assert/strict";
import { createServer, type IncomingHttpHeaders, type IncomingMessage, request } from "node:http";
import type { AddressInfo } from "node:net";
import type { TestContext } from "node:test";
import { createXmppServer, type ServerLimits, type XmppServer } from "../../src/index.ts";

export interface Answer {
	readonly status: number;
	readonly headers: IncomingHttpHeaders;
	readonly body: Readonly<Record<string, unknown>>;
}

export interface Asking {
	readonly token?: string | undefined;
	readonly headers?: Readonly<Record<string, string>>;
	readonly body?: string | undefined;
	readonly method?: string;
}

export const JSON_TYPE = { "content-type": "application/json" };

/** A server on a free port, on a time that the test moves by hand, and its requests. */
export class House {
	readonly server: XmppServer;
	readonly port: number;
	readonly log: readonly string[];
	readonly time: { now: number };

	constructor(server: XmppServer, port: number, log: readonly string[], time: { now: number }) {
		this.server = server;
		this.port = port;
		this.log = log;
		this.time = time;
	}

	static async open(t: TestContext, limits: Partial<ServerLimits> = {}): Promise<House> {
		const log: string[] = [];
		const time = { now: 0 };
		const server = createXmppServer({
			domain: "localhost",
			limits,
			now: () => time.now,
			log: (line) => log.push(line),
		});
		const rooms = server.httpRooms({ path: "/http-rooms", acceptHost: (host) => host !== "evil.example" });
		const http = createServer((asked, answer) => {
			if (!rooms(asked, answer)) answer.writeHead(404).end("{}");
		});
		await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
		t.after(async () => {
			await server.close();
			http.closeAllConnections();
			await new Promise((resolve) => http.close(resolve));
		});
		return new House(server, (http.address() as AddressInfo).port, log, time);
	}

	open(path: string, { token, headers = {}, body, method }: Asking = {}): Promise<IncomingMessage> {
		return new Promise((resolve, reject) => {
			const all = { ...(token === undefined ? {} : { authorization: `Bearer ${token}` }), ...headers };
			const wanted = method ?? (body === undefined ? "GET" : "POST");
			const options = { host: "127.0.0.1", port: this.port, path, method: wanted, headers: all };
			const asked = request({ ...options, agent: false }, resolve);
			asked.on("error", reject);
			asked.end(body);
		});
	}

	async ask(path: string, asking: Asking = {}): Promise<Answer> {
		const headers = { ...(asking.body === undefined ? {} : JSON_TYPE), ...asking.headers };
		const answer = await this.open(path, { ...asking, headers });
		let text = "";
		for await (const part of answer) text += String(part);
		return { status: answer.statusCode ?? 0, headers: answer.headers, body: JSON.parse(text) as Answer["body"] };
	}

	async enter(room = "den"): Promise<{ token: string; handle: string; occupants: readonly string[] }> {
		const { status, body } = await this.ask("/http-rooms/enter", { body: JSON.stringify({ room }) });
		assert.equal(status, 201, JSON.stringify(body));
		return body as { token: string; handle: string; occupants: readonly string[] };
	}

	say(token: string, first: number, ...texts: readonly string[]): Promise<Answer> {
		return this.ask("/http-rooms/texts", { token, body: JSON.stringify({ first, texts }) });
	}

	async listen(token: string, lastId = 0, headers: Readonly<Record<string, string>> = {}): Promise<Reader> {
		const all = { "last-event-id": String(lastId), ...headers };
		return new Reader(await this.open("/http-rooms/events", { token, headers: all }));
	}
}

/** What comes in a stream of events. */
export class Reader {
	readonly response: IncomingMessage;
	text = "";
	hasEnded = false;
	#wake: () => void = () => {};

	constructor(response: IncomingMessage) {
		this.response = response;
		response.on("data", (part) => {
			this.text += String(part);
			this.#wake();
		});
		response.on("close", () => {
			this.hasEnded = true;
			this.#wake();
		});
		response.on("error", () => {});
	}

	async until(what: string, holds: () => boolean): Promise<void> {
		while (!holds()) {
			assert.ok(!this.hasEnded, `the stream ended before ${what}; there was: ${this.text}`);
			await new Promise<void>((resolve) => {
				this.#wake = resolve;
			});
		}
	}

	has(text: string): Promise<void> {
		return this.until(text, () => this.text.includes(text));
	}

	async end(): Promise<void> {
		if (!this.hasEnded) await new Promise((resolve) => this.response.on("close", resolve));
	}

	/** The texts that came, with the numbers of their events. */
	get texts(): readonly string[] {
		const blocks = this.text.matchAll(/id: (\d+)\nevent: text\ndata: (.*)\n\n/g);
		return [...blocks].map(([, id, data]) => `${id} ${(JSON.parse(data ?? "") as { text: string }).text}`);
	}
}
