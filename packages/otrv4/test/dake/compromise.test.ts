import assert from "node:assert/strict";
import { test } from "node:test";
import type { Ed448KeyPair } from "@clowder/crypto/otr";
import { ringContext } from "../../src/dake/context.ts";
import { accept, answer, confirm, offer, verifyAuthR, verifyIdentity } from "../../src/dake/interactive.ts";
import { type Ring, ringSign, ringVerify } from "../../src/dake/ring-signature.ts";
import { generateForgingKey } from "../../src/profile/forging-key.ts";
import { account, NOW_MS } from "../support/endpoint.ts";
import { must, refusedAs } from "../support/expect.ts";
import { seeded } from "../support/random.ts";
import { NOW_SECONDS, party, primitives, type Party } from "./support.ts";

// "KCI Attacks", "Forger Keys", and what the ring of each message lets whom do.

const context = ringContext(party("anybody", "nobody").context);
const random = seeded("ring");
const keys = ["one", "two", "three"].map((name) => primitives.ed448.keyPair(seeded(`ring ${name}`)(57)));
const [one, two, three] = keys as [Ed448KeyPair, Ed448KeyPair, Ed448KeyPair];
const ring: Ring = [one.publicKey, two.publicKey, three.publicKey];
const message = Uint8Array.of(1, 2, 3);

test("whoever has one of the three keys signs, and it does not show which", () => {
	const signatures = keys.map((key) => ringSign(context, random, ring, key, message));
	for (const sigma of signatures) {
		assert.ok(ringVerify(context, ring, sigma, message));
		for (const scalar of Object.values(sigma)) assert.equal(scalar.length, 57);
	}
	assert.equal(new Set(signatures.map((sigma) => JSON.stringify(sigma))).size, 3);
});

test("another message, another ring, the same keys in another order: refused", () => {
	const sigma = ringSign(context, random, ring, two, message);
	assert.ok(!ringVerify(context, ring, sigma, Uint8Array.of(1, 2, 4)));
	assert.ok(!ringVerify(context, ring, sigma, new Uint8Array(0)));
	assert.ok(!ringVerify(context, [ring[1], ring[0], ring[2]], sigma, message));
	assert.ok(!ringVerify(context, [ring[0], ring[0], ring[2]], sigma, message));
});

test("nobody else can sign", () => {
	const stranger = primitives.ed448.keyPair(seeded("stranger")(57));
	assert.throws(() => ringSign(context, random, ring, stranger, message), /not in the ring/);
	// With a name that is not theirs.
	const pretending = { scalar: stranger.scalar, publicKey: two.publicKey };
	assert.ok(!ringVerify(context, ring, ringSign(context, random, ring, pretending, message), message));
});

test("the work of signing is the same wherever the signer stands", () => {
	const counts = keys.map((key) => {
		let bytes = 0;
		const counted = (length: number): Uint8Array => {
			bytes += length;
			return random(length);
		};
		ringSign(context, counted, ring, key, message);
		return bytes;
	});
	assert.deepEqual(new Set(counts).size, 1);
});

// The interactive DAKE.

/** A user who kept the secret of the forging key. */
function keeper(name: string, peer: string): Party & { readonly forger: Ed448KeyPair } {
	const own = account(`keeper ${name}`, "standalone", primitives, { keepForgingKey: true });
	const { forgingKey } = own.content();
	if (forgingKey.keyPair === undefined) assert.fail("the secret was not kept");
	const base = party(name, peer);
	return { ...base, account: own, ourselves: own.ourselves(NOW_MS), forger: forgingKey.keyPair };
}

test("with the secret of his own forging key Bob can write Alice's side: that is what makes hers deniable", () => {
	const bob = keeper("bob", "alice");
	const alice = party("alice", "bob");
	const offered = offer(bob.context, bob.ourselves, 0);
	const their = must(verifyIdentity(alice.context, offered.message, NOW_SECONDS));
	// Her profile is public; her key is not there.
	const forging = { ...alice.context, random: bob.context.random };
	const asAlice = { keyPair: bob.forger, profile: alice.ourselves.profile };
	const { message: forged } = answer(forging, asAlice, offered.message, their);
	assert.ok(verifyAuthR(bob.context, offered, forged, NOW_SECONDS).ok);
});

test("whoever took Alice's forging key can be anybody towards Alice", () => {
	const alice = keeper("alice", "bob");
	const bob = party("bob", "alice");
	const mallory = offer(bob.context, { keyPair: alice.forger, profile: bob.ourselves.profile }, 0);
	const their = must(verifyIdentity(alice.context, mallory.message, NOW_SECONDS));
	const answered = answer(alice.context, alice.ourselves, mallory.message, their);
	const verified = must(verifyAuthR(bob.context, mallory, answered.message, NOW_SECONDS));
	const { message: forged } = confirm(bob.context, mallory, answered.message, verified);
	assert.ok(accept(alice.context, answered, forged).ok);
});

test("whoever took Alice's long-term key cannot be Bob towards Alice, nor can anybody with Bob's be Alice towards Bob", () => {
	const [alice, bob] = [party("alice", "bob"), party("bob", "alice")];
	const mallory = offer(bob.context, { keyPair: alice.ourselves.keyPair, profile: bob.ourselves.profile }, 0);
	const their = must(verifyIdentity(alice.context, mallory.message, NOW_SECONDS));
	const answered = answer(alice.context, alice.ourselves, mallory.message, their);
	// Her long-term key is in no ring that she verifies.
	const verified = must(verifyAuthR(bob.context, mallory, answered.message, NOW_SECONDS));
	assert.throws(() => confirm(bob.context, mallory, answered.message, verified), /not in the ring/);
	const renamed = { scalar: alice.ourselves.keyPair.scalar, publicKey: bob.ourselves.profile.publicKey };
	const forged = confirm(
		bob.context,
		{ ...mallory, ourselves: { ...mallory.ourselves, keyPair: renamed as Ed448KeyPair } },
		answered.message,
		verified,
	);
	refusedAs(accept(alice.context, answered, forged.message), "peer", "ring-signature");

	const offered = offer(bob.context, bob.ourselves, 0);
	const his = must(verifyIdentity(alice.context, offered.message, NOW_SECONDS));
	const withBobs = { scalar: bob.ourselves.keyPair.scalar, publicKey: alice.ourselves.profile.publicKey };
	const asAlice = { keyPair: withBobs as Ed448KeyPair, profile: alice.ourselves.profile };
	const { message: toBob } = answer(alice.context, asAlice, offered.message, his);
	refusedAs(verifyAuthR(bob.context, offered, toBob, NOW_SECONDS), "peer", "ring-signature");
});

test("a forging key without a secret is a point like any other", () => {
	const made = generateForgingKey(primitives, seeded("forging key"), false);
	assert.equal(made.keyPair, undefined);
	assert.ok(primitives.ed448.parsePoint(made.publicKey.bytes).ok);
});
