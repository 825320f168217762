import assert from "node:assert/strict";
import dns from "node:dns";
import { type AddressInfo, createServer } from "node:net";
import { after, before, describe, it, mock } from "node:test";
import { SocksServer } from "@clowder/servers";
import { xmppCarrier } from "../src/index.ts";
import { type EmbeddedServer, startEmbedded } from "./embedded.ts";
import { freshRoom, random, until, Visitor } from "./harness.ts";

const HOST = "chat.example";
const ONION = `${"a".repeat(56)}.onion`;

describe("rooms through a SOCKS proxy", () => {
	let server: EmbeddedServer;
	let http: SocksServer;
	let tcp: SocksServer;
	before(async () => {
		server = await startEmbedded({ limits: {} });
		http = await SocksServer.start({ [HOST]: server.httpPort, [ONION]: server.httpPort });
		tcp = await SocksServer.start({ [HOST]: server.tcpPort, [ONION]: server.tcpPort });
	});
	after(async () => {
		await http.close();
		await tcp.close();
		await server.stop();
	});

	for (const [kind, service, proxy] of [
		["WebSocket", `ws://${HOST}/xmpp-websocket`, () => http],
		["TCP", `xmpp://${HOST}:5222`, () => tcp],
	] as const) {
		it(`SOCKS-1, SOCKS-2: over ${kind} only the proxy hears names, and each place is someone else to it`, async () => {
			const lookup = mock.method(dns, "lookup");
			const options = { service, domain: server.domain, random, allowPlaintext: true, proxy: proxy().url };
			const room = freshRoom();
			const alice = await Visitor.enter(xmppCarrier(options), room);
			const bob = await Visitor.enter(xmppCarrier(options), room);
			assert.ok(alice.place.send("hello").ok);
			await bob.hears("hello");
			const names = lookup.mock.calls.map((call) => call.arguments[0]);
			lookup.mock.restore();
			assert.deepEqual(new Set(names.filter((name) => name !== "127.0.0.1")), new Set());
			const { requests } = proxy();
			assert.deepEqual(new Set(requests.map(({ kind: how, host }) => `${how} ${host}`)), new Set([`name ${HOST}`]));
			const users = new Set(requests.map(({ username, password }) => `${username} ${password}`));
			assert.equal(users.size, 2);
			// The same place again: it is no one else, so that its connections are on one circuit.
			proxy().cut();
			await alice.sees("interrupted");
			await bob.sees("interrupted");
			for (const { events } of [alice, bob]) {
				await until("being there again", () => {
					const last = events.findLastIndex(({ type }) => type === "interrupted");
					return events.slice(last).some(({ type }) => type === "entered" || type === "resumed");
				});
			}
			const later = new Set(proxy().requests.map(({ username, password }) => `${username} ${password}`));
			assert.deepEqual(later, users);
			await alice.place.leave();
			await bob.place.leave();
		});
	}

	it("SOCKS-3: an onion service needs no TLS, and is asked of nobody but a proxy", async () => {
		for (const service of [`ws://${ONION}/xmpp-websocket`, `xmpp://${ONION}:5222`]) {
			const options = { service, domain: server.domain, random };
			const alone = await xmppCarrier(options).enter({ room: freshRoom(), onEvent: () => {} });
			assert.ok(!alone.ok && alone.error.kind === "usage");
			const { url } = service.startsWith("ws") ? http : tcp;
			const visitor = await Visitor.enter(xmppCarrier({ ...options, proxy: url }), freshRoom());
			await visitor.place.leave();
		}
	});

	it("SOCKS-4: wss: is TLS through the proxy, too", async (t) => {
		const heard: number[] = [];
		const ear = createServer((socket) => {
			socket.on("error", () => {});
			socket.once("data", (data) => {
				heard.push(data[0] ?? 0);
				socket.destroy();
			});
		});
		await new Promise<void>((resolve) => ear.listen(0, "127.0.0.1", resolve));
		const proxy = await SocksServer.start({ [HOST]: (ear.address() as AddressInfo).port });
		t.after(async () => {
			await proxy.close();
			await new Promise((resolve) => ear.close(resolve));
		});
		const options = { service: `wss://${HOST}/`, domain: server.domain, random, proxy: proxy.url };
		const failed = await xmppCarrier(options).enter({ room: freshRoom(), onEvent: () => {} });
		assert.ok(!failed.ok && failed.error.kind === "unreachable");
		// RFC 8446 section 5.1: a handshake.
		assert.deepEqual(new Set(heard), new Set([22]));
	});

	it("SOCKS-4: where the proxy does not get there, nobody does; what is no proxy is refused", async () => {
		const options = { service: "wss://other.example/", domain: server.domain, random };
		const failed = await xmppCarrier({ ...options, proxy: http.url }).enter({ room: freshRoom(), onEvent: () => {} });
		assert.ok(!failed.ok);
		assert.equal(failed.error.kind, "unreachable");
		const wrong = await xmppCarrier({ ...options, proxy: "127.0.0.1" }).enter({ room: freshRoom(), onEvent: () => {} });
		assert.ok(!wrong.ok && wrong.error.kind === "usage");
	});
});
