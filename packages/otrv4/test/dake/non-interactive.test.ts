import assert from "node:assert/strict";
import { test } from "node:test";
import { utf8 } from "@clowder/bytes";
import type { Account } from "../../src/account/account.ts";
import type { DakeContext } from "../../src/dake/context.ts";
import type { Established } from "../../src/dake/interactive.ts";
import { acceptOffline, authenticateOffline, type OurPrekey } from "../../src/dake/non-interactive.ts";
import type { VerifiedEnsemble } from "../../src/prekey-server/ensemble.ts";
import { verifyEnsemble } from "../../src/prekey-server/ensemble.ts";
import type { Blame, Reason } from "../../src/refusal.ts";
import type { NonInteractiveAuthMessage, RingSignature } from "../../src/wire/messages.ts";
import { NOW_MS } from "../support/endpoint.ts";
import { must, refusedAs } from "../support/expect.ts";
import { flipped } from "../support/wrap.ts";
import { badNumbers, badPoints, NOW_SECONDS, party, primitives, someNumber, somePoint, type Party } from "./support.ts";

// "Non-Interactive-Auth Message": every field of it, altered; and whose it can be.

interface Written {
	readonly alice: Party;
	readonly bob: Party;
	readonly prekey: OurPrekey;
	readonly ensemble: VerifiedEnsemble;
	readonly message: NonInteractiveAuthMessage;
	readonly hers: Established;
}

function published(account: Account): { ensemble: VerifiedEnsemble; prekey: OurPrekey } {
	const made = must(account.publication(1, NOW_MS));
	const [prekey] = made.prekeyMessages;
	if (prekey === undefined) assert.fail("no prekey message");
	const values = {
		clientProfile: made.clientProfile.profile,
		prekeyProfile: made.prekeyProfile.profile.profile,
		prekeyMessage: prekey.message,
	};
	return { ensemble: must(verifyEnsemble(primitives, values, NOW_SECONDS, "standalone")), prekey };
}

function write(hers: Partial<DakeContext> = {}, his: Partial<DakeContext> = {}): Written {
	const [alice, bob] = [party("alice", "bob", hers), party("bob", "alice", his)];
	const { ensemble, prekey } = published(bob.account);
	const { message, established } = authenticateOffline(alice.context, alice.ourselves, ensemble);
	return { alice, bob, prekey, ensemble, message, hers: established };
}

function read({ bob, prekey }: Written, message: NonInteractiveAuthMessage, seconds: number = NOW_SECONDS) {
	return acceptOffline(bob.context, message, prekey, bob.account.published(NOW_MS), seconds);
}

test("both have the same SSID, and each the other's profile; the prekey's secrets are gone", () => {
	const written = write();
	const his = must(read(written, written.message));
	assert.deepEqual(his.ssid, written.hers.ssid);
	assert.deepEqual([written.hers.ourHalf, his.ourHalf], ["first", "second"]);
	assert.deepEqual(his.theirProfile.fingerprint, written.alice.account.fingerprint);
	assert.deepEqual(written.hers.theirProfile.fingerprint, written.bob.account.fingerprint);
	const { ecdh, dh } = written.prekey.keys;
	assert.throws(() => primitives.ed448.multiplyBase(ecdh.scalar), /erased/);
	assert.throws(() => primitives.dh.agree(dh, dh.publicKey), /erased/);
});

test("every field; whatever is refused leaves the prekey for the true message", () => {
	const written = write();
	const { message } = written;
	const { clientProfile, sigma } = message;
	type Altered = readonly [string, Partial<NonInteractiveAuthMessage>, Blame, Reason];
	const scalars = ["c1", "r1", "c2", "r2", "c3", "r3"] as const satisfies readonly (keyof RingSignature)[];
	const altered: readonly Altered[] = [
		["the sender's tag", { senderTag: (message.senderTag ^ 1) >>> 0 }, "peer", "instance-tag"],
		[
			"the profile",
			{ clientProfile: { ...clientProfile, bytes: flipped(clientProfile.bytes, 40) } },
			"peer",
			"signature",
		],
		...badPoints().flatMap(([what, point]): Altered[] => [
			[`X: ${what}`, { x: point }, "peer", "key"],
			[`the first ECDH key: ${what}`, { firstEcdh: point }, "peer", "key"],
		]),
		...badNumbers().flatMap(([what, mpi]): Altered[] => [
			[`A: ${what}`, { a: mpi }, "peer", "key"],
			[`the first DH key: ${what}`, { firstDh: mpi }, "peer", "key"],
		]),
		["X", { x: somePoint }, "peer", "ring-signature"],
		["A", { a: someNumber }, "peer", "ring-signature"],
		["the first ECDH key", { firstEcdh: somePoint }, "peer", "ring-signature"],
		["the first DH key", { firstDh: someNumber }, "peer", "ring-signature"],
		...scalars.map(
			(name): Altered => [name, { sigma: { ...sigma, [name]: flipped(sigma[name]) } }, "peer", "ring-signature"],
		),
		["the MAC", { authMac: flipped(message.authMac, 63) }, "peer", "mac"],
		["no MAC", { authMac: new Uint8Array(64) as typeof message.authMac }, "peer", "mac"],
	];
	for (const [what, fields, blame, reason] of altered) {
		const result = read(written, { ...message, ...fields });
		assert.ok(!result.ok, what);
		assert.deepEqual([result.error.blame, result.error.reason], [blame, reason], what);
	}
	assert.deepEqual(must(read(written, message)).ssid, written.hers.ssid);
});

for (const [what, hers] of [
	["addresses", { ourAddress: "alice@elsewhere.example" }],
	["what was agreed", { agreed: [utf8("a password")] }],
	["the reading", { reading: "otr4j" }],
] as const satisfies readonly (readonly [string, Partial<DakeContext>])[]) {
	test(`phi: ${what} not the same`, () => {
		const written = write(hers);
		refusedAs(read(written, written.message), "peer", "ring-signature");
	});
}

test("phi: the same on both sides", () => {
	const agreed = [utf8("a password")];
	const written = write({ agreed, reading: "otr4j" }, { agreed, reading: "otr4j" });
	assert.ok(read(written, written.message).ok);
});

test("what was written to another prekey, another prekey profile, another client profile", () => {
	const written = write();
	const { bob, message, ensemble } = written;
	const other = published(bob.account);
	refusedAs(
		acceptOffline(bob.context, message, other.prekey, bob.account.published(NOW_MS), NOW_SECONDS),
		"peer",
		"ring-signature",
	);
	const [own] = bob.account.published(NOW_MS);
	if (own === undefined) assert.fail("nothing published");
	const sharedPrekey = primitives.ed448.keyPair(new Uint8Array(57).fill(3));
	refusedAs(
		acceptOffline(bob.context, message, written.prekey, [{ ...own, sharedPrekey }], NOW_SECONDS),
		"peer",
		"ring-signature",
	);
	refusedAs(acceptOffline(bob.context, message, written.prekey, [], NOW_SECONDS), "peer", "ring-signature");
	const { ourselves } = party("mallory", "alice");
	refusedAs(
		acceptOffline(bob.context, message, written.prekey, [{ ...own, ourselves }], NOW_SECONDS),
		"peer",
		"ring-signature",
	);
	// The pair that fits may stand anywhere among those that were published.
	const all = [{ ...own, sharedPrekey }, { ...own, ourselves }, own];
	assert.deepEqual(ensemble.clientProfile.fingerprint, bob.account.fingerprint);
	assert.ok(acceptOffline(bob.context, message, written.prekey, all, NOW_SECONDS).ok);
});

test("nobody who only sees what is public writes as Alice, nor takes what she wrote as their own", () => {
	const written = write();
	const { alice, bob, message } = written;
	const mallory = party("mallory", "bob", { ourAddress: alice.context.ourAddress });
	const { profile } = mallory.ourselves.profile;
	const shared = { ...message, clientProfile: profile, senderTag: profile.instanceTag };
	refusedAs(read(written, shared), "peer", "ring-signature");
	// With her profile and a key of one's own in its place.
	const renamed = { scalar: mallory.ourselves.keyPair.scalar, publicKey: alice.ourselves.profile.publicKey };
	const asAlice = { keyPair: renamed as typeof alice.ourselves.keyPair, profile: alice.ourselves.profile };
	const forged = authenticateOffline(mallory.context, asAlice, written.ensemble).message;
	refusedAs(read(written, forged), "peer", "ring-signature");
	// Nor with Bob's long-term key, which is in no ring that he verifies.
	const bobs = { scalar: bob.ourselves.keyPair.scalar, publicKey: alice.ourselves.profile.publicKey };
	const withBobs = { keyPair: bobs as typeof alice.ourselves.keyPair, profile: alice.ourselves.profile };
	const another = authenticateOffline(mallory.context, withBobs, written.ensemble).message;
	refusedAs(read(written, another), "peer", "ring-signature");
	assert.ok(read(written, message).ok);
});

test("an expired writer is refused, an expired reader's profile is the account's matter", () => {
	const written = write();
	const { expiresAtSeconds } = written.message.clientProfile;
	refusedAs(read(written, written.message, expiresAtSeconds), "peer", "expired");
	assert.ok(read(written, written.message, expiresAtSeconds - 1).ok);
});
