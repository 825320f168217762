import assert from "node:assert/strict";
import { test } from "node:test";
import { TCP_FRAMING } from "../src/framing.ts";
import { NS } from "../src/namespaces.ts";
import { Bench, conditionOf, type Peer } from "./support/core.ts";

const PING = `<iq xmlns="jabber:client" type="get" id="p"><ping xmlns="urn:xmpp:ping"/></iq>`;
const ROOM = "den@conference.localhost";

function endedWith(peer: Peer): string | undefined {
	return peer.ended ? conditionOf(peer.take().at(-2)) : undefined;
}

test("whoever does not log in in time is let go", () => {
	const bench = new Bench({ unauthenticatedMs: 1000 });
	const silent = bench.connect();
	const slow = bench.connect();
	slow.open();
	slow.register("ana", "a password");
	slow.authenticate("ana", "a password");
	bench.pass(999);
	assert.deepEqual([silent.ended, slow.ended], [false, false]);
	bench.pass(1);
	assert.equal(endedWith(silent), "connection-timeout");
	assert.equal(endedWith(slow), "connection-timeout", "authenticated is not enough");
});

test("SERVER-9: a peer that is silent is asked, and one that does not answer is out of its rooms in bounded time", () => {
	const bench = new Bench({ pingAfterMs: 1000, pingTimeoutMs: 500, closeTimeoutMs: 100 });
	const ana = bench.client("ana");
	const bo = bench.client("bo");
	ana.join("den", "A");
	bo.join("den", "B");
	bench.pass(1000);
	assert.deepEqual([ana.pings, bo.pings], [1, 1]);
	ana.pong();
	ana.take();
	bench.pass(500);
	assert.equal(endedWith(bo), "connection-timeout");
	const [gone] = ana.take();
	assert.deepEqual([gone?.attrs["from"], gone?.attrs["type"]], [`${ROOM}/B`, "unavailable"]);
	bench.pass(0);
	assert.equal(bo.destroyed, false);
	bench.pass(100);
	assert.equal(bo.destroyed, true, "its transport is not waited for");
	assert.equal(ana.ended, false);
});

test("a peer that is not read for a while is not taken for dead meanwhile", () => {
	const limits = { stanzasPerSecond: 1, burstStanzas: 10, pingAfterMs: 1000, pingTimeoutMs: 500 };
	const bench = new Bench(limits);
	const ana = bench.client("ana");
	bench.now += 60_000;
	for (let i = 0; i < 20; i++) ana.receive(PING);
	assert.equal(ana.paused.at(-1), 10_000);
	for (let i = 0; i < 99; i++) bench.pass(100);
	assert.deepEqual([ana.pings, ana.ended], [0, false]);
	bench.pass(1100);
	assert.equal(ana.pings, 1);
	bench.pass(500);
	assert.equal(ana.ended, true);
});

test("a session that is taken over has its time to hear of it", () => {
	const bench = new Bench({ closeTimeoutMs: 100 });
	const first = bench.client("ana", "r");
	bench.pass(10_000);
	const second = bench.connect();
	second.open();
	second.logIn("ana", "a password", "r");
	assert.deepEqual([first.ended, first.destroyed], [true, false]);
	bench.pass(0);
	assert.equal(first.destroyed, false);
	bench.pass(100);
	assert.equal(first.destroyed, true);
});

test("over TCP the question is a stanza (XEP-0199), and any word is an answer", () => {
	const bench = new Bench({ pingAfterMs: 1000, pingTimeoutMs: 500 });
	bench.client("ana").lose();
	const peer = bench.connect(TCP_FRAMING);
	const header = `<stream:stream xmlns="jabber:client" xmlns:stream="${NS.streams}" to="localhost" version="1.0">`;
	peer.receive(header);
	peer.authenticate("ana", "a password");
	peer.receive(`${header}<iq type="set" id="b"><bind xmlns="${NS.bind}"/></iq>`);
	bench.pass(1000);
	assert.match(peer.texts.at(-1) ?? "", /<iq .*type="get".*<ping xmlns="urn:xmpp:ping"\/><\/iq>$/);
	peer.receive(" ");
	bench.pass(999);
	assert.equal(peer.ended, false);
	bench.pass(1);
	bench.pass(500);
	assert.equal(peer.ended, true);
});

test("SERVER-10: who sends too fast is read more slowly, by what is owed", () => {
	const bench = new Bench({ stanzasPerSecond: 10, burstStanzas: 20 });
	const ana = bench.client("ana");
	bench.now += 60_000;
	for (let i = 0; i < 20; i++) ana.receive(PING);
	assert.deepEqual(ana.paused, []);
	ana.receive(PING);
	ana.receive(PING);
	assert.deepEqual(ana.paused, [100, 200]);
	assert.equal(ana.ended, false);

	const heavy = new Bench({ bytesPerSecond: 1000, burstBytes: 10_000 }).client("bo");
	heavy.paused.length = 0;
	heavy.receive(`<message xmlns="jabber:client"><body>${"é".repeat(5500)}</body></message>`);
	assert.equal(heavy.paused.length, 1);
	assert.ok((heavy.paused[0] as number) >= 1000, "bytes, not characters");
});

test("who sends as much at once as is due in a minute is no client", () => {
	const bench = new Bench({ bytesPerSecond: 10, burstBytes: 10, abuseDebtMs: 100_000 });
	const peer = bench.connect();
	peer.open();
	assert.equal(peer.ended, false);
	peer.receive(`<message xmlns="jabber:client"><body>${"x".repeat(2000)}</body></message>`);
	assert.equal(peer.ended, true);
	const bound = new Bench({ abuseDebtMs: 1 }).client("ana");
	bound.receive(`<message xmlns="jabber:client"><body>${"x".repeat(60_000)}</body></message>`);
	assert.equal(bound.ended, false, "a burst within the agreed one is no abuse");
});

test("SERVER-11: a reader too slow is dropped, and the others hear of it after what they were being told", () => {
	const bench = new Bench({ sendQueueBytes: 1000 });
	const [ana, bo, cy] = ["ana", "bo", "cy"].map((name) => bench.client(name)) as [Peer, Peer, Peer];
	for (const [peer, nick] of [
		[ana, "A"],
		[bo, "B"],
		[cy, "C"],
	] as const)
		peer.join("den", nick);
	for (const peer of [ana, bo, cy]) peer.take();
	bo.waiting = 1001;
	ana.say("den", "hello");
	for (const peer of [ana, cy]) {
		const [hello, gone] = peer.take();
		assert.equal(hello?.name, "message");
		assert.deepEqual([gone?.attrs["from"], gone?.attrs["type"]], [`${ROOM}/B`, "unavailable"]);
	}
	assert.deepEqual([bo.destroyed, bench.core.counts.connections], [true, 2]);
	const told = bo.texts.length;
	ana.say("den", "again");
	assert.equal(bo.texts.length, told);
});

test("connections are bounded, of all, of an address, and of an address in a minute", () => {
	const bench = new Bench({ connections: 4, connectionsPerAddress: 2, connectionsPerAddressPerMinute: 3 });
	const admits = (address: string): string => {
		const admitted = bench.core.admits(address, bench.now);
		return admitted.ok ? "yes" : admitted.error;
	};
	assert.equal(admits("192.0.2.1"), "yes");
	const first = bench.connect(undefined, "192.0.2.1");
	assert.equal(admits("192.0.2.1"), "yes");
	bench.connect(undefined, "192.0.2.1");
	assert.equal(admits("192.0.2.1"), "too-many-from-address");
	first.lose();
	assert.equal(admits("192.0.2.1"), "yes");
	assert.equal(admits("192.0.2.1"), "too-many-from-address", "three in this minute");
	bench.now += 60_000;
	assert.equal(admits("192.0.2.1"), "yes");
	for (const address of ["192.0.2.2", "192.0.2.3", "192.0.2.4"]) bench.connect(undefined, address);
	assert.equal(admits("192.0.2.5"), "too-many-connections");
});

test("an address that fails to log in too often is not heard for the rest of the minute", () => {
	const bench = new Bench({ authFailuresPerAddressPerMinute: 2, authFailuresPerStream: 10 });
	const peer = bench.connect();
	peer.open();
	for (let i = 0; i < 2; i++) assert.equal(conditionOf(peer.authenticate("ana", "a guess")), "not-authorized");
	assert.equal(conditionOf(peer.authenticate("ana", "a guess")), "policy-violation");
	assert.equal(peer.ended, true);
});

test("sessions of one account are bounded", () => {
	const bench = new Bench({ sessionsPerAccount: 1 });
	bench.client("ana", "one");
	const second = bench.connect();
	second.open();
	second.authenticate("ana", "a password");
	second.open();
	assert.equal(conditionOf(second.iq("set", undefined, `<bind xmlns="${NS.bind}"/>`)), "resource-constraint");
});

test("a shutdown tells the rooms' occupants and every stream", () => {
	const bench = new Bench();
	const ana = bench.client("ana");
	const bo = bench.client("bo");
	ana.join("den", "A");
	bo.join("den", "B");
	for (const peer of [ana, bo]) peer.take();
	bench.core.shutdown(bench.now);
	for (const peer of [ana, bo]) {
		const [presence, error, close] = peer.take();
		assert.equal(presence?.attrs["type"], "unavailable");
		assert.match(JSON.stringify(presence), /"332"/);
		assert.equal(conditionOf(error), "system-shutdown");
		assert.equal(close?.name, "close");
	}
	assert.deepEqual(bench.core.counts.rooms, 0);
});
