import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { describe, it } from "node:test";
import { parseProxy, routeTo } from "../src/index.ts";

const random = (length: number): Uint8Array => new Uint8Array(randomBytes(length));
const TOR = "socks5://127.0.0.1:9050";

/** What is wrong with a way to a server. */
function wrong(service: string, proxy: string | undefined): string {
	const route = routeTo(new URL(service), proxy, random);
	assert.ok(!route.ok, service);
	return route.error;
}

describe("the address of a proxy", () => {
	it("has a host, and may have a port, a name and a password", () => {
		assert.deepEqual(parseProxy("socks5h://[::1]"), {
			ok: true,
			value: { host: "::1", port: 1080, credentials: undefined },
		});
		assert.deepEqual(parseProxy("socks5://a%40b:c@proxy.example:9050/"), {
			ok: true,
			value: { host: "proxy.example", port: 9050, credentials: { username: "a@b", password: "c" } },
		});
	});

	it("is refused where it is of another kind, or too long for RFC 1929", () => {
		for (const text of [
			"127.0.0.1:9050",
			"socks4://127.0.0.1",
			"http://127.0.0.1",
			"socks5://h/path",
			"socks5://",
			"x",
		]) {
			assert.equal(parseProxy(text).ok, false, text);
		}
		assert.ok(parseProxy(`socks5://${"a".repeat(255)}@h`).ok);
		assert.equal(parseProxy(`socks5://${"a".repeat(256)}@h`).ok, false);
		assert.equal(parseProxy("socks5://%ff@h").ok, false);
	});
});

describe("the way to a server", () => {
	it("SOCKS-2: has a name and a password of its own each time, unless the user gave some", () => {
		const [one, other] = [0, 1].map(() => {
			const route = routeTo(new URL("wss://chat.example/"), TOR, random);
			assert.ok(route.ok && route.value?.credentials !== undefined);
			return route.value.credentials;
		});
		assert.notEqual(one?.username, other?.username);
		assert.notEqual(one?.password, other?.password);
		const given = routeTo(new URL("wss://chat.example/"), "socks5://me:secret@127.0.0.1", random);
		assert.ok(given.ok);
		assert.deepEqual(given.value?.credentials, { username: "me", password: "secret" });
	});

	it("SOCKS-3: to an onion service needs a proxy; to this machine, one on this machine", () => {
		assert.match(wrong("ws://abc.onion/", undefined), /only Tor/);
		assert.match(wrong("ws://ABC.Onion./", undefined), /only Tor/);
		assert.match(wrong("ws://127.0.0.1:5280/", "socks5://10.0.0.1"), /on this machine/);
		assert.ok(routeTo(new URL("ws://abc.onion/"), TOR, random).ok);
		assert.ok(routeTo(new URL("ws://localhost/"), TOR, random).ok);
		assert.ok(routeTo(new URL("wss://chat.example/"), undefined, random).ok);
	});
});
