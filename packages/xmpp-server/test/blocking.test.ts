import assert from "node:assert/strict";
import { test } from "node:test";
import { NS } from "../src/namespaces.ts";
import { MemoryStorage } from "../src/storage/memory-storage.ts";
import { child, childElements, type Element } from "../src/xml.ts";
import { bodyOf } from "./support/client.ts";
import { Bench, conditionOf, type Peer } from "./support/core.ts";
import { again, befriend, heard, presence, present, roster } from "./support/house.ts";

function change(peer: Peer, name: "block" | "unblock", ...jids: string[]): Element {
	const items = jids.map((jid) => `<item jid="${jid}"/>`).join("");
	return peer.iq("set", undefined, `<${name} xmlns="${NS.blocking}">${items}</${name}>`);
}

function list(peer: Peer): string[] {
	const answer = childElements(peer.iq("get", undefined, `<blocklist xmlns="${NS.blocking}"/>`))[0] as Element;
	return childElements(answer).map(({ attrs }) => attrs["jid"] ?? "");
}

function chat(peer: Peer, to: string, type = "chat"): Element[] {
	return peer.ask(`<message xmlns="jabber:client" id="m" type="${type}" to="${to}"><body>hi</body></message>`);
}

test("a list of blocked addresses is kept, and told to the sessions that asked for it (BLOCK-3)", () => {
	const storage = new MemoryStorage();
	const bench = new Bench({ blockedAddresses: 3 }, { storage });
	const ana = bench.client("ana", "a");
	const second = again(bench, "ana", "second");
	const indifferent = again(bench, "ana", "third");
	assert.deepEqual([list(ana), list(second)], [[], []]);
	assert.equal(change(ana, "block", "bo@localhost", "CY@localhost/x").attrs["type"], "result");
	const [push] = second.take();
	const block = child(push as Element, "block", NS.blocking) as Element;
	assert.deepEqual(
		childElements(block).map(({ attrs }) => attrs["jid"]),
		["bo@localhost", "cy@localhost/x"],
	);
	assert.deepEqual(indifferent.take(), []);
	const later = (): Peer => again(new Bench({}, { storage }), "ana", "later");
	assert.deepEqual(list(later()), ["bo@localhost", "cy@localhost/x"]);
	assert.equal(conditionOf(change(ana, "block", "di@localhost", "ed@localhost")), "resource-constraint");
	assert.equal(conditionOf(change(ana, "block")), "bad-request");
	assert.equal(conditionOf(change(ana, "block", "not a jid@localhost")), "jid-malformed");
	assert.equal(conditionOf(ana.iq("get", undefined, `<block xmlns="${NS.blocking}"/>`)), "bad-request");
	change(ana, "unblock", "bo@localhost");
	assert.deepEqual(list(later()), ["cy@localhost/x"]);
	second.take();
	change(ana, "unblock");
	assert.equal(childElements(child(second.take()[0] as Element, "unblock", NS.blocking) as Element).length, 0);
	assert.deepEqual(list(later()), []);
	storage.commit = () => false;
	assert.equal(conditionOf(change(ana, "block", "bo@localhost")), "resource-constraint");
});

test("an address, an account and a domain can be blocked, and never oneself (BLOCK-1)", () => {
	const bench = new Bench();
	const ana = present(bench.client("ana", "a"));
	const bo = present(bench.client("bo", "b"));
	const second = again(bench, "bo", "second");
	const passes = (peer: Peer): boolean => {
		return [...chat(peer, "ana@localhost"), ...ana.take()].some((stanza) => bodyOf(stanza) === "hi");
	};
	for (const [blocked, fromBo, fromSecond] of [
		["bo@localhost/b", false, true],
		["bo@localhost", false, false],
		["localhost/second", true, false],
		["localhost", false, false],
		["cy@localhost", true, true],
		["elsewhere.example", true, true],
	] as const) {
		change(ana, "block", blocked);
		assert.deepEqual([passes(bo), passes(second)], [fromBo, fromSecond], blocked);
		assert.ok(passes(ana), "one's own devices go on");
		change(ana, "unblock");
		assert.deepEqual([passes(bo), passes(second)], [true, true], `after ${blocked}`);
	}
});

test("what is blocked is not delivered, either way, rooms aside (BLOCK-2)", () => {
	const bench = new Bench();
	const ana = present(bench.client("ana", "a"));
	const bo = present(bench.client("bo", "b"));
	ana.join("den", "Ana");
	bo.join("den", "Bo");
	change(ana, "block", "bo@localhost");
	ana.take();
	assert.deepEqual(chat(bo, "ana@localhost").map(conditionOf), ["service-unavailable"]);
	assert.deepEqual(chat(bo, "ana@localhost/a", "normal").map(conditionOf), ["service-unavailable"]);
	assert.deepEqual(chat(bo, "ana@localhost", "error"), []);
	const ping = `<ping xmlns="${NS.ping}"/>`;
	assert.equal(conditionOf(bo.iq("get", "ana@localhost/a", ping)), "service-unavailable");
	assert.deepEqual(presence(bo, undefined, "ana@localhost"), []);
	assert.deepEqual(
		presence(bo, "subscribe", "ana@localhost").map(({ name }) => name),
		["iq"],
	);
	assert.deepEqual(ana.take(), []);

	for (const refusal of [...chat(ana, "bo@localhost"), ana.iq("get", "bo@localhost/b", ping)]) {
		assert.equal(conditionOf(refusal), "not-acceptable");
		assert.ok(child(child(refusal, "error", NS.client) as Element, "blocked", NS.blockingErrors));
	}
	assert.deepEqual(chat(ana, "bo@localhost", "error"), []);
	presence(ana, undefined, "bo@localhost");
	assert.deepEqual(bo.take(), []);
	bo.say("den", "to the room");
	assert.deepEqual(ana.take().map(bodyOf), ["to the room"]);
	ana.lose();
	const later = again(bench, "ana", "later");
	assert.deepEqual(heard(presence(later)), ["available ana@localhost/later"], "nothing was kept of what was blocked");
});

test("who is blocked sees one go, and come back when that ends (BLOCK-2)", () => {
	const bench = new Bench();
	const ana = present(bench.client("ana", "a"));
	const bo = present(bench.client("bo", "b"));
	const cy = present(bench.client("cy", "c"));
	befriend(ana, bo);
	presence(ana, undefined, "cy@localhost");
	cy.take();
	const second = present(again(bench, "ana", "second"));
	bo.take();
	change(ana, "block", "bo@localhost", "cy@localhost");
	assert.deepEqual(heard(bo.take()).sort(), ["unavailable ana@localhost/a", "unavailable ana@localhost/second"]);
	assert.deepEqual(heard(cy.take()), ["unavailable ana@localhost/a"], "of the session that was shown to them");
	ana.take();
	presence(ana, undefined, undefined, "<show>away</show>");
	presence(bo, undefined, undefined, "<show>away</show>");
	assert.deepEqual(heard(bo.take()), []);
	assert.deepEqual(
		heard(ana.take()).filter((text) => text.includes("bo@")),
		[],
	);
	assert.deepEqual(presence(bo, "probe", "ana@localhost"), []);
	assert.deepEqual(heard(presence(again(bench, "bo", "new"))).sort(), [
		"available bo@localhost/b",
		"available bo@localhost/new",
	]);
	bo.take();
	second.lose();
	assert.deepEqual(bo.take(), []);
	change(ana, "unblock");
	assert.deepEqual(heard(bo.take()), ["available ana@localhost/a"]);
});

test("a subscription that ends behind a block is gone when the block is, and none is made across it (BLOCK-2)", () => {
	const bench = new Bench();
	const ana = present(bench.client("ana", "a"));
	const bo = present(bench.client("bo", "b"));
	const cy = present(bench.client("cy", "c"));
	befriend(ana, bo);
	presence(cy, "subscribe", "ana@localhost");
	change(ana, "block", "bo@localhost", "cy@localhost");
	for (const peer of [ana, bo, cy]) peer.take();
	assert.deepEqual(presence(ana, "subscribed", "cy@localhost").map(conditionOf), ["not-acceptable"]);
	assert.deepEqual(presence(ana, "subscribe", "cy@localhost").map(conditionOf), ["not-acceptable"]);
	assert.deepEqual(cy.take(), []);
	presence(bo, "unsubscribed", "ana@localhost");
	assert.deepEqual(heard(ana.take()), ["push bo@localhost from"], "one's own roster is told, and nothing of his");
	assert.equal(bo.iq("set", undefined, `<query xmlns="${NS.register}"><remove/></query>`).attrs["type"], "result");
	bo.lose();
	assert.deepEqual(roster(ana), ["bo@localhost none"]);
	ana.take();
	const other = present(bench.client("bo", "b"));
	change(ana, "unblock");
	presence(ana);
	assert.deepEqual(other.take(), []);
});
