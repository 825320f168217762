import assert from "node:assert/strict";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { test } from "node:test";
import { NS } from "../src/namespaces.ts";
import { TestClient } from "./support/client.ts";
import { type RunningServer, startServer } from "./support/server.ts";

const TRICKLE_MS = 20;
const HEADER = `<?xml version="1.0"?><stream:stream xmlns="jabber:client" xmlns:stream="${NS.streams}" to="localhost" version="1.0">`;

/** A part of a WebSocket message, masked with zeros as RFC 6455 section 5.3 allows; another always follows. */
function fragment(text: string, first: boolean): Buffer {
	return Buffer.concat([Buffer.from([first ? 0x01 : 0x00, 0x80 | text.length, 0, 0, 0, 0]), Buffer.from(text)]);
}

async function dial(port: number): Promise<Socket> {
	const socket = connect(port, "127.0.0.1");
	socket.on("error", () => socket.destroy());
	await once(socket, "connect");
	return socket;
}

/** A WebSocket of which the test writes the frames itself. */
async function upgraded({ httpPort }: RunningServer): Promise<Socket> {
	const socket = await dial(httpPort);
	socket.write(
		`GET /xmpp-websocket HTTP/1.1\r\nHost: 127.0.0.1:${httpPort}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
			"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Protocol: xmpp\r\n\r\n",
	);
	const [answer] = (await once(socket, "data")) as [Buffer];
	assert.match(answer.toString("latin1"), /^HTTP\/1\.1 101 /);
	return socket;
}

/** Writes a little again and again, for as long as it is let; resolves when it is not any more. */
async function trickle(socket: Socket, piece: () => string | Buffer): Promise<void> {
	socket.resume();
	const writing = setInterval(() => socket.write(piece()), TRICKLE_MS);
	await once(socket, "close");
	clearInterval(writing);
}

test("slow loris: on real sockets too, whoever trickles and does not log in is cut off, and the others are served", async (t) => {
	// The server's clock goes on with what trickles in, so that logging in takes no time of it.
	let now = 0;
	const later = (piece: string | Buffer) => (): string | Buffer => {
		now += 200;
		return piece;
	};
	const server = await startServer(t, { now: () => now, limits: { pingAfterMs: 1e9 } });
	const ana = await (await TestClient.webSocket(server.url, "localhost")).start("ana");
	await ana.join("den", "A");
	const silent = await dial(server.tcpPort);
	const spaces = await dial(server.tcpPort);
	const stanza = await dial(server.tcpPort);
	stanza.write(`${HEADER}<auth xmlns="${NS.sasl}" mechanism="`);
	const webSocket = await upgraded(server);
	webSocket.write(fragment("<", true));
	await Promise.all([
		trickle(silent, later("")),
		trickle(spaces, later(" ")),
		trickle(stanza, later("x")),
		trickle(webSocket, later(fragment("a", false))),
	]);
	ana.say("den", "still here");
	await ana.heard("still here");
	assert.deepEqual([server.server.counts.connections, server.server.counts.sessions], [1, 1]);
});

test("a WebSocket message in more and more parts is cut off at its largest size, before login and after", async (t) => {
	const server = await startServer(t, { limits: { stanzaBytes: 1000 } });
	const socket = await upgraded(server);
	socket.write(fragment("<", true));
	let sent = 1;
	await trickle(socket, () => {
		sent += 100;
		return fragment("x".repeat(100), false);
	});
	assert.ok(sent >= 2000, `${sent} bytes were too many`);
	const ana = await (await TestClient.webSocket(server.url, "localhost")).start("ana");
	ana.raw(`<message xmlns="jabber:client"><body>${"x".repeat(3000)}</body></message>`);
	await ana.inbox.closed();
	assert.equal(server.server.counts.sessions, 0);
});

test("cross-site: a WebSocket of another page is refused whatever else the request says", async (t) => {
	const server = await startServer(t);
	const host = `127.0.0.1:${server.httpPort}`;
	const status = async (lines: readonly string[]): Promise<string> => {
		const socket = await dial(server.httpPort);
		const head = [
			"GET /xmpp-websocket HTTP/1.1",
			"Connection: Upgrade",
			"Upgrade: websocket",
			"Sec-WebSocket-Version: 13",
			"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==",
			"Sec-WebSocket-Protocol: xmpp",
			...lines,
		];
		socket.write(`${head.join("\r\n")}\r\n\r\n`);
		const [answer] = (await once(socket, "data")) as [Buffer];
		socket.destroy();
		return answer.toString("latin1").split(" ")[1] ?? "";
	};
	assert.equal(await status([`Host: ${host}`, `Origin: http://${host}`]), "101");
	const foreign = [
		"http://evil.example",
		`http://${host}.evil.example`,
		`http://evil.example#${host}`,
		`http://${host}@evil.example`,
		`https://${host}`.replace(/:\d+$/, ""),
		"null",
		"file://",
		"",
		`http://${host}, http://evil.example`,
	];
	for (const origin of foreign) assert.equal(await status([`Host: ${host}`, `Origin: ${origin}`]), "403", origin);
	assert.equal(await status([`Host: ${host}`, "Origin: http://evil.example", `X-Forwarded-Host: evil.example`]), "403");
	assert.equal(server.server.counts.sessions, 0);
});
