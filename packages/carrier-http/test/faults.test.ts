import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { carrierTo, freshRoom, serverFor, type TestServer, until, Visitor } from "./harness.ts";
import { Relay } from "./relay.ts";

const QUICK = { reconnectLeastMs: 10, reconnectMostMs: 50, quickMs: 10 };

interface Pair {
	readonly server: TestServer;
	readonly relay: Relay;
	/** Behind the relay. */
	readonly far: Visitor;
	readonly near: Visitor;
}

async function pair(t: TestContext, timing: Parameters<typeof carrierTo>[1] = { timing: QUICK }): Promise<Pair> {
	const server = await serverFor(t);
	const relay = await Relay.to(server.port);
	t.after(() => relay.close());
	const room = freshRoom();
	const far = await Visitor.enter(t, carrierTo(relay.port, timing), room);
	const near = await Visitor.enter(t, carrierTo(server.port), room);
	await far.sees("joined");
	return { server, relay, far, near };
}

test("HTTP-5: a stream that is cut again and again loses nothing and doubles nothing, and nobody else notices", async (t) => {
	const { relay, far, near } = await pair(t);
	const said: string[] = [];
	for (let i = 0; i < 30; i++) {
		said.push(`text ${i}`);
		near.say(`text ${i}`);
		if (i % 3 === 0) relay.cut();
		await near.hears(`text ${i}`);
	}
	await far.hears("text 29");
	assert.deepEqual(far.texts(), said);
	assert.deepEqual(
		near.types().filter((type) => type === "left" || type === "joined"),
		[],
	);
	assert.equal(far.types().filter((type) => type === "entered").length, 1);
});

test("HTTP-5: while nothing gets through it is interrupted, and resumed when something does", async (t) => {
	const { relay, far, near } = await pair(t);
	relay.faults.cuts = () => true;
	relay.cut();
	await far.sees("interrupted");
	far.say("sent meanwhile");
	near.say("said meanwhile");
	await near.hears("said meanwhile");
	relay.faults.cuts = () => false;
	await near.hears("sent meanwhile");
	await far.hears("sent meanwhile");
	assert.deepEqual(far.types().slice(2), ["interrupted", "resumed", "text", "text"]);
	assert.deepEqual(far.texts(), near.texts());
	assert.equal(far.place.backlog, 0);
});

test("HTTP-6: a text whose answer is lost is sent again and said once", async (t) => {
	const server = await serverFor(t);
	const relay = await Relay.to(server.port);
	t.after(() => relay.close());
	const room = freshRoom();
	const near = await Visitor.enter(t, carrierTo(server.port), room);
	let isLostEnough = (): void => {};
	const lostEnough = new Promise<void>((resolve) => {
		isLostEnough = resolve;
	});
	// No echo comes before, which would say as much as the answer.
	const fetchLate = async (url: string, init: RequestInit): Promise<Response> => {
		if (url.endsWith("/events")) await lostEnough;
		return fetch(url, init);
	};
	const far = await Visitor.enter(t, carrierTo(relay.port, { timing: QUICK, fetch: fetchLate }), room);
	let lost = 0;
	relay.faults.losesAnswer = (name) => name === "texts" && lost++ < 4;
	for (const text of ["one", "two", "three"]) far.say(text);
	await until("lost answers", () => lost >= 4);
	isLostEnough();
	far.say("four");
	await near.hears("four");
	await far.hears("four");
	assert.deepEqual(near.texts(), ["one", "two", "three", "four"]);
	assert.deepEqual(far.texts(), near.texts());
	await until("an empty backlog", () => far.place.backlog === 0);
});

test("HTTP-6: a text that the server has no time for is sent again, and the presence goes on", async (t) => {
	const server = await serverFor(t);
	const refusals = [
		{ status: 408, error: "too-slow" },
		{ status: 429, error: "one-at-a-time" },
	];
	const fetchRefused = (url: string, init: RequestInit): Promise<Response> => {
		const refusal = url.endsWith("/texts") ? refusals.shift() : undefined;
		if (refusal === undefined) return fetch(url, init);
		return Promise.resolve(Response.json({ error: refusal.error }, { status: refusal.status }));
	};
	const alone = await Visitor.enter(t, carrierTo(server.port, { timing: QUICK, fetch: fetchRefused }), freshRoom());
	alone.say("one");
	await alone.hears("one");
	assert.deepEqual(refusals, []);
	assert.deepEqual(alone.types(), ["entered", "text"]);
});

test("HTTP-2: what a log of addresses shows has no token in it", async (t) => {
	const { relay, far } = await pair(t);
	far.say("text");
	await far.hears("text");
	await far.place.leave();
	assert.deepEqual([...new Set(relay.log)].sort(), [
		"GET /http-rooms/events",
		"POST /http-rooms/enter",
		"POST /http-rooms/leave",
		"POST /http-rooms/texts",
	]);
});

test("HTTP-13: a proxy that holds answers back until their end is no hindrance", async (t) => {
	const server = await serverFor(t);
	const relay = await Relay.to(server.port);
	t.after(() => relay.close());
	relay.faults.buffers = true;
	const room = freshRoom();
	const timing = { ...QUICK, firstBytesMs: 100 };
	const far = await Visitor.enter(t, carrierTo(relay.port, { timing }), room);
	const near = await Visitor.enter(t, carrierTo(server.port), room);
	await far.sees("joined");
	for (let i = 0; i < 10; i++) {
		near.say(`near ${i}`);
		far.say(`far ${i}`);
	}
	for (const visitor of [near, far]) for (const who of ["near", "far"]) await visitor.hears(`${who} 9`);
	assert.deepEqual(far.texts(), near.texts());
	assert.ok(!far.types().includes("interrupted"));
});

test("HTTP-14: whom the server has forgotten enters anew, under another handle", async (t) => {
	const { server, far, near } = await pair(t);
	const before = far.self;
	await server.restart();
	await until("a new entrance", () => far.types().filter((type) => type === "entered").length === 2);
	assert.notEqual(far.self, before);
	await until("both in", () => near.types().filter((type) => type === "entered").length === 2);
	far.say("here again");
	await near.hears("here again");
	assert.ok(far.types().indexOf("interrupted") < far.types().lastIndexOf("entered"));
});

test("HTTP-14: after so many tries in vain the place is closed, and says why", async (t) => {
	const { relay, far } = await pair(t, { timing: { ...QUICK, reconnectTries: 2 } });
	relay.die();
	await far.sees("closed");
	const last = far.events.at(-1);
	assert.ok(last?.type === "closed");
	assert.equal(last.reason?.kind, "unreachable");
	const sent = far.place.send("too late");
	assert.ok(!sent.ok);
	assert.equal(sent.error.kind, "usage");
});
