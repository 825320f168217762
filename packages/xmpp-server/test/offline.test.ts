import assert from "node:assert/strict";
import { test } from "node:test";
import { Accounts } from "../src/accounts.ts";
import { DEFAULT_LIMITS } from "../src/limits.ts";
import { MucService } from "../src/muc-service.ts";
import { NS } from "../src/namespaces.ts";
import { Router } from "../src/router.ts";
import { Session, Sessions } from "../src/session.ts";
import { MemoryStorage } from "../src/storage/memory-storage.ts";
import { child, element, type Element } from "../src/xml.ts";
import { bodyOf } from "./support/client.ts";
import { Bench, conditionOf, type Peer, seededRandom } from "./support/core.ts";
import { again, presence, present } from "./support/house.ts";

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
	assert.deepEqual(storage.collections("bo"), ["account"]);
	assert.deepEqual(waiting(bench, "bo"), []);
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

test("what a client never got goes to another session, or waits with the time it was first kept (OFFLINE-1)", () => {
	const storage = new MemoryStorage();
	const bench = new Bench({}, { storage });
	const ana = bench.client("ana");
	bench.client("bo").lose();
	say(ana, "bo@localhost", "hi");
	const [message] = waiting(bench, "bo");
	assert.ok(message);
	const { router, sessions } = bareRouter(storage, () => Date.UTC(2030, 0));
	router.undelivered("bo", message);
	router.undelivered("bo", { ...message, attrs: { ...message.attrs, type: "groupchat" } });
	const kept = storage.entries("bo", "offline");
	assert.equal(kept.length, 1, "what is said in rooms is not for later");
	assert.deepEqual([...(kept[0]?.[1].matchAll(/<delay/g) ?? [])].length, 1);
	assert.match(kept[0]?.[1] ?? "", /stamp="2026-/);
	const written: string[] = [];
	const session = new Session(
		"bo",
		"b",
		"localhost",
		(text) => written.push(text),
		() => {},
	);
	session.presence = element("presence", NS.client);
	sessions.add(session);
	router.undelivered("bo", message);
	assert.equal(written.length, 1);
	assert.equal(storage.entries("bo", "offline").length, 1);
});

function bareRouter(storage: MemoryStorage, wallTime: () => number): { router: Router; sessions: Sessions } {
	const limits = DEFAULT_LIMITS;
	const random = seededRandom("router");
	const newId = (): string => "id";
	const sessions = new Sessions();
	const accounts = new Accounts({ limits, random, storage, wallTime, startedAt: 0 });
	const muc = new MucService("conference.localhost", limits, random, newId);
	const router = new Router({ domain: "localhost", limits, accounts, sessions, muc, storage, newId, wallTime });
	return { router, sessions };
}
