import assert from "node:assert/strict";
import { test } from "node:test";
import { NS } from "../src/namespaces.ts";
import type { Element } from "../src/xml.ts";
import { Bench, conditionOf, type Peer } from "./support/core.ts";
import { authenticated, bodies, chat, enable, SM } from "./support/managed.ts";

const AVAILABLE = '<presence xmlns="jabber:client"/>';

/** Bo, who will be lost, and Ana, who writes to him; nothing is kept for later. */
function two(): { bench: Bench; ana: Peer; bo: Peer } {
	const bench = new Bench({ resumeMs: 5000, offlineMessages: 0 });
	const ana = bench.client("ana", "r");
	const bo = bench.client("bo", "r");
	enable(bo);
	bo.receive(AVAILABLE);
	bo.take();
	return { bench, ana, bo };
}

function another(bench: Bench): Peer {
	const peer = authenticated(bench, "bo");
	peer.iq("set", undefined, `<bind xmlns="${NS.bind}"/>`);
	peer.ask(AVAILABLE);
	return peer;
}

function expire(bench: Bench): void {
	bench.pass(5000);
}

test("SM-8: a message that never arrived comes back to its sender, once the session is over", () => {
	const { bench, ana, bo } = two();
	chat(ana, "bo@localhost/r", "acknowledged", "m1");
	bo.receive(`<a xmlns="${SM}" h="2"/>`);
	chat(ana, "bo@localhost/r", "unseen", "m2");
	chat(ana, "bo@localhost", "unseen either", "m3");
	bo.lose();
	ana.receive(`<iq xmlns="jabber:client" type="get" id="q" to="bo@localhost/r"><ping xmlns="${NS.ping}"/></iq>`);
	ana.receive(
		'<message xmlns="jabber:client" type="headline" to="bo@localhost/r"><body>of the moment</body></message>',
	);
	assert.deepEqual(ana.take(), []);
	expire(bench);
	const told = ana.take();
	assert.deepEqual(
		told.map((stanza) => [stanza.name, stanza.attrs["id"], stanza.attrs["from"], conditionOf(stanza)]),
		[
			["message", "m2", "bo@localhost/r", "service-unavailable"],
			["message", "m3", "bo@localhost", "service-unavailable"],
			["iq", "q", "bo@localhost/r", "service-unavailable"],
		],
	);
});

test("SM-8: another session of the account gets it, unless it has had it", () => {
	const { bench, ana, bo } = two();
	const before = another(bench);
	chat(ana, "bo@localhost", "to both");
	chat(ana, "bo@localhost/r", "to the lost one");
	bo.lose();
	const later = another(bench);
	assert.deepEqual(bodies(before.take()), ["to both"]);
	later.take();
	expire(bench);
	assert.deepEqual(bodies(before.take()), ["to the lost one"]);
	assert.deepEqual(bodies(later.take()), ["to both", "to the lost one"]);
	assert.deepEqual(bodies(ana.take()), []);
});

test("SM-8: a session that wants nothing for the account gets nothing of it", () => {
	const { bench, ana, bo } = two();
	const peer = authenticated(bench, "bo");
	peer.iq("set", undefined, `<bind xmlns="${NS.bind}"/>`);
	peer.ask('<presence xmlns="jabber:client"><priority>-1</priority></presence>');
	chat(ana, "bo@localhost/r", "unseen");
	bo.lose();
	expire(bench);
	assert.deepEqual(bodies(peer.take()), []);
	assert.deepEqual(ana.take().map(conditionOf), ["service-unavailable"]);
});

test("SM-8: what rooms sent is not handed on, nor is what the server asked", () => {
	const { bench, ana, bo } = two();
	ana.join("den", "A");
	bo.join("den", "B");
	const other = another(bench);
	bo.lose();
	ana.say("den", "to the room");
	ana.receive(
		'<message xmlns="jabber:client" type="chat" to="den@conference.localhost/B"><body>aside</body></message>',
	);
	for (const peer of [ana, other]) peer.take();
	expire(bench);
	assert.deepEqual(bodies(other.take()), []);
	const gone = (stanza: Element): boolean => stanza.attrs["type"] === "unavailable";
	assert.ok(ana.take().every(gone));
});

test("SM-8: what no session takes is kept for the account, and comes back to its sender only where it is full", () => {
	const bench = new Bench({ resumeMs: 5000, offlineMessages: 1 });
	const ana = bench.client("ana", "r");
	const bo = bench.client("bo", "r");
	enable(bo);
	bo.lose();
	chat(ana, "bo@localhost/r", "this one", "m1");
	chat(ana, "bo@localhost/r", "not this one", "m2");
	expire(bench);
	assert.deepEqual(
		ana.take().map((stanza) => stanza.attrs["id"]),
		["m2"],
	);
	const peer = authenticated(bench, "bo");
	peer.iq("set", undefined, `<bind xmlns="${NS.bind}"/>`);
	assert.deepEqual(bodies(peer.ask(AVAILABLE)), ["this one"]);
});
