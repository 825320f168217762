import assert from "node:assert/strict";
import { test } from "node:test";
import { NS } from "../src/namespaces.ts";
import { MemoryStorage } from "../src/storage/memory-storage.ts";
import { child, childElements, type Element, textOf } from "../src/xml.ts";
import { Bench, conditionOf, type Peer } from "./support/core.ts";
import { again, befriend, heard, presence, present, roster } from "./support/house.ts";

function setItem(peer: Peer, attrs: string, inside = ""): Element {
	return peer.iq("set", undefined, `<query xmlns="${NS.roster}"><item ${attrs}>${inside}</item></query>`);
}

test("a roster is kept before the answer, and told to the sessions that asked for it (CONTACT-1)", () => {
	const storage = new MemoryStorage();
	const bench = new Bench({}, { storage });
	const ana = present(bench.client("ana", "a"));
	const second = present(again(bench, "ana", "second"));
	const indifferent = again(bench, "ana", "third");
	assert.equal(
		setItem(ana, 'jid="bo@localhost" name="Bo &lt;3"', "<group>cats</group><group>dogs</group>").attrs["type"],
		"result",
	);
	assert.deepEqual(heard(second.take()), ["push bo@localhost none"]);
	assert.deepEqual(indifferent.take(), []);
	// What is on disk when the answer comes is what a server finds that is started after a kill.
	const later = again(new Bench({}, { storage }), "ana", "later");
	const query = childElements(later.iq("get", undefined, `<query xmlns="${NS.roster}"/>`))[0] as Element;
	const [item] = childElements(query);
	assert.equal(item?.attrs["name"], "Bo <3");
	assert.deepEqual(childElements(item).map(textOf), ["cats", "dogs"]);
	setItem(ana, 'jid="bo@localhost"');
	const bare = child(
		childElements(ana.iq("get", undefined, `<query xmlns="${NS.roster}"/>`))[0] as Element,
		"item",
		NS.roster,
	);
	assert.deepEqual([bare?.attrs["name"], bare?.children.length], [undefined, 0]);
	second.take();
	assert.equal(setItem(ana, 'jid="bo@localhost" subscription="remove"').attrs["type"], "result");
	assert.deepEqual(heard(second.take()), ["push bo@localhost remove"]);
	assert.deepEqual(roster(ana), []);
});

test("what the disk does not take is refused and told to nobody (CONTACT-1)", () => {
	const storage = new MemoryStorage();
	const bench = new Bench({}, { storage });
	const ana = present(bench.client("ana", "a"));
	const second = present(again(bench, "ana", "second"));
	storage.commit = () => false;
	assert.equal(conditionOf(setItem(ana, 'jid="bo@localhost"')), "resource-constraint");
	assert.deepEqual(presence(ana, "subscribe", "bo@localhost").map(conditionOf), ["resource-constraint"]);
	assert.deepEqual(second.take(), []);
});

test("what is no roster item is refused by name, and rosters have an end (CONTACT-2)", () => {
	const bench = new Bench({ rosterContacts: 2, presenceBytes: 300 });
	const ana = present(bench.client("ana"));
	const refused = (attrs: string, inside = ""): string | undefined => conditionOf(setItem(ana, attrs, inside));
	assert.equal(refused('jid="not a jid@localhost"'), "jid-malformed");
	assert.equal(refused('name="nobody"'), "jid-malformed");
	assert.equal(refused('jid="ana@localhost"'), "not-allowed");
	assert.equal(refused('jid="bo@localhost" subscription="remove"'), "item-not-found");
	assert.equal(refused('jid="bo@localhost"', "<group>a</group><group>a</group>"), "bad-request");
	assert.equal(refused('jid="bo@localhost"', "<group/>"), "not-acceptable");
	assert.equal(refused(`jid="bo@localhost" name="${"x".repeat(1_024)}"`), "not-acceptable");
	const groups = Array.from({ length: 21 }, (_, at) => `<group>${at}</group>`).join("");
	assert.equal(refused('jid="bo@localhost"', groups), "not-acceptable");
	const two = '<item jid="bo@localhost"/><item jid="cy@localhost"/>';
	assert.equal(conditionOf(ana.iq("set", undefined, `<query xmlns="${NS.roster}">${two}</query>`)), "bad-request");
	assert.deepEqual(roster(ana), []);

	setItem(ana, 'jid="bo@localhost/with-a-resource" subscription="both"');
	assert.deepEqual(roster(ana), ["bo@localhost none"], "a subscription is not the client's to write");
	setItem(ana, 'jid="else@where.example"');
	assert.equal(refused('jid="di@localhost"'), "resource-constraint");
	assert.deepEqual(presence(ana, "subscribe", "di@localhost").map(conditionOf), ["resource-constraint"]);
	assert.equal(refused('jid="bo@localhost" name="Bo"'), undefined);
	const long = presence(ana, "subscribe", "bo@localhost", `<status>${"x".repeat(300)}</status>`);
	assert.deepEqual(long.map(conditionOf), ["policy-violation"]);
});

test("requests of strangers have an end of their own, and their sender is not told (CONTACT-2)", () => {
	const bench = new Bench({ rosterRequests: 1 });
	const bo = present(bench.client("bo"));
	const [ana, cy] = [present(bench.client("ana")), present(bench.client("cy"))];
	assert.deepEqual(heard(presence(ana, "subscribe", "bo@localhost")), ["push bo@localhost none?"]);
	assert.deepEqual(heard(bo.take()), ["subscribe ana@localhost"]);
	assert.deepEqual(heard(presence(cy, "subscribe", "bo@localhost")), ["push bo@localhost none?"]);
	assert.deepEqual(bo.take(), []);
	assert.deepEqual(roster(bo), [], "who only asks is not in the roster");
});

test("one asks to subscribe, is approved, and sees the other come and go (CONTACT-3)", () => {
	const bench = new Bench();
	const ana = present(bench.client("ana", "a"));
	const bo = present(bench.client("bo", "b"));
	assert.deepEqual(heard(presence(ana, "subscribe", "bo@localhost/b", "<status>it is me</status>")), [
		"push bo@localhost none?",
	]);
	const [request] = bo.take();
	assert.deepEqual([request?.attrs["from"], request?.attrs["to"]], ["ana@localhost", "bo@localhost"]);
	assert.deepEqual(heard(presence(bo, "subscribed", "ana@localhost")), ["push ana@localhost from"]);
	assert.deepEqual(heard(ana.take()), ["subscribed bo@localhost", "push bo@localhost to", "available bo@localhost/b"]);
	presence(bo, undefined, undefined, "<show>away</show>");
	assert.deepEqual(heard(ana.take()), ["available bo@localhost/b"]);
	bo.lose();
	assert.deepEqual(heard(ana.take()), ["unavailable bo@localhost/b"]);
	present(again(bench, "bo", "anew"));
	assert.deepEqual(heard(ana.take()), ["available bo@localhost/anew"]);
	// A second session of hers sees what there is.
	const second = again(bench, "ana", "second");
	assert.deepEqual(heard(presence(second)).sort(), [
		"available ana@localhost/a",
		"available ana@localhost/second",
		"available bo@localhost/anew",
	]);
	assert.deepEqual(heard(presence(ana, "probe", "bo@localhost")), ["available bo@localhost/anew"]);
	assert.deepEqual(roster(ana), ["bo@localhost to"]);
});

test("a request waits, over a restart too, for each session that comes until it is answered (CONTACT-3)", () => {
	const storage = new MemoryStorage();
	const before = new Bench({}, { storage });
	before.client("bo").lose();
	presence(before.client("ana"), "subscribe", "bo@localhost", "<status>&lt;3</status>");
	const bench = new Bench({}, { storage });
	for (const resource of ["one", "two"]) {
		const bo = again(bench, "bo", resource);
		const request = presence(bo).find(({ attrs }) => attrs["type"] === "subscribe") as Element;
		assert.equal(textOf(child(request, "status", NS.client) as Element), "<3");
		assert.equal(request.attrs["from"], "ana@localhost");
		bo.lose();
	}
	const bo = again(bench, "bo", "three");
	presence(bo);
	presence(bo, "unsubscribed", "ana@localhost");
	assert.deepEqual(
		heard(presence(again(bench, "bo", "four"))).filter((text) => text.startsWith("subscribe")),
		[],
	);
	assert.deepEqual(roster(again(bench, "ana", "later")), ["bo@localhost none"]);
});

test("either side ends a subscription, and what is not seen any more goes out of sight (CONTACT-3)", () => {
	const bench = new Bench();
	const ana = present(bench.client("ana", "a"));
	const bo = present(bench.client("bo", "b"));
	befriend(ana, bo);
	assert.deepEqual([roster(ana), roster(bo)], [["bo@localhost both"], ["ana@localhost both"]]);
	assert.deepEqual(heard(presence(ana, "unsubscribe", "bo@localhost")), [
		"push bo@localhost from",
		"unavailable bo@localhost/b",
	]);
	assert.deepEqual(heard(bo.take()), ["unsubscribe ana@localhost", "push ana@localhost to"]);
	assert.deepEqual(heard(presence(ana, "unsubscribed", "bo@localhost")), ["push bo@localhost none"]);
	assert.deepEqual(heard(bo.take()), [
		"unsubscribed ana@localhost",
		"push ana@localhost none",
		"unavailable ana@localhost/a",
	]);
	presence(ana);
	assert.deepEqual(bo.take(), []);
	befriend(ana, bo);
	assert.equal(setItem(ana, 'jid="bo@localhost" subscription="remove"').attrs["type"], "result");
	assert.deepEqual(roster(bo), ["ana@localhost none"]);
	presence(bo);
	assert.deepEqual(
		ana.take().filter(({ name }) => name === "presence"),
		[],
	);
});

test("nothing is approved that was not asked for, and an approval is repeated to who lost it (CONTACT-3)", () => {
	const bench = new Bench();
	const ana = present(bench.client("ana", "a"));
	const bo = present(bench.client("bo", "b"));
	assert.deepEqual(presence(ana, "subscribed", "bo@localhost"), []);
	assert.deepEqual([bo.take(), roster(ana), roster(bo)], [[], [], []]);
	presence(bo, "subscribe", "ana@localhost");
	presence(ana, "subscribed", "bo@localhost");
	for (const peer of [ana, bo]) peer.take();
	// As if the approval had not arrived.
	presence(bo, "unsubscribed", "ana@localhost");
	assert.deepEqual(presence(ana, "subscribe", "ana@localhost"), [], "to oneself it means nothing");
	assert.deepEqual(heard(presence(bo, "subscribe", "ana@localhost")), ["available ana@localhost/a"]);
	assert.deepEqual(ana.take(), [], "who is approved is not asked about again");
});

test("asking does not tell who exists, who has blocked one and who only does not answer (CONTACT-4)", () => {
	const bench = new Bench();
	const ana = present(bench.client("ana"));
	present(bench.client("bo"));
	const cy = present(bench.client("cy"));
	cy.iq("set", undefined, `<block xmlns="${NS.blocking}"><item jid="ana@localhost"/></block>`);
	for (const name of ["bo", "cy", "nobody"]) {
		assert.deepEqual(heard(presence(ana, "subscribe", `${name}@localhost`)), [`push ${name}@localhost none?`]);
		for (const type of ["probe", "unsubscribed", "subscribed"]) {
			assert.deepEqual(presence(ana, type, `${name}@localhost`), [], type);
		}
	}
	assert.deepEqual(cy.take(), []);
});

test("who takes the name of an account that is gone inherits nothing (CONTACT-5)", () => {
	const bench = new Bench();
	const ana = present(bench.client("ana", "a"));
	const bo = present(bench.client("bo", "b"));
	befriend(ana, bo);
	presence(bo, "subscribe", "cy@localhost");
	presence(bench.client("cy"), "subscribe", "bo@localhost");
	bo.take();
	const removed = bo.iq("set", undefined, `<query xmlns="${NS.register}"><remove/></query>`);
	assert.equal(removed.attrs["type"], "result");
	assert.deepEqual(heard(ana.take()), [
		"unsubscribe bo@localhost",
		"push bo@localhost to",
		"unsubscribed bo@localhost",
		"push bo@localhost none",
		"unavailable bo@localhost/b",
	]);
	bo.lose();
	assert.deepEqual(roster(ana), ["bo@localhost none"]);
	const other = present(bench.client("bo", "b"));
	presence(ana);
	assert.deepEqual(heard(other.take()), []);
	assert.deepEqual(
		ana.take().filter(({ attrs }) => attrs["from"]?.startsWith("bo@")),
		[],
	);
});
