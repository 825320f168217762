import assert from "node:assert/strict";
import { test } from "node:test";
import { SocksServer } from "@clowder/servers";
import { routeTo, socksFetch } from "@clowder/socks";
import { carrierTo, freshRoom, random, serverFor, Visitor } from "./harness.ts";

test("SOCKS-2, SOCKS-3: through a proxy each place is someone else, and an onion service needs no TLS", async (t) => {
	const server = await serverFor(t);
	const host = `${"b".repeat(56)}.onion`;
	const proxy = await SocksServer.start({ [host]: server.port });
	t.after(() => proxy.close());
	const service = `http://${host}/http-rooms`;
	const newFetch = (): ReturnType<typeof socksFetch> => {
		const route = routeTo(new URL(service), proxy.url, random);
		assert.ok(route.ok && route.value !== undefined);
		return socksFetch(route.value);
	};
	const room = freshRoom();
	const alice = await Visitor.enter(t, carrierTo(1, { service, newFetch }), room);
	const bob = await Visitor.enter(t, carrierTo(1, { service, newFetch }), room);
	assert.ok(alice.place.send("hello").ok);
	await bob.hears("hello");
	await alice.place.leave();
	await bob.place.leave();
	assert.deepEqual(new Set(proxy.requests.map((each) => `${each.kind} ${each.host}`)), new Set([`name ${host}`]));
	assert.equal(new Set(proxy.requests.map(({ username }) => username)).size, 2);
});
