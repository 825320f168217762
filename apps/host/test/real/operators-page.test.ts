import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type IncomingMessage } from "node:http";
import { request, type RequestOptions } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it, type TestContext } from "node:test";
import { freePort, makeCertificate, missing, nginxMissing, startNginx } from "@clowder/servers";
import { WebSocket, WebSocketServer } from "ws";
import type { Host } from "../../src/index.ts";
import { heard, openWebSocket, startTestHost } from "../support.ts";

const PAGE = new URL("../../../../../docs/operators.md", import.meta.url);
const DOMAIN = "chat.example.org";
/** Linux has the whole network 127.0.0.0/8 for itself: someone who is not the proxy. */
const CLIENT = "127.0.0.5";

/** An example of the page, whole. */
async function example(language: string): Promise<string> {
	const [, text] = new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\`$`, "ms").exec(await readFile(PAGE, "utf8")) ?? [];
	assert.ok(text !== undefined, language);
	return text;
}

/** Puts a value where the example has one; fails if it has none. */
function replaced(text: string, pattern: RegExp, value: string): string {
	assert.match(text, pattern);
	return text.replace(pattern, value);
}

interface Way {
	readonly port: number;
	readonly ca: string;
}

/** The nginx of the page before a host, with other ports and files. */
async function startProxy(t: TestContext, host: Host): Promise<Way> {
	const folder = await mkdtemp(join(tmpdir(), "clowder-proxy-"));
	t.after(() => rm(folder, { recursive: true }));
	const { chain, key } = makeCertificate([DOMAIN]);
	await Promise.all([writeFile(join(folder, "chain.pem"), chain), writeFile(join(folder, "key.pem"), key)]);
	const port = await freePort();
	let text = replaced(await example("nginx"), /listen 443 ssl;/, `listen 127.0.0.1:${port} ssl;`);
	text = replaced(text, /ssl_certificate \S+;/, `ssl_certificate ${folder}/chain.pem;`);
	text = replaced(text, /ssl_certificate_key \S+;/, `ssl_certificate_key ${folder}/key.pem;`);
	text = replaced(text, /127\.0\.0\.1:2569/, `127.0.0.1:${host.port}`);
	const nginx = await startNginx(text, port);
	t.after(() => nginx.stop());
	return { port, ca: chain };
}

function toProxy({ port, ca }: Way, path: string, method: string): RequestOptions {
	const headers = { host: DOMAIN, "content-type": "application/json" };
	return { host: "127.0.0.1", port, path, method, ca, servername: DOMAIN, headers, agent: false };
}

async function ask(
	way: Way,
	path: string,
	body?: unknown,
	token?: string,
): Promise<{ status: number | undefined; response: IncomingMessage }> {
	const asked = request(toProxy(way, path, body === undefined ? "GET" : "POST"));
	if (token !== undefined) asked.setHeader("authorization", `Bearer ${token}`);
	asked.end(body === undefined ? undefined : JSON.stringify(body));
	const [response] = (await once(asked, "response")) as [IncomingMessage];
	return { status: response.statusCode, response };
}

async function textOf(response: IncomingMessage): Promise<string> {
	let text = "";
	for await (const part of response) text += String(part);
	return text;
}

describe("nginx as the operators' page has it", { skip: nginxMissing() ?? false }, () => {
	it("leads to the page, to WebSockets, and to rooms over HTTP without holding back", async (t) => {
		const host = await startTestHost(t, { domain: DOMAIN, trustedProxies: ["127.0.0.1"] });
		const way = await startProxy(t, host);
		const page = await ask(way, "/");
		assert.equal(page.status, 200);
		assert.match(await textOf(page.response), /<title>/);
		const meta = await textOf((await ask(way, "/.well-known/host-meta.json")).response);
		assert.match(meta, new RegExp(`"wss://${DOMAIN}/xmpp-websocket"`));

		const options = { ca: way.ca, servername: DOMAIN, headers: { host: DOMAIN }, origin: `https://${DOMAIN}` };
		const socket = await openWebSocket(`wss://127.0.0.1:${way.port}/xmpp-websocket`, options);
		assert.ok(socket instanceof WebSocket);
		t.after(() => socket.terminate());
		const features = heard(socket, /SCRAM-SHA-256/);
		socket.send(`<open xmlns="urn:ietf:params:xml:ns:xmpp-framing" to="${DOMAIN}" version="1.0"/>`);
		await features;

		const entered = await ask(way, "/http-rooms/enter", { room: "den" });
		assert.equal(entered.status, 201);
		const { token } = JSON.parse(await textOf(entered.response));
		const events = await ask(way, "/http-rooms/events", undefined, token);
		t.after(() => void events.response.destroy());
		assert.equal(events.response.headers["content-type"], "text/event-stream; charset=utf-8");
		let stream = "";
		events.response.setEncoding("utf8").on("data", (part: string) => (stream += part));
		for (const text of ["one", "two"]) {
			const first = text === "one" ? 1 : 2;
			const sent = await ask(way, "/http-rooms/texts", { first, texts: [text] }, token);
			assert.equal(sent.status, 200, await textOf(sent.response));
			// The answer does not end: it must come through while it is open.
			while (!stream.includes(`"text":"${text}"`)) await once(events.response, "data");
		}
	});

	it("tells the client's address, whatever the client says, and what is behind is told it too", async (t) => {
		const requests: IncomingMessage[] = [];
		const http = createServer();
		const other = new WebSocketServer({ server: http, handleProtocols: () => "xmpp" });
		other.on("connection", (_, asked) => requests.push(asked));
		await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
		t.after(() => {
			for (const socket of other.clients) socket.terminate();
			http.close();
		});
		const upstream = new URL(`ws://127.0.0.1:${(http.address() as AddressInfo).port}/`);
		const host = await startTestHost(t, { domain: DOMAIN, upstream, trustedProxies: ["127.0.0.1"] });
		const way = await startProxy(t, host);
		const options = {
			ca: way.ca,
			servername: DOMAIN,
			localAddress: CLIENT,
			headers: { host: DOMAIN, "x-forwarded-for": "203.0.113.9", "x-forwarded-proto": "http" },
		};
		const socket = await openWebSocket(`wss://127.0.0.1:${way.port}/xmpp-websocket`, options);
		assert.ok(socket instanceof WebSocket);
		t.after(() => socket.terminate());
		assert.equal(requests[0]?.headers["x-forwarded-for"], CLIENT);
		assert.equal(requests[0]?.headers["x-forwarded-proto"], "https");
	});
});

it("Tor takes the onion service of the operators' page", { skip: missing("/usr/sbin/tor") ?? false }, async (t) => {
	const folder = await mkdtemp(join(tmpdir(), "clowder-tor-"));
	t.after(() => rm(folder, { recursive: true }));
	const text = replaced(await example("torrc"), /\/var\/lib\/tor\/clowder/, join(folder, "service"));
	await writeFile(join(folder, "torrc"), `DataDirectory ${folder}/data\n${text}`);
	const args = ["--verify-config", "-f", join(folder, "torrc"), "--defaults-torrc", "/dev/null"];
	const { status, stdout } = spawnSync("/usr/sbin/tor", args, { encoding: "utf8" });
	assert.equal(status, 0, stdout);
	assert.match(stdout, /Configuration was valid/);
});
