import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
	forgeDakeAndSessionKeys,
	isMacKeyOf,
	type Modification,
	modifyDataMessage,
	readAndForgeDataMessage,
	remacMessage,
	revealedMacKeys,
	showMacKey,
} from "../../src/forge/index.ts";
import type { DataMessage } from "../../src/wire/messages.ts";
import { type Endpoint, NOW_MS } from "../support/endpoint.ts";
import { must, only, refusedAs } from "../support/expect.ts";
import { messageOf, settle } from "../support/pair.ts";
import { seeded } from "../support/random.ts";
import { alice, bob, honest, options, primitives, readBy } from "./support.ts";

const SEED = "a conversation to be changed";

/** Honest clients, encrypted: each time the same two, who draw the same bytes. */
function conversation(): { readonly alice: Endpoint; readonly bob: Endpoint } {
	const both = honest(seeded(SEED));
	both.bob.take(both.bob.conversation.start(NOW_MS));
	settle(both);
	both.alice.told();
	both.bob.told();
	return both;
}

/** The first chain key of Alice, by whoever knows what was drawn. */
function chainKey(): Uint8Array {
	return must(forgeDakeAndSessionKeys(options(SEED), { initiator: bob.person, responder: alice.person })).keys.chainKey;
}

function sentBy(endpoint: Endpoint, text: string): string {
	endpoint.take(must(endpoint.conversation.send(text, NOW_MS)));
	const [sent, ...others] = endpoint.sent();
	assert.deepEqual(others, []);
	return sent ?? "";
}

/** What was sent, and the MAC key that the receiver revealed for it. */
function revealed(text: string): { readonly sent: string; readonly macKeys: readonly Uint8Array[] } {
	const both = conversation();
	const sent = sentBy(both.alice, text);
	both.bob.receive(sent);
	return { sent, macKeys: must(revealedMacKeys(sentBy(both.bob, "I have read it"))) };
}

describe("modifying a data message", () => {
	const { sent, macKeys } = revealed("hi Bob");
	const modification: Modification = { oldText: "hi", newText: "yo", offset: 0, macKeys };

	it("replaces a guess, without any secret, and the honest receiver reads the new text", () => {
		const changed = must(modifyDataMessage(primitives, sent, modification));
		const { bob: receiver } = conversation();
		receiver.receive(changed);
		assert.deepEqual(readBy(receiver), ["yo Bob"]);
		assert.equal(changed.length, sent.length);
		const [before, after] = [messageOf(sent, "data"), messageOf(changed, "data")];
		const same = (message: DataMessage): unknown => ({
			...message,
			encryptedMessage: 0,
			authenticator: 0,
			sections: 0,
		});
		assert.deepEqual(same(after), same(before));
		assert.deepEqual(after.encryptedMessage.slice(2), before.encryptedMessage.slice(2));
	});

	it("works at any place, in bytes of UTF-8", () => {
		const made = revealed("¿qué? Ja");
		const place = { oldText: "qué?", newText: "quo??", offset: 2, macKeys: made.macKeys };
		const { bob: receiver } = conversation();
		receiver.receive(must(modifyDataMessage(primitives, made.sent, place)));
		assert.deepEqual(readBy(receiver), ["¿quo?? Ja"]);
	});

	it("refuses a key that is not the message's, other lengths and places that are not in it", () => {
		const other = revealed("another").macKeys;
		refusedAs(modifyDataMessage(primitives, sent, { ...modification, macKeys: [] }), "caller", "mac");
		const changed = must(modifyDataMessage(primitives, sent, modification));
		const wrong = [new Uint8Array(64), new Uint8Array(3)];
		refusedAs(modifyDataMessage(primitives, changed, { ...modification, macKeys: wrong }), "caller", "mac");
		// The key depends on the ratchet and the number of the message only.
		assert.deepEqual(other, macKeys);
		const refuses = (more: Partial<Modification>): void => {
			refusedAs(modifyDataMessage(primitives, sent, { ...modification, ...more }), "caller", "malformed");
		};
		refuses({ newText: "yo!" });
		refuses({ offset: -1 });
		refuses({ offset: 0.5 });
		refuses({ offset: 255 });
		const last = { ...modification, oldText: "\0", newText: "\0", offset: 255 };
		assert.equal(must(modifyDataMessage(primitives, sent, last)), sent);
		refusedAs(modifyDataMessage(primitives, "hi", modification), "caller", "malformed");
	});

	it("is found out where the key is not that of the message", () => {
		const { bob: receiver } = conversation();
		const bad = must(remacMessage(primitives, sent, new Uint8Array(64)));
		receiver.receive(bad);
		assert.equal(only(receiver.told(), "refused").refusal.reason, "mac");
	});
});

describe("reading and forging with a chain key", () => {
	it("reads a message, and puts another text of the same padded length into it", () => {
		const both = conversation();
		const sent = sentBy(both.alice, "Come at noon");
		const read = must(readAndForgeDataMessage(primitives, sent, chainKey(), "Do not come at all"));
		assert.equal(read.plaintext.text, "Come at noon");
		assert.equal(read.forged?.length, sent.length);
		both.bob.receive(read.forged ?? "");
		assert.deepEqual(readBy(both.bob), ["Do not come at all"]);
		assert.deepEqual(must(showMacKey(primitives, read.messageKey)), read.macKey);
		assert.equal(must(isMacKeyOf(primitives, sent, read.macKey)), true);
	});

	it("makes exactly what the honest sender would have made of the new text", () => {
		const [one, other] = [conversation(), conversation()];
		const sent = sentBy(one.alice, "Come at noon");
		const meant = sentBy(other.alice, "x".repeat(700));
		assert.equal(must(readAndForgeDataMessage(primitives, sent, chainKey(), "x".repeat(700))).forged, meant);
	});

	it("reads later messages of the ratchet with an earlier key, and none of another", () => {
		const both = conversation();
		const texts = ["one", "two", "three"].map((text) => sentBy(both.alice, text));
		const key = chainKey();
		assert.deepEqual(
			texts.map((text) => must(readAndForgeDataMessage(primitives, text, key)).plaintext.text),
			["one", "two", "three"],
		);
		assert.deepEqual(key, chainKey());
		assert.equal(must(readAndForgeDataMessage(primitives, texts[0] ?? "", key)).forged, undefined);
		both.bob.receive(texts[0] ?? "");
		const answer = sentBy(both.bob, "four");
		refusedAs(readAndForgeDataMessage(primitives, answer, key), "caller", "mac");
		refusedAs(readAndForgeDataMessage(primitives, texts[0] ?? "", key.slice(1)), "caller", "malformed");
		refusedAs(readAndForgeDataMessage(primitives, texts[0] ?? "", key, "a\0b"), "caller", "malformed");
	});

	it("keeps the records that are not text", () => {
		const both = conversation();
		const agreed = must(both.alice.session.agreeKey(Uint8Array.of(1, 2, 3, 4), new Uint8Array(7), NOW_MS));
		const [sent = ""] = agreed.send;
		const forged = must(readAndForgeDataMessage(primitives, sent, chainKey(), "and a text")).forged ?? "";
		both.bob.receive(forged);
		const told = both.bob.told();
		assert.equal(only(told, "message").text, "and a text");
		assert.deepEqual(only(told, "extra-symmetric-key").key, agreed.key);
	});

	it("leaves a message without padding without it", () => {
		const both = conversation();
		sentBy(both.alice, "first");
		const [ended = ""] = must(both.alice.session.end(NOW_MS)).send;
		const forged = must(readAndForgeDataMessage(primitives, ended, chainKey(), "bye")).forged ?? "";
		assert.equal(messageOf(forged, "data").encryptedMessage.length, 3 + 1 + 4);
	});
});

describe("MAC keys", () => {
	it("follow from message keys, and authenticate what they are given", () => {
		const both = conversation();
		const sent = sentBy(both.alice, "to be broken");
		const { messageKey } = must(readAndForgeDataMessage(primitives, sent, chainKey()));
		const key = must(showMacKey(primitives, messageKey));
		const broken = must(remacMessage(primitives, sent, new Uint8Array(64).fill(1)));
		assert.notEqual(broken, sent);
		assert.equal(must(isMacKeyOf(primitives, broken, key)), false);
		const mended = must(remacMessage(primitives, broken, key));
		assert.equal(mended, sent);
		both.bob.receive(mended);
		assert.deepEqual(readBy(both.bob), ["to be broken"]);
	});

	it("are 64 bytes, as message keys are, and of data messages", () => {
		const both = conversation();
		const sent = sentBy(both.alice, "x");
		refusedAs(showMacKey(primitives, new Uint8Array(32)), "caller", "malformed");
		refusedAs(remacMessage(primitives, sent, new Uint8Array(63)), "caller", "malformed");
		refusedAs(remacMessage(primitives, "?OTRv4?", new Uint8Array(64)), "caller", "malformed");
		refusedAs(revealedMacKeys(both.bob.conversation.start(NOW_MS).send[0] ?? ""), "caller", "malformed");
		refusedAs(revealedMacKeys("?OTR:AAA."), "peer", "malformed");
		assert.deepEqual(must(revealedMacKeys(sent)), []);
	});
});
