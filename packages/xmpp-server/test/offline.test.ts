import assert from "node:assert/strict";
import { test } from "node:test";
import { NS } from "../src/namespaces.ts";
import { MemoryStorage } from "../src/storage/memory-storage.ts";
import { child, type Element } from "../src/xml.ts";
import { bodyOf } from "./support/client.ts";
import { Bench, conditionOf, type Peer } from "./support/core.ts";
import { again, presence, present } from "./support/house.ts";
import { bodies, enable } from "./support/managed.ts";

function say(peer: Peer, to: string, inside: string, type = "chat"): (string | undefined)[] {
	const body = inside.startsWith("<") ? inside : `<body>${inside}</body>`;
	return peer.ask(`<message xmlns="jabber:client" type="${type}" to="${to}">${body}</message>`).map(conditionOf);
}

/** What an account hears when it comes back. */
function waiting(bench: Bench, name: string): Element[] {
	const peer = again(bench, name, "back");
	const messages = presence(peer).filter((stanza) => stanza.name === "message");
	peer.lose();
	return messages;
}

test("messages for someone who is not there wait in their order, over a restart, with the time they came (OFFLINE-1)", () => {
	const storage = new MemoryStorage();
	const bench = new Bench({}, { storage });
	const ana = bench.client("ana", "a");
	bench.client("bo").lose();
	for (let at = 0; at < 12; at++) {
		assert.deepEqual(say(ana, "BO@localhost", `${at}`, at % 2 === 0 ? "chat" : "normal"), []);
		bench.pass(1_000);
	}
	const later = new Bench({}, { storage, later: 24 * 60 * 60_000 });
	assert.deepEqual(say(later.client("cy"), "bo@localhost", "12"), []);
	const got = waiting(later, "bo");
	assert.deepEqual(
		got.map(bodyOf),
		Array.from({ length: 13 }, (_, at) => `${at}`),
	);
	assert.equal(got[0]?.attrs["from"], "ana@localhost/a");
	const stamps = got.map((message) => child(message, "delay", NS.delay)?.attrs);
	assert.deepEqual({ ...stamps[3] }, { from: "localhost", stamp: "2026-11-22T00:16:43.000Z" });
	assert.equal(stamps[12]?.["stamp"], "2026-11-23T00:16:40.000Z");
});

test("a session that wants no messages to the account gets none of these, and they wait on (OFFLINE-1)", () => {
	const bench = new Bench();
	const ana = bench.client("ana");
	const bo = present(bench.client("bo", "b"), -1);
	assert.deepEqual(say(ana, "bo@localhost", "hi"), []);
	assert.deepEqual(bo.take(), []);
	presence(bo, undefined, undefined, "<priority>-1</priority>");
	assert.deepEqual(presence(bo).map(bodyOf).filter(Boolean), ["hi"]);
});

test("beyond the limits a message is refused, and refused is not kept (OFFLINE-2)", () => {
	const storage = new MemoryStorage();
	const bench = new Bench({ offlineMessages: 3, offlineBytes: 2_000 }, { storage });
	const ana = bench.client("ana");
	bench.client("bo").lose();
	bench.client("cy").lose();
	for (const body of ["1", "2", "3"]) assert.deepEqual(say(ana, "bo@localhost", body), []);
	assert.deepEqual(say(ana, "bo@localhost", "4"), ["service-unavailable"]);
	// It counts what was kept before it was started too.
	const later = new Bench({ offlineMessages: 3 }, { storage });
	assert.deepEqual(say(again(later, "ana", "x"), "bo@localhost", "5"), ["service-unavailable"]);
	assert.deepEqual(say(ana, "cy@localhost", "x".repeat(1_700)), []);
	assert.deepEqual(say(ana, "cy@localhost", "x".repeat(100)), ["service-unavailable"]);
	assert.deepEqual(waiting(bench, "bo").map(bodyOf), ["1", "2", "3"]);
	assert.deepEqual(say(ana, "bo@localhost", "6"), [], "there is room again");
	storage.commit = () => false;
	assert.deepEqual(say(ana, "bo@localhost", "7"), ["service-unavailable"], "what the disk does not take");
});

test("what was handed over is gone, and what was not is not (OFFLINE-3)", () => {
	const storage = new MemoryStorage();
	const bench = new Bench({}, { storage });
	bench.client("bo").lose();
	say(bench.client("ana"), "bo@localhost", "hi");
	again(bench, "bo", "silent").lose();
	assert.equal(storage.entries("bo", "offline").length, 1);
	const bo = again(bench, "bo", "b");
	const deleted: boolean[] = [];
	const drop = storage.delete.bind(storage);
	storage.delete = (...args) => {
		// By then it was written to the connection.
		deleted.push(bo.texts.some((text) => text.includes("<body>hi</body>")));
		drop(...args);
	};
	presence(bo);
	assert.deepEqual(deleted, [true]);
	assert.deepEqual(storage.collections("bo"), []);
	assert.deepEqual(waiting(bench, "bo"), []);
});

test("what a connection does not take any more waits for the next (OFFLINE-3)", () => {
	const bench = new Bench({ sendQueueBytes: 10_000 });
	const ana = bench.client("ana");
	bench.client("bo").lose();
	for (const body of ["1", "2", "3"]) say(ana, "bo@localhost", body);
	const slow = again(bench, "bo", "slow");
	const send = slow.send.bind(slow);
	slow.send = (text) => {
		if (text.includes("<body>2")) slow.waiting = 20_000;
		return send(text);
	};
	presence(slow);
	assert.ok(slow.destroyed);
	assert.deepEqual(waiting(bench, "bo").map(bodyOf), ["2", "3"]);
});

test("what is not for later is not kept (OFFLINE-4)", () => {
	const bench = new Bench();
	const ana = bench.client("ana");
	bench.client("bo").lose();
	const refused = ["service-unavailable"];
	assert.deepEqual(say(ana, "bo@localhost", `<body>x</body><no-store xmlns="${NS.hints}"/>`), refused);
	assert.deepEqual(say(ana, "bo@localhost", `<composing xmlns="${NS.chatStates}"/><thread>t</thread>`), refused);
	assert.deepEqual(say(ana, "bo@localhost", "x", "headline"), refused);
	assert.deepEqual(say(ana, "bo@localhost", "x", "groupchat"), refused);
	assert.deepEqual(say(ana, "bo@localhost/gone", "x", "normal"), refused);
	assert.deepEqual(say(ana, "bo@localhost", "x", "error"), []);
	assert.deepEqual(waiting(bench, "bo"), []);
	assert.deepEqual(say(ana, "bo@localhost", '<key xmlns="urn:example"/>'), [], "without a body, and still something");
	assert.deepEqual(say(ana, "bo@localhost/gone", "to one who was here"), []);
	assert.equal(waiting(bench, "bo").length, 2);
});

test("a message does not tell whether an account exists that is not there (OFFLINE-5)", () => {
	const storage = new MemoryStorage();
	const bench = new Bench({}, { storage });
	const ana = bench.client("ana");
	bench.client("bo").lose();
	for (const inside of ["hi", `<active xmlns="${NS.chatStates}"/>`, `<body>x</body><no-store xmlns="${NS.hints}"/>`]) {
		for (const type of ["chat", "normal", "headline", "groupchat", "error"]) {
			for (const resource of ["", "/x"]) {
				const [existing, not] = ["bo", "no"].map((name) => say(ana, `${name}@localhost${resource}`, inside, type));
				assert.deepEqual(not, existing, `${type} ${resource} ${inside}`);
			}
		}
	}
	assert.deepEqual(storage.collections("no"), []);
});

test("when a message came is the server's to say (XEP-0203)", () => {
	const bench = new Bench();
	const ana = bench.client("ana");
	const bo = present(bench.client("bo"));
	const delay = (from: string): string => `<delay xmlns="${NS.delay}" from="${from}" stamp="2000-01-01T00:00:00Z"/>`;
	say(
		ana,
		"bo@localhost",
		`<body>x</body>${delay("localhost")}${delay("LOCALHOST")}${delay("bo@localhost")}${delay("else.where")}`,
	);
	const delays = bo.take()[0]?.children.filter((node) => typeof node !== "string" && node.name === "delay");
	assert.deepEqual(
		delays?.map((node) => (typeof node === "string" ? "" : node.attrs["from"])),
		["else.where"],
	);
});

test("what a client never acknowledged waits again, with the time it was first kept (OFFLINE-1)", () => {
	const storage = new MemoryStorage();
	const bench = new Bench({ resumeMs: 5_000 }, { storage });
	const ana = bench.client("ana");
	bench.client("bo").lose();
	say(ana, "bo@localhost", "hi");
	const bo = again(bench, "bo", "r");
	enable(bo);
	assert.deepEqual(bodies(presence(bo)), ["hi"]);
	bo.lose();
	assert.deepEqual(storage.entries("bo", "offline"), []);
	bench.pass(60_000);
	const kept = storage.entries("bo", "offline").map(([, text]) => text);
	assert.equal(kept.length, 1);
	assert.deepEqual([...(kept[0]?.matchAll(/<delay/g) ?? [])].length, 1);
	const [message] = waiting(bench, "bo");
	assert.ok(message);
	assert.equal(child(message, "delay", NS.delay)?.attrs["stamp"], "2026-11-22T00:16:40.000Z");
});
