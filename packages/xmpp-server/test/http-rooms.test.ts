import assert from "node:assert/strict";
import { request } from "node:http";
import { connect, type Socket } from "node:net";
import { test } from "node:test";
import { DEFAULT_LIMITS } from "../src/index.ts";
import { House, JSON_TYPE } from "./support/http-house.ts";

test("HTTP-2: entering gives a handle and a token, and without the token nobody is anyone", async (t) => {
	const house = await House.open(t);
	const first = await house.enter();
	const second = await house.enter();
	assert.match(first.handle, /^[0-9a-f]{32}$/);
	assert.match(first.token, /^[A-Za-z0-9_-]{43}$/);
	assert.notEqual(first.token, second.token);
	assert.deepEqual(second.occupants, [first.handle]);
	const guesses = [undefined, "", first.handle, `${first.token}x`, "A".repeat(43)];
	for (const token of guesses) {
		assert.equal((await house.ask("/http-rooms/events", { token })).status, 401);
		assert.equal((await house.say(token ?? "", 1, "x")).status, 401);
		assert.equal((await house.ask("/http-rooms/leave", { token, body: "{}" })).status, 401);
	}
	assert.equal((await house.ask(`/http-rooms/events?token=${first.token}`)).status, 404);
	assert.equal((await house.ask("/http-rooms/leave", { token: first.token, body: "{}" })).status, 200);
	assert.equal((await house.say(first.token, 1, "x")).status, 401);
	assert.equal(house.server.counts.connections, 1);
});

test("HTTP-4: everyone has all texts and notices, numbered, in one order", async (t) => {
	const house = await House.open(t);
	const first = await house.enter();
	const reader = await house.listen(first.token);
	const second = await house.enter();
	await house.say(second.token, 1, "from the second");
	await house.say(first.token, 1, "from the first");
	await house.ask("/http-rooms/leave", { token: second.token, body: "{}" });
	await reader.has("left");
	const line = (id: number, event: string, data: object): string =>
		`id: ${id}\nevent: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
	assert.equal(
		reader.text.replace(": here\n\n", ""),
		line(1, "joined", { handle: second.handle }) +
			line(2, "text", { from: second.handle, text: "from the second" }) +
			line(3, "text", { from: first.handle, text: "from the first" }) +
			line(4, "left", { handle: second.handle }),
	);
});

test("HTTP-5: a stream goes on after the last event that the reader had, or says that it cannot", async (t) => {
	const house = await House.open(t, { httpWindowEvents: 4 });
	const { token } = await house.enter();
	await house.say(token, 1, "one", "two", "three");
	const reader = await house.listen(token);
	await reader.has("three");
	reader.response.destroy();
	const again = await house.listen(token, 1);
	await again.has("three");
	assert.deepEqual(again.texts, ["2 two", "3 three"]);
	await house.say(token, 4, "four", "five", "six", "seven");
	await again.has("seven");
	assert.deepEqual((await house.ask("/http-rooms/events", { token, headers: { "last-event-id": "8" } })).body, {
		error: "not-yet",
	});
	for (const bad of ["x", "-1", "01", "1e3", "9".repeat(16)]) {
		assert.equal((await house.ask("/http-rooms/events", { token, headers: { "last-event-id": bad } })).status, 400);
	}
	const late = await house.ask("/http-rooms/events", { token, headers: { "last-event-id": "2" } });
	assert.equal(late.status, 410);
	assert.equal(house.server.counts.connections, 0);
});

test("HTTP-5: a second stream takes over from the first", async (t) => {
	const house = await House.open(t);
	const { token } = await house.enter();
	const first = await house.listen(token);
	const second = await house.listen(token);
	await first.end();
	await house.say(token, 1, "x");
	await second.has("text");
	assert.deepEqual(first.texts, []);
});

test("HTTP-6: a text that comes twice is placed once, and none is left out", async (t) => {
	const house = await House.open(t);
	const { token } = await house.enter();
	const reader = await house.listen(token);
	assert.deepEqual((await house.say(token, 1, "a", "b")).body, { next: 3 });
	assert.deepEqual((await house.say(token, 1, "a", "b")).body, { next: 3 });
	assert.deepEqual((await house.say(token, 2, "b", "c")).body, { next: 4 });
	const gap = await house.say(token, 5, "e");
	assert.equal(gap.status, 409);
	assert.deepEqual(gap.body, { error: "texts-missing", next: 4 });
	await house.say(token, 4, "d");
	await reader.has('"d"');
	assert.deepEqual(reader.texts, ["1 a", "2 b", "3 c", "4 d"]);
});

test("HTTP-7: a silent stream says that it is there, ends after its time, and who does not come back is out", async (t) => {
	const house = await House.open(t);
	const watcher = await house.enter();
	const { token, handle } = await house.enter();
	const reader = await house.listen(token);
	house.time.now = DEFAULT_LIMITS.httpKeepAliveMs;
	await reader.has("still here");
	house.time.now = DEFAULT_LIMITS.httpStreamMs;
	await reader.end();
	// The watcher had no stream since 0, which is too long; it would be out if it had not come back in time.
	house.time.now = DEFAULT_LIMITS.httpStreamMs + DEFAULT_LIMITS.httpResumeMs - 1;
	assert.equal((await house.say(token, 1, "still in")).status, 200);
	house.time.now += 1;
	const late = await house.enter();
	const seen = await house.listen(late.token);
	if (late.occupants.includes(handle)) await seen.has(`event: left\ndata: {"handle":"${handle}"}`);
	assert.equal((await house.say(token, 2, "out")).status, 401);
	assert.equal((await house.say(watcher.token, 1, "out")).status, 401);
});

test("HTTP-8: for whom too much waits is out, and everyone else has everything", async (t) => {
	const house = await House.open(t, { httpWindowEvents: 3 });
	const slow = await house.enter();
	const { token } = await house.enter();
	const reader = await house.listen(token);
	await house.say(token, 1, "one", "two");
	assert.equal(house.server.counts.connections, 2);
	await house.say(token, 3, "three", "four");
	await reader.has(`event: left\ndata: {"handle":"${slow.handle}"}`);
	assert.deepEqual(
		reader.texts.map((text) => text.split(" ")[1]),
		["one", "two", "three", "four"],
	);
	assert.equal((await house.ask("/http-rooms/events", { token: slow.token })).status, 401);
	assert.equal(house.server.counts.connections, 1);
});

test("HTTP-8: a reader that does not read is dropped", async (t) => {
	const house = await House.open(t, {
		sendQueueBytes: 100_000,
		bytesPerSecond: 1e9,
		burstBytes: 1e9,
		burstStanzas: 1e9,
	});
	const slow = await house.enter();
	const { token } = await house.enter();
	const reader = await house.listen(token);
	const socket = connect(house.port, "127.0.0.1");
	socket.on("error", () => {});
	socket.write(`GET /http-rooms/events HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${slow.token}\r\n\r\n`);
	await new Promise((resolve) => socket.once("data", resolve));
	socket.pause();
	for (let n = 1; house.server.counts.connections === 2; n++) {
		assert.equal((await house.say(token, n, "x".repeat(16_000))).status, 200);
		assert.ok(n < 2_000, "the slow reader is still in");
	}
	await reader.has(`event: left\ndata: {"handle":"${slow.handle}"}`);
	socket.destroy();
});

test("HTTP-9: an address has so many occupants and no more, and who sends too much waits or is out", async (t) => {
	const house = await House.open(t, {
		connectionsPerAddress: 2,
		burstBytes: 10,
		bytesPerSecond: 1_000,
		abuseDebtMs: 500,
	});
	const { token } = await house.enter();
	await house.enter();
	const third = await house.ask("/http-rooms/enter", { body: JSON.stringify({ room: "den" }) });
	assert.deepEqual([third.status, third.body], [503, { error: "too-many-from-address" }]);
	assert.equal((await house.say(token, 1, "x".repeat(30))).status, 200);
	assert.equal((await house.say(token, 2, "x".repeat(1_000))).status, 401);
	assert.equal(house.server.counts.connections, 1);
	await house.enter();
});

test("HTTP-10: no page of another origin is heard", async (t) => {
	const house = await House.open(t);
	const { token } = await house.enter();
	const own = `http://127.0.0.1:${house.port}`;
	const foreign: readonly Readonly<Record<string, string>>[] = [
		{ origin: "http://evil.example" },
		{ origin: "null" },
		{ origin: `http://127.0.0.1:${house.port + 1}` },
		{ "sec-fetch-site": "cross-site" },
		{ "sec-fetch-site": "same-site" },
	];
	for (const headers of foreign) {
		const answers = [
			await house.ask("/http-rooms/enter", { headers, body: '{"room":"den"}' }),
			await house.ask("/http-rooms/events", { headers, token }),
			await house.ask("/http-rooms/texts", { headers, token, body: '{"first":1,"texts":["x"]}' }),
			await house.ask("/http-rooms/texts", { headers, method: "OPTIONS" }),
		];
		for (const { status, headers: answered } of answers) {
			assert.equal(status, 403, JSON.stringify(headers));
			assert.equal(answered["access-control-allow-origin"], undefined);
		}
	}
	for (const type of ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"]) {
		const headers = { "content-type": type };
		assert.equal((await house.ask("/http-rooms/enter", { headers, body: '{"room":"den"}' })).status, 415);
	}
	const elsewhere = await house.ask("/http-rooms/enter", { headers: { host: "evil.example" }, body: '{"room":"den"}' });
	assert.equal(elsewhere.status, 421);
	assert.equal(house.server.counts.connections, 1);
	const headers = { origin: own, "sec-fetch-site": "same-origin" };
	assert.equal((await house.ask("/http-rooms/enter", { headers, body: '{"room":"den"}' })).status, 201);
	assert.ok(!house.log.join().includes("evil"));
});

test("HTTP-11: answers are kept, changed and guessed about by nobody, and not compressed", async (t) => {
	const house = await House.open(t);
	const { token } = await house.enter();
	const accepts = { "accept-encoding": "gzip, br" };
	const stream = await house.listen(token, 0, accepts);
	await stream.has("here");
	assert.equal(stream.response.headers["content-type"], "text/event-stream; charset=utf-8");
	assert.equal(stream.response.headers["x-accel-buffering"], "no");
	const entered = await house.ask("/http-rooms/enter", { headers: accepts, body: '{"room":"den"}' });
	const unknown = await house.ask("/http-rooms/none", { headers: accepts });
	const refused = await house.ask("/http-rooms/texts", { headers: accepts });
	assert.deepEqual([entered.status, unknown.status, refused.status], [201, 404, 405]);
	assert.equal(refused.headers["allow"], "POST");
	for (const headers of [stream.response.headers, entered.headers, unknown.headers, refused.headers]) {
		assert.equal(headers["cache-control"], "no-store, no-transform");
		assert.equal(headers["x-content-type-options"], "nosniff");
		assert.equal(headers["content-encoding"], undefined);
		assert.match(String(headers["content-security-policy"]), /default-src 'none'/);
	}
	assert.equal(entered.headers["content-type"], "application/json");
});

test("HTTP-12: a body too large, too slow or of another form is refused, and nothing is placed", async (t) => {
	const house = await House.open(t, { httpBodyMs: 50 });
	const { token } = await house.enter();
	const texts = [
		["x".repeat(16 * 1024 + 1)],
		[""],
		["a\u0000"],
		["a\rb"],
		["\u009f"],
		["\uffff"],
		["fine", 7],
		[],
		Array(65).fill("x"),
		"x",
	];
	const bodies = [
		...texts.map((each) => JSON.stringify({ first: 1, texts: each })),
		'{"first":1,"texts":["\\ud83d"]}',
		...[0, -1, 1.5, "1", null, 2 ** 60].map((first) => JSON.stringify({ first, texts: ["x"] })),
		"",
		"[]",
		"null",
		"{",
	];
	for (const body of bodies) {
		assert.equal((await house.ask("/http-rooms/texts", { token, body })).status, 400, body.slice(0, 60));
	}
	for (const room of ["", "a/b", "UPPER", "a b", "a@b", 7, undefined, "x".repeat(1024)]) {
		const entering = await house.ask("/http-rooms/enter", { body: JSON.stringify({ room }) });
		assert.equal(entering.status, 400, String(room));
	}
	const large = await house.ask("/http-rooms/texts", { token, body: " ".repeat(64 * 1024 + 1) });
	assert.equal(large.status, 413);
	const inPieces = new Promise<number>((resolve, reject) => {
		const headers = { ...JSON_TYPE, authorization: `Bearer ${token}`, "transfer-encoding": "chunked" };
		const options = { host: "127.0.0.1", port: house.port, path: "/http-rooms/texts", method: "POST", headers };
		const asked = request({ ...options, agent: false }, (answer) => resolve(answer.statusCode ?? 0));
		asked.on("error", reject);
		for (let i = 0; i < 5; i++) asked.write(" ".repeat(16 * 1024));
	});
	assert.equal(await inPieces, 413);
	const slow = new Promise<string>((resolve) => {
		const socket = connect(house.port, "127.0.0.1");
		let text = "";
		socket.on("data", (part) => (text += String(part)));
		socket.on("close", () => resolve(text));
		socket.on("error", () => {});
		const head = `Host: localhost\r\nAuthorization: Bearer ${token}\r\nContent-Type: application/json`;
		socket.write(`POST /http-rooms/texts HTTP/1.1\r\n${head}\r\nContent-Length: 100\r\n\r\n{`);
	});
	assert.match(await slow, /^HTTP\/1\.1 408 /);
	const reader = await house.listen(token);
	await house.say(token, 1, "the first");
	await reader.has("the first");
	assert.deepEqual(reader.texts, ["1 the first"]);
});

test("HTTP-12: one occupant has so many requests to send under way, and no more", async (t) => {
	const house = await House.open(t);
	const { token } = await house.enter();
	const pending: Socket[] = [];
	for (let i = 0; i < 4; i++) {
		const socket = connect(house.port, "127.0.0.1");
		socket.on("error", () => {});
		const head = `Host: localhost\r\nAuthorization: Bearer ${token}\r\nContent-Type: application/json`;
		socket.write(`POST /http-rooms/texts HTTP/1.1\r\n${head}\r\nContent-Length: 100\r\nExpect: 100-continue\r\n\r\n`);
		// The server has begun to read the body.
		await new Promise((resolve) => socket.once("data", resolve));
		pending.push(socket);
	}
	const fifth = await house.say(token, 1, "x");
	assert.deepEqual([fifth.status, fifth.body], [429, { error: "one-at-a-time" }]);
	for (const socket of pending) socket.destroy();
});

test("HTTP-13: who asks for a short answer has it as soon as there is something, or after a while", async (t) => {
	const house = await House.open(t);
	const { token } = await house.enter();
	await house.say(token, 1, "one", "two");
	const poll = { prefer: "wait=20" };
	const first = await house.listen(token, 0, poll);
	await first.end();
	assert.deepEqual(first.texts, ["1 one", "2 two"]);
	const second = await house.listen(token, 2, poll);
	await house.say(token, 3, "three");
	await second.end();
	assert.deepEqual(second.texts, ["3 three"]);
	const third = await house.listen(token, 3, poll);
	house.time.now += DEFAULT_LIMITS.httpPollMs;
	await third.end();
	assert.equal(third.text, ": here\n\n");
});
