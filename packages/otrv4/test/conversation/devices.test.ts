import assert from "node:assert/strict";
import { test } from "node:test";
import { INSTANCES_MAX } from "../../src/limits.ts";
import { ALICE, BOB, Endpoint, NOW_MS } from "../support/endpoint.ts";
import { eventsOf, must, onlyRefused, refusedAs, texts } from "../support/expect.ts";
import { fastPrimitives } from "../support/fast-group.ts";
import { Network } from "../support/network.ts";
import { messageOf, pair, talk } from "../support/pair.ts";
import { authRFrom, elsewhere, identityFrom, restarted } from "./scenes.ts";
import { textOf } from "../support/wrap.ts";

// One conversation, many devices of each side: "Considerations for Networks that allow Multiple Clients".

function devices(name: "alice" | "bob", count: number): Endpoint[] {
	const [ours, theirs] = name === "alice" ? [ALICE, BOB] : [BOB, ALICE];
	return Array.from(
		{ length: count },
		(_, device) => new Endpoint(name, ours, theirs, { primitives: fastPrimitives, device }),
	);
}

/** All devices of both see every text of the other side. */
function together(hers: number, his: number): Network {
	return new Network(devices("alice", hers), devices("bob", his));
}

test("one offer is answered by every device of the other, each with keys of its own", () => {
	const network = together(1, 3);
	const [alice] = network.alices as [Endpoint];
	network.run(alice, (conversation) => conversation.start(NOW_MS));
	assert.deepEqual(
		[...alice.conversation.sessions().keys()].sort((a, b) => a - b),
		network.bobs.map(({ tag }) => tag).sort((a, b) => a - b),
	);
	const ssids = eventsOf(alice.told(), "established").map(({ ssid }) => ssid.join());
	assert.equal(new Set(ssids).size, 3);
	for (const bob of network.bobs) {
		const session = alice.conversation.sessions().get(bob.tag);
		assert.equal(session?.state, "encrypted");
		if (session?.state !== "encrypted") continue;
		bob.told();
		for (const text of must(session.send(`to ${bob.name}`, NOW_MS)).send) bob.receive(text);
		assert.deepEqual(texts(bob.told()), [`to ${bob.name}`]);
	}
});

test("to begin anew is to begin anew with every device, whatever session there was with it", () => {
	const network = together(1, 3);
	const [alice] = network.alices as [Endpoint];
	network.run(alice, (conversation) => conversation.start(NOW_MS));
	// They lost what they had, and she does not know.
	const back = new Network(
		[alice],
		network.bobs.map((bob) => restarted(bob, "back")),
	);
	back.run(alice, (conversation) => conversation.start(NOW_MS));
	for (const bob of back.bobs) {
		const [ours] = eventsOf(bob.told(), "established");
		const session = alice.conversation.sessions().get(bob.tag);
		assert.ok(session?.state === "encrypted");
		assert.deepEqual(session.peer.ssid, ours?.ssid, bob.name);
	}
});

test("a text goes to the device heard of last, to the best, or to all", () => {
	const network = together(1, 3);
	const [alice] = network.alices as [Endpoint];
	const [first, second, third] = network.bobs as [Endpoint, Endpoint, Endpoint];
	network.run(alice, (conversation) => conversation.start(NOW_MS));
	network.run(second, (conversation) => must(conversation.send("hello", NOW_MS + 1)), NOW_MS + 1);
	for (const bob of network.bobs) bob.told();
	const readers = (): string[] => network.bobs.filter((bob) => texts(bob.told()).length > 0).map(({ name }) => name);

	network.run(alice, (conversation) => must(conversation.send("recent", NOW_MS + 2, "recent")));
	assert.deepEqual(readers(), [second.name]);
	network.run(alice, (conversation) => must(conversation.send("all", NOW_MS + 2, "synchronise")));
	assert.deepEqual(readers(), [first.name, second.name, third.name]);

	// A session that began offline is the second choice, even if it is the newest.
	network.run(third, (conversation) => conversation.end(NOW_MS + 3), NOW_MS + 3);
	alice.conversation.close(third.tag);
	const away = must(third.conversation.sendOffline([alice.ensemble()], "offline", NOW_MS + 3));
	network.send(third, away.send, NOW_MS + 3);
	assert.deepEqual(texts(alice.told()), ["hello", "offline"]);
	for (const bob of network.bobs) bob.told();
	network.run(alice, (conversation) => must(conversation.send("best", NOW_MS + 4, "best")));
	assert.deepEqual(readers(), [second.name]);
	network.run(alice, (conversation) => must(conversation.send("recent", NOW_MS + 4, "recent")));
	assert.deepEqual(readers(), [third.name]);
});

test("three devices of each side, each with each: every text to all is read once by all", () => {
	const network = together(3, 3);
	for (const alice of network.alices) network.run(alice, (conversation) => conversation.start(NOW_MS));
	for (const each of [...network.alices, ...network.bobs]) {
		assert.equal(each.conversation.sessions().size, 3, each.name);
		each.told();
	}
	for (const [from, to] of [
		[network.alices, network.bobs],
		[network.bobs, network.alices],
	] as const) {
		for (const each of from) {
			const text = `from ${each.name}`;
			network.run(each, (conversation) => must(conversation.send(text, NOW_MS, "synchronise")));
			for (const reader of to) assert.deepEqual(texts(reader.told()), [text], reader.name);
		}
	}
});

test("eight devices, and no ninth, whichever way it comes", () => {
	const network = together(1, INSTANCES_MAX + 1);
	const [alice] = network.alices as [Endpoint];
	const eight = network.bobs.slice(0, INSTANCES_MAX);
	const ninth = network.bobs[INSTANCES_MAX] as Endpoint;
	for (const bob of eight) {
		alice.receive(authRFrom(bob, identityFrom(alice)));
		for (const text of alice.sent()) bob.receive(text);
	}
	assert.equal(alice.conversation.sessions().size, INSTANCES_MAX);
	alice.told();
	onlyRefused(alice.conversation.receive(identityFrom(ninth), NOW_MS), "peer", "limit");
	onlyRefused(alice.conversation.receive(authRFrom(ninth, identityFrom(alice)), NOW_MS), "peer", "limit");
	refusedAs(alice.conversation.sendOffline([ninth.ensemble()], "hello", NOW_MS), "peer", "limit");
	const toHer = must(ninth.conversation.sendOffline([alice.ensemble()], "hello", NOW_MS)).send;
	onlyRefused(alice.conversation.receive(toHer[0] ?? "", NOW_MS), "peer", "limit");
	for (const bob of eight) assert.equal(alice.conversation.state(bob.tag), "ENCRYPTED_MESSAGES");
	// One of them leaves, and there is room.
	const [leaver] = eight as [Endpoint];
	const session = alice.conversation.sessions().get(leaver.tag);
	if (session?.state !== "encrypted") assert.fail("no session with one of the eight");
	must(session.end(NOW_MS));
	const again = restarted(ninth, "again");
	again.receive(alice.receive(identityFrom(again)).send[0] ?? "");
	assert.equal(alice.conversation.state(ninth.tag), "WAITING_AUTH_I");
});

test("data messages from devices that never were push nobody out who is about to be", () => {
	const { alice, bob } = pair();
	alice.receive(identityFrom(bob));
	const [authI] = bob.receive(alice.sent()[0] ?? "").send;
	const stray = messageOf(elsewhere(bob, alice).data, "data");
	for (let n = 0; n < 2 * INSTANCES_MAX; n++) {
		const senderTag = 0x1000 + n;
		const sections = stray.sections.slice();
		new DataView(sections.buffer).setUint32(3, senderTag);
		alice.receive(textOf({ ...stray, senderTag, sections }), NOW_MS + 1);
	}
	alice.told();
	alice.receive(authI ?? "", NOW_MS + 1);
	assert.deepEqual(eventsOf(alice.told(), "established").length, 1);
	alice.sent();
	bob.sent();
	talk({ alice, bob });
});

test("offline to several devices: nothing happened if one of them cannot be reached", () => {
	const network = together(1, INSTANCES_MAX + 1);
	const [alice] = network.alices as [Endpoint];
	const ensembles = network.bobs.map((bob) => bob.ensemble());
	refusedAs(alice.conversation.sendOffline(ensembles, "hello", NOW_MS), "peer", "limit");
	assert.equal(alice.conversation.state(), "START");
	assert.equal(alice.conversation.sessions().size, 0);
	const sent = must(alice.conversation.sendOffline(ensembles.slice(1), "hello", NOW_MS));
	network.send(alice, sent.send);
	assert.equal(network.bobs.filter((bob) => texts(bob.told()).includes("hello")).length, INSTANCES_MAX);
});
