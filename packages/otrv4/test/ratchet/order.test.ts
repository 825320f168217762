import assert from "node:assert/strict";
import { test } from "node:test";
import { otrNodePrimitives } from "@clowder/crypto/otr-node";
import { MAX_SKIP, SKIPPED_KEYS_MAX } from "../../src/limits.ts";
import { isAuthentic } from "../../src/ratchet/message-keys.ts";
import type { DataMessage } from "../../src/wire/messages.ts";
import { NOW_MS } from "../support/endpoint.ts";
import { refusedAs } from "../support/expect.ts";
import { fastPrimitives } from "../support/fast-group.ts";
import { dice } from "../support/random.ts";
import {
	interactive,
	nonInteractive,
	opens,
	revealed,
	seal,
	type Side,
	type Sides,
	snapshot,
	swapped,
	turns,
} from "./support.ts";

// In whichever order messages come, each is read once.

const STARTS: readonly (readonly [string, () => Sides])[] = [
	["Auth-R sends first", () => interactive()],
	["Auth-I sends first", () => swapped(interactive())],
	["offline", () => nonInteractive()],
];

for (const [name, start] of STARTS) {
	test(`turns through three periods of the brace key: ${name}`, () => {
		turns(start(), 9);
	});

	test(`messages of one ratchet in any order, each once: ${name}`, () => {
		for (const seed of ["one", "two", "three"]) {
			const sides = start();
			const { alice, bob } = sides;
			const messages = Array.from({ length: 12 }, (_, n) => seal(alice, `${n}`));
			const chance = dice(`order ${name} ${seed}`);
			const order = messages.map((_, n) => n).sort((a, b) => (a === b ? 0 : chance.roll(3) - 1));
			for (const n of order) opens(bob, messages[n] as DataMessage, `${n}`);
			assert.equal(bob.ratchet.skippedKeys, 0);
			for (const message of messages) refusedAs(bob.ratchet.open(message, NOW_MS), "carrier", "no-key");
			turns(swapped(sides), 4);
		}
	});

	test(`messages of earlier ratchets come later, through brace keys that are gone: ${name}`, () => {
		const sides = start();
		const { alice, bob } = sides;
		const late: [Side, DataMessage, string][] = [];
		for (let turn = 0; turn < 7; turn++) {
			for (const [from, to] of [
				[alice, bob],
				[bob, alice],
			] as const) {
				const texts = [0, 1, 2, 3].map((n) => `${from.name} ${turn} ${n}`);
				const messages = texts.map((text) => seal(from, text));
				// The second is read; the first was overtaken in its ratchet, the others by the next one (`pn`).
				opens(to, messages[1] as DataMessage, texts[1] ?? "");
				for (const n of [0, 2, 3]) late.push([to, messages[n] as DataMessage, texts[n] ?? ""]);
			}
		}
		for (const [to, message, text] of late.reverse()) opens(to, message, text);
		for (const [to, message] of late) refusedAs(to.ratchet.open(message, NOW_MS), "carrier", "no-key");
		for (const side of [alice, bob]) assert.equal(side.ratchet.skippedKeys, 0);
		turns(sides, 3);
	});
}

test("the same with the true primitives", () => {
	turns(interactive(otrNodePrimitives), 7);
	turns(nonInteractive(otrNodePrimitives), 7);
});

test("every third ratchet brings a new public DH key, and no other does", () => {
	for (const [first, sides] of [
		[0, interactive()],
		[0, nonInteractive()],
	] as const) {
		const { alice, bob } = sides;
		const seen: string[] = [];
		for (let turn = 0; turn < 8; turn++) {
			const [from, to] = turn % 2 === 0 ? [alice, bob] : [bob, alice];
			const message = seal(from, "x");
			opens(to, message, "x");
			const id = message.ratchetId;
			assert.equal(message.dh.length > 0, id % 3 === 0, `ratchet ${id}`);
			seen.push(message.dh.join());
			if (turn === 0) assert.equal(id, first);
		}
		const keys = seen.filter((dh) => dh !== "");
		assert.equal(new Set(keys).size, keys.length);
	}
});

test("a lost message of each ratchet is counted by pn, and costs one key", () => {
	const { alice, bob } = interactive();
	for (let turn = 0; turn < 5; turn++) {
		opens(bob, seal(alice, "read"), "read");
		seal(alice, "lost");
		const answer = seal(bob, "answer");
		assert.equal(answer.previousChainMessages, turn === 0 ? 0 : 1);
		opens(alice, answer, "answer");
	}
	assert.equal(bob.ratchet.skippedKeys, 4);
	assert.equal(seal(alice, "x").previousChainMessages, 2);
});

test("as many messages as MAX_SKIP may be lost in a ratchet, and not one more", () => {
	const { alice, bob } = interactive();
	for (let n = 0; n < MAX_SKIP; n++) seal(alice, "lost");
	const far = seal(alice, "far");
	const farther = seal(alice, "farther");
	const before = snapshot(bob);
	refusedAs(bob.ratchet.open(farther, NOW_MS), "peer", "limit");
	assert.deepEqual(snapshot(bob), before);
	opens(bob, far, "far");
	opens(bob, farther, "farther");
	assert.equal(bob.ratchet.skippedKeys, MAX_SKIP);
});

test("the same at the end of a ratchet, by pn", () => {
	for (const [lost, reads] of [
		[MAX_SKIP, true],
		[MAX_SKIP + 1, false],
	] as const) {
		const sides = interactive();
		const { alice, bob } = sides;
		opens(bob, seal(alice, "first"), "first");
		for (let n = 0; n < lost; n++) seal(alice, "lost");
		opens(alice, seal(bob, "turn"), "turn");
		const next = seal(alice, "next");
		assert.equal(next.previousChainMessages, lost + 1);
		if (reads) opens(bob, next, "next");
		else refusedAs(bob.ratchet.open(next, NOW_MS), "peer", "limit");
	}
});

test("more skipped keys than there is room for push the oldest out, whose MAC keys are revealed", () => {
	const sides = interactive();
	const { alice, bob } = sides;
	const oldest = [seal(alice, "oldest"), seal(alice, "second oldest")] as const;
	for (let n = 2; n < MAX_SKIP; n++) seal(alice, "lost");
	opens(bob, seal(alice, "here"), "here");
	assert.equal(bob.ratchet.skippedKeys, SKIPPED_KEYS_MAX);
	const kept = seal(alice, "kept");
	seal(alice, "lost");
	opens(bob, seal(alice, "here too"), "here too");
	assert.equal(bob.ratchet.skippedKeys, SKIPPED_KEYS_MAX);
	for (const message of oldest) refusedAs(bob.ratchet.open(message, NOW_MS), "carrier", "no-key");
	opens(bob, kept, "kept");
	const keys = revealed(seal(bob, "reveals"));
	for (const { sections, authenticator } of oldest) {
		assert.ok(keys.some((key) => isAuthentic(fastPrimitives, key, sections, authenticator)));
	}
});

test("skipped keys expire by the time at which they were skipped, and their MAC keys are revealed", () => {
	const { alice, bob } = interactive();
	const lost = seal(alice, "lost");
	opens(bob, seal(alice, "here"), "here", NOW_MS);
	const lostLater = seal(alice, "lost later");
	opens(bob, seal(alice, "here"), "here", NOW_MS + 10);
	assert.equal(bob.ratchet.oldestSkippedMs, NOW_MS);
	bob.ratchet.expireSkipped(NOW_MS + 10);
	assert.equal(bob.ratchet.oldestSkippedMs, NOW_MS + 10);
	refusedAs(bob.ratchet.open(lost, NOW_MS), "carrier", "no-key");
	opens(bob, lostLater, "lost later");
	const keys = revealed(seal(bob, "reveals"));
	assert.ok(keys.some((key) => isAuthentic(fastPrimitives, key, lost.sections, lost.authenticator)));
});
