import assert from "node:assert/strict";
import { createServer, type IncomingHttpHeaders, request, type Server } from "node:http";
import { type AddressInfo, connect } from "node:net";
import type { TestContext } from "node:test";
import { typeCode } from "../../src/upload/content-types.ts";
import type { GivenSlot, UploadsEndpoint, UploadsOptions } from "../../src/upload/endpoint.ts";
import { DEFAULT_UPLOAD_LIMITS, type UploadLimits } from "../../src/upload/limits.ts";
import { openUploads } from "../../src/upload/open-uploads.ts";
import { seededRandom } from "./core.ts";

export interface Fetched {
	readonly status: number;
	readonly headers: IncomingHttpHeaders;
	readonly body: Buffer;
}

interface Asking {
	readonly method?: string;
	readonly headers?: Readonly<Record<string, string>>;
	readonly body?: string | Buffer;
}

/** Files on a free port, on a clock that the test moves. */
export class Depot {
	readonly endpoint: UploadsEndpoint;
	readonly port: number;
	readonly http: Server;
	readonly clock: { now: number };

	constructor(endpoint: UploadsEndpoint, http: Server, clock: { now: number }) {
		this.endpoint = endpoint;
		this.http = http;
		this.port = (http.address() as AddressInfo).port;
		this.clock = clock;
	}

	static async open(
		t: TestContext,
		limits: Partial<UploadLimits> = {},
		options: Partial<UploadsOptions> = {},
		seed = "depot",
	): Promise<Depot> {
		const clock = { now: Date.UTC(2026, 0, 1) };
		const all = {
			path: "/files",
			localUrl: () => "http://localhost:1",
			clock: () => clock.now,
			acceptHost: (host: string | undefined) => host !== "evil.example",
			...options,
		};
		const opened = openUploads(all, { ...DEFAULT_UPLOAD_LIMITS, ...limits }, seededRandom(seed));
		assert.ok(opened.ok);
		return Depot.serve(t, opened.value, clock);
	}

	static async serve(t: TestContext, endpoint: UploadsEndpoint, clock: { now: number }): Promise<Depot> {
		const http = createServer((asked, answer) => {
			if (!endpoint.handle(asked, answer, false)) answer.writeHead(418).end();
		});
		await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
		t.after(async () => {
			endpoint.close();
			http.closeAllConnections();
			await new Promise((resolve) => http.close(resolve));
		});
		return new Depot(endpoint, http, clock);
	}

	/** A slot that is expected to be given; its address as a path on this port. */
	slot(username: string, bytes: number, name = "a.png", type?: string): GivenSlot {
		const given = this.endpoint.give({ username }, name, bytes, typeCode(type));
		assert.ok(given?.ok === true, JSON.stringify(given));
		return { ...given.value, url: new URL(given.value.url).pathname };
	}

	ask(path: string, { method = "GET", headers = {}, body }: Asking = {}): Promise<Fetched> {
		return new Promise((resolve, reject) => {
			const asked = request({ host: "127.0.0.1", port: this.port, path, method, headers, agent: false }, (answer) => {
				const parts: Buffer[] = [];
				answer.on("data", (part: Buffer) => parts.push(part));
				answer.on("error", reject);
				answer.on("end", () =>
					resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: Buffer.concat(parts) }),
				);
			});
			asked.on("error", reject);
			asked.end(body);
		});
	}

	async put(slot: GivenSlot, body: string | Buffer, headers: Readonly<Record<string, string>> = {}): Promise<number> {
		const all = { authorization: slot.authorization, "content-length": String(Buffer.byteLength(body)), ...headers };
		return (await this.ask(slot.url, { method: "PUT", headers: all, body })).status;
	}

	/**
	 * Sends a head and a part of a body: `begun`, when the server takes it; all that came back, when the connection has ended;
	 * `cut` ends it from here.
	 */
	begin(
		slot: GivenSlot,
		announced: number,
		part: string,
	): { cut(): void; readonly begun: Promise<void>; readonly answer: Promise<string> } {
		const socket = connect(this.port, "127.0.0.1");
		let text = "";
		const head = `PUT ${slot.url} HTTP/1.1\r\nHost: localhost\r\nAuthorization: ${slot.authorization}\r\n`;
		socket.write(`${head}Content-Length: ${announced}\r\nExpect: 100-continue\r\n\r\n${part}`);
		socket.on("data", (bytes) => (text += String(bytes)));
		socket.on("error", () => {});
		return {
			cut: () => socket.destroy(),
			// "100 Continue" goes out in the same turn in which the request is looked at.
			begun: new Promise((resolve) => socket.once("data", () => resolve())),
			answer: new Promise((resolve) => socket.on("close", () => resolve(text))),
		};
	}

	/** Asks until the answer is as wanted. */
	async until(what: string, holds: () => Promise<boolean> | boolean): Promise<void> {
		const deadline = performance.now() + 30_000;
		while (!(await holds())) {
			assert.ok(performance.now() < deadline, `in 30 s it did not come to this: ${what}`);
			await new Promise((resolve) => setImmediate(resolve));
		}
	}
}
