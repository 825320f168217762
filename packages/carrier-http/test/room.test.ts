import assert from "node:assert/strict";
import { test } from "node:test";
import { parseRoomName } from "@clowder/carrier";
import { xmppCarrier } from "@clowder/carrier-xmpp";
import { carrierTo, freshRoom, random, serverFor, Visitor } from "./harness.ts";

test("HTTP-1: other machines are reached over TLS only, and an address is an address", async () => {
	const room = freshRoom();
	const refused = [
		"http://chat.example/http-rooms",
		"ftp://chat.example/",
		"chat",
		"https://a:b@chat.example/",
		"https://chat.example/?token=x",
	];
	for (const service of refused) {
		const asked: string[] = [];
		const fetch = (url: string): Promise<Response> => {
			asked.push(url);
			return Promise.reject(new TypeError("no network"));
		};
		const entered = await carrierTo(1, { service, fetch }).enter({ room, onEvent: () => undefined });
		assert.ok(!entered.ok);
		assert.equal(entered.error.kind, "usage", service);
		assert.deepEqual(asked, []);
	}
	for (const options of [{ service: "https://chat.example/http-rooms" }, { allowPlaintext: true }]) {
		const service = "http://chat.example/http-rooms";
		const fetch = (): Promise<Response> => Promise.reject(new TypeError("no network"));
		const entered = await carrierTo(1, { service, fetch, ...options }).enter({ room, onEvent: () => undefined });
		assert.ok(!entered.ok);
		assert.equal(entered.error.kind, "unreachable");
	}
});

test("HTTP-3: a room is the same over HTTP and over XMPP, whatever its name", async (t) => {
	const server = await serverFor(t);
	for (const name of ["plain", "a@b/c:d\"e'f\\20 & <x>", "ünïcödé 部屋 🐱"]) {
		const room = parseRoomName(name);
		assert.ok(room.ok);
		const xmpp = xmppCarrier({ service: `ws://127.0.0.1:${server.port}/xmpp-websocket`, domain: "localhost", random });
		const native = await Visitor.enter(t, xmpp, room.value);
		const first = await Visitor.enter(t, carrierTo(server.port), room.value);
		const second = await Visitor.enter(t, carrierTo(server.port), room.value);
		assert.equal(first.binding, native.binding);
		assert.equal(second.binding, native.binding);
		const large = '<&>é🐱\n\t"\\'.repeat(4_000);
		native.say(large);
		await first.hears(large);
		first.say(large);
		second.say("end");
		for (const visitor of [native, first, second]) await visitor.hears("end");
		await native.hears(large);
		await second.place.leave();
		await native.sees("left");
		await first.sees("left");
		const texts = (visitor: Visitor): unknown =>
			visitor.events.filter(({ type }) => type === "text" || type === "left");
		assert.deepEqual(texts(first), texts(native));
	}
});

test("HTTP-3: a server that gives another room than the one asked for is at fault", async () => {
	const room = freshRoom();
	const answers = [
		{ room: "other@conference.localhost" },
		{ room: "test\\20room@a@b" },
		{ token: "short" },
		{ handle: "" },
		{ occupants: [7] },
		{ occupants: undefined },
	];
	for (const wrong of answers) {
		const fetch = (_: string, { body }: RequestInit): Promise<Response> => {
			const { room: local } = JSON.parse(body as string) as { room: string };
			const right = {
				token: "A".repeat(43),
				handle: "h".repeat(32),
				room: `${local}@conference.localhost`,
				occupants: [],
			};
			return Promise.resolve(Response.json({ ...right, ...wrong }, { status: 201 }));
		};
		const entered = await carrierTo(1, { fetch }).enter({ room, onEvent: () => undefined });
		assert.ok(!entered.ok, JSON.stringify(wrong));
		assert.equal(entered.error.kind, "protocol");
	}
});
