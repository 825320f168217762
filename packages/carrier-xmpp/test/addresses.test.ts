import assert from "node:assert/strict";
import { after, test } from "node:test";
import { freePort } from "@clowder/servers";
import type { CarrierError } from "@clowder/carrier";
import { xmppCarrier, type XmppTiming } from "../src/index.ts";
import { attribute, FakeServer, type Script } from "./fake-server.ts";
import { freshRoom, random, until, Visitor } from "./harness.ts";

const QUICK: Partial<XmppTiming> = { reconnectLeastMs: 1, reconnectMostMs: 5, reconnectTries: 3, leaveMs: 500 };

const servers: FakeServer[] = [];
after(async () => {
	for (const server of servers) await server.stop();
});

async function started(script: Script = {}): Promise<FakeServer> {
	const server = await FakeServer.start(script);
	servers.push(server);
	return server;
}

type Addresses = readonly [string, ...string[]];

function carrierTo(service: Addresses, timing: Partial<XmppTiming> = {}): ReturnType<typeof xmppCarrier> {
	return xmppCarrier({ service, domain: "fake", random, timing: { ...QUICK, ...timing } });
}

const visit = (service: Addresses, timing: Partial<XmppTiming> = {}): Promise<Visitor> =>
	Visitor.enter(carrierTo(service, timing), freshRoom());

async function refusal(service: Addresses): Promise<CarrierError> {
	const entered = await carrierTo(service).enter({ room: freshRoom(), onEvent: () => assert.fail("an event") });
	assert.ok(!entered.ok);
	return entered.error;
}

const nowhere = async (): Promise<string> => `ws://127.0.0.1:${await freePort()}`;

const entrances = (visitor: Visitor): number => visitor.types().filter((type) => type === "entered").length;

/** Ends each stream that is opened with this error (RFC 6120 section 4.9). */
function ending(condition: string): Script {
	return {
		intercept: (frame, connection) => {
			if (!frame.startsWith("<open")) return false;
			const child = `<${condition} xmlns="urn:ietf:params:xml:ns:xmpp-streams"/>`;
			connection.send(
				'<open xmlns="urn:ietf:params:xml:ns:xmpp-framing" from="fake" id="1" version="1.0"/>',
				`<stream:error xmlns:stream="http://etherx.jabber.org/streams">${child}</stream:error>`,
			);
			return true;
		},
	};
}

/** Answers everything of a kind with an error. */
function answering(isMeant: (frame: string) => boolean, condition: string): Script {
	return {
		intercept: (frame, connection) => {
			if (!isMeant(frame)) return false;
			const [, name = ""] = /^<(\w+)/.exec(frame) ?? [];
			const [room = ""] = attribute(frame, "to").split("/");
			const from = name === "message" ? room : attribute(frame, "to");
			const error = `<error type="cancel"><${condition} xmlns="urn:ietf:params:xml:ns:xmpp-stanzas"/></error>`;
			connection.send(
				`<${name} xmlns="jabber:client" type="error" id="${attribute(frame, "id")}" from="${from}">${error}</${name}>`,
			);
			return true;
		},
	};
}

test("DEPLOY-2: of several addresses the first that can be reached is used, and no other", async () => {
	const [first, second] = [await started(), await started()];
	const visitor = await visit([await nowhere(), first.service, second.service]);
	assert.equal(first.connections.length, 1);
	assert.equal(second.connections.length, 0);
	await visitor.place.leave();
});

test("DEPLOY-2: where none can be reached, entering says so after one turn", async () => {
	const error = await refusal([await nowhere(), await nowhere()]);
	assert.equal(error.kind, "unreachable");
});

for (const condition of ["system-shutdown", "reset", "resource-constraint", "internal-server-error"]) {
	test(`DEPLOY-2: an address that says ${condition} is left for the next`, async () => {
		const [first, second] = [await started(ending(condition)), await started()];
		const visitor = await visit([first.service, second.service]);
		assert.equal(first.connections.length, 1);
		assert.equal(second.connections.length, 1);
		await visitor.place.leave();
	});
}

test("DEPLOY-2: a refusal is the server's word, at whatever address", async () => {
	const [first, second] = [await started(ending("host-unknown")), await started()];
	const error = await refusal([first.service, second.service]);
	assert.deepEqual([error.kind, second.connections.length], ["refused", 0]);
});

test("DEPLOY-2: each address is checked before any is used", async () => {
	const first = await started();
	for (const service of [[first.service, "ws://example.org"], [] as unknown as Addresses] as const) {
		const error = await refusal(service);
		assert.equal(error.kind, "usage");
	}
	assert.equal(first.connections.length, 0);
});

test("DEPLOY-2: a lost line is made again at the same address, or at the next where that one is gone, and so on in turn", async () => {
	const [first, second] = [await started(), await started()];
	const visitor = await visit([first.service, second.service]);
	first.connection.cut();
	await until("the same again", () => entrances(visitor) === 2);
	assert.deepEqual([first.connections.length, second.connections.length], [2, 0]);
	const { service } = first;
	// Nodes of one server know the same accounts.
	second.password = first.password;
	await first.stop();
	await until("the next", () => entrances(visitor) === 3);
	assert.deepEqual([first.connections.length, second.connections.length], [2, 1]);
	const again = await FakeServer.start({}, Number(new URL(service).port));
	servers.push(again);
	again.password = second.password;
	await second.stop();
	await until("the first one again", () => entrances(visitor) === 4);
	assert.equal(again.connections.length, 1);
	assert.deepEqual(visitor.types(), [
		"entered",
		"interrupted",
		"entered",
		"interrupted",
		"entered",
		"interrupted",
		"entered",
	]);
	await visitor.place.leave();
});

test("DEPLOY-2: where all stay out of reach the place is closed after so many turns", async () => {
	const [first, second] = [await started(), await started()];
	const visitor = await visit([first.service, second.service]);
	await Promise.all([first.stop(), second.stop()]);
	await visitor.sees("closed");
	const last = visitor.events.at(-1);
	assert.ok(last?.type === "closed" && last.reason?.kind === "unreachable", JSON.stringify(last));
});

test("DEPLOY-2: leaving while addresses are tried ends that", async () => {
	const silent = await started({ intercept: () => true });
	const first = await started();
	const visitor = await visit([first.service, silent.service], { connectMs: 5_000 });
	await first.stop();
	await until("a try at the second", () => silent.frames.length > 0);
	await visitor.place.leave();
	assert.deepEqual(visitor.events.at(-1), { type: "closed", reason: undefined });
});

const isPing = (frame: string): boolean => frame.includes("urn:xmpp:ping");
const isText = (frame: string): boolean => frame.startsWith("<message");

test("DEPLOY-3: a room that is gone with its node is entered anew, at the latest after the next ping", async () => {
	const server = await started();
	const visitor = await visit([server.service], { pingEveryMs: 5 });
	server.script = answering(isPing, "item-not-found");
	await until("a second entrance", () => entrances(visitor) >= 2);
	server.script = {};
	await visitor.place.leave();
});

test("DEPLOY-3: a text that comes back because there is no such room has that found out at once, by one ping", async () => {
	const server = await started();
	const visitor = await visit([server.service]);
	server.script = answering((frame) => isText(frame) || isPing(frame), "item-not-found");
	for (let i = 0; i < 5; i++) assert.ok(visitor.place.send(`text ${i}`).ok);
	await until("a second entrance", () => entrances(visitor) === 2);
	assert.equal(server.frames.filter(isPing).length, 1);
	assert.equal(visitor.types().filter((type) => type === "refused").length, 5);
	server.script = {};
	await visitor.place.leave();
});

test("DEPLOY-3: a text that comes back for another reason, or a room that is there, ends nothing", async () => {
	const server = await started();
	const visitor = await visit([server.service]);
	for (const condition of ["item-not-found", "forbidden", "not-acceptable"]) {
		server.script = answering(isText, condition);
		assert.ok(visitor.place.send("one that comes back").ok);
		const refusals = visitor.types().length;
		await until("a refusal", () => visitor.types().length > refusals);
	}
	await until("an answer to two pings", () => server.frames.filter(isPing).length === 2);
	server.script = {};
	assert.ok(visitor.place.send("one that does not").ok);
	await visitor.hears("one that does not");
	assert.ok(!visitor.types().includes("interrupted"));
	await visitor.place.leave();
});
