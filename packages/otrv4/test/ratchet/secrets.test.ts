import assert from "node:assert/strict";
import { test } from "node:test";
import { MAX_SKIP } from "../../src/limits.ts";
import { isAuthentic } from "../../src/ratchet/message-keys.ts";
import type { DoubleRatchet } from "../../src/ratchet/double-ratchet.ts";
import type { DataMessage } from "../../src/wire/messages.ts";
import { NOW_MS } from "../support/endpoint.ts";
import { must, refusedAs } from "../support/expect.ts";
import { fastPrimitives } from "../support/fast-group.ts";
import { flipped } from "../support/wrap.ts";
import { forged, interactive, nonInteractive, opens, revealed, seal, type Side, swapped, turns } from "./support.ts";

// Which MAC keys are revealed, and which secrets are gone.

function fits(key: Parameters<typeof isAuthentic>[1], { sections, authenticator }: DataMessage): boolean {
	return isAuthentic(fastPrimitives, key, sections, authenticator);
}

// "Revealing MAC Keys".

test("the first message of a ratchet reveals the MAC keys of all that was read since the last, and no other", () => {
	const { alice, bob } = interactive();
	const read = ["one", "two", "three"].map((text) => seal(alice, text));
	const [one, two, three] = read as [DataMessage, DataMessage, DataMessage];
	opens(bob, one, "one");
	opens(bob, three, "three");
	const first = seal(bob, "first");
	const keys = revealed(first);
	assert.equal(keys.length, 2);
	for (const message of [one, three]) assert.equal(keys.filter((key) => fits(key, message)).length, 1);
	assert.ok(!keys.some((key) => fits(key, two)), "the key of a message that has not come");
	assert.deepEqual(revealed(seal(bob, "second")), []);
	// It comes now, and is revealed in the ratchet after.
	opens(bob, two, "two");
	assert.deepEqual(revealed(seal(bob, "third")), []);
	opens(alice, first, "first");
	const next = seal(alice, "next");
	assert.equal(revealed(next).length, 1);
	opens(bob, next, "next");
	const after = revealed(seal(bob, "after"));
	assert.equal(after.length, 2);
	assert.ok(after.some((key) => fits(key, two)) && after.some((key) => fits(key, next)));
});

test("a message that was refused has no key to reveal", () => {
	const { alice, bob } = interactive();
	const message = seal(alice, "x");
	refusedAs(bob.ratchet.open({ ...message, authenticator: flipped(message.authenticator) }, NOW_MS), "peer", "mac");
	assert.deepEqual(revealed(seal(bob, "y")), []);
});

test("at the end the keys of all that was read and of all that never came are revealed", () => {
	const { alice, bob } = interactive();
	const messages = ["lost", "read"].map((text) => seal(alice, text));
	opens(bob, messages[1] as DataMessage, "read");
	bob.ratchet.revealAll();
	assert.equal(bob.ratchet.unrevealed, 2);
	const keys = revealed(seal(bob, "end"));
	for (const message of messages) assert.equal(keys.filter((key) => fits(key, message)).length, 1);
	assert.equal(bob.ratchet.unrevealed, 0);
});

test("whoever has a revealed MAC key can change the message, and nobody can tell", () => {
	const { alice, bob } = interactive();
	const message = seal(alice, "hello");
	opens(bob, message, "hello");
	const [key] = revealed(seal(bob, "y"));
	assert.ok(key !== undefined);
	const changed = forged(message, { encryptedMessage: flipped(message.encryptedMessage) });
	assert.ok(!fits(key, changed));
	assert.ok(fits(key, message));
});

// Erasure.

/** What a ratchet holds of secret bytes. */
function secretsOf(ratchet: DoubleRatchet): Uint8Array[] {
	const { brace, root, sending, receiving, verified, toReveal, skipped } = ratchet.content();
	const chains = [sending, receiving].flatMap((chain) => (chain === undefined ? [] : [chain.key]));
	const keys = skipped.flatMap(({ key }) => [key.encryption, key.extra]);
	return [brace, root, ...chains, ...verified, ...toReveal, ...keys];
}

function isErased(bytes: Uint8Array): boolean {
	return bytes.every((byte) => byte === 0);
}

test("a new ratchet leaves nothing of the one before", () => {
	const sides = interactive();
	const { alice, bob } = sides;
	turns(sides, 1);
	const before = bob.ratchet.content();
	const held = [before.brace, before.root, before.receiving?.key, before.sending?.key];
	opens(bob, seal(alice, "next"), "next");
	for (const bytes of held) assert.ok(bytes !== undefined && isErased(bytes));
	assert.throws(() => before.ecdh && fastPrimitives.ed448.multiplyBase(before.ecdh.scalar), /erased/);
	const held2 = bob.ratchet.content();
	const root = held2.root;
	seal(bob, "rotates");
	assert.ok(isErased(root) && isErased(held2.brace));
});

test("the key of a message is gone once it was used, and so is that of a skipped one", () => {
	const { alice, bob } = interactive();
	const [late, here] = [seal(alice, "late"), seal(alice, "here")];
	const chain = bob.ratchet.content().receiving?.key;
	opens(bob, here, "here");
	assert.ok(chain !== undefined && isErased(chain));
	const [stored] = bob.ratchet.content().skipped;
	opens(bob, late, "late");
	assert.ok(stored !== undefined && isErased(stored.key.encryption) && isErased(stored.key.extra));
});

test("keys that are pushed out or that expire are gone", () => {
	const { alice, bob } = interactive();
	for (let n = 0; n < MAX_SKIP; n++) seal(alice, "lost");
	opens(bob, seal(alice, "here"), "here");
	const [oldest, second] = bob.ratchet.content().skipped;
	seal(alice, "lost");
	opens(bob, seal(alice, "here too"), "here too");
	assert.ok(oldest !== undefined && isErased(oldest.key.encryption) && isErased(oldest.key.extra));
	assert.ok(second !== undefined && !isErased(second.key.encryption));
	bob.ratchet.expireSkipped(NOW_MS + 1);
	assert.ok(isErased(second.key.encryption) && isErased(second.key.extra));
	assert.equal(bob.ratchet.skippedKeys, 0);
});

test("an end leaves nothing", () => {
	for (const sides of [interactive(), swapped(interactive()), nonInteractive()]) {
		const { alice, bob } = sides;
		turns(sides, 2);
		seal(alice, "lost");
		opens(bob, seal(alice, "here"), "here");
		seal(bob, "more");
		for (const { ratchet } of [alice, bob]) {
			const before = ratchet.content();
			const held = secretsOf(ratchet);
			assert.ok(held.length >= 3 && held.every((bytes) => !isErased(bytes)));
			ratchet.erase();
			assert.ok(held.every(isErased));
			for (const key of [before.ecdh, before.dh]) {
				if (key === undefined) continue;
				assert.throws(() => use(key), /erased/);
			}
			assert.deepEqual(ratchet.content().skipped, []);
		}
	}
});

function use(key: NonNullable<ReturnType<DoubleRatchet["content"]>["ecdh" | "dh"]>): unknown {
	if (key.kind === "dh-3072-key-pair") return fastPrimitives.dh.agree(key, key.publicKey);
	return fastPrimitives.ed448.multiplyBase(key.scalar);
}

test("both have the same extra symmetric key of a message, each message another", () => {
	const { alice, bob } = interactive();
	const keys = new Set<string>();
	const sealed = [0, 1, 2].map((n) => alice.ratchet.seal(alice.random, Uint8Array.of(n), 0, 0x1000, 0x2000));
	for (const { message, extra } of sealed.reverse()) {
		assert.deepEqual(openedBy(bob, message), extra);
		keys.add(extra.join());
	}
	assert.equal(keys.size, 3);
});

function openedBy(side: Side, message: DataMessage): Uint8Array {
	return must(side.ratchet.open(message, NOW_MS)).extra;
}
