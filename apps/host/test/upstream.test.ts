import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer as createHttpServer, type IncomingMessage } from "node:http";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { describe, it, type TestContext } from "node:test";
import { WebSocket, WebSocketServer } from "ws";
import { Upstream } from "../src/upstream.ts";
import { ask, closed, heard, openWebSocket, startTestHost } from "./support.ts";

interface Fake {
	readonly url: URL;
	readonly server: WebSocketServer;
	/** The requests that arrived. */
	readonly requests: IncomingMessage[];
}

/** Another server, which echoes. */
async function startFake(t: TestContext): Promise<Fake> {
	const requests: IncomingMessage[] = [];
	const http = createHttpServer((_, response) => response.writeHead(404).end());
	const server = new WebSocketServer({ server: http, path: "/ws", handleProtocols: () => "xmpp" });
	server.on("connection", (socket, request) => {
		requests.push(request);
		socket.on("error", () => {});
		socket.on("message", (data, isBinary) => socket.send(data as Buffer, { binary: isBinary }));
	});
	await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
	t.after(() => {
		for (const socket of server.clients) socket.terminate();
		http.closeAllConnections();
		http.close();
	});
	return { url: new URL(`ws://localhost:${(http.address() as AddressInfo).port}/ws`), server, requests };
}

/** Another server that does with a connection what it is told to. */
async function startRaw(t: TestContext, serve: (socket: Socket) => void): Promise<URL> {
	const sockets = new Set<Socket>();
	const server = createServer({ allowHalfOpen: true }, (socket) => {
		sockets.add(socket);
		socket.on("error", () => {});
		serve(socket);
	});
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	t.after(() => {
		for (const socket of sockets) socket.destroy();
		server.close();
	});
	return new URL(`ws://127.0.0.1:${(server.address() as AddressInfo).port}/`);
}

const REQUEST_HEAD = [
	"GET /xmpp-websocket HTTP/1.1",
	"Host: localhost",
	"Connection: Upgrade",
	"Upgrade: websocket",
	"Sec-WebSocket-Version: 13",
	"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==",
	"Sec-WebSocket-Protocol: xmpp",
];
const AGREED =
	"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
	"Sec-WebSocket-Accept: AAAAAAAAAAAAAAAAAAAAAAAAAAA=\r\nSec-WebSocket-Protocol: xmpp\r\n\r\n";

/** A client that writes what it is told to; `text` is all that came. */
function rawClient(
	t: TestContext,
	port: number,
	head: readonly string[] = REQUEST_HEAD,
): { socket: Socket; text: () => string } {
	let came = "";
	const socket = connect({ port, host: "127.0.0.1", allowHalfOpen: true }, () =>
		socket.write(`${head.join("\r\n")}\r\n\r\n`),
	);
	socket.on("error", () => {});
	socket.on("data", (bytes) => (came += bytes.toString("latin1")));
	t.after(() => socket.destroy());
	return { socket, text: () => came };
}

const url = (host: { port: number }): string => `ws://127.0.0.1:${host.port}/xmpp-websocket`;

describe("another server in place of the embedded one", () => {
	it("has its texts passed on in both directions, while the page is served as ever", async (t) => {
		const fake = await startFake(t);
		const host = await startTestHost(t, { upstream: fake.url });
		const page = await ask(host.port, "/");
		assert.equal(page.status, 200);
		assert.match(page.body, /page/);
		const config = await ask(host.port, "/clowder.json");
		assert.deepEqual(JSON.parse(config.body), { domain: "cats.example", websocket: "/xmpp-websocket" });
		assert.equal((await ask(host.port, "/http-rooms/enter")).status, 404);

		const socket = await openWebSocket(url(host));
		assert.ok(socket instanceof WebSocket);
		assert.equal(socket.protocol, "xmpp");
		const long = `<message>${"x".repeat(500_000)}</message>`;
		const answered = heard(socket, /x{500000}/);
		socket.send(long);
		assert.equal(await answered, long);
		const end = closed(socket);
		socket.close(1000);
		assert.equal(await end, 1000);
	});

	it("is told who asks, and nothing else of what a browser says (HOST-3)", async (t) => {
		const fake = await startFake(t);
		const host = await startTestHost(t, { upstream: fake.url, trustedProxies: ["127.0.0.1"] });
		const socket = await openWebSocket(url(host), {
			origin: "https://cats.example",
			headers: {
				host: "cats.example",
				cookie: "secret=1",
				"user-agent": "a browser",
				"accept-language": "xx",
				"x-forwarded-for": "203.0.113.9",
				"x-forwarded-proto": "https",
			},
		});
		assert.ok(socket instanceof WebSocket);
		assert.equal(socket.extensions, "");
		const { headers, url: path } = fake.requests[0] as IncomingMessage;
		assert.equal(path, "/ws");
		assert.deepEqual(headers, {
			host: `cats.example:${fake.url.port}`,
			connection: "Upgrade",
			upgrade: "websocket",
			"sec-websocket-version": "13",
			"sec-websocket-key": headers["sec-websocket-key"],
			"sec-websocket-protocol": "xmpp",
			origin: "https://cats.example",
			"x-forwarded-for": "203.0.113.9",
			"x-forwarded-proto": "https",
			"x-forwarded-host": "cats.example",
		});
	});

	it("is asked only on behalf of our own pages, for WebSockets of XMPP (HOST-2)", async (t) => {
		const fake = await startFake(t);
		const host = await startTestHost(t, { upstream: fake.url });
		assert.equal(await openWebSocket(url(host), { origin: "https://evil.example" }), 403);
		assert.equal(await openWebSocket(url(host), { headers: { host: "evil.example" } }), 421);
		assert.equal(await openWebSocket(`ws://127.0.0.1:${host.port}/other`), 404);
		for (const [line, wrong] of [
			[4, "Sec-WebSocket-Version: 8"],
			[5, "Sec-WebSocket-Key: short"],
			[6, "Sec-WebSocket-Protocol: chat"],
			[0, "POST /xmpp-websocket HTTP/1.1"],
			[3, "Upgrade: h2c"],
		] as const) {
			const client = rawClient(t, host.port, REQUEST_HEAD.with(line, wrong));
			await once(client.socket, "end");
			assert.match(client.text(), /^HTTP\/1\.1 400 /, wrong);
		}
		assert.equal(fake.requests.length, 0);
	});

	it("is spared an address that connects too often, also when a proxy is between", async (t) => {
		const fake = await startFake(t);
		const host = await startTestHost(t, { upstream: fake.url, trustedProxies: ["127.0.0.1"] });
		const from = (address: string): Promise<WebSocket | number> =>
			openWebSocket(url(host), { headers: { "x-forwarded-for": address } });
		const open: WebSocket[] = [];
		let refused: number | undefined;
		while (refused === undefined && open.length < 1_000) {
			const outcome = await from("203.0.113.9");
			if (typeof outcome === "number") refused = outcome;
			else open.push(outcome);
		}
		assert.equal(refused, 503);
		assert.equal(open.length, 500);
		assert.ok((await from("203.0.113.10")) instanceof WebSocket);
		const [one] = open;
		assert.ok(one !== undefined);
		one.terminate();
		// The server hears of the end in its own time.
		let again = await from("203.0.113.9");
		while (again === 503) again = await from("203.0.113.9");
		assert.ok(again instanceof WebSocket);
	});

	it("may be away, answer with anything, or break off: the client gets an answer", async (t) => {
		const away = await startRaw(t, () => {});
		const nobody = createServer();
		await new Promise<void>((resolve) => nobody.listen(0, "127.0.0.1", resolve));
		const gone = new URL(`ws://127.0.0.1:${(nobody.address() as AddressInfo).port}/`);
		await new Promise((resolve) => nobody.close(resolve));
		for (const [upstream, status] of [
			[gone, 502],
			[await startRaw(t, (socket) => socket.end("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi")), 502],
			[await startRaw(t, (socket) => socket.end("this is not HTTP\r\n\r\n")), 502],
			[await startRaw(t, (socket) => socket.destroy()), 502],
			[await startRaw(t, (socket) => socket.write(AGREED.replace(": xmpp", ": chat"))), 502],
			[await startRaw(t, (socket) => socket.write(AGREED.replace(/Accept: .*?\r\n/, "Accept: no\r\n"))), 502],
		] as const) {
			const host = await startTestHost(t, { upstream });
			assert.equal(await openWebSocket(url(host)), status);
		}
		// A client that does not wait for the answer leaves nothing behind that would keep the host from closing.
		const host = await startTestHost(t, { upstream: away });
		const client = rawClient(t, host.port);
		await once(client.socket, "connect");
		client.socket.destroy();
		await host.close();
	});

	it("hears all that came before the end of either side (HOST-4)", async (t) => {
		const last = "z".repeat(300_000);
		let received = "";
		const { promise: heardEnd, resolve } = deferred();
		const upstream = await startRaw(t, (socket) => {
			socket.once("data", () => socket.write(AGREED));
			socket.on("data", (bytes) => {
				received += bytes.toString("latin1");
			});
			socket.on("end", () => {
				resolve(undefined);
				socket.end(last);
			});
		});
		const host = await startTestHost(t, { upstream });
		// What follows the request in the same packet is for the other server too.
		const client = rawClient(t, host.port, [...REQUEST_HEAD, "", "early"]);
		const ended = once(client.socket, "end");
		while (!client.text().includes("101 Switching")) await once(client.socket, "data");
		client.socket.end(last);
		await heardEnd;
		await ended;
		assert.ok(received.endsWith(last));
		assert.match(received, /\r\n\r\nearly/);
		assert.ok(client.text().endsWith(last));
	});

	it("does not make the host keep what a client does not read (HOST-4)", async (t) => {
		let written = 0;
		const chunk = Buffer.alloc(64 * 1024);
		const { promise: stopped, resolve } = deferred();
		const upstream = await startRaw(t, (socket) => {
			const push = (): void => {
				while (written < 256 * 1024 * 1024) {
					written += chunk.length;
					if (!socket.write(chunk)) break;
				}
			};
			socket.once("data", () => {
				socket.write(AGREED);
				push();
				socket.on("drain", push);
				// Once nothing has been taken for a while, what is between is full.
				socket.setTimeout(1_000, () => resolve(undefined));
			});
		});
		const host = await startTestHost(t, { upstream });
		const client = rawClient(t, host.port);
		client.socket.on("data", () => client.socket.pause());
		await stopped;
		assert.ok(written < 64 * 1024 * 1024, `${written} bytes were taken`);
	});

	it("may break: the client's connection ends, and the other way round", async (t) => {
		const fake = await startFake(t);
		const host = await startTestHost(t, { upstream: fake.url });
		const first = await openWebSocket(url(host));
		assert.ok(first instanceof WebSocket);
		const broken = closed(first);
		for (const socket of fake.server.clients) socket.terminate();
		assert.equal(await broken, 1006);

		const connected = once(fake.server, "connection");
		const second = await openWebSocket(url(host));
		assert.ok(second instanceof WebSocket);
		const [far] = await connected;
		const farClosed = closed(far);
		second.terminate();
		assert.equal(await farClosed, 1006);
	});

	it("does not keep the host from closing, with clients still connected", async (t) => {
		const fake = await startFake(t);
		const host = await startTestHost(t, { upstream: fake.url });
		const socket = await openWebSocket(url(host));
		assert.ok(socket instanceof WebSocket);
		const ended = closed(socket);
		await host.close();
		await ended;
	});

	it("is at a ws: or wss: address, without secrets in it", () => {
		const make = (address: string): Upstream =>
			new Upstream({
				url: new URL(address),
				domain: "cats.example",
				acceptHost: () => true,
				clientOf: () => ({ address: "", isSecure: false }),
				refused: () => {},
				accepted: () => {},
			});
		for (const address of ["http://localhost/", "ws://me:secret@localhost/", "ws://localhost/#x"]) {
			assert.throws(() => make(address), RangeError);
		}
		make("wss://localhost:5281/xmpp-websocket");
	});
});

function deferred(): { promise: Promise<unknown>; resolve: (value: unknown) => void } {
	let resolve: (value: unknown) => void = () => {};
	const promise = new Promise((settle) => {
		resolve = settle;
	});
	return { promise, resolve };
}
