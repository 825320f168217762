import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Account } from "../../src/account/account.ts";
import { ALICE, BOB, Endpoint } from "../support/endpoint.ts";
import { must, onlyRefused, refusedAs } from "../support/expect.ts";
import { fastPrimitives } from "../support/fast-group.ts";
import { establish } from "../support/pair.ts";
import { seeded } from "../support/random.ts";

const NOW_MS = 1_800_000_000_000;

/** Mallory's device, whose profile gives somebody else's public key as its forging key. */
function withForgingKeyOf(victim: Endpoint, name: string): Account {
	const random = seeded(`mallory ${name}`);
	const mallory = new Endpoint(name, BOB, ALICE, { primitives: fastPrimitives });
	const { publicKey } = victim.account.ourselves(NOW_MS).keyPair;
	const content = { ...mallory.account.content(), forgingKey: { publicKey }, clientProfiles: [], prekeyProfiles: [] };
	return new Account({ primitives: fastPrimitives, random, mode: "standalone" }, content);
}

describe("a profile with our own public key as its forging key", () => {
	const options = { primitives: fastPrimitives };

	it("is refused in an Identity message, and throws nothing", () => {
		const alice = new Endpoint("alice", ALICE, BOB, options);
		const account = withForgingKeyOf(alice, "mallory");
		const mallory = new Endpoint("mallory", BOB, ALICE, { ...options, account });
		const [identity] = mallory.conversation.start(NOW_MS).send;
		onlyRefused(alice.receive(identity as string), "peer", "key");
		const bob = new Endpoint("bob", BOB, ALICE, options);
		establish({ alice, bob });
	});

	it("is refused in an Auth-R message", () => {
		const alice = new Endpoint("alice", ALICE, BOB, options);
		const account = withForgingKeyOf(alice, "mallory");
		const mallory = new Endpoint("mallory", BOB, ALICE, { ...options, account });
		const [identity] = alice.conversation.start(NOW_MS).send;
		const [authR] = mallory.receive(identity as string).send;
		onlyRefused(alice.receive(authR as string), "peer", "key");
		assert.equal(alice.conversation.state(), "WAITING_AUTH_R");
	});

	it("is refused in a Prekey Ensemble", () => {
		const alice = new Endpoint("alice", ALICE, BOB, options);
		const account = withForgingKeyOf(alice, "mallory");
		const mallory = new Endpoint("mallory", BOB, ALICE, { ...options, account });
		refusedAs(alice.conversation.sendOffline([mallory.ensemble()], "hi", NOW_MS), "peer", "key");
		must(alice.conversation.sendOffline([new Endpoint("bob", BOB, ALICE, options).ensemble()], "hi", NOW_MS));
	});
});
