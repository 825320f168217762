import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { once } from "node:events";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { startHost } from "../src/index.ts";

const TRICKLE_MS = 100;

test("slow loris: an upgrade request whose head trickles in is cut off, and others are served meanwhile", async (t) => {
	const webRoot = await mkdtemp(join(tmpdir(), "clowder-host-"));
	await writeFile(join(webRoot, "index.html"), "<!doctype html><title>page</title>");
	const started = await startHost({ port: 0, host: "127.0.0.1", domain: "localhost", webRoot });
	assert.ok(started.ok);
	const host = started.value;
	t.after(async () => {
		await host.close();
		await rm(webRoot, { recursive: true });
	});
	const socket = connect(host.port, "127.0.0.1");
	socket.on("error", () => socket.destroy());
	await once(socket, "connect");
	let answer = "";
	socket.on("data", (part: Buffer) => {
		answer += part.toString("latin1");
	});
	socket.write("GET /xmpp-websocket HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nX: ");
	const writing = setInterval(() => socket.write("x"), TRICKLE_MS);
	t.after(() => clearInterval(writing));
	assert.equal((await fetch(host.url)).status, 200);
	await once(socket, "close");
	clearInterval(writing);
	assert.match(answer, /^HTTP\/1\.1 408 /);
	assert.equal((await fetch(host.url)).status, 200);
});
