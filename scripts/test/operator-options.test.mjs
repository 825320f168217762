import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { parseStartOptions } from "../lib/options.mjs";

/** @param {readonly string[]} args @param {Record<string, string>} [env] */
function given(args, env = {}) {
	const parsed = parseStartOptions(args, env);
	assert.ok(parsed.ok, parsed.ok ? "" : parsed.error);
	assert.ok(parsed.value !== "help");
	return parsed.value;
}

/** @param {readonly string[]} args @param {Record<string, string>} [env] */
function refusal(args, env = {}) {
	const parsed = parseStartOptions(args, env);
	assert.ok(!parsed.ok);
	return parsed.error;
}

describe("options for operators", () => {
	it("name another server, by its WebSocket", () => {
		const url = "ws://localhost:5280/xmpp-websocket";
		assert.equal(given(["--upstream", url]).upstream?.href, url);
		assert.equal(given([], { CLOWDER_UPSTREAM: "wss://x.example/ws" }).upstream?.href, "wss://x.example/ws");
		assert.equal(given([], { CLOWDER_UPSTREAM: "" }).upstream, undefined);
		for (const wrong of ["localhost:5280", "http://localhost/", "ws://", "ws://localhost/#x"]) {
			assert.match(refusal(["--upstream", wrong]), /^--upstream: expected an address such as ws:/, wrong);
		}
		assert.doesNotMatch(refusal(["--upstream", "ws://me:hunter2@localhost/"]), /hunter2/);
		assert.match(refusal(["--upstream", url, "--xmpp-port", "5222"]), /^--xmpp-port: expected no --upstream/);
		assert.match(refusal(["--upstream", url, "--data", "/tmp/x"]), /^--data: expected no --upstream/);
	});

	it("say that the other server takes logins by key, where nobody reads along", () => {
		for (const url of [
			"wss://x.example/ws",
			"ws://localhost:5280/ws",
			"ws://127.0.0.1:5280/ws",
			"ws://[::1]:5280/ws",
		]) {
			assert.equal(given(["--upstream", url, "--upstream-keys"]).upstreamKeys, true, url);
			assert.equal(given(["--upstream", url], { CLOWDER_UPSTREAM_KEYS: "1" }).upstreamKeys, true, url);
			assert.equal(given(["--upstream", url], { CLOWDER_UPSTREAM_KEYS: "" }).upstreamKeys, undefined, url);
		}
		assert.match(refusal(["--upstream-keys"]), /^--upstream-keys: expected an --upstream at wss: .*"none"/);
		for (const url of ["ws://x.example/ws", "ws://localhost.x.example/ws", "ws://10.0.0.1/ws"]) {
			assert.match(refusal(["--upstream", url, "--upstream-keys"]), /^--upstream-keys: expected/, url);
		}
	});

	it("name a certificate and its key, both or neither", () => {
		const tls = { certFile: "a.pem", keyFile: "b.pem" };
		assert.deepEqual(given(["--cert", "a.pem", "--key", "b.pem"]).tls, tls);
		assert.deepEqual(given(["--cert", "a.pem"], { CLOWDER_CERT: "c.pem", CLOWDER_KEY: "b.pem" }).tls, tls);
		assert.match(refusal(["--cert", "a.pem"]), /^--key: expected the key's file/);
		assert.match(refusal([], { CLOWDER_KEY: "b.pem" }), /^--cert: expected the certificate's file/);
	});

	it("say where metrics are, and how much is said", () => {
		const { metricsPort, logChoice } = given(["--metrics-port", "0", "--log", "verbose"]);
		assert.deepEqual([metricsPort, logChoice], [0, "verbose"]);
		assert.equal(given([], { CLOWDER_METRICS_PORT: "9100", CLOWDER_LOG: "quiet" }).metricsPort, 9100);
		assert.match(refusal(["--metrics-port", "70000"]), /^--metrics-port: expected a number from 0 to 65535/);
		assert.match(refusal(["--log", "loud"]), /^--log: expected quiet, normal or verbose; got "loud"/);
	});

	it("name an onion address", () => {
		const onion = `${"a2".repeat(28)}.onion`;
		assert.equal(given(["--onion", onion.toUpperCase()]).onion, onion);
		assert.match(refusal([], { CLOWDER_ONION: "short.onion" }), /^--onion: expected 56 characters and .onion/);
	});

	it("say where others reach the page", () => {
		assert.equal(given(["--public-url", "https://Chat.example.org/"]).publicUrl, "https://chat.example.org");
		assert.equal(given([], { CLOWDER_PUBLIC_URL: "https://a.example:8443" }).publicUrl, "https://a.example:8443");
		for (const wrong of [
			"chat.example.org",
			"wss://chat.example.org",
			"https://chat.example.org/files",
			"https://a:b@c",
		]) {
			assert.match(refusal(["--public-url", wrong]), /^--public-url: expected an address such as https:/, wrong);
		}
	});

	it("name proxies, many of them", () => {
		const proxies = ["127.0.0.1", "10.0.0.0/8", "::1", "fd00::/8"];
		assert.deepEqual(given(proxies.map((proxy) => `--trusted-proxy=${proxy}`)).trustedProxies, proxies);
		assert.deepEqual(given([], { CLOWDER_TRUSTED_PROXY: "127.0.0.1, ::1" }).trustedProxies, ["127.0.0.1", "::1"]);
		for (const wrong of ["localhost", "10.0.0.0/", "1.2.3.4/8/8", "999.1.1.1", "::1/129"]) {
			assert.match(refusal(["--trusted-proxy", wrong]), /^--trusted-proxy: expected an address such as/, wrong);
		}
	});
});
