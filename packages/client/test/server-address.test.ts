import assert from "node:assert/strict";
import { test } from "node:test";
import { readServerConfig } from "../src/server-address.ts";

const config = { domain: "chat.example", websocket: "/xmpp-websocket" };

test("the WebSocket is on the page's host, as safe as the page", () => {
	assert.deepEqual(readServerConfig(config, "http://localhost:8080/#room=den"), {
		domain: "chat.example",
		websocket: "ws://localhost:8080/xmpp-websocket",
	});
	assert.equal(readServerConfig(config, "https://chat.example/a/")?.websocket, "wss://chat.example/xmpp-websocket");
});

test("another host, and anything of another form, is refused", () => {
	const page = "https://chat.example/";
	const websockets = ["//evil.example/x", "/\\evil.example/x", "wss://evil.example/x", "relative", "", 7, undefined];
	for (const websocket of websockets) {
		assert.equal(readServerConfig({ ...config, websocket }, page), undefined, `${websocket}`);
	}
	for (const bad of [undefined, null, 3, "x", [], {}, { ...config, domain: "" }]) {
		assert.equal(readServerConfig(bad, page), undefined);
	}
});
