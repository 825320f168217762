import assert from "node:assert/strict";
import { test } from "node:test";
import { NS } from "../src/namespaces.ts";
import type { Storage } from "../src/storage/storage.ts";
import { child, type Element } from "../src/xml.ts";
import { Bench, conditionOf, type Peer } from "./support/core.ts";
import { again, presence } from "./support/house.ts";
import { bodies, chat, enable, handledByServer, resume, authenticated, SM } from "./support/managed.ts";
import { RefusingStorage } from "./support/refusing-storage.ts";

interface Two {
	readonly storage: RefusingStorage;
	readonly bench: Bench;
	readonly ana: Peer;
	readonly bo: Peer;
	/** The id to resume Bo's session by. */
	readonly id: string;
}

/** Ana, who writes, and Bo, who acknowledges what he gets when the test says so; neither has got anything yet. */
function two(): Two {
	const storage = new RefusingStorage();
	const bench = new Bench({ resumeMs: 5_000 }, { storage });
	const ana = bench.client("ana", "r");
	enable(ana);
	const bo = bench.client("bo", "r");
	const id = enable(bo).attrs["id"] ?? "";
	presence(bo);
	return { storage, bench, ana, bo, id };
}

function acknowledge(peer: Peer, handled: number): void {
	peer.receive(`<a xmlns="${SM}" h="${handled}"/>`);
}

function another(bench: Bench, resource: string): Peer {
	const peer = again(bench, "bo", resource);
	enable(peer);
	presence(peer);
	return peer;
}

/** What Bo gets when he comes after the server was killed: what was not committed is lost, and every session. */
function afterKill(storage: RefusingStorage): Element[] {
	storage.kill();
	const later = new Bench({}, { storage, later: 60_000 });
	return presence(again(later, "bo", "later")).filter(({ name }) => name === "message");
}

function kept(storage: Storage): readonly number[] {
	return ["unacked", "offline"].map((collection) => storage.entries("bo", collection).length);
}

test("FLIGHT-1, FLIGHT-4: what was handled and not acknowledged comes after a kill, once, in order, with its time", () => {
	const { storage, bench, ana, bo } = two();
	for (const body of ["one", "two", "three"]) {
		chat(ana, body === "two" ? "bo@localhost/r" : "bo@localhost", body);
		bench.pass(1_000);
	}
	assert.equal(handledByServer(ana), "3");
	const live = bo.take().filter(({ name }) => name === "message");
	assert.deepEqual(bodies(live), ["one", "two", "three"]);
	assert.ok(live.every((message) => child(message, "delay", NS.delay) === undefined));
	const got = afterKill(storage);
	assert.deepEqual(bodies(got), ["one", "two", "three"]);
	const stamps = got.map((message) => child(message, "delay", NS.delay)?.attrs["stamp"]);
	assert.deepEqual(
		stamps,
		["40", "41", "42"].map((second) => `2026-11-22T00:16:${second}.000Z`),
	);
	assert.deepEqual(kept(storage), [0, 0]);
});

test("FLIGHT-1: a message is on the disk before a session has it", () => {
	const { storage, ana, bo } = two();
	const seen: number[] = [];
	const send = bo.send.bind(bo);
	bo.send = (text) => {
		seen.push(storage.uncommitted, storage.entries("bo", "unacked").length);
		return send(text);
	};
	chat(ana, "bo@localhost", "hi");
	assert.deepEqual(seen, [0, 1]);
});

test("FLIGHT-2: what was acknowledged is gone, on this stream or by resuming on the next", () => {
	const { storage, bench, ana, bo, id } = two();
	chat(ana, "bo@localhost", "one");
	chat(ana, "bo@localhost", "two");
	chat(ana, "bo@localhost", "three");
	assert.deepEqual(kept(storage), [3, 0]);
	// The first that he got was his own presence.
	acknowledge(bo, 2);
	assert.deepEqual(kept(storage), [2, 0]);
	bo.lose();
	const next = authenticated(bench, "bo");
	assert.deepEqual(bodies(resume(next, id, 3)), ["three"]);
	assert.deepEqual(kept(storage), [1, 0]);
	bench.pass(1_000);
	assert.deepEqual(bodies(afterKill(storage)), ["three"]);
});

test("FLIGHT-2: one of two devices has it: it is had, and the end of the other keeps nothing", () => {
	const { storage, bench, ana, bo } = two();
	const other = another(bench, "s");
	bo.take();
	chat(ana, "bo@localhost", "to both");
	assert.deepEqual(bodies(bo.take()), ["to both"]);
	assert.deepEqual(kept(storage), [1, 0], "one record");
	// Before it: the presences of both.
	acknowledge(other, 3);
	assert.deepEqual(kept(storage), [0, 0]);
	other.receive('<close xmlns="urn:ietf:params:xml:ns:xmpp-framing"/>');
	bo.lose();
	bench.pass(5_000);
	assert.deepEqual(bodies(afterKill(storage)), []);
});

test("FLIGHT-2: neither of two devices has it: it is kept until both are gone, and then once", () => {
	const { storage, bench, ana, bo } = two();
	const other = another(bench, "s");
	chat(ana, "bo@localhost", "to both");
	bo.lose();
	bench.pass(2_500);
	other.lose();
	bench.pass(2_500);
	assert.deepEqual(kept(storage), [1, 0], "the other waits still");
	bench.pass(2_500);
	assert.deepEqual(kept(storage), [0, 1]);
	assert.deepEqual(bodies(afterKill(storage)), ["to both"]);
});

test("FLIGHT-3: when its session ends a message is kept or in flight, never both or neither, and keeps its place", () => {
	const { storage, bench, ana, bo } = two();
	chat(ana, "bo@localhost/r", "one");
	presence(bo, undefined, undefined, "<priority>-1</priority>");
	chat(ana, "bo@localhost", "two");
	assert.deepEqual(kept(storage), [1, 1]);
	bo.lose();
	bench.pass(5_000);
	storage.kill();
	assert.deepEqual(kept(storage), [0, 2]);
	assert.deepEqual(bodies(presence(again(bench, "bo", "x"))), ["one", "two"]);
});

test("FLIGHT-3: another session takes it over, and it is in flight until that acknowledges", () => {
	const { storage, bench, ana, bo } = two();
	chat(ana, "bo@localhost/r", "hi");
	bo.lose();
	const other = another(bench, "s");
	bench.pass(5_000);
	assert.deepEqual(bodies(other.take()), ["hi"]);
	assert.deepEqual(kept(storage), [1, 0]);
	acknowledge(other, 4);
	assert.deepEqual(kept(storage), [0, 0]);
});

test("FLIGHT-3: what comes back to its sender is in flight no more", () => {
	const storage = new RefusingStorage();
	const bench = new Bench({ resumeMs: 5_000, offlineMessages: 0 }, { storage });
	const ana = bench.client("ana", "r");
	const bo = bench.client("bo", "r");
	enable(bo);
	chat(ana, "bo@localhost/r", "hi");
	assert.deepEqual(kept(storage), [1, 0]);
	bo.lose();
	bench.pass(5_000);
	assert.deepEqual(ana.take().map(conditionOf), ["service-unavailable"]);
	assert.deepEqual(kept(storage), [0, 0]);
});

test("FLIGHT-1, OFFLINE-3: what waited and is handed over is in flight until it is acknowledged", () => {
	const { storage, bench, ana, bo } = two();
	bo.lose();
	bench.pass(5_000);
	for (const body of ["one", "two", "three"]) chat(ana, "bo@localhost", body);
	assert.deepEqual(kept(storage), [0, 3]);
	const next = again(bench, "bo", "s");
	enable(next);
	assert.deepEqual(bodies(presence(next)), ["one", "two", "three"]);
	assert.deepEqual(kept(storage), [3, 0]);
	chat(ana, "bo@localhost", "four");
	acknowledge(next, 2);
	bench.pass(1_000);
	assert.deepEqual(bodies(afterKill(storage)), ["two", "three", "four"]);
});

test("FLIGHT-1: what the disk does not take comes back to its sender, and no session has it", () => {
	const { storage, ana, bo } = two();
	bo.take();
	storage.refuses = true;
	chat(ana, "bo@localhost", "hi");
	assert.deepEqual(ana.take().map(conditionOf), ["service-unavailable"]);
	assert.deepEqual(bo.take(), []);
	chat(ana, "bo@localhost", `</body><no-store xmlns="${NS.hints}"/><body>`);
	assert.equal(bo.take().length, 1, "what is not for later needs no disk");
	storage.refuses = false;
	chat(ana, "bo@localhost", "again");
	assert.deepEqual(bodies(bo.take()), ["again"]);
	assert.deepEqual(kept(storage), [1, 0]);
});

test("FLIGHT-1: what waited and cannot be put in flight waits on", () => {
	const { storage, bench, ana, bo } = two();
	bo.lose();
	bench.pass(5_000);
	chat(ana, "bo@localhost", "hi");
	const next = again(bench, "bo", "s");
	enable(next);
	storage.refuses = true;
	assert.deepEqual(bodies(presence(next)), ["hi"]);
	storage.refuses = false;
	assert.deepEqual(kept(storage), [0, 1]);
	acknowledge(next, 2);
	next.lose();
	bench.pass(5_000);
	assert.deepEqual(bodies(afterKill(storage)), ["hi"]);
});

test("SM-1: a client is not told that its stanzas are handled while the disk does not take what they changed", () => {
	const { storage, bench, ana } = two();
	const previd = "unknown";
	const change = (): void => storage.put("ana", "x", "1", "something");
	storage.refuses = true;
	change();
	assert.equal(handledByServer(ana), undefined);
	change();
	const next = authenticated(bench, "ana");
	change();
	assert.equal(conditionOf(resume(next, previd, 0)[0]), "resource-constraint");
	storage.refuses = false;
	assert.equal(handledByServer(ana), "0");
});

test("FLIGHT-2, ACCOUNT-2: who takes the name of an account that is gone gets nothing that was on the way to it", () => {
	const { storage, bench, ana, bo } = two();
	chat(ana, "bo@localhost", "not for the next");
	bo.iq("set", undefined, `<query xmlns="${NS.register}"><remove/></query>`);
	assert.ok(bo.ended);
	assert.deepEqual(storage.collections("bo"), []);
	assert.deepEqual(bodies(presence(bench.client("bo", "next"))), []);
});

test("a message that no connection takes any more waits for the next (OFFLINE-1)", () => {
	const bench = new Bench({ sendQueueBytes: 10_000 });
	const ana = bench.client("ana");
	const bo = bench.client("bo", "slow");
	presence(bo);
	bo.waiting = 20_000;
	chat(ana, "bo@localhost", "hi");
	assert.ok(bo.destroyed);
	assert.deepEqual(bodies(presence(again(bench, "bo", "next"))), ["hi"]);
});
