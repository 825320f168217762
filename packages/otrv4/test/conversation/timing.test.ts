import assert from "node:assert/strict";
import { test } from "node:test";
import { EARLY_MESSAGES_MAX } from "../../src/limits.ts";
import { DEFAULT_TIMING } from "../../src/conversation/policy.ts";
import { FLAG_IGNORE_UNREADABLE } from "../../src/wire/data-message.ts";
import { type Endpoint, NOW_MS } from "../support/endpoint.ts";
import { eventsOf, kinds, must, only, refusedAs, texts } from "../support/expect.ts";
import { establish, established, messageOf, type Pair, pair, say, settle, talk, turned } from "../support/pair.ts";
import { authRFrom, elsewhere, identityFrom, restarted } from "./scenes.ts";

const { sessionExpirationMs, heartbeatMs, earlyMessagesMs, skippedKeysMs } = DEFAULT_TIMING;

function sendText(from: Endpoint, text: string, nowMs: number = NOW_MS): string {
	return must(from.conversation.send(text, nowMs)).send[0] ?? "";
}

// "Session Expiration".

/** Encrypted for so long that nothing is left to wait for. */
function quiet(): Pair {
	const before = NOW_MS - DEFAULT_TIMING.dakeTimeoutMs;
	const both = establish(pair({ timing: { heartbeatMs: sessionExpirationMs } }), before);
	for (const { conversation } of [both.alice, both.bob]) {
		assert.deepEqual(conversation.tick(NOW_MS), { send: [], events: [] });
	}
	return both;
}

test("a session without any message does not expire", () => {
	const { alice } = quiet();
	assert.equal(alice.conversation.deadlineMs, undefined);
	assert.deepEqual(alice.conversation.tick(NOW_MS + 100 * sessionExpirationMs), { send: [], events: [] });
});

test("a session expires where no new key of ours was made in time; the other is told", () => {
	for (const both of [quiet(), turned(quiet())]) {
		const { alice, bob } = both;
		const session = alice.session;
		say(alice, bob, "the first");
		const due = NOW_MS + sessionExpirationMs;
		// More of the same ratchet is no new key.
		say(alice, bob, "the second", NOW_MS + 1000);
		assert.equal(alice.conversation.deadlineMs, due);
		assert.deepEqual(alice.conversation.tick(due - 1), { send: [], events: [] });
		const { events } = alice.take(alice.conversation.tick(due));
		assert.deepEqual(events, [{ kind: "finished", instance: bob.tag, by: "expiration" }]);
		assert.equal(alice.conversation.state(), "FINISHED");
		refusedAs(session.send("hello", due), "caller", "state");
		refusedAs(alice.conversation.send("hello", due), "caller", "state");
		settle(both, due);
		assert.equal(only(bob.told(), "finished").by, "peer");
		const { fingerprint } = bob.account;
		assert.deepEqual(alice.conversation.sessions().get(bob.tag), { state: "finished", by: "expiration", fingerprint });
		assert.equal(alice.conversation.deadlineMs, undefined);
	}
});

test("who receives the first message begins to count with it", () => {
	const { alice, bob } = quiet();
	const text = sendText(alice, "hello");
	bob.receive(text, NOW_MS + 5000);
	assert.equal(bob.conversation.deadlineMs, NOW_MS + 5000 + sessionExpirationMs);
	assert.equal(alice.conversation.deadlineMs, NOW_MS + sessionExpirationMs);
});

test("a new key of ours begins the time anew", () => {
	const { alice, bob } = quiet();
	say(alice, bob, "one");
	say(bob, alice, "two", NOW_MS + 1000);
	say(alice, bob, "three", NOW_MS + 2000);
	assert.equal(alice.conversation.deadlineMs, NOW_MS + 2000 + sessionExpirationMs);
	assert.equal(bob.conversation.deadlineMs, NOW_MS + 1000 + sessionExpirationMs);
});

// Heartbeats.

test("who has said nothing for long answers with an empty message, which is answered by none", () => {
	const { alice, bob } = established();
	say(alice, bob, "hello");
	assert.deepEqual(bob.sent(), []);
	const later = NOW_MS + heartbeatMs;
	bob.receive(sendText(alice, "anybody there?", later), later);
	const [beat, ...more] = bob.sent();
	assert.deepEqual(more, []);
	assert.equal(messageOf(beat, "data").flags, FLAG_IGNORE_UNREADABLE);
	const read = alice.receive(beat ?? "", later);
	assert.deepEqual(read, { send: [], events: [] });
	say(bob, alice, "here", later);
});

test("heartbeats of both sides come to an end", () => {
	const both = established();
	const later = NOW_MS + 10 * heartbeatMs;
	both.alice.take(must(both.alice.session.heartbeat(later)));
	settle(both, later);
	assert.deepEqual([...both.alice.told(), ...both.bob.told()], []);
	talk(both, later);
});

test("a heartbeat that cannot be read is no matter for anybody", () => {
	const { alice, bob } = established();
	const beat = must(alice.session.heartbeat(NOW_MS)).send[0] ?? "";
	bob.receive(beat);
	assert.deepEqual(kinds(bob.receive(beat).events), ["refused"]);
	assert.deepEqual(bob.sent(), []);
	const text = sendText(alice, "hello");
	bob.receive(text);
	assert.deepEqual(kinds(bob.receive(text).events).slice(-2), ["unreadable", "refused"]);
	assert.equal(bob.sent().length, 1);
});

// Data messages before the end of their DAKE.

test("data messages that overtake the end of their DAKE are read with it, in their order", () => {
	const { alice, bob } = pair();
	const authR = authRFrom(bob, identityFrom(alice));
	const [authI] = alice.receive(authR).send;
	const sent = ["one", "two", "three"].map((text) => sendText(alice, text));
	for (const text of sent) assert.deepEqual(bob.receive(text), { send: [], events: [] });
	assert.equal(bob.conversation.deadlineMs, NOW_MS + DEFAULT_TIMING.dakeTimeoutMs);
	const { events } = bob.receive(authI ?? "");
	assert.deepEqual(kinds(events), ["established", "message", "message", "message"]);
	assert.deepEqual(texts(events), ["one", "two", "three"]);
	alice.sent();
	bob.sent();
	talk({ alice, bob });
});

test("the same in a session that is to be replaced", () => {
	const both = established();
	const { alice, bob } = both;
	talk(both);
	const [authI] = alice.receive(authRFrom(bob, identityFrom(alice))).send;
	const early = sendText(alice, "early");
	assert.deepEqual(bob.receive(early), { send: [], events: [] });
	assert.deepEqual(texts(bob.receive(authI ?? "").events), ["early"]);
});

test("not more are kept than there is room for, and not longer than their time", () => {
	const { alice, bob } = pair();
	const stray = elsewhere(bob, alice).data;
	for (let n = 0; n < EARLY_MESSAGES_MAX; n++) assert.deepEqual(alice.receive(stray), { send: [], events: [] });
	assert.deepEqual(kinds(alice.receive(stray).events), ["unreadable", "refused"]);
	alice.sent();
	assert.equal(alice.conversation.deadlineMs, NOW_MS + earlyMessagesMs);
	assert.deepEqual(alice.conversation.tick(NOW_MS + earlyMessagesMs - 1).events, []);
	const { events } = alice.conversation.tick(NOW_MS + earlyMessagesMs);
	assert.deepEqual(events, [{ kind: "unreadable", instance: bob.tag }]);
	assert.equal(alice.conversation.deadlineMs, undefined);
});

test("an early message of another DAKE is not read with this one", () => {
	const { alice, bob } = pair();
	const { data } = elsewhere(alice, bob);
	const [authI] = alice.receive(authRFrom(bob, identityFrom(alice))).send;
	assert.deepEqual(bob.receive(data), { send: [], events: [] });
	assert.deepEqual(texts(bob.receive(authI ?? "").events), []);
	bob.sent();
	alice.sent();
	talk({ alice, bob });
});

// "Deletion of Stored Message Keys".

test("keys of messages that never came are forgotten in time; such a message is unreadable then", () => {
	const { alice, bob } = established({ timing: { sessionExpirationMs: 1e12 } });
	const [lost, late] = [sendText(alice, "lost"), sendText(alice, "late")];
	bob.receive(sendText(alice, "here"), NOW_MS);
	assert.equal(bob.conversation.deadlineMs, NOW_MS + skippedKeysMs + 1);
	bob.conversation.tick(NOW_MS + skippedKeysMs);
	bob.told();
	assert.deepEqual(texts(bob.receive(late, NOW_MS + skippedKeysMs).events), ["late"]);
	bob.conversation.tick(NOW_MS + skippedKeysMs + 1);
	assert.deepEqual(kinds(bob.receive(lost, NOW_MS + skippedKeysMs + 1).events), ["unreadable", "refused"]);
	const { deadlineMs } = bob.conversation;
	assert.ok(deadlineMs !== undefined && deadlineMs > NOW_MS + skippedKeysMs + 1);
});

test("nothing is due where nothing is under way, and what is due moves on", () => {
	const { alice, bob } = pair();
	assert.equal(alice.conversation.deadlineMs, undefined);
	alice.conversation.start(NOW_MS);
	alice.receive(elsewhere(bob, alice).data, NOW_MS + 7);
	alice.receive(identityFrom(restarted(bob, "one more")), NOW_MS + 9);
	let deadlineMs = alice.conversation.deadlineMs;
	const seen: number[] = [];
	while (deadlineMs !== undefined) {
		seen.push(deadlineMs);
		alice.conversation.tick(deadlineMs);
		const next = alice.conversation.deadlineMs;
		assert.ok(next === undefined || next > deadlineMs);
		deadlineMs = next;
	}
	assert.ok(seen.length >= 2);
	assert.equal(alice.conversation.state(), "START");
	assert.deepEqual(eventsOf(alice.told(), "message"), []);
});
