import assert from "node:assert/strict";
import { after, describe, it } from "node:test";
import { hex } from "@clowder/bytes";
import type { Conversation } from "../../src/index.ts";
import type { EncryptedSession } from "../../src/conversation/encrypted-session.ts";
import type { OutcomeData } from "../../src/worker/data.ts";
import type { ConversationProxy, SessionProxy } from "../../src/worker/proxy.ts";
import { direct, kinds, must, NOW, outcomeOf, settle, Side } from "./support.ts";

/** What a page does not get: secrets, and what only the conversation itself calls. */
type Left = "store";
type SessionLeft = "receive" | "tick" | "deadlineMs" | "discard" | "content";

/** Compiles only if each method of a class is in its proxy, or above. */
type Whole = [
	Exclude<keyof Conversation, keyof ConversationProxy | Left>,
	Exclude<keyof EncryptedSession, keyof SessionProxy | SessionLeft>,
] extends [never, never]
	? true
	: false;
const whole: Whole = true;

type Either = Conversation | ConversationProxy;

function sessionOf(speaker: Either): EncryptedSession | SessionProxy {
	return speaker.session() ?? assert.fail("no encrypted session");
}

/** A conversation from its beginning to its end, with all that can be done in one. */
async function wholeConversation(alice: Either, bob: Either): Promise<readonly OutcomeData[]> {
	const both = [alice, bob] as const;
	const said: OutcomeData[] = [];
	const run = async (from: 0 | 1, first: unknown, nowMs = NOW): Promise<void> => {
		said.push(...(await settle(both, from, first, nowMs)));
	};
	await run(0, alice.send("waits for the session", NOW));
	await run(0, alice.start(NOW));
	for (let i = 0; i < 4; i++) {
		await run(1, bob.send(`purr ${i}`, NOW));
		await run(0, sessionOf(alice).send(`mew ${i}`, NOW), NOW + 61_000);
	}
	await run(0, sessionOf(alice).startSmp("whose cat?", "the miller's", NOW));
	await run(1, sessionOf(bob).answerSmp("the miller's", NOW, 1));
	await run(1, sessionOf(bob).startSmp("", "one", NOW));
	await run(0, sessionOf(alice).abortSmp(NOW));
	const agreed = await sessionOf(alice).agreeKey(Uint8Array.of(1, 2, 3, 4), Uint8Array.of(5), NOW);
	assert.ok(agreed.ok);
	said.push({ send: [hex(agreed.value.key)], events: [] });
	await run(0, agreed);
	await run(1, sessionOf(bob).heartbeat(NOW));
	await run(0, alice.tick(NOW + 1));
	await run(0, sessionOf(alice).end(NOW));
	return said;
}

/** The class has objects in the place of plain data. */
function plain(outcomes: readonly OutcomeData[]): unknown {
	return outcomes.map(({ send, events }) => ({
		send,
		events: events.map((event) =>
			event.kind === "established" && "profile" in event.profile ? { ...event, profile: event.profile.profile } : event,
		),
	}));
}

describe("a conversation in a worker", () => {
	const sides = [new Side("alice"), new Side("bob")] as const;
	after(() => {
		for (const side of sides) side.disconnect();
	});

	it("says and tells the same, byte for byte, as one in this thread", async () => {
		const alice = await sides[0].open("alice@example.org", "bob@example.org");
		const bob = await sides[1].open("bob@example.org", "alice@example.org");
		const far = await wholeConversation(alice, bob);
		const [one, other] = [
			direct("alice", "alice@example.org", "bob@example.org"),
			direct("bob", "bob@example.org", "alice@example.org"),
		];
		const near = await wholeConversation(one, other);
		assert.deepEqual(plain(far), plain(near));
		for (const kind of [
			"established",
			"message",
			"smp-asked",
			"smp-finished",
			"smp-aborted",
			"extra-symmetric-key",
			"finished",
		]) {
			assert.ok(kinds(far).includes(kind), kind);
		}
		assert.equal(alice.state, one.state());
		assert.equal(bob.state, other.state());
		assert.deepEqual([...bob.sessions().values()], [...other.sessions().values()]);
	});

	it("has every method that the classes have", () => assert.ok(whole));

	it("shows state, deadline and sessions as they were after the last answer", async () => {
		const [alice, bob] = await fresh(sides);
		assert.equal(alice.state, "START");
		const started = await alice.start(NOW);
		assert.equal(alice.state, "WAITING_AUTH_R");
		assert.equal(alice.deadlineMs, NOW + 120_000);
		await settle([alice, bob], 0, started);
		assert.equal(alice.state, "ENCRYPTED_MESSAGES");
		const session = alice.session() ?? assert.fail("none");
		assert.equal(session, alice.session("recent"));
		assert.deepEqual([...alice.sessions()], [[session.peer.instance, session]]);
		const account = must(await sides[1].proxy.account());
		assert.deepEqual(session.peer.fingerprint, account.fingerprint);
		assert.equal(session.peer.instance, account.instanceTag);
		assert.equal(session.peer.profile.instanceTag, account.instanceTag);
		assert.deepEqual(session.peer.ssid, bob.session()?.peer.ssid);
		await settle([alice, bob], 0, alice.send("still the same session", NOW));
		assert.equal(alice.session(), session);
	});

	it("does calls in the order in which they were made, awaited or not", async () => {
		const [alice, bob] = await established(sides);
		const sent = await Promise.all(Array.from({ length: 20 }, (_, i) => alice.send(`${i}`, NOW)));
		const got = await Promise.all(sent.flatMap((one) => must(one).send).map((text) => bob.receive(text, NOW)));
		const texts = got
			.flatMap((one) => must(one).events)
			.map((event) => (event.kind === "message" ? event.text : event.kind));
		assert.deepEqual(
			texts,
			Array.from({ length: 20 }, (_, i) => `${i}`),
		);
	});

	it("texts that wait go to those who are trusted, or when the user says so", async () => {
		const { fingerprint } = must(await sides[1].proxy.account());
		for (const [trusted, waits] of [
			[[], true],
			[[fingerprint], false],
		] as const) {
			const [alice, bob] = await fresh(sides, trusted);
			await alice.send("for Bob alone", NOW);
			const told = kinds(await settle([alice, bob], 0, alice.start(NOW)));
			assert.equal(told.includes("message"), !waits);
			const sent = kinds(await settle([alice, bob], 0, alice.sendWaiting(NOW)));
			assert.deepEqual(sent, waits ? ["message"] : []);
		}
	});

	it("our own devices tell each other what they said to others", async () => {
		const us = "alice@example.org";
		const addresses = { ourAddress: us, theirAddress: us };
		const both = [must(await sides[0].proxy.open(addresses)), must(await sides[1].proxy.open(addresses))] as const;
		await settle(both, 0, both[0].start(NOW));
		const copied = await settle(both, 0, both[0].copy("meow", "bob@example.org", NOW));
		assert.deepEqual(
			copied.flatMap(({ events }) => events.map((event) => event.kind === "copy" && event.to)),
			["bob@example.org"],
		);
		const refused = await both[0].session()?.sendCopy("purr", "bob@example.org", NOW);
		assert.ok(refused?.ok);
	});

	it("a session that is over refuses, and is not mistaken for the next one with the same device", async () => {
		const [alice, bob] = await established(sides);
		const old = alice.session() ?? assert.fail("none");
		await settle([alice, bob], 0, alice.start(NOW));
		const next = alice.session() ?? assert.fail("none");
		assert.notEqual(next, old);
		assert.equal(next.peer.instance, old.peer.instance);
		assert.equal(old.isOpen, false);
		assert.equal(next.isOpen, true);
		const refused = await old.send("to nobody", NOW);
		assert.deepEqual(refused, {
			ok: false,
			error: {
				blame: "caller",
				reason: "state",
				what: "encrypted session",
				expected: "a session that is not over",
				got: "one that is",
			},
		});
		assert.deepEqual(kinds(await settle([alice, bob], 0, next.send("to the cat", NOW))), ["message"]);
	});

	it("refuses as the class does: no text goes out of a finished conversation", async () => {
		const [alice, bob] = await established(sides);
		const { instance } = (bob.session() ?? assert.fail("none")).peer;
		await settle([alice, bob], 0, alice.end(NOW));
		assert.equal(bob.state, "FINISHED");
		const refused = await bob.send("into the void", NOW);
		assert.equal(!refused.ok && refused.error.reason, "state");
		assert.equal(bob.sessions().get(instance)?.state, "finished");
		await bob.close(instance);
		assert.equal(bob.state, "START");
	});

	it("is forgotten by the worker when it is left, and the peer is told", async () => {
		const [alice, bob] = await established(sides);
		const left = await settle([alice, bob], 0, alice.leave(NOW));
		assert.deepEqual(kinds(left), ["ended", "finished"]);
		const refused = await alice.start(NOW);
		assert.equal(!refused.ok && refused.error.what, "conversation");
	});
});

/** New conversations of accounts that are there. */
async function fresh(
	sides: readonly [Side, Side],
	trusted?: readonly Uint8Array[],
): Promise<readonly [ConversationProxy, ConversationProxy]> {
	const [alice, bob] = ["alice@example.org", "bob@example.org"];
	return [
		must(await sides[0].proxy.open({ ourAddress: alice, theirAddress: bob, ...(trusted && { trusted }) })),
		must(await sides[1].proxy.open({ ourAddress: bob, theirAddress: alice })),
	];
}

async function established(sides: readonly [Side, Side]): Promise<readonly [ConversationProxy, ConversationProxy]> {
	const [alice, bob] = await fresh(sides);
	await settle([alice, bob], 0, await outcomeOf(alice.start(NOW)));
	return [alice, bob];
}
