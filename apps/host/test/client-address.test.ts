import assert from "node:assert/strict";
import type { IncomingMessage } from "node:http";
import { describe, it } from "node:test";
import { type Client, clientOf, trustedProxies } from "../src/client-address.ts";

function asked(from: string, headers: Record<string, string>, proxies: readonly string[]): Client {
	const list = trustedProxies(proxies);
	assert.ok(list !== undefined);
	return clientOf({ socket: { remoteAddress: from }, headers } as unknown as IncomingMessage, list);
}

describe("who made a request (HOST-1)", () => {
	const forged = { "x-forwarded-for": "203.0.113.9", "x-forwarded-proto": "https" };

	it("is who connected, whatever they say, unless that is a proxy of ours; this machine is none by itself", () => {
		for (const from of ["198.51.100.1", "127.0.0.1", "::1", "::ffff:127.0.0.1"]) {
			assert.deepEqual(asked(from, forged, []), { address: from, isSecure: false });
			assert.deepEqual(asked(from, forged, ["192.0.2.0/24"]), { address: from, isSecure: false });
		}
	});

	it("is the address that our proxy names, not the ones that its client made up", () => {
		const headers = { "x-forwarded-for": "10.9.9.9, 127.0.0.1, 203.0.113.9", "x-forwarded-proto": "https" };
		for (const [from, proxies] of [
			["127.0.0.1", ["127.0.0.1"]],
			["::ffff:127.0.0.1", ["127.0.0.0/8"]],
			["2001:db8::7", ["2001:db8::/64", "127.0.0.1"]],
		] as const) {
			assert.deepEqual(asked(from, headers, proxies), { address: "203.0.113.9", isSecure: true });
		}
	});

	it("is found through a row of proxies, all of them ours", () => {
		const headers = { "x-forwarded-for": "1.1.1.1, 203.0.113.9, 10.0.0.2, 10.0.0.3" };
		assert.equal(asked("10.0.0.4", headers, ["10.0.0.0/24"]).address, "203.0.113.9");
		assert.equal(asked("10.0.0.4", headers, ["10.0.0.4", "10.0.0.3"]).address, "10.0.0.2");
	});

	it("is the proxy where it names nobody, or no address", () => {
		for (const text of ["", "unknown", "203.0.113.9, not an address", "203.0.113.9:80", ","]) {
			assert.equal(asked("10.0.0.4", { "x-forwarded-for": text }, ["10.0.0.4"]).address, "10.0.0.4", text);
		}
		assert.equal(asked("10.0.0.4", {}, ["10.0.0.4"]).address, "10.0.0.4");
	});

	it("came over HTTPS where the nearest proxy says so", () => {
		const isSecure = (text: string): boolean => asked("10.0.0.4", { "x-forwarded-proto": text }, ["10.0.0.4"]).isSecure;
		assert.equal(isSecure("https"), true);
		assert.equal(isSecure("http, https"), true);
		assert.equal(isSecure("https, http"), false);
		assert.equal(isSecure(""), false);
	});
});

describe("the list of proxies", () => {
	it("takes addresses and networks, and refuses what is neither", () => {
		for (const text of ["127.0.0.1", "10.0.0.0/8", "::1", "2001:db8::/32", "0.0.0.0/0"]) {
			assert.ok(trustedProxies([text]) !== undefined, text);
		}
		for (const text of [
			"",
			"localhost",
			"10.0.0.0/33",
			"::/129",
			"10.0.0.0/",
			"10.0.0/8",
			"1.2.3.4/8/8",
			"/8",
			"::1/-1",
		]) {
			assert.equal(trustedProxies([text]), undefined, text);
		}
	});
});
