import assert from "node:assert/strict";
import { test } from "node:test";
import { bodyOf, TestClient } from "./support/client.ts";
import { startServer } from "./support/server.ts";

test("a WebSocket client and a TCP client register, log in, meet in a room and talk both ways", async (t) => {
	const { url, tcpPort, server } = await startServer(t);
	const ana = await (await TestClient.webSocket(url, "localhost")).start("ana");
	const bo = await (await TestClient.tcp(tcpPort, "localhost")).start("bo");
	assert.match(ana.jid, /^ana@localhost\/.+/);
	await ana.join("den", "A");
	await bo.join("den", "B");
	ana.say("den", "hello & <welcome>");
	assert.equal((await bo.heard("hello & <welcome>")).attrs["from"], "den@conference.localhost/A");
	assert.equal((await ana.heard("hello & <welcome>")).attrs["from"], "den@conference.localhost/A");
	bo.say("den", "thanks");
	assert.equal(bodyOf(await ana.heard("thanks")), "thanks");
	assert.deepEqual(server.counts, { connections: 2, sessions: 2, accounts: 2, rooms: 1 });
});
