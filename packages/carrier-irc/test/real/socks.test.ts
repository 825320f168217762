import assert from "node:assert/strict";
import dns from "node:dns";
import type { AddressInfo } from "node:net";
import { connect } from "node:net";
import { createServer } from "node:tls";
import { after, before, describe, it, mock } from "node:test";
import { type Ircd, ngircdMissing, SocksServer, startNgircd } from "@clowder/servers";
import { CERTIFICATE, KEY } from "../certificate.ts";
import { carrierTo, freshRoom, Visitor } from "../harness.ts";

const skip = ngircdMissing();
const HOST = "irc.example";
const ONION = `${"c".repeat(56)}.onion`;

describe("channels through a SOCKS proxy, ngircd", { skip: skip ?? false }, () => {
	let ircd: Ircd;
	let proxy: SocksServer;
	before(async () => {
		ircd = await startNgircd("quick");
		proxy = await SocksServer.start({ [HOST]: ircd.port, [ONION]: ircd.port });
	});
	after(async () => {
		await proxy.close();
		await ircd.stop();
	});

	it("SOCKS-1, SOCKS-2, SOCKS-3: only the proxy hears names; each place is someone else; an onion needs no TLS", async () => {
		const lookup = mock.method(dns, "lookup");
		const room = freshRoom();
		const alice = await Visitor.enter(
			carrierTo(0, { service: `irc://${HOST}`, allowPlaintext: true, proxy: proxy.url }),
			room,
		);
		const bob = await Visitor.enter(carrierTo(0, { service: `irc://${ONION}`, proxy: proxy.url }), room);
		alice.say("hello");
		await bob.hears("hello");
		await alice.place.leave();
		await bob.place.leave();
		const names = lookup.mock.calls.map((call) => call.arguments[0]);
		lookup.mock.restore();
		assert.deepEqual(new Set(names.filter((name) => name !== "127.0.0.1")), new Set());
		assert.deepEqual(
			proxy.requests.map(({ kind, host, port }) => `${kind} ${host} ${port}`),
			[`name ${HOST} 6667`, `name ${ONION} 6667`],
		);
		assert.equal(new Set(proxy.requests.map(({ username }) => username)).size, 2);
		const alone = await carrierTo(0, { service: `irc://${ONION}` }).enter({ room, onEvent: () => {} });
		assert.ok(!alone.ok && alone.error.kind === "usage");
	});

	it("checks certificates as without a proxy", async (t) => {
		const tls = createServer({ cert: CERTIFICATE, key: KEY }, (near) => {
			const far = connect(ircd.port, "127.0.0.1");
			near.on("error", () => {}).on("close", () => far.destroy());
			far.on("close", () => near.destroy());
			near.pipe(far).pipe(near);
		});
		await new Promise<void>((resolve) => tls.listen(0, "127.0.0.1", resolve));
		const { port } = tls.address() as AddressInfo;
		const names = await SocksServer.start({ localhost: port });
		t.after(async () => {
			await names.close();
			await new Promise((resolve) => tls.close(resolve));
		});
		const options = { service: "ircs://localhost", proxy: names.url };
		const refused = await carrierTo(0, options).enter({ room: freshRoom(), onEvent: () => {} });
		assert.ok(!refused.ok && refused.error.kind === "unreachable");
		assert.match(refused.error.detail, /self-signed/);
		const alice = await Visitor.enter(carrierTo(0, { ...options, ca: CERTIFICATE }), freshRoom());
		await alice.place.leave();
	});
});
