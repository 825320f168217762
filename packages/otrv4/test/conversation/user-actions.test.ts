import assert from "node:assert/strict";
import { test } from "node:test";
import type { Result } from "@clowder/bytes";
import { Conversation } from "../../src/conversation/conversation.ts";
import type { Outcome } from "../../src/conversation/events.ts";
import { QUEUE_MAX } from "../../src/limits.ts";
import type { Mode } from "../../src/mode.ts";
import type { Refusal } from "../../src/refusal.ts";
import { type Endpoint, NOW_MS } from "../support/endpoint.ts";
import { kinds, must, only, refusedAs, texts } from "../support/expect.ts";
import { established, pair, settle, talk, turned } from "../support/pair.ts";
import { MODES, restarted, sceneIn, type State, STATES, typesOf } from "./scenes.ts";

// What a user does, in every state of every mode.

const PLAIN = { policy: { requireEncryption: false } };

function inEach(name: string, look: (alice: Endpoint, bob: Endpoint, state: State, mode: Mode) => void): void {
	for (const mode of MODES) {
		for (const state of STATES) {
			test(`${mode}, ${state}: ${name}`, () => {
				const { alice, bob } = sceneIn(state, { mode, ...PLAIN });
				alice.sent();
				look(alice, bob, state, mode);
			});
		}
	}
}

function gives(result: Result<Outcome, Refusal>, sends: readonly string[], tells: readonly string[] = []): void {
	const { send, events } = must(result);
	assert.deepEqual([typesOf(send), kinds(events)], [sends, tells]);
}

inEach("a query message", (alice, _, state, mode) => {
	const asked = alice.conversation.query();
	if (mode !== "otrv3-compatible") refusedAs(asked, "caller", "mode");
	else if (state === "ENCRYPTED_MESSAGES") refusedAs(asked, "caller", "state");
	else gives(asked, ["query"]);
	assert.equal(alice.conversation.state(), state);
});

inEach("a text without encryption", (alice, _, state, mode) => {
	const said = alice.conversation.sendUnencrypted("hello");
	if (mode !== "otrv3-compatible") refusedAs(said, "caller", "mode");
	else if (state === "START") gives(said, ["text"]);
	else refusedAs(said, "caller", "state");
	assert.equal(alice.conversation.state(), state);
});

inEach("a text", (alice, _, state) => {
	const said = alice.conversation.send("hello", NOW_MS);
	if (state === "ENCRYPTED_MESSAGES") gives(said, ["data"]);
	else if (state === "FINISHED") refusedAs(said, "caller", "state");
	// It waits.
	else gives(said, []);
	assert.equal(alice.conversation.state(), state);
});

inEach("an Identity message", (alice, bob, state) => {
	assert.deepEqual(typesOf(alice.take(alice.conversation.start(NOW_MS)).send), ["identity"]);
	const keeps = state === "ENCRYPTED_MESSAGES" || state === "WAITING_AUTH_I";
	assert.equal(alice.conversation.state(), keeps ? state : "WAITING_AUTH_R");
	const both = { alice, bob: restarted(bob, "answers") };
	settle(both);
	talk(both);
});

inEach("a text to somebody who is away", (alice, bob, state, mode) => {
	const reachable = mode === "interactive-only" ? sceneIn("START").bob : bob;
	const sent = alice.conversation.sendOffline([reachable.ensemble()], "hello", NOW_MS);
	if (mode === "interactive-only") {
		refusedAs(sent, "caller", "mode");
		return;
	}
	const left = state === "ENCRYPTED_MESSAGES";
	const types = left ? ["data", "non-interactive-auth", "data"] : ["non-interactive-auth", "data"];
	gives(sent, types, left ? ["ended", "deniability-weakened", "established"] : ["established"]);
	assert.equal(alice.conversation.state(), "ENCRYPTED_MESSAGES");
});

inEach("the change to online", (alice, bob, state) => {
	const changed = alice.conversation.goOnline(bob.tag, NOW_MS);
	if (state !== "ENCRYPTED_MESSAGES") {
		refusedAs(changed, "caller", "state");
		assert.equal(alice.conversation.state(), state);
		return;
	}
	gives(changed, ["data", "identity"], ["ended"]);
	assert.equal(alice.conversation.state(), "WAITING_AUTH_R");
});

inEach("the end", (alice, bob, state) => {
	const { send, events } = alice.conversation.end(NOW_MS);
	const tells = state === "ENCRYPTED_MESSAGES";
	assert.deepEqual([typesOf(send), kinds(events)], tells ? [["data"], ["ended"]] : [[], []]);
	assert.equal(alice.conversation.state(), "START");
	assert.equal(alice.conversation.deadlineMs, undefined);
	if (tells)
		assert.deepEqual(bob.receive(send[0] ?? "").events, [{ kind: "finished", instance: alice.tag, by: "peer" }]);
});

inEach("closing", (alice, bob, state) => {
	alice.conversation.close(bob.tag);
	assert.equal(alice.conversation.state(), state === "FINISHED" ? "START" : state);
});

test("texts wait for the session and go with it, in their order", () => {
	const both = pair();
	const { alice, bob } = both;
	for (const text of ["one", "two"]) gives(alice.conversation.send(text, NOW_MS), []);
	gives(bob.conversation.send("three", NOW_MS), []);
	alice.take(alice.conversation.start(NOW_MS));
	gives(alice.conversation.send("four", NOW_MS), []);
	settle(both);
	assert.deepEqual([texts(bob.told()), texts(alice.told())], [["one", "two", "four"], ["three"]]);
	talk(both);
});

test("no more texts wait than there is room for", () => {
	const { alice } = pair();
	for (let n = 0; n < QUEUE_MAX; n++) gives(alice.conversation.send(`${n}`, NOW_MS), []);
	refusedAs(alice.conversation.send("one too many", NOW_MS), "caller", "limit");
});

test("a text that no message can carry is refused when it would wait, not lost when it goes", () => {
	const { alice } = pair();
	refusedAs(alice.conversation.send("no\0text", NOW_MS), "caller", "malformed");
	refusedAs(alice.conversation.send("\ud800", NOW_MS), "caller", "malformed");
	refusedAs(alice.conversation.send("x".repeat(200_000), NOW_MS), "caller", "limit");
});

test("what waits is forgotten at the end", () => {
	const both = pair();
	gives(both.alice.conversation.send("not any more", NOW_MS), []);
	both.alice.conversation.end(NOW_MS);
	both.alice.take(both.alice.conversation.start(NOW_MS));
	settle(both);
	assert.deepEqual(texts(both.bob.told()), []);
});

test("texts go to no finished session, wait once another is begun, and are read in it", () => {
	const both = established();
	const { alice, bob } = both;
	bob.take(bob.conversation.end(NOW_MS));
	settle(both);
	assert.equal(only(alice.told(), "finished").by, "peer");
	refusedAs(alice.conversation.send("to nobody", NOW_MS), "caller", "state");
	alice.take(alice.conversation.start(NOW_MS));
	gives(alice.conversation.send("to bob", NOW_MS), []);
	bob.told();
	settle(both);
	assert.deepEqual(texts(bob.told()), ["to bob"]);
	talk(turned(both));
});

test("an ended session can do nothing, whoever still holds it", () => {
	const both = established();
	const { session } = both.alice;
	both.alice.take(must(session.end(NOW_MS)));
	assert.equal(session.isOpen, false);
	const tries = [
		session.send("hello", NOW_MS),
		session.startSmp("", "secret", NOW_MS),
		session.answerSmp("secret", NOW_MS),
		session.abortSmp(NOW_MS),
		session.agreeKey(new Uint8Array(4), new Uint8Array(0), NOW_MS),
		session.heartbeat(NOW_MS),
		session.end(NOW_MS),
	];
	for (const tried of tries) refusedAs(tried, "caller", "state");
	assert.deepEqual(session.tick(NOW_MS * 2), { send: [], events: [] });
	assert.equal(both.alice.conversation.session(), undefined);
});

test("a session that a new one replaced can do nothing either", () => {
	const both = established();
	const { session } = both.alice;
	both.alice.take(both.alice.conversation.start(NOW_MS));
	gives(session.send("still there", NOW_MS), ["data"]);
	settle(both);
	refusedAs(session.send("not any more", NOW_MS), "caller", "state");
	talk(both);
});

test("what the network can never carry is refused when the conversation is made", () => {
	const { alice } = pair();
	const options = { primitives: undefined as never, random: () => new Uint8Array(4), account: alice.account };
	const addresses = { ourAddress: "a", theirAddress: "b" };
	assert.throws(() => new Conversation({ ...options, ...addresses, maxChars: 50 }), RangeError);
	assert.throws(() => new Conversation({ ...options, ...addresses, paddingTo: 0 }), RangeError);
});
