import assert from "node:assert/strict";
import { test } from "node:test";
import { otrNodePrimitives } from "@clowder/crypto/otr-node";
import { MAX_SKIP } from "../../src/limits.ts";
import type { Blame, Reason } from "../../src/refusal.ts";
import type { DataMessage } from "../../src/wire/messages.ts";
import { counting } from "../support/counting.ts";
import { NOW_MS } from "../support/endpoint.ts";
import { refusedAs } from "../support/expect.ts";
import { fastPrimitives } from "../support/fast-group.ts";
import { flipped } from "../support/wrap.ts";
import { forged, interactive, nonInteractive, opens, seal, type Sides, snapshot, swapped, turns } from "./support.ts";

// Messages that their author did not write: each is refused with its reason, changes nothing, and costs bounded work.

/** The number that stands nowhere: the largest of four bytes. */
const HUGE = 2 ** 32 - 1;

type Altered = readonly [string, Partial<DataMessage>, Blame, Reason];

/** What can be changed in a message of the ratchet that is being read. */
function inSameRatchet(message: DataMessage, other: DataMessage): readonly Altered[] {
	return [
		["the authenticator", { authenticator: flipped(message.authenticator, 63) }, "peer", "mac"],
		["the text", { encryptedMessage: flipped(message.encryptedMessage) }, "peer", "mac"],
		["the flags", { flags: 1 }, "peer", "mac"],
		["the sender", { senderTag: 0x3000 }, "peer", "mac"],
		["the receiver", { receiverTag: 0x3000 }, "peer", "mac"],
		["pn", { previousChainMessages: 7 }, "peer", "mac"],
		["a huge pn", { previousChainMessages: HUGE }, "peer", "mac"],
		["the next j", { messageId: message.messageId + 1 }, "peer", "mac"],
		["the farthest j", { messageId: message.messageId + MAX_SKIP }, "peer", "mac"],
		["a j too far", { messageId: message.messageId + MAX_SKIP + 1 }, "peer", "limit"],
		["a huge j", { messageId: HUGE }, "peer", "limit"],
		["the next i", { ratchetId: message.ratchetId + 1 }, "peer", "state"],
		["a huge i", { ratchetId: HUGE }, "peer", "state"],
		[
			"another DH key",
			{
				dh:
					other.dh.length > 0
						? other.dh
						: flipped(fastPrimitives.dh.keyPair(new Uint8Array(80).fill(7)).publicKey.bytes, 9),
			},
			"peer",
			"mac",
		],
	];
}

/** And in the first message of a new one. */
function inNewRatchet(message: DataMessage, own: DataMessage): readonly Altered[] {
	const renews = message.dh.length > 0;
	const some = fastPrimitives.dh.keyPair(new Uint8Array(80).fill(7)).publicKey.bytes;
	const none = new Uint8Array(0) as DataMessage["dh"];
	const small = Uint8Array.of(0) as DataMessage["dh"];
	return [
		["the authenticator", { authenticator: flipped(message.authenticator) }, "peer", "mac"],
		["the text", { encryptedMessage: flipped(message.encryptedMessage) }, "peer", "mac"],
		[
			"another ECDH key",
			{ ecdh: fastPrimitives.ed448.keyPair(new Uint8Array(57).fill(7)).publicKey.bytes },
			"peer",
			"mac",
		],
		["an ECDH key that is none", { ecdh: new Uint8Array(57) as DataMessage["ecdh"] }, "peer", "key"],
		["our own ECDH key", { ecdh: own.ecdh }, "peer", "reflected"],
		["a DH key too many, or none", { dh: renews ? none : some }, "peer", "malformed"],
		["another DH key", { dh: renews ? some : (small.slice(1) as DataMessage["dh"]) }, "peer", "mac"],
		["pn one less", { previousChainMessages: Math.max(0, message.previousChainMessages - 1) }, "peer", "mac"],
		["pn one more", { previousChainMessages: message.previousChainMessages + 1 }, "peer", "mac"],
		["a huge pn", { previousChainMessages: HUGE }, "peer", "limit"],
		["the next j", { messageId: 1 }, "peer", "mac"],
		["a huge j", { messageId: HUGE }, "peer", "limit"],
		["the i after", { ratchetId: message.ratchetId + 1 }, "peer", "state"],
		["a huge i", { ratchetId: HUGE }, "peer", "state"],
	];
}

const STARTS: readonly (readonly [string, () => Sides])[] = [
	["interactive", () => interactive()],
	["interactive, the other way", () => swapped(interactive())],
	["offline", () => nonInteractive()],
];

for (const [name, start] of STARTS) {
	for (const ratchets of [0, 1, 2, 3]) {
		test(`an altered message of the ratchet that is read: ${name}, after ${ratchets} turns`, () => {
			const sides = start();
			const { alice, bob } = sides;
			turns(sides, ratchets);
			const first = seal(alice, "first");
			opens(bob, first, "first");
			const message = seal(alice, "true");
			const before = snapshot(bob);
			for (const [what, fields, blame, reason] of inSameRatchet(message, first)) {
				const altered = forged(message, fields);
				if (
					Object.entries(fields).every(([key, value]) => String(value) === String(message[key as keyof DataMessage]))
				) {
					continue;
				}
				refusedAs(bob.ratchet.open(altered, NOW_MS), blame, reason);
				assert.deepEqual(snapshot(bob), before, what);
			}
			opens(bob, message, "true");
			turns(swapped(sides), 4);
		});

		test(`an altered message of a new ratchet: ${name}, after ${ratchets} turns`, () => {
			const sides = start();
			const { alice, bob } = sides;
			turns(sides, ratchets);
			opens(bob, seal(alice, "before"), "before");
			const own = seal(bob, "turn");
			opens(alice, own, "turn");
			const message = seal(alice, "true");
			assert.equal(message.messageId, 0);
			const before = snapshot(bob);
			for (const [what, fields, blame, reason] of inNewRatchet(message, own)) {
				if (
					Object.entries(fields).every(([key, value]) => String(value) === String(message[key as keyof DataMessage]))
				) {
					continue;
				}
				refusedAs(bob.ratchet.open(forged(message, fields), NOW_MS), blame, reason);
				assert.deepEqual(snapshot(bob), before, what);
			}
			opens(bob, message, "true");
			turns(swapped(sides), 4);
		});
	}
}

test("a message of a ratchet that is over, and one of before the first, are refused", () => {
	const sides = interactive();
	const { alice, bob } = sides;
	turns(sides, 2);
	const message = seal(alice, "x");
	const before = snapshot(bob);
	refusedAs(bob.ratchet.open(forged(message, { ratchetId: 0 }), NOW_MS), "carrier", "no-key");
	assert.deepEqual(snapshot(bob), before);
	opens(bob, message, "x");
	// Whoever has said nothing cannot be answered in a new ratchet.
	const silent = interactive();
	const [first] = [seal(silent.alice, "first")];
	const stranger = fastPrimitives.ed448.keyPair(new Uint8Array(57).fill(9)).publicKey.bytes;
	refusedAs(silent.bob.ratchet.open(forged(first, { ecdh: stranger }), NOW_MS), "peer", "state");
	opens(silent.bob, first, "first");
});

test("an altered message whose key was skipped leaves the key for the true one", () => {
	const { alice, bob } = interactive();
	const late = seal(alice, "late");
	opens(bob, seal(alice, "here"), "here");
	const before = snapshot(bob);
	refusedAs(bob.ratchet.open(forged(late, { flags: 1 }), NOW_MS), "peer", "mac");
	refusedAs(bob.ratchet.open({ ...late, authenticator: flipped(late.authenticator) }, NOW_MS), "peer", "mac");
	assert.deepEqual(snapshot(bob), before);
	opens(bob, late, "late");
});

test("what we sent ourselves is refused", () => {
	const sides = interactive();
	turns(sides, 3);
	const { alice } = sides;
	const message = seal(alice, "x");
	const before = snapshot(alice);
	const refused = alice.ratchet.open(message, NOW_MS);
	assert.ok(!refused.ok);
	assert.deepEqual(snapshot(alice), before);
});

test("a forged message costs at most the keys that may be skipped, one multiplication and one power", () => {
	const { primitives, counts } = counting(fastPrimitives);
	const sides = interactive(fastPrimitives, primitives);
	const { alice, bob } = sides;
	turns(sides, 3);
	opens(bob, seal(alice, "before"), "before");
	opens(alice, seal(bob, "turn"), "turn");
	for (let n = 0; n < 3; n++) seal(alice, "lost");
	const message = seal(alice, "true");
	const worst: Partial<DataMessage>[] = [
		{ previousChainMessages: HUGE },
		{ messageId: HUGE },
		{ ratchetId: HUGE },
		{ previousChainMessages: MAX_SKIP + 1, messageId: MAX_SKIP },
		{ previousChainMessages: HUGE, messageId: HUGE, ratchetId: HUGE },
	];
	for (const fields of worst) {
		const before = { ...counts };
		const refused = bob.ratchet.open(forged(message, { flags: 1, ...fields }), NOW_MS);
		assert.ok(!refused.ok);
		const what = JSON.stringify(fields);
		assert.ok(counts.shake256 - before.shake256 <= 2 * MAX_SKIP + 10, what);
		assert.ok(counts.multiply - before.multiply <= 1 && counts.dh - before.dh <= 1, what);
		// What is over a limit, or out of turn, is not even computed with.
		if (Object.values(fields).includes(HUGE)) assert.deepEqual(counts, before, what);
	}
	opens(bob, message, "true");
});

test("with the true primitives: points that are none, of small order, or with a torsion part; numbers outside the group", () => {
	const sides = interactive(otrNodePrimitives);
	const { alice, bob } = sides;
	turns(sides, 1);
	opens(bob, seal(alice, "before"), "before");
	opens(alice, seal(bob, "turn"), "turn");
	const message = seal(alice, "true");
	const before = snapshot(bob);
	const point = (...bytes: readonly [number, number][]): DataMessage["ecdh"] => {
		const made = new Uint8Array(57);
		for (const [at, value] of bytes) made[at] = value;
		return made as DataMessage["ecdh"];
	};
	const identity = point([0, 1]);
	const ofOrderFour = point();
	const notOnTheCurve = flipped(message.ecdh, 3);
	const notCanonical = new Uint8Array(57).fill(255, 0, 56) as DataMessage["ecdh"];
	for (const ecdh of [identity, ofOrderFour, notOnTheCurve, notCanonical]) {
		const refused = bob.ratchet.open(forged(message, { ecdh }), NOW_MS);
		assert.ok(!refused.ok);
		assert.ok(refused.error.reason === "key" || refused.error.reason === "mac", refused.error.reason);
		assert.deepEqual(snapshot(bob), before);
	}
	for (const ecdh of [identity, ofOrderFour, notCanonical]) {
		refusedAs(bob.ratchet.open(forged(message, { ecdh }), NOW_MS), "peer", "key");
	}
	opens(bob, message, "true");
});
