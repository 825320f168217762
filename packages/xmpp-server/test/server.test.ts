import assert from "node:assert/strict";
import { once } from "node:events";
import { request } from "node:http";
import { connect } from "node:net";
import { test } from "node:test";
import { WebSocket } from "ws";
import { createXmppServer } from "../src/index.ts";
import { originAllowed } from "../src/websocket.ts";
import { bodyOf, hasStatus, TestClient } from "./support/client.ts";
import { conditionOf } from "./support/core.ts";
import { startServer } from "./support/server.ts";

const ROOM = "den@conference.localhost";

test("a WebSocket client and a TCP client register, log in, meet in a room and talk both ways", async (t) => {
	const { url, tcpPort, server } = await startServer(t);
	const ana = await (await TestClient.webSocket(url, "localhost")).start("ana");
	const bo = await (await TestClient.tcp(tcpPort, "localhost")).start("bo");
	assert.match(ana.jid, /^ana@localhost\/.+/);
	await ana.join("den", "A");
	await bo.join("den", "B");
	ana.say("den", "hello & <welcome>");
	assert.equal((await bo.heard("hello & <welcome>")).attrs["from"], `${ROOM}/A`);
	assert.equal((await ana.heard("hello & <welcome>")).attrs["from"], `${ROOM}/A`);
	bo.say("den", "thanks");
	assert.equal(bodyOf(await ana.heard("thanks")), "thanks");
	assert.deepEqual(server.counts, { connections: 2, sessions: 2, accounts: 2, rooms: 1 });
});

test("a client that dies without a word is out of its room", async (t) => {
	const { url, tcpPort } = await startServer(t);
	const ana = await (await TestClient.webSocket(url, "localhost")).start("ana");
	await ana.join("den", "A");
	for (const kind of ["ws", "tcp"] as const) {
		const client = kind === "ws" ? TestClient.webSocket(url, "localhost") : TestClient.tcp(tcpPort, "localhost");
		const bo = await (await client).start(kind);
		await bo.join("den", kind);
		bo.destroy();
		const from = `${ROOM}/${kind}`;
		await ana.next("presence", (e) => e.attrs["from"] === from && e.attrs["type"] === "unavailable");
	}
});

test("a WebSocket client that stops answering is found out by pings below XMPP", async (t) => {
	const { url, server } = await startServer(t, {
		limits: { pingAfterMs: 300, pingTimeoutMs: 1500, closeTimeoutMs: 200 },
	});
	const ana = await (await TestClient.webSocket(url, "localhost")).start("ana");
	await ana.join("den", "A");
	const dead = await (await TestClient.webSocket(url, "localhost")).start("bo");
	await dead.join("den", "B");
	dead.freeze();
	await ana.next("presence", (e) => e.attrs["from"] === `${ROOM}/B` && e.attrs["type"] === "unavailable");
	assert.equal(server.counts.sessions, 1, "the one that answers pings stays");
	dead.destroy();
});

test("a reader that does not read is dropped", async (t) => {
	const { url, tcpPort } = await startServer(t, {
		limits: { sendQueueBytes: 100_000, bytesPerSecond: 1e9, burstBytes: 1e9 },
	});
	const ana = await (await TestClient.webSocket(url, "localhost")).start("ana");
	const bo = await (await TestClient.tcp(tcpPort, "localhost")).start("bo");
	await ana.join("den", "A");
	await bo.join("den", "B");
	bo.freeze();
	const gone = ana.next("presence", (e) => e.attrs["from"] === `${ROOM}/B` && e.attrs["type"] === "unavailable");
	let dropped = false;
	void gone.then(() => {
		dropped = true;
	});
	// The system's buffers have to fill first; each echo shows that the server took the one before.
	for (let i = 0; !dropped; i++) {
		assert.ok(i < 1000, "60 MB and still not dropped");
		ana.say("den", `${i} ${"x".repeat(60_000)}`);
		await ana.next("message", (e) => bodyOf(e)?.startsWith(`${i} `) ?? false);
	}
	bo.destroy();
});

test("SERVER-12: a page of another origin is refused, one of the same or an allowed one is let in", async (t) => {
	const { url, httpPort } = await startServer(t, {}, ["https://chat.example"]);
	await assert.rejects(TestClient.webSocket(url, "localhost", "http://evil.example"), /403/);
	await assert.rejects(TestClient.webSocket(url, "localhost", `http://127.0.0.1:${httpPort + 1}`), /403/);
	await assert.rejects(TestClient.webSocket(url, "localhost", "null"), /403/);
	for (const origin of [`http://127.0.0.1:${httpPort}`, "https://chat.example"]) {
		const client = await TestClient.webSocket(url, "localhost", origin);
		await client.open();
		client.close();
	}
});

test("origins are the same when scheme's port, host and port are", () => {
	assert.equal(originAllowed("https://chat.example", "chat.example:443", []), true);
	assert.equal(originAllowed("http://CHAT.example", "chat.example", []), true);
	assert.equal(originAllowed("http://chat.example", "chat.example:8080", []), false);
	assert.equal(originAllowed("http://chat.example", undefined, []), false);
	assert.equal(originAllowed("file://", "chat.example", []), false);
	assert.equal(originAllowed(undefined, "chat.example", []), true, "not a page");
});

test("upgrades to another path or without the subprotocol are refused (RFC 7395 section 3.1)", async (t) => {
	const { url, httpPort } = await startServer(t);
	const failure = (address: string, protocol: string | undefined): Promise<string> =>
		new Promise((resolve) => {
			const socket = protocol === undefined ? new WebSocket(address) : new WebSocket(address, protocol);
			socket.on("error", (error) => resolve(error.message));
		});
	assert.match(await failure(url, undefined), /400/);
	assert.match(await failure(url, "chat"), /400/);
	assert.match(await failure(`ws://127.0.0.1:${httpPort}/other`, "xmpp"), /404/);
});

test("binary, malformed and oversized WebSocket messages end the stream", async (t) => {
	const { url } = await startServer(t);
	const outcome = async (data: string | Buffer): Promise<string | undefined> => {
		const client = await TestClient.webSocket(url, "localhost");
		client.raw(data);
		const error = await client.next("error");
		await client.inbox.closed();
		return conditionOf(error);
	};
	assert.equal(await outcome(Buffer.from("<open/>")), "bad-format");
	assert.equal(await outcome("<open"), "not-well-formed");
	assert.equal(await outcome(`<a>${"x".repeat(66_000)}</a>`), "policy-violation");
	const client = await TestClient.webSocket(url, "localhost");
	client.raw(`<a>${"x".repeat(200_000)}</a>`);
	await client.inbox.closed();
	assert.deepEqual(client.inbox.all, [], "the library cuts off what is far too large");
});

test("bytes that are not UTF-8 end a TCP stream", async (t) => {
	const { tcpPort } = await startServer(t);
	const client = await TestClient.tcp(tcpPort, "localhost");
	await client.open();
	client.raw(Buffer.from([0x3c, 0x61, 0xff, 0xfe]));
	assert.equal(conditionOf(await client.next("error")), "unsupported-encoding");
	await client.inbox.closed();
});

test("reading is slowed for who sends too fast, and nothing is lost", async (t) => {
	const { url, tcpPort } = await startServer(t, { limits: { stanzasPerSecond: 500, burstStanzas: 20 } });
	for (const [kind, connecting] of [
		["ws", TestClient.webSocket(url, "localhost")],
		["tcp", TestClient.tcp(tcpPort, "localhost")],
	] as const) {
		const client = await (await connecting).start(kind);
		await client.join("den", kind);
		for (let i = 0; i < 200; i++) client.say("den", `${i}`);
		await client.heard("199");
		const bodies = client.inbox.all.map(bodyOf).filter((body) => body !== undefined);
		assert.deepEqual(
			bodies,
			Array.from({ length: 200 }, (_, i) => `${i}`),
		);
		client.close();
		await client.inbox.closed();
	}
});

test("TCP is for loopback only, and a port in use is one clear error", async (t) => {
	const { server, tcpPort } = await startServer(t);
	const everywhere = { host: "0.0.0.0", port: 0 } as unknown as Parameters<typeof server.listenTcp>[0];
	assert.deepEqual(await server.listenTcp(everywhere), {
		ok: false,
		error: { kind: "usage", expected: "a loopback address", got: "0.0.0.0" },
	});
	assert.deepEqual(await server.listenTcp({ host: "127.0.0.1", port: tcpPort }), {
		ok: false,
		error: { kind: "address-in-use", port: tcpPort },
	});
	assert.throws(() => createXmppServer({ domain: "not a domain" }), RangeError);
});

test("closing tells clients, lets go of those that do not, and listens no more", async (t) => {
	const { server, url, tcpPort, httpPort } = await startServer(t, { limits: { closeTimeoutMs: 300 } });
	const ana = await (await TestClient.webSocket(url, "localhost")).start("ana");
	const bo = await (await TestClient.tcp(tcpPort, "localhost")).start("bo");
	await ana.join("den", "A");
	const deaf = connect({ host: "127.0.0.1", port: tcpPort, allowHalfOpen: true });
	deaf.on("error", () => deaf.destroy());
	await once(deaf, "connect");
	await Promise.all([server.close(), server.close()]);
	assert.equal(server.counts.connections, 0);
	await ana.next("presence", (e) => hasStatus(e, "332"));
	for (const client of [ana, bo]) {
		assert.equal(conditionOf(await client.next("error")), "system-shutdown");
		await client.next("close");
		await client.inbox.closed();
	}
	deaf.destroy();
	await assert.rejects(TestClient.tcp(tcpPort, "localhost"), /ECONNREFUSED/);
	await assert.rejects(TestClient.webSocket(url, "localhost"));
	const listening = await server.listenTcp({ host: "127.0.0.1", port: 0 });
	assert.equal(listening.ok, false);
	const [response] = await once(request({ port: httpPort, host: "127.0.0.1" }).end(), "response");
	assert.equal(response.statusCode, 404, "the HTTP server is its owner's to close");
	response.resume();
});

test("SERVER-13: the tap sees every byte both ways, and the log no address, name or room", async (t) => {
	const bytes = { in: "", out: "" };
	const lines: string[] = [];
	const tap = (_connection: string, direction: "in" | "out", text: string): void => {
		bytes[direction] += text;
	};
	const log = (line: string): void => void lines.push(line);
	const { url, tcpPort } = await startServer(t, { tap, log, limits: { connectionsPerAddress: 2 } });
	const ana = await (await TestClient.webSocket(url, "localhost")).start("ana-name");
	const bo = await (await TestClient.tcp(tcpPort, "localhost")).start("bo-name");
	for (const [client, nick] of [
		[ana, "ana-nick"],
		[bo, "bo-nick"],
	] as const)
		await client.join("den", nick);
	ana.say("den", "a text");
	await bo.heard("a text");
	await assert.rejects(TestClient.webSocket(url, "localhost"), /503/);
	await assert.rejects(TestClient.webSocket(url, "localhost", "http://evil.example"), /403/);
	for (const name of ["ana-name", "bo-name", "ana-nick", "bo-nick", "den@", "a text"]) {
		assert.ok(bytes.in.includes(name) && bytes.out.includes(name), name);
	}
	assert.ok(lines.length >= 3);
	for (const line of lines) assert.doesNotMatch(line, /name|nick|den|127\.|::|evil|localhost/);
});
