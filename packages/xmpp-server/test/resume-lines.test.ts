import assert from "node:assert/strict";
import { once } from "node:events";
import { type TestContext, test } from "node:test";
import { WebSocket } from "ws";
import { NS } from "../src/namespaces.ts";
import { element } from "../src/xml.ts";
import { bodyOf, TestClient } from "./support/client.ts";
import { type RunningServer, startServer } from "./support/server.ts";

const SM = NS.streamManagement;
const ROOM = "den@conference.localhost";
const KINDS = ["ws", "tcp"] as const;

function connect({ url, tcpPort }: RunningServer, kind: (typeof KINDS)[number]): Promise<TestClient> {
	return kind === "ws" ? TestClient.webSocket(url, "localhost") : TestClient.tcp(tcpPort, "localhost");
}

async function enable(client: TestClient): Promise<string> {
	client.send(element("enable", SM, { resume: "true" }));
	return (await client.next("enabled")).attrs["id"] ?? "";
}

async function back(server: RunningServer, kind: (typeof KINDS)[number], name: string): Promise<TestClient> {
	const client = await connect(server, kind);
	await client.open();
	assert.equal((await client.authenticate(name, "a password")).name, "success");
	client.resetParser();
	await client.open();
	return client;
}

for (const kind of KINDS) {
	test(`over ${kind} a session outlives its connection, and goes on over the next`, async (t: TestContext) => {
		const server = await startServer(t);
		const ana = await (await TestClient.webSocket(server.url, "localhost")).start("ana");
		await ana.join("den", "A");
		const bo = await (await connect(server, kind)).start("bo");
		const id = await enable(bo);
		await bo.join("den", "B");
		// A's presence, one's own, the subject.
		await bo.next("message", (e) => bodyOf(e) === undefined);
		bo.destroy();
		await bo.inbox.closed();
		ana.say("den", "while you were gone");
		await ana.heard("while you were gone");
		// Its connection is gone, and it is counted as one all the same; nobody has left.
		assert.deepEqual([server.server.counts.connections, server.server.counts.sessions], [2, 2]);
		const again = await back(server, kind, "bo");
		again.send(element("resume", SM, { previd: id, h: "3" }));
		assert.equal((await again.next("resumed")).attrs["h"], "1");
		await again.heard("while you were gone");
		again.say("den", "I am back");
		await ana.heard("I am back");
		assert.ok(!ana.inbox.all.some((e) => e.name === "presence" && e.attrs["type"] === "unavailable"));
	});
}

test("SM-9: a page that is closed leaves its rooms at once, a WebSocket that breaks does not", async (t) => {
	const server = await startServer(t);
	const ana = await (await TestClient.webSocket(server.url, "localhost")).start("ana");
	await ana.join("den", "A");
	const bo = await (await TestClient.webSocket(server.url, "localhost")).start("bo");
	await enable(bo);
	await bo.join("den", "B");
	bo.leavePage();
	await ana.next("presence", (e) => e.attrs["from"] === `${ROOM}/B` && e.attrs["type"] === "unavailable");
	assert.equal(server.server.counts.sessions, 1);
});

test("SM-5: over a real socket too, whoever does not come back is out after the time that was announced", async (t) => {
	const server = await startServer(t, { limits: { resumeMs: 1000 } });
	const ana = await (await TestClient.webSocket(server.url, "localhost")).start("ana");
	await ana.join("den", "A");
	const bo = await (await TestClient.tcp(server.tcpPort, "localhost")).start("bo");
	await enable(bo);
	await bo.join("den", "B");
	bo.destroy();
	await ana.next("presence", (e) => e.attrs["from"] === `${ROOM}/B` && e.attrs["type"] === "unavailable");
});

test("closing the server does not wait for sessions that wait for their clients", async (t) => {
	const server = await startServer(t);
	const bo = await (await TestClient.webSocket(server.url, "localhost")).start("bo");
	await enable(bo);
	bo.destroy();
	const other = new WebSocket(server.url, "xmpp");
	await once(other, "open");
	await server.server.close();
	assert.deepEqual([server.server.counts.connections, server.server.counts.sessions], [0, 0]);
});
