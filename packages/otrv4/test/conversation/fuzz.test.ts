import assert from "node:assert/strict";
import { test } from "node:test";
import { otrNodePrimitives } from "@clowder/crypto/otr-node";
import { decodeMessage } from "../../src/wire/decode-message.ts";
import { decodeText } from "../../src/wire/encoding.ts";
import { appendWhitespaceTag } from "../../src/wire/whitespace-tag.ts";
import { NOW_MS } from "../support/endpoint.ts";
import { must } from "../support/expect.ts";
import { fastPrimitives } from "../support/fast-group.ts";
import { decoded, messageOf, pair, settle, talk } from "../support/pair.ts";
import { type Dice, dice } from "../support/random.ts";
import { elsewhere, identityFrom, restarted, sceneIn, STATES } from "./scenes.ts";

/** More by CLOWDER_RUNS, others by CLOWDER_SEED. */
const RUNS = Number(process.env["CLOWDER_RUNS"] ?? 150);
const SEED = process.env["CLOWDER_SEED"] ?? "20261122";

const ALPHABET = "?OTR:|,.v34=+/ \tABCDEFabcdef0123456789\0\u00e4\ud83d\ude3a";

/** One of the things that go wrong with a text. */
function mutated(text: string, other: string, chance: Dice): string {
	const { roll } = chance;
	const at = roll(text.length + 1);
	const letter = ALPHABET[roll(ALPHABET.length)] ?? "?";
	switch (roll(8)) {
		case 0:
			return text.slice(0, at);
		case 1:
			return text.slice(at);
		case 2:
			return text.slice(0, at) + letter + text.slice(at + 1);
		case 3:
			return text.slice(0, at) + letter + text.slice(at);
		case 4:
			return text + other;
		case 5:
			return text.slice(0, at) + other.slice(roll(other.length + 1));
		default:
			return text.startsWith("?OTR:") ? inside(text, chance) : letter + text;
	}
}

/** A change of the bytes that a text encodes, which stays an encoding. */
function inside(text: string, { roll, once }: Dice): string {
	const bytes = Buffer.from(text.slice("?OTR:".length, -1), "base64");
	for (let changes = 1 + roll(3); changes > 0 && bytes.length > 0; changes--) {
		// The header and the lengths, more often than what is deep inside.
		const at = roll(once(2) ? Math.min(16, bytes.length) : bytes.length);
		bytes[at] = once(3) ? roll(256) : (bytes[at] as number) ^ (1 << roll(8));
	}
	const cut = once(4) ? bytes.subarray(0, roll(bytes.length + 1)) : bytes;
	return `?OTR:${cut.toString("base64")}.`;
}

/** "Note that old MAC keys are not included" in what the authenticator covers: whoever changes them is not found out. */
function differOnlyInRevealed(altered: string, text: string): boolean {
	const bytes = decodeText(altered);
	const message = bytes.ok ? decodeMessage(bytes.value) : bytes;
	const original = decoded(text);
	if (!message.ok || message.value.type !== "data" || original.type !== "data") return false;
	const { sections, authenticator } = message.value;
	return Buffer.from(sections).equals(original.sections) && Buffer.from(authenticator).equals(original.authenticator);
}

test("whatever comes in whichever state: nothing is thrown, and an honest peer is understood afterwards", () => {
	for (const state of STATES) {
		const chance = dice(`fuzz ${state} ${SEED}`);
		const both = sceneIn(state, { mode: "otrv3-compatible", maxChars: 500 });
		const { alice, bob } = both;
		const away = must(restarted(bob, "away").conversation.sendOffline([alice.ensemble()], "x", NOW_MS)).send;
		const real = [
			...bob.outbox,
			...restarted(bob, "long").conversation.start(NOW_MS).send,
			identityFrom(restarted(bob, "fragments", { maxChars: 300 })),
			...Object.values(elsewhere(bob, alice)),
			...away,
			...restarted(bob, "short", { maxChars: 100 }).conversation.start(NOW_MS).send,
			appendWhitespaceTag("hello", [3, 4]),
			"?OTRv34? hello",
			"?OTR Error: ERROR_1: hello",
			"hello",
		].filter((text) => text !== "");
		const read: string[] = [];
		for (let run = 0; run < RUNS; run++) {
			const [text, other] = [chance.pick(real) ?? "", chance.pick(real) ?? ""];
			const { events, send } = alice.receive(mutated(text, other, chance), NOW_MS + run);
			for (const event of events) if (event.kind === "message") read.push(event.text);
			assert.ok(send.length < 100);
		}
		// A mutation may leave a text as it was: what was written offline can be read, once.
		assert.ok(read.length <= 1 && read.every((text) => text === "x"), `${state}: ${read.join()}`);
		alice.sent();
		bob.sent();
		const honest = { alice, bob: restarted(bob, "honest") };
		// What was begun meanwhile is given up.
		alice.take(alice.conversation.tick(NOW_MS + 3_600_000));
		alice.sent();
		honest.bob.take(honest.bob.conversation.start(NOW_MS + 3_600_000));
		settle(honest, NOW_MS + 3_600_000);
		alice.told();
		honest.bob.told();
		talk(honest, NOW_MS + 3_600_000);
	}
});

for (const primitives of [fastPrimitives, otrNodePrimitives]) {
	test(`each text of a conversation, altered before it comes, costs nothing but a refusal (${primitives.backend})`, () => {
		const both = pair({ primitives });
		const { alice, bob } = both;
		const chance = dice(`altered ${SEED} ${primitives.backend}`);
		const tries = primitives === fastPrimitives ? 20 : 3;
		const deliver = (to: typeof alice, text: string): void => {
			for (let n = 0; n < tries; n++) {
				const altered = inside(text, chance);
				if (altered === text || differOnlyInRevealed(altered, text)) continue;
				const before = to.conversation.store();
				const { events } = to.conversation.receive(altered, NOW_MS);
				assert.ok(!events.some(({ kind }) => kind === "message" || kind === "established"), altered);
				if (events.some(({ kind }) => kind === "refused")) assert.deepEqual(to.conversation.store(), before);
			}
			to.receive(text);
		};
		const settleAltered = (): void => {
			while (alice.outbox.length + bob.outbox.length > 0) {
				const [toBob, toAlice] = [alice.outbox.shift(), bob.outbox.shift()];
				if (toBob !== undefined) deliver(bob, toBob);
				if (toAlice !== undefined) deliver(alice, toAlice);
			}
		};
		const [identity] = alice.conversation.start(NOW_MS).send;
		// Of an Identity message only its author can tell whether its keys were changed, so that it comes as it is.
		bob.receive(identity ?? "");
		assert.equal(messageOf(bob.outbox[0], "auth-r").senderTag, bob.tag);
		settleAltered();
		for (const [from, text] of [
			[alice, "one"],
			[bob, "two"],
			[alice, "three"],
			[bob, "four"],
		] as const) {
			from.take(must(from.conversation.send(text, NOW_MS)));
			settleAltered();
		}
		alice.told();
		bob.told();
		talk(both);
	});
}
