import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { request, type IncomingHttpHeaders } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { type ClientOptions, WebSocket } from "ws";
import { describeHostError } from "../src/errors.ts";
import { type Host, type HostOptions, startHost } from "../src/index.ts";

/** A host for `cats.example` on a free port, with a page of one line, that ends with the test. */
export async function startTestHost(t: TestContext, options: Partial<HostOptions> = {}): Promise<Host> {
	const webRoot = await mkdtemp(join(tmpdir(), "clowder-host-"));
	await writeFile(join(webRoot, "index.html"), "<!doctype html><title>page</title>");
	const started = await startHost({ port: 0, host: "127.0.0.1", domain: "cats.example", webRoot, ...options });
	if (!started.ok) throw new Error(describeHostError(started.error));
	t.after(async () => {
		await started.value.close();
		await rm(webRoot, { recursive: true });
	});
	return started.value;
}

export interface Answer {
	readonly status: number;
	readonly headers: IncomingHttpHeaders;
	readonly body: string;
}

export function ask(port: number, path: string, headers: Record<string, string> = {}): Promise<Answer> {
	return new Promise((resolve, reject) => {
		const asked = request({ host: "127.0.0.1", port, path, headers, agent: false }, (response) => {
			let body = "";
			response.setEncoding("utf8").on("data", (part: string) => (body += part));
			response.on("end", () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body }));
		});
		asked.on("error", reject);
		asked.end();
	});
}

/** What the server answers to a request for a WebSocket: the status, or the socket that opened. */
export function openWebSocket(url: string, options: ClientOptions = {}): Promise<WebSocket | number> {
	const socket = new WebSocket(url, "xmpp", options);
	return new Promise((resolve, reject) => {
		socket.on("unexpected-response", (asked, { statusCode }) => {
			asked.destroy();
			resolve(statusCode ?? 0);
		});
		socket.on("error", reject);
		socket.on("open", () => resolve(socket));
	});
}

/** Resolves with the first message that matches, from now on. */
export function heard(socket: WebSocket, pattern: RegExp): Promise<string> {
	return new Promise((resolve, reject) => {
		socket.on("message", (data) => {
			const text = (data as Buffer).toString();
			if (pattern.test(text)) resolve(text);
		});
		socket.on("close", (code) => reject(new Error(`closed with ${code} before ${pattern}`)));
	});
}

export function closed(socket: WebSocket): Promise<number> {
	return new Promise((resolve) => socket.once("close", (code) => resolve(code)));
}
