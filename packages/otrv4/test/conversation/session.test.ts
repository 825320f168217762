import assert from "node:assert/strict";
import { test } from "node:test";
import { utf8 } from "@clowder/bytes";
import { otrNodePrimitives } from "@clowder/crypto/otr-node";
import { EXTRA_SYMMETRIC_KEYS_MAX } from "../../src/limits.ts";
import { isAuthentic } from "../../src/ratchet/message-keys.ts";
import type { DataMessage } from "../../src/wire/messages.ts";
import type { Endpoint } from "../support/endpoint.ts";
import { NOW_MS } from "../support/endpoint.ts";
import { eventsOf, kinds, must, only, refusedAs, texts } from "../support/expect.ts";
import { fastPrimitives } from "../support/fast-group.ts";
import { established, messageOf, pair, say, settle, talk } from "../support/pair.ts";
import { dice } from "../support/random.ts";
import { revealed } from "../ratchet/support.ts";

// What a session can do: texts of all kinds, keys for something else, SMP, the end.

function sentText(from: Endpoint, text: string): string {
	return must(from.session.send(text, NOW_MS)).send[0] ?? "";
}

// Texts.

test("texts of all kinds are read as they were written", () => {
	const { alice, bob } = established();
	for (const text of [
		"a",
		"<b>bold</b>",
		"\ufefffirst",
		"\u{1f63a} \u00e4\u00f6\u00fc",
		"?OTRv4?",
		"?OTR:AAAA.",
		"x".repeat(20_000),
	]) {
		say(alice, bob, text);
	}
	refusedAs(alice.session.send("no\0text", NOW_MS), "caller", "malformed");
	refusedAs(alice.session.send("x".repeat(200_000), NOW_MS), "caller", "limit");
	say(alice, bob, "and goes on");
});

test("an empty text is a heartbeat: it is read by nobody", () => {
	const { alice, bob } = established();
	assert.deepEqual(bob.receive(sentText(alice, "")), { send: [], events: [] });
});

test("texts of about one length have one length on the way", () => {
	const { alice } = established();
	const lengths = ["a", "hello", "x".repeat(200)].map((text) => sentText(alice, text).length);
	assert.equal(new Set(lengths).size, 1);
	const bare = established({ paddingTo: 1 });
	assert.ok(sentText(bare.alice, "x".repeat(200)).length > sentText(bare.alice, "a").length);
});

test("a text that comes twice is read once; the sender is told what could not be read", () => {
	const { alice, bob } = established();
	const text = sentText(alice, "once");
	assert.deepEqual(texts(bob.receive(text).events), ["once"]);
	assert.deepEqual(kinds(bob.receive(text).events), ["unreadable", "refused"]);
	const [error] = bob.sent();
	assert.deepEqual(alice.receive(error ?? "").events, [{ kind: "peer-error", code: 1, text: "Unreadable message" }]);
	assert.deepEqual(alice.sent(), []);
});

// Fragments.

test("a whole conversation in fragments, in any order, with those of two messages mixed", () => {
	for (const maxChars of [51, 90, 400]) {
		const both = pair({ maxChars });
		const { alice, bob } = both;
		const chance = dice(`fragments ${maxChars}`);
		const carry = (from: Endpoint, to: Endpoint): void => {
			const pieces = from.sent();
			assert.ok(pieces.every((piece) => piece.length <= maxChars));
			for (const piece of pieces.sort(() => chance.roll(3) - 1)) to.receive(piece);
		};
		alice.take(alice.conversation.start(NOW_MS));
		for (let turn = 0; turn < 4; turn++) {
			carry(alice, bob);
			carry(bob, alice);
		}
		assert.equal(alice.conversation.state(), "ENCRYPTED_MESSAGES");
		for (const text of ["one", "two"]) bob.take(must(bob.conversation.send(text, NOW_MS)));
		bob.told();
		alice.told();
		carry(bob, alice);
		assert.deepEqual(texts(alice.told()).sort(), ["one", "two"]);
		alice.take(alice.conversation.end(NOW_MS));
		carry(alice, bob);
		assert.equal(only(bob.told(), "finished").by, "peer");
	}
});

test("a message of which a fragment never comes is given up, and forgotten", () => {
	const { alice, bob } = established({}, { maxChars: 200 });
	const pieces = must(bob.conversation.send("hello", NOW_MS)).send;
	for (const piece of pieces.slice(1)) assert.deepEqual(alice.receive(piece), { send: [], events: [] });
	const { deadlineMs } = alice.conversation;
	assert.ok(deadlineMs !== undefined);
	alice.conversation.tick(NOW_MS + 24 * 3_600_000);
	assert.deepEqual(alice.receive(pieces[0] ?? "", NOW_MS + 24 * 3_600_000), { send: [], events: [] });
	assert.deepEqual(texts(alice.told()), []);
});

// "Extra Symmetric Key".

test("both have the same key for the same purpose; another message gives another", () => {
	const { alice, bob } = established();
	const seen = new Set<string>();
	for (const [from, to] of [
		[alice, bob],
		[bob, alice],
		[alice, bob],
	] as const) {
		const agreed = must(from.session.agreeKey(Uint8Array.of(0, 0, 0, 9), utf8("file.txt"), NOW_MS));
		to.receive(agreed.send[0] ?? "");
		const { key, context, value, instance } = only(to.told(), "extra-symmetric-key");
		assert.deepEqual([key, context, value], [agreed.key, Uint8Array.of(0, 0, 0, 9), utf8("file.txt")]);
		assert.equal(instance, from.tag);
		assert.equal(key.length, 64);
		seen.add(key.join());
	}
	assert.equal(seen.size, 3);
	assert.ok(EXTRA_SYMMETRIC_KEYS_MAX >= 1);
});

test("a purpose is four bytes, and what is said of it fits into a record", () => {
	const { alice, bob } = established();
	for (const length of [0, 3, 5]) {
		refusedAs(alice.session.agreeKey(new Uint8Array(length), new Uint8Array(0), NOW_MS), "caller", "malformed");
	}
	refusedAs(alice.session.agreeKey(new Uint8Array(4), new Uint8Array(65_532), NOW_MS), "caller", "limit");
	say(alice, bob, "and goes on");
});

// SMP.

for (const [hers, his] of [
	["the cat", "the cat"],
	["the cat", "the dog"],
] as const) {
	test(`SMP: ${hers} and ${his}, asked by either side`, () => {
		for (const swap of [false, true]) {
			const both = established();
			const [one, other] = swap ? [both.bob, both.alice] : [both.alice, both.bob];
			one.take(must(one.session.startSmp("which animal?", hers, NOW_MS)));
			settle(both);
			assert.equal(only(other.told(), "smp-asked").question, "which animal?");
			other.take(must(other.session.answerSmp(his, NOW_MS)));
			settle(both);
			const outcome = eventsOf([...one.told(), ...other.told()], "smp-finished");
			assert.deepEqual(
				outcome.map(({ equal }) => equal),
				[hers === his, hers === his],
			);
			talk(both);
		}
	});
}

test("SMP with the true primitives", () => {
	const both = established({ primitives: otrNodePrimitives });
	for (const [secret, equal] of [
		["the dog", false],
		["the cat", true],
	] as const) {
		both.alice.take(must(both.alice.session.startSmp("", "the cat", NOW_MS)));
		settle(both);
		both.bob.take(must(both.bob.session.answerSmp(secret, NOW_MS)));
		settle(both);
		assert.equal(only(both.alice.told(), "smp-finished").equal, equal);
		assert.equal(only(both.bob.told(), "smp-finished").equal, equal);
	}
});

test("SMP: nobody answers what was not asked; an abort of either side ends it for both", () => {
	const both = established();
	const { alice, bob } = both;
	refusedAs(bob.session.answerSmp("secret", NOW_MS), "caller", "state");
	for (const aborting of [alice, bob]) {
		alice.take(must(alice.session.startSmp("", "secret", NOW_MS)));
		settle(both);
		aborting.take(must(aborting.session.abortSmp(NOW_MS)));
		settle(both);
		const told = [...alice.told(), ...bob.told()];
		assert.deepEqual(
			eventsOf(told, "smp-aborted")
				.map(({ by }) => by)
				.sort(),
			["peer", "us"],
		);
		refusedAs(bob.session.answerSmp("secret", NOW_MS), "caller", "state");
	}
});

test("SMP: an answer never goes to another question than the user saw", () => {
	const both = established();
	const { alice, bob } = both;
	alice.take(must(alice.session.startSmp("first?", "one", NOW_MS)));
	settle(both);
	const first = only(bob.told(), "smp-asked");
	alice.take(must(alice.session.startSmp("second?", "two", NOW_MS)));
	settle(both);
	const second = only(bob.told(), "smp-asked");
	assert.notEqual(first.attempt, second.attempt);
	refusedAs(bob.session.answerSmp("one", NOW_MS, first.attempt), "caller", "state");
	bob.take(must(bob.session.answerSmp("two", NOW_MS, second.attempt)));
	settle(both);
	assert.equal(only(alice.told(), "smp-finished").equal, true);
});

test("SMP: the end of the session is the end of it", () => {
	const both = established();
	const { alice, bob } = both;
	alice.take(must(alice.session.startSmp("", "secret", NOW_MS)));
	settle(both);
	bob.told();
	alice.take(must(alice.session.end(NOW_MS)));
	assert.equal(only(alice.told(), "smp-aborted").by, "us");
	settle(both);
	assert.deepEqual(kinds(bob.told()), ["smp-aborted", "finished"]);
});

// "User requests to end an OTRv4 Conversation", "Revealing MAC Keys".

test("the last message reveals the MAC keys of all that was read and of what never came: the right ones", () => {
	const both = established({ timing: { heartbeatMs: 1e12 } });
	const { alice, bob } = both;
	talk(both);
	const messages = ["lost", "read", "read too"].map((text) => sentText(alice, text));
	bob.receive(messages[1] ?? "");
	bob.receive(messages[2] ?? "");
	const { send } = must(bob.session.end(NOW_MS));
	assert.equal(send.length, 1);
	const keys = revealed(messageOf(send[0], "data"));
	const fits = ({ sections, authenticator }: DataMessage): number =>
		keys.filter((key) => isAuthentic(fastPrimitives, key, sections, authenticator)).length;
	for (const text of messages) assert.equal(fits(messageOf(text, "data")), 1);
	assert.equal(only(alice.receive(send[0] ?? "").events, "finished").by, "peer");
});

test("more MAC keys than one message holds are revealed in several before the last", () => {
	const { alice, bob } = established({ timing: { heartbeatMs: 1e12 } });
	const count = 2100;
	for (let n = 0; n < count; n++) bob.receive(sentText(alice, "x"));
	const { send } = must(bob.session.end(NOW_MS));
	assert.equal(send.length, 2);
	const keys = send.flatMap((text) => revealed(messageOf(text, "data")));
	assert.equal(new Set(keys.map(String)).size, count);
	alice.receive(send[0] ?? "");
	assert.equal(only(alice.receive(send[1] ?? "").events, "finished").by, "peer");
});

test("what comes after the end is unreadable, and revives nothing", () => {
	const both = established();
	const { alice, bob } = both;
	const late = sentText(alice, "late");
	bob.take(bob.conversation.end(NOW_MS));
	settle(both);
	alice.told();
	assert.deepEqual(kinds(bob.receive(late).events), []);
	assert.equal(bob.conversation.state(), "START");
	assert.equal(alice.conversation.state(), "FINISHED");
});
