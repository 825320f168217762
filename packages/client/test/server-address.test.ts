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

test("the rooms over plain HTTP are on the page's host too, where there are any", () => {
	const both = { ...config, http: "/http-rooms" };
	assert.equal(readServerConfig(both, "https://chat.example/a/#room=den")?.http, "https://chat.example/http-rooms");
	assert.equal(readServerConfig(both, "http://localhost:8080/")?.http, "http://localhost:8080/http-rooms");
	for (const http of ["//evil.example/x", "/\\evil.example/x", "https://evil.example/x", "relative", "", 7, null]) {
		assert.equal(readServerConfig({ ...config, http }, "https://chat.example/"), undefined, `${http}`);
	}
});

test("KEYPASS-7: the key for logins is on the page's host, and read only where nobody reads along", () => {
	const path = "/.well-known/clowder-login/chat.example";
	const published = { ...config, windowKey: path };
	for (const page of [
		"https://chat.example/",
		"http://localhost:8080/",
		"http://127.0.0.1:8080/",
		"http://[::1]:8080/",
	]) {
		assert.equal(readServerConfig(published, `${page}#room=den`)?.windowKey, new URL(path, page).href);
	}
	for (const page of ["http://chat.example/", "http://localhost.example/", `http://${"a".repeat(56)}.onion/`]) {
		const address = readServerConfig(published, page);
		assert.ok(address !== undefined && !("windowKey" in address), page);
	}
	for (const windowKey of [
		"//evil.example/x",
		"/\\evil.example/x",
		"https://evil.example/x",
		"relative",
		"",
		7,
		null,
	]) {
		assert.equal(readServerConfig({ ...config, windowKey }, "https://chat.example/"), undefined, `${windowKey}`);
	}
});
