import assert from "node:assert/strict";
import { test } from "node:test";
import { ALICE, BOB, Endpoint, NOW_MS } from "../support/endpoint.ts";
import { must, only, refusedAs, texts } from "../support/expect.ts";
import { fastPrimitives } from "../support/fast-group.ts";
import { Network } from "../support/network.ts";
import { established, type Pair, pair, settle, talk } from "../support/pair.ts";
import { identityFrom, restarted } from "./scenes.ts";

// To whom texts that wait may go, and what the devices of one user tell each other.

/** Alice trusts whom she is told to. */
function trusting(trusted: (fingerprint: Uint8Array) => boolean): Pair {
	const both = pair();
	const alice = new Endpoint("alice", ALICE, BOB, { primitives: fastPrimitives, isTrusted: trusted });
	return { alice, bob: both.bob };
}

test("texts that wait go by themselves to whom the user trusts, and to nobody else", () => {
	for (const trusts of [true, false]) {
		const asked: string[] = [];
		const both = trusting((fingerprint) => {
			asked.push(fingerprint.join());
			return trusts;
		});
		const { alice, bob } = both;
		must(alice.conversation.send("for bob alone", NOW_MS));
		refusedAs(alice.conversation.sendWaiting(NOW_MS), "caller", "state");
		bob.take(bob.conversation.start(NOW_MS));
		settle(both);
		assert.deepEqual(asked, [bob.account.fingerprint.join()]);
		assert.deepEqual(texts(bob.told()), trusts ? ["for bob alone"] : []);
		talk(both);
		bob.told();
		// Once the user has compared the fingerprints.
		alice.take(must(alice.conversation.sendWaiting(NOW_MS)));
		settle(both);
		assert.deepEqual(texts(bob.told()), trusts ? [] : ["for bob alone"]);
		alice.take(must(alice.conversation.sendWaiting(NOW_MS)));
		assert.deepEqual(alice.sent(), []);
	}
});

test("somebody in the middle who establishes a session gets nothing that waits", () => {
	const { bob } = pair();
	const both = trusting((fingerprint) => fingerprint.join() === bob.account.fingerprint.join());
	const { alice } = both;
	must(alice.conversation.send("for bob alone", NOW_MS));
	const mallory = new Endpoint("mallory", BOB, ALICE, { primitives: fastPrimitives });
	alice.take(alice.conversation.start(NOW_MS));
	settle({ alice, bob: mallory });
	assert.equal(alice.conversation.state(), "ENCRYPTED_MESSAGES");
	assert.deepEqual(texts(mallory.told()), []);
	bob.receive(identityFrom(alice));
	settle({ alice, bob });
	assert.deepEqual(texts(bob.told()), ["for bob alone"]);
});

test("what waits is stored with the conversation, and goes after a restart", () => {
	const both = pair();
	const { alice, bob } = both;
	must(alice.conversation.send("waits", NOW_MS));
	alice.restart();
	alice.take(alice.conversation.start(NOW_MS));
	settle(both);
	assert.deepEqual(texts(bob.told()), ["waits"]);
});

test("a session that was stored goes on, also twice, in either state of its ratchet", () => {
	const both = established();
	const { alice, bob } = both;
	for (const restart of [alice, bob, alice]) {
		restart.restart();
		talk(both);
		talk({ alice: bob, bob: alice });
	}
	bob.take(bob.conversation.end(NOW_MS));
	settle(both);
	alice.restart();
	assert.equal(alice.conversation.state(), "FINISHED");
	refusedAs(alice.conversation.send("to nobody", NOW_MS), "caller", "state");
});

test("what was stored and is damaged is refused", () => {
	const { alice } = established();
	const stored = alice.conversation.store();
	const anew = restarted(alice, "damaged");
	assert.equal(anew.conversation.state(), "START");
	for (let at = 0; at < stored.length; at += 7) {
		const cut = alice.restoring(stored.slice(0, at));
		assert.ok(!cut.ok, `${at} bytes of it`);
		assert.equal(cut.error.blame, "caller");
	}
	assert.ok(alice.restoring(stored).ok);
});

// The devices of one user, in a conversation with oneself.

test("each device tells the others what it sent to whom, and nobody else can pretend to", () => {
	const own = [0, 1, 2].map(
		(device) => new Endpoint("alice", ALICE, ALICE, { primitives: fastPrimitives, device }),
	) as [Endpoint, Endpoint, Endpoint];
	const [first, ...others] = own;
	const network = new Network([first], others);
	network.run(first, (conversation) => conversation.start(NOW_MS));
	for (const each of own) each.told();
	network.run(first, (conversation) => must(conversation.copy("hello bob", BOB, NOW_MS)));
	for (const other of others) {
		assert.deepEqual(only(other.told(), "copy"), { kind: "copy", instance: first.tag, text: "hello bob", to: BOB });
	}
	const both = established();
	refusedAs(both.alice.session.sendCopy("hello", BOB, NOW_MS), "caller", "state");
	refusedAs(both.alice.conversation.copy("hello", BOB, NOW_MS), "caller", "state");
	talk(both);
});
