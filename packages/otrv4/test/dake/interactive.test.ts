import assert from "node:assert/strict";
import { test } from "node:test";
import { utf8 } from "@clowder/bytes";
import { otrNoblePrimitives } from "@clowder/crypto/otr-noble";
import type { DakeContext } from "../../src/dake/context.ts";
import {
	accept,
	answer,
	confirm,
	offer,
	verifyAuthR,
	verifyIdentity,
	withdrawAnswer,
	withdrawOffer,
} from "../../src/dake/interactive.ts";
import { PROFILE_LIFETIME_SECONDS } from "../../src/limits.ts";
import type { Blame, Reason } from "../../src/refusal.ts";
import type { AuthIMessage, AuthRMessage, IdentityMessage, RingSignature } from "../../src/wire/messages.ts";
import { must, refusedAs } from "../support/expect.ts";
import { flipped } from "../support/wrap.ts";
import {
	badNumbers,
	badPoints,
	begin,
	complete,
	NOW_SECONDS,
	party,
	primitives,
	type Run,
	someNumber,
	somePoint,
} from "./support.ts";

// "Interactive DAKE": every field of every message, altered.

type Altered<Message> = readonly [string, Partial<Message>, Blame, Reason];

test("both have the same SSID, and each the other's profile", () => {
	const run = begin();
	const { hers, his } = complete(run);
	assert.deepEqual(hers.ssid, his.ssid);
	assert.equal(hers.ssid.length, 8);
	assert.deepEqual(hers.theirProfile.fingerprint, run.bob.account.fingerprint);
	assert.deepEqual(his.theirProfile.fingerprint, run.alice.account.fingerprint);
	assert.deepEqual([hers.theirTag, his.theirTag], [run.bob.account.instanceTag, run.alice.account.instanceTag]);
	assert.deepEqual([hers.ourHalf, his.ourHalf], ["first", "second"]);
});

test("one side in JavaScript alone, the other by OpenSSL", () => {
	const other = begin({}, {});
	const noble = { ...other.bob.context, primitives: otrNoblePrimitives };
	assert.ok(verifyAuthR(noble, other.offered, other.authR, NOW_SECONDS).ok);
});

/** What is refused of an Identity or an Auth-R message before anything is signed or computed. */
function ofBoth<Message extends IdentityMessage | AuthRMessage>(
	message: Message,
	ecdhField: keyof Message & string,
	dhField: keyof Message & string,
): readonly Altered<Message>[] {
	const { clientProfile } = message;
	const profile = (fields: Partial<typeof clientProfile>): Partial<Message> =>
		({ clientProfile: { ...clientProfile, ...fields } }) as Partial<Message>;
	const bytes = flipped(clientProfile.bytes, 40);
	const keys = [ecdhField, "firstEcdh"].flatMap((field) =>
		badPoints().map(
			([what, point]): Altered<Message> => [`${field}: ${what}`, { [field]: point } as never, "peer", "key"],
		),
	);
	const numbers = [dhField, "firstDh"].flatMap((field) =>
		badNumbers().map(
			([what, mpi]): Altered<Message> => [`${field}: ${what}`, { [field]: mpi } as never, "peer", "key"],
		),
	);
	return [
		["the sender's tag", { senderTag: (message.senderTag ^ 1) >>> 0 } as Partial<Message>, "peer", "instance-tag"],
		["the profile's content", profile({ bytes }), "peer", "signature"],
		["its signature", profile({ signature: flipped(clientProfile.signature) }), "peer", "signature"],
		["its key", profile({ publicKey: somePoint }), "peer", "signature"],
		...keys,
		...numbers,
	];
}

test("Identity message: what is no key and no profile is refused", () => {
	const run = begin();
	for (const [what, fields, blame, reason] of ofBoth(run.identity, "y", "b")) {
		const refused = refusedAs(
			verifyIdentity(run.alice.context, { ...run.identity, ...fields }, NOW_SECONDS),
			blame,
			reason,
		);
		assert.ok(refused.what.length > 0, what);
	}
	complete(run);
});

test("Identity message: whatever else is altered on its way, its author finds out", () => {
	const fields: Partial<IdentityMessage>[] = [
		{ y: somePoint },
		{ b: someNumber },
		{ firstEcdh: somePoint },
		{ firstDh: someNumber },
	];
	for (const altered of fields) {
		const run = begin();
		const identity = { ...run.identity, ...altered };
		const their = must(verifyIdentity(run.alice.context, identity, NOW_SECONDS));
		const { message } = answer(run.alice.context, run.alice.ourselves, identity, their);
		const what = Object.keys(altered).join();
		const refused = verifyAuthR(run.bob.context, run.offered, message, NOW_SECONDS);
		assert.ok(!refused.ok, what);
		assert.equal(refused.error.reason, "ring-signature", what);
		// The true answer is still good.
		complete(run);
	}
});

/** Each of the six scalars of a ring signature. */
function alteredSignatures(sigma: RingSignature): readonly (readonly [string, RingSignature])[] {
	const names = ["c1", "r1", "c2", "r2", "c3", "r3"] as const;
	return [
		...names.map((name) => [name, { ...sigma, [name]: flipped(sigma[name]) }] as const),
		...names.map((name) => [`no ${name}`, { ...sigma, [name]: new Uint8Array(57) as never }] as const),
		["two places exchanged", { ...sigma, c1: sigma.c2, r1: sigma.r2, c2: sigma.c1, r2: sigma.r1 }],
	];
}

test("Auth-R message: every field", () => {
	const run = begin();
	const { bob, offered, authR } = run;
	const altered: readonly Altered<AuthRMessage>[] = [
		...ofBoth(authR, "x", "a"),
		["X", { x: somePoint }, "peer", "ring-signature"],
		["A", { a: someNumber }, "peer", "ring-signature"],
		["the first ECDH key", { firstEcdh: somePoint }, "peer", "ring-signature"],
		["the first DH key", { firstDh: someNumber }, "peer", "ring-signature"],
		["the receiver's tag", { receiverTag: (authR.receiverTag ^ 1) >>> 0 }, "peer", "ring-signature"],
		...alteredSignatures(authR.sigma).map(
			([what, sigma]): Altered<AuthRMessage> => [what, { sigma }, "peer", "ring-signature"],
		),
	];
	for (const [what, fields, blame, reason] of altered) {
		const result = verifyAuthR(bob.context, offered, { ...authR, ...fields }, NOW_SECONDS);
		assert.ok(!result.ok, what);
		assert.deepEqual([result.error.blame, result.error.reason], [blame, reason], what);
	}
	complete(run);
});

test("Auth-I message: every scalar, and the answer stands", () => {
	const run = begin();
	const { alice, bob, offered, answered, authR } = run;
	const their = must(verifyAuthR(bob.context, offered, authR, NOW_SECONDS));
	const { message } = confirm(bob.context, offered, authR, their);
	for (const [what, sigma] of alteredSignatures(message.sigma)) {
		const result = accept(alice.context, answered, { ...message, sigma });
		assert.ok(!result.ok, what);
		assert.deepEqual([result.error.blame, result.error.reason], ["peer", "ring-signature"], what);
	}
	assert.ok(accept(alice.context, answered, message).ok);
});

test("an Auth-R or Auth-I message of another run is refused in this one", () => {
	const [one, two] = [begin(), begin()];
	// The same parties with the same names and profiles; only the choice of keys is another.
	const other = offer(two.bob.context, two.bob.ourselves, 0);
	refusedAs(verifyAuthR(one.bob.context, other, one.authR, NOW_SECONDS), "peer", "ring-signature");
	const their = must(verifyIdentity(two.alice.context, other.message, NOW_SECONDS));
	const answered = answer(two.alice.context, two.alice.ourselves, other.message, their);
	const { authI } = complete(one);
	refusedAs(accept(two.alice.context, answered, authI), "peer", "ring-signature");
});

// "Shared Session State".

const DIFFERENT: readonly (readonly [string, Partial<DakeContext>])[] = [
	["our address", { ourAddress: "alice@elsewhere.example" }],
	["their address", { theirAddress: "bob@elsewhere.example" }],
	["addresses exchanged", { ourAddress: "bob@example.org", theirAddress: "bob@example.org" }],
	["what was agreed", { agreed: [utf8("a password")] }],
	["a reading", { reading: "otr4j" }],
];

for (const [what, hers] of DIFFERENT) {
	test(`phi: ${what} is not the same, and neither signature is taken`, () => {
		const { alice, bob, offered, answered, authR } = begin(hers);
		refusedAs(verifyAuthR(bob.context, offered, authR, NOW_SECONDS), "peer", "ring-signature");
		// As if he had taken it: his own signature is over what he has.
		const agreeing = { ...bob.context, ...mirrored(hers) };
		const their = must(verifyAuthR(agreeing, offered, authR, NOW_SECONDS));
		const { message } = confirm(bob.context, offered, authR, their);
		refusedAs(accept(alice.context, answered, message), "peer", "ring-signature");
	});
}

/** What Bob has to have so that it is what Alice has. */
function mirrored({ ourAddress, theirAddress, ...rest }: Partial<DakeContext>): Partial<DakeContext> {
	return {
		...rest,
		...(ourAddress === undefined ? {} : { theirAddress: ourAddress }),
		...(theirAddress === undefined ? {} : { ourAddress: theirAddress }),
	};
}

test("phi: both agreed on the same, in both readings; the order counts", () => {
	const agreed = [utf8("a password"), utf8("another")];
	complete(begin({ agreed }, { agreed }));
	complete(begin({ reading: "otr4j" }, { reading: "otr4j" }));
	const { bob, offered, authR } = begin({ agreed }, { agreed: [...agreed].reverse() });
	refusedAs(verifyAuthR(bob.context, offered, authR, NOW_SECONDS), "peer", "ring-signature");
	const joined = begin({ agreed }, { agreed: [utf8("a passwordanother")] });
	refusedAs(verifyAuthR(joined.bob.context, joined.offered, joined.authR, NOW_SECONDS), "peer", "ring-signature");
});

// Profiles.

test("a profile of somebody else's is worth nothing: neither with their tag nor with one's own", () => {
	const { alice, bob, offered, answered, authR, identity } = begin();
	const mallory = party("mallory", "alice");
	const { profile } = mallory.ourselves.profile;
	refusedAs(
		verifyIdentity(alice.context, { ...identity, clientProfile: profile }, NOW_SECONDS),
		"peer",
		"instance-tag",
	);
	// Unknown key share: her answer, with his profile and his tag around it.
	const shared: AuthRMessage = { ...authR, clientProfile: profile, senderTag: profile.instanceTag };
	refusedAs(verifyAuthR(bob.context, offered, shared, NOW_SECONDS), "peer", "ring-signature");
	// Whoever shows Bob's profile with keys of their own gets an answer, and cannot confirm it.
	const pretended = offer(mallory.context, bob.ourselves, 0);
	const their = must(verifyIdentity(alice.context, pretended.message, NOW_SECONDS));
	const toMallory = answer(alice.context, alice.ourselves, pretended.message, their);
	const asHimself = { ...pretended, ourselves: mallory.ourselves };
	const forged = confirm(
		mallory.context,
		asHimself,
		toMallory.message,
		must(verifyAuthR({ ...bob.context, random: mallory.context.random }, pretended, toMallory.message, NOW_SECONDS)),
	).message;
	refusedAs(accept(alice.context, toMallory, forged), "peer", "ring-signature");
	refusedAs(accept(alice.context, answered, forged), "peer", "ring-signature");
});

test("an expired profile is refused, in either message, from the second on in which it ends", () => {
	const { alice, bob, offered, identity, authR } = begin();
	const end = NOW_SECONDS + PROFILE_LIFETIME_SECONDS;
	assert.ok(verifyIdentity(alice.context, identity, end - 1).ok);
	assert.ok(verifyAuthR(bob.context, offered, authR, end - 1).ok);
	refusedAs(verifyIdentity(alice.context, identity, end), "peer", "expired");
	refusedAs(verifyAuthR(bob.context, offered, authR, end), "peer", "expired");
});

// Secrets.

function gone(use: () => unknown): void {
	assert.throws(use, /erased/);
}

function usesOf({ ephemerals }: Run["offered"] | Run["answered"], first: boolean): (() => unknown)[] {
	const { ecdh, dh } = first ? ephemerals.first : ephemerals;
	return [() => primitives.ed448.multiplyBase(ecdh.scalar), () => primitives.dh.agree(dh, dh.publicKey)];
}

test("the secrets of the exchange are gone once it is over, on both sides", () => {
	const run = begin();
	for (const use of usesOf(run.answered, false)) gone(use);
	const { k } = run.answered;
	complete(run);
	for (const use of usesOf(run.offered, false)) gone(use);
	// Who sent Auth-I has done with its first keys too; the other's are those of its ratchet.
	for (const use of usesOf(run.offered, true)) gone(use);
	assert.ok(k.every((byte) => byte === 0));
});

test("what is withdrawn is gone", () => {
	const run = begin();
	withdrawOffer(run.offered);
	withdrawAnswer(run.answered);
	for (const of of [run.offered, run.answered]) {
		for (const first of [false, true]) for (const use of usesOf(of, first)) gone(use);
	}
	assert.ok(run.answered.k.every((byte) => byte === 0));
});

test("an Auth-I message has nothing but its tags and its signature", () => {
	const { authI } = complete(begin());
	assert.deepEqual(Object.keys(authI).sort(), [
		"receiverTag",
		"senderTag",
		"sigma",
		"type",
	] satisfies (keyof AuthIMessage)[]);
});
