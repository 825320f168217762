import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { OtrPrimitives } from "@clowder/crypto/otr";
import { otrNodePrimitives } from "@clowder/crypto/otr-node";
import { Conversation, type ConversationOptions } from "../../src/conversation/conversation.ts";
import { RESERVED_MESSAGES } from "../../src/limits.ts";
import { restoreAccount, storeAccount } from "../../src/storage/account-storage.ts";
import { account, ALICE, BOB, Endpoint, NOW_MS } from "../support/endpoint.ts";
import { kinds, must, only, refusedAs, texts } from "../support/expect.ts";
import { fastPrimitives } from "../support/fast-group.ts";
import { established, messageOf, type Pair, say, settle, talk } from "../support/pair.ts";
import { seeded } from "../support/random.ts";

const WEEK_MS = 7 * 24 * 60 * 60 * 1000;
const DAY_MS = 24 * 60 * 60 * 1000;

let starts = 0;

function optionsOf(endpoint: Endpoint, primitives: OtrPrimitives): ConversationOptions {
	const [ourAddress, theirAddress] = endpoint.name.startsWith("alice") ? [ALICE, BOB] : [BOB, ALICE];
	// Each start has randomness of its own, as a true one would.
	starts += 1;
	return {
		primitives,
		random: seeded(`back ${endpoint.name} ${starts}`),
		account: endpoint.account,
		ourAddress,
		theirAddress,
	};
}

/** The same device after a new start: nothing but what was stored is left of the conversation. */
function comeBack(endpoint: Endpoint, stored: Uint8Array, primitives: OtrPrimitives = fastPrimitives): Endpoint {
	const [ourAddress, theirAddress] = endpoint.name.startsWith("alice") ? [ALICE, BOB] : [BOB, ALICE];
	const back = new Endpoint(endpoint.name, ourAddress, theirAddress, { primitives, account: endpoint.account });
	const restored = must(Conversation.restore(optionsOf(endpoint, primitives), stored, NOW_MS));
	return Object.assign(back, { conversation: restored });
}

function both(primitives: OtrPrimitives = fastPrimitives): Pair {
	return established({ primitives }, { primitives });
}

describe("a conversation that is stored", () => {
	for (const primitives of [fastPrimitives, otrNodePrimitives]) {
		it(`goes on where it was, at every step of six ratchets (${primitives.backend})`, () => {
			let { alice, bob } = both(primitives);
			for (let round = 0; round < 4; round++) {
				for (const text of ["one", "two"]) say(alice, bob, `${text} ${round}`);
				alice = comeBack(alice, alice.conversation.store(), primitives);
				bob = comeBack(bob, bob.conversation.store(), primitives);
				say(bob, alice, `back ${round}`);
				say(alice, bob, `after ${round}`);
			}
		});
	}

	it("keeps late messages readable, MAC keys to reveal, the SSID and the fingerprint", () => {
		const { alice, bob } = both();
		talk({ alice, bob });
		must(alice.conversation.send("late", NOW_MS)).send.forEach((text) => alice.outbox.push(text));
		const [late] = alice.sent();
		say(alice, bob, "early");
		const before = bob.session.peer;
		const back = comeBack(bob, bob.conversation.store());
		assert.deepEqual(back.session.peer.ssid, before.ssid);
		assert.deepEqual(back.session.peer.fingerprint, before.fingerprint);
		assert.deepEqual(texts(back.receive(late as string).events), ["late"]);
		const reply = messageOf(must(back.conversation.send("reply", NOW_MS)).send[0] as string, "data");
		assert.equal(reply.revealedMacKeys.length, 2 * 64);
	});

	it("uses no message key twice, though messages were sent after it was stored", () => {
		const { alice, bob } = both();
		talk({ alice, bob });
		say(alice, bob, "begins a chain");
		const stored = alice.conversation.store();
		const used = Array.from({ length: RESERVED_MESSAGES }, (_, i) => {
			const [text] = must(alice.conversation.send(`lost ${i}`, NOW_MS)).send;
			return messageOf(text as string, "data");
		});
		const back = comeBack(alice, stored);
		const [text] = must(back.conversation.send("after", NOW_MS)).send;
		const after = messageOf(text as string, "data");
		assert.ok(used.every(({ messageId, ecdh }) => messageId < after.messageId && String(ecdh) === String(after.ecdh)));
		assert.deepEqual(texts(bob.receive(text as string).events), ["after"]);
	});

	it("sends what waited when a session is established, and is finished as it was", () => {
		const { alice, bob } = both();
		const ended = must(alice.session.end(NOW_MS));
		for (const text of ended.send) bob.receive(text);
		assert.equal(comeBack(bob, bob.conversation.store()).conversation.state(), "FINISHED");
		must(alice.conversation.send("waits", NOW_MS));
		const back = comeBack(alice, alice.conversation.store());
		bob.conversation.close(alice.tag);
		back.take(back.conversation.start(NOW_MS));
		settle({ alice: back, bob });
		assert.deepEqual(texts(bob.events).slice(-1), ["waits"]);
	});

	it("is refused as the caller's where it is cut off, or its version is another; and no bit of it makes anything throw", () => {
		const { alice } = both();
		const stored = alice.conversation.store();
		const options = optionsOf(alice, fastPrimitives);
		for (let length = 0; length < stored.length; length += 7) {
			refusedAs(Conversation.restore(options, stored.subarray(0, length), NOW_MS), "caller", "malformed");
		}
		refusedAs(Conversation.restore(options, Uint8Array.of(9, ...stored.subarray(1)), NOW_MS), "caller", "malformed");
		for (let at = 0; at < stored.length; at += 3) {
			const damaged = stored.slice();
			damaged[at] = (damaged[at] as number) ^ 0x41;
			Conversation.restore(options, damaged, NOW_MS);
		}
	});
});

describe("an account that is stored", () => {
	const random = seeded("restored account");
	const options = { primitives: fastPrimitives, random, mode: "standalone" as const };

	it("is the same device with the same keys, with and without the secret of its forging key", () => {
		for (const keepForgingKey of [false, true]) {
			const before = account("stored", "standalone", fastPrimitives, { keepForgingKey });
			const after = must(restoreAccount(options, storeAccount(before), NOW_MS));
			assert.deepEqual(after.fingerprint, before.fingerprint);
			assert.equal(after.instanceTag, before.instanceTag);
			assert.equal(after.content().forgingKey.keyPair !== undefined, keepForgingKey);
			assert.deepEqual(after.clientProfile(NOW_MS).profile.bytes, before.clientProfile(NOW_MS).profile.bytes);
		}
	});

	it("reads what was written to it while it was away, once", () => {
		const bob = new Endpoint("bob", BOB, ALICE, { primitives: fastPrimitives });
		const alice = new Endpoint("alice", ALICE, BOB, { primitives: fastPrimitives });
		const ensemble = bob.ensemble();
		const stored = storeAccount(bob.account);
		const { send } = alice.take(must(alice.conversation.sendOffline([ensemble], "hello", NOW_MS)));
		const back = must(restoreAccount({ ...options, random: seeded("bob again") }, stored, NOW_MS));
		const restored = new Endpoint("bob", BOB, ALICE, { primitives: fastPrimitives, account: back });
		for (const text of send) restored.receive(text);
		assert.deepEqual(texts(restored.events), ["hello"]);
		const used = must(restoreAccount({ ...options, random: seeded("bob thrice") }, storeAccount(back), NOW_MS));
		assert.equal(used.prekeys.size, 0);
	});

	it("leaves out profiles that expired beyond their grace, and makes new ones", () => {
		const before = account("expiring", "standalone", fastPrimitives);
		must(before.publication(1, NOW_MS));
		const stored = storeAccount(before);
		const within = must(restoreAccount(options, stored, NOW_MS + WEEK_MS + DAY_MS / 2));
		assert.equal(within.content().prekeyProfiles.length, 1);
		const beyond = must(restoreAccount(options, stored, NOW_MS + WEEK_MS + 2 * DAY_MS));
		assert.equal(beyond.content().prekeyProfiles.length, 0);
		assert.equal(beyond.content().clientProfiles.length, 1);
	});

	it("is refused as the caller's where it is damaged, and nothing throws", () => {
		const before = account("damaged", "standalone", fastPrimitives);
		must(before.publication(2, NOW_MS));
		const stored = storeAccount(before);
		for (let length = 0; length < stored.length; length += 5) {
			refusedAs(restoreAccount(options, stored.subarray(0, length), NOW_MS), "caller", "malformed");
		}
		for (let at = 0; at < stored.length; at += 2) {
			const damaged = stored.slice();
			damaged[at] = (damaged[at] as number) ^ 0x82;
			restoreAccount(options, damaged, NOW_MS);
		}
	});
});

describe("two devices of one user", () => {
	it("tell each other what was sent to whom, and nobody else's word counts for it", () => {
		const devices = [0, 1].map(
			(device) => new Endpoint("alice", ALICE, ALICE, { device, primitives: fastPrimitives }),
		) as [Endpoint, Endpoint];
		const [phone, desk] = devices;
		phone.take(phone.conversation.start(NOW_MS));
		settle({ alice: phone, bob: desk });
		phone.take(must(phone.conversation.copy("hi Bob", BOB, NOW_MS)));
		settle({ alice: phone, bob: desk });
		const copy = only(desk.told(), "copy");
		assert.deepEqual([copy.text, copy.to], ["hi Bob", BOB]);
		const { alice } = both();
		refusedAs(alice.session.sendCopy("hi", BOB, NOW_MS), "caller", "state");
		assert.deepEqual(kinds(desk.events), []);
	});
});
