import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, describe, it } from "node:test";
import { freePort, ngircdMissing, prosodyMissing, SocksServer, startNgircd, startProsody } from "@clowder/servers";
import { createXmppServer } from "@clowder/xmpp-server";
import { reach, type Reached, type ReachOptions, readOptions, report } from "../src/index.ts";

const now = (): number => performance.now();

function options(...args: readonly string[]): ReachOptions {
	const read = readOptions(args);
	assert.ok(read.ok && read.value !== "help", JSON.stringify(read));
	return read.value;
}

async function tried(...args: readonly string[]): Promise<{ readonly reached: Reached; readonly words: string }> {
	const wanted = options(...args);
	const reached = await reach(wanted, now);
	return { reached, words: report(wanted, reached).join("\n") };
}

describe("npm run reach, the embedded server", () => {
	const server = createXmppServer({ domain: "localhost" });
	const rooms = server.httpRooms({ path: "/http-rooms" });
	const http = createServer((request, response) => {
		if (!rooms(request, response)) response.writeHead(404).end();
	});
	let port = 0;
	before(async () => {
		server.attachWebSocket(http, { path: "/xmpp-websocket" });
		await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
		({ port } = http.address() as AddressInfo);
	});
	after(async () => {
		await server.close();
		http.closeAllConnections();
		await new Promise((resolve) => http.close(resolve));
	});

	it("says what it offers and what was taken, and that rooms work", async () => {
		const { reached, words } = await tried(`ws://localhost:${port}/xmpp-websocket`);
		assert.equal(reached.failed, undefined, words);
		assert.match(words, /not encrypted, on this machine/);
		assert.match(words, /login offered +CLOWDER-DH-1, SCRAM-SHA-256.*registration of accounts/);
		assert.match(words, /login taken +by a key of its own/);
		assert.match(words, /rooms +conference\.localhost/);
		assert.match(words, /a long text +of 20000 bytes came back/);
		assert.match(words, /Rooms work here\.$/);
		assert.equal(server.counts.rooms, 0);
		assert.equal(server.counts.accounts, 0);
	});

	it("does so over plain HTTP, too", async () => {
		const { words } = await tried(`http://localhost:${port}/http-rooms`);
		assert.match(words, /Rooms work here\.$/);
	});

	it("goes through a proxy, which alone hears the name, of an onion service for one", async (t) => {
		const host = `${"d".repeat(56)}.onion`;
		const proxy = await SocksServer.start({ [host]: port });
		t.after(() => proxy.close());
		for (const service of [`ws://${host}/xmpp-websocket`, `http://${host}/http-rooms`]) {
			const { words } = await tried(service, "--domain", "localhost", "--proxy", proxy.url);
			assert.match(words, /through the SOCKS proxy/);
			assert.match(words, /encrypted by the onion service/);
			assert.match(words, /Rooms work here\.$/);
		}
		assert.deepEqual(new Set(proxy.requests.map((each) => `${each.kind} ${each.host}`)), new Set([`name ${host}`]));
	});

	it("says why no room works", async () => {
		const nobody = await tried(`ws://localhost:${await freePort()}/xmpp-websocket`);
		assert.match(nobody.words, /No room works here: it is not reached/);
		const other = await tried(`ws://localhost:${port}/xmpp-websocket`, "--domain", "other.example");
		assert.match(other.words, /No room works here: it refuses \(host-unknown/);
		const listenedTo = await tried("ws://chat.example/xmpp-websocket");
		assert.equal(listenedTo.reached.failed?.kind, "usage");
		assert.match(listenedTo.words, /can be listened to on the way/);
		const onion = await tried("ws://abc.onion/");
		assert.match(onion.words, /only Tor knows the way/);
		const proxy = await tried("wss://chat.example/", "--proxy", "http://127.0.0.1");
		assert.equal(proxy.reached.failed?.kind, "usage");
	});
});

describe("npm run reach, servers of others", () => {
	it("Prosody: an account is made, and lost lines are resumed", { skip: prosodyMissing() ?? false }, async (t) => {
		const prosody = await startProsody({ modules: ["smacks"] });
		t.after(() => prosody.stop());
		const { words } = await tried(`ws://localhost:${prosody.httpPort}${prosody.path}`);
		assert.match(words, /login taken +with an account that was made for it/);
		assert.match(words, /rooms +rooms\.localhost/);
		assert.match(words, /are resumed \(XEP-0198\)/);
		assert.match(words, /Rooms work here\.$/);
	});

	it("ngircd, through a proxy", { skip: ngircdMissing() ?? false }, async (t) => {
		const ircd = await startNgircd("quick");
		const host = `${"e".repeat(56)}.onion`;
		const proxy = await SocksServer.start({ [host]: ircd.port });
		t.after(async () => {
			await proxy.close();
			await ircd.stop();
		});
		const { words } = await tried(`irc://${host}`, "--proxy", proxy.url);
		assert.match(words, /Rooms work here\.$/);
		assert.equal(proxy.requests[0]?.kind, "name");
	});
});

describe("the options of npm run reach", () => {
	it("say what was expected", () => {
		for (const [args, pattern] of [
			[[], /one SERVER expected/],
			[["a", "b"], /one SERVER expected/],
			[["example.org"], /an address such as/],
			[["ftp://example.org"], /expected; got ftp:/],
			[["wss://example.org", "--what"], /--help lists the options/],
		] as const) {
			const read = readOptions(args);
			assert.ok(!read.ok);
			assert.match(read.error, pattern);
		}
		assert.deepEqual(readOptions(["--help"]), { ok: true, value: "help" });
	});
});
