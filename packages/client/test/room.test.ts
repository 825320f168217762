import assert from "node:assert/strict";
import { test } from "node:test";
import { err } from "@clowder/bytes";
import type { IdentitySecretKey } from "@clowder/crypto";
import type { MessageId, Person } from "@clowder/mpotr";
import { CATALOGUES, LOCALES } from "../src/i18n/locales.ts";
import { systemLine } from "../src/i18n/phrases.ts";
import { REJOIN_DELAY_MS, REJOIN_TRIES, SLOW_JOIN_MS } from "../src/limits.ts";
import {
	ANA,
	BO,
	ENTERED,
	ME,
	person,
	placed,
	ScriptedParticipant,
	scripted,
	session,
	suite,
	viewOf,
} from "./scripted.ts";

const states = (room: ReturnType<typeof scripted>): string[] =>
	room.store.getSnapshot().joining.steps.map((step) => `${step.id}:${step.state}`);

test("the way in is told step by step, as it happens", async () => {
	const room = scripted();
	assert.equal(room.store.getSnapshot().stage, "joining");
	assert.deepEqual(states(room), ["connect:todo", "keys:now", "enter:todo", "ask:todo", "agree:todo"]);
	room.carrier.options?.onProgress?.("connecting");
	await room.settled();
	assert.deepEqual(states(room), ["connect:now", "keys:done", "enter:todo", "ask:todo", "agree:todo"]);
	room.carrier.options?.onProgress?.("registering");
	assert.deepEqual(states(room), ["connect:done", "keys:done", "enter:now", "ask:todo", "agree:todo"]);
	const participant = await room.enter();
	assert.deepEqual(states(room), ["connect:done", "keys:done", "enter:done", "ask:now", "agree:todo"]);
	participant.shown = viewOf({
		phase: "agreeing",
		attempt: {
			joining: [],
			leaving: [],
			waitingFor: [{ person: ANA, owes: "share" }],
			done: 3,
			total: 6,
			answered: 1,
			others: 2,
		},
	});
	await room.say({ type: "changed" });
	assert.deepEqual(states(room), ["connect:done", "keys:done", "enter:done", "ask:done", "agree:now"]);
	assert.deepEqual(room.store.getSnapshot().joining.steps[4]?.count, { done: 1, total: 2 });
	assert.deepEqual(room.store.getSnapshot().joining.waitingFor, []);
	room.clock.advance(SLOW_JOIN_MS);
	assert.equal(room.store.getSnapshot().joining.waitingFor[0]?.person?.nickname, "Ana");
	participant.shown = viewOf({ session: session(ME, ANA) });
	await room.say({ type: "session", session: session(ME, ANA), joined: [ME], left: [], back: [] });
	assert.equal(room.store.getSnapshot().stage, "room");
	assert.equal(room.store.getSnapshot().joining.fraction, 1);
});

test("nothing says private and nothing can be written before the first session", async () => {
	const room = scripted();
	const participant = await room.enter();
	assert.deepEqual(room.store.getSnapshot().trust, { state: "not-yet" });
	assert.deepEqual(room.store.getSnapshot().composer, { state: "closed", why: "no-session" });
	assert.deepEqual(room.store.send("hi"), { ok: false, error: { kind: "composer-closed" } });
	assert.deepEqual(participant.sentTexts, []);
});

test("inside, it says who reads; after a departure it says so, and writing waits", async () => {
	const room = scripted();
	const participant = await room.enter();
	participant.shown = viewOf({ session: session(ME, BO, ANA) });
	await room.say({ type: "session", session: session(ME, BO, ANA), joined: [ME], left: [], back: [] });
	let { trust, composer } = room.store.getSnapshot();
	assert.equal(trust.state, "private");
	assert.deepEqual(trust.state === "private" && trust.others.map((ref) => ref.nickname), ["Ana", "Bo"]);
	assert.deepEqual(composer, { state: "open" });
	assert.equal(room.store.send("hi").ok, true);
	assert.deepEqual(participant.sentTexts, ["hi"]);

	participant.shown = viewOf({
		session: session(ME, ANA, BO),
		leaving: [{ person: BO, how: "gone" }],
		waiting: "re-keying",
	});
	await room.say({ type: "leaving", person: BO, how: "gone" });
	({ trust, composer } = room.store.getSnapshot());
	assert.equal(trust.state, "re-keying");
	assert.deepEqual(composer, { state: "waits", until: "new-keys" });
	assert.equal(room.store.getSnapshot().people.find((one) => one.nickname === "Bo")?.state, "leaving");
});

test("what the participant writes reaches the carrier in order, and its wake-up is set anew each time", async () => {
	const room = scripted();
	const participant = await room.enter();
	participant.texts = ["one", "two"];
	participant.wakeAt = 50;
	await room.say({ type: "changed" });
	assert.deepEqual(room.carrier.sent, ["one", "two"]);
	room.clock.advance(49);
	await room.settled();
	assert.deepEqual(participant.woken, []);
	room.clock.advance(1);
	await room.settled();
	assert.deepEqual(participant.woken, [50]);
	// The way in may still be called slow; no wake-up is left.
	assert.equal(room.clock.timers, 1);
});

test("carrier events are read in order, with the event loop's turn between two", async () => {
	const room = scripted();
	const participant = await room.enter();
	const before = room.clock.breaths;
	for (let n = 0; n < 600; n++) room.carrier.event({ type: "text", from: "h-ana", text: `${n}` });
	assert.equal(participant.received.length, 1);
	await room.settled();
	const texts = participant.received.slice(1).map((input) => (input.type === "text" ? Number(input.text) : -1));
	assert.deepEqual(
		texts,
		Array.from({ length: 600 }, (_, n) => n),
	);
	assert.ok(room.clock.breaths - before >= 600);
});

test("events that come before the carrier's promise is kept are not lost", async () => {
	const room = scripted();
	await room.settled();
	room.carrier.event(ENTERED);
	room.carrier.event({ type: "text", from: "h-ana", text: "early" });
	await room.settled();
	assert.equal(room.participants.length, 0);
	room.carrier.settle();
	await room.settled();
	assert.deepEqual(
		room.participant().received.map((input) => input.type),
		["entered", "text"],
	);
});

test("a text that the carrier does not take is told in the details", async () => {
	const room = scripted();
	const participant = await room.enter();
	room.carrier.answer = err({ kind: "usage", detail: "too long" });
	participant.texts = ["x"];
	await room.say({ type: "changed" });
	assert.equal(room.store.getSnapshot().details.refusals.latest[0]?.detail, "usage: too long");
});

test("refused texts are counted and listed, never shown as messages", async () => {
	const room = scripted();
	await room.enter();
	const refusal = { blame: "sender", rule: "WIRE-3", expected: "a signature", got: "noise" } as const;
	for (let n = 0; n < 60; n++) await room.say({ type: "refused", from: "h-eve", refusal });
	await room.deliver({ type: "refused", from: "h-eve", reason: "half a fragment" });
	const { details, timeline } = room.store.getSnapshot();
	assert.equal(details.refusals.total, 61);
	assert.equal(details.refusals.latest.length, 50);
	assert.equal(details.refusals.latest[0]?.detail, "half a fragment");
	assert.equal(details.refusals.latest[1]?.detail, "WIRE-3: expected a signature, got noise");
	assert.deepEqual(timeline, []);
});

test("leaving says goodbye, lets the carrier go, erases the identity and stops every timer", async () => {
	let identity: IdentitySecretKey | undefined;
	const participant = new ScriptedParticipant();
	const room = scripted({
		createParticipant: (options) => {
			identity = options.identity;
			return participant;
		},
	});
	await room.settled();
	room.carrier.settle();
	await room.deliver(ENTERED);
	const ephemeral = suite.primitives.dhKeyPair(new Uint8Array(32).fill(5)).publicKey;
	const use = (): unknown => suite.primitives.dhFromIdentity(identity as IdentitySecretKey, ephemeral);
	assert.doesNotThrow(use);
	await room.store.leave();
	assert.equal(participant.left, true);
	assert.equal(room.carrier.sent.at(-1), "goodbye");
	assert.equal(room.carrier.left, 1);
	assert.deepEqual(room.store.getSnapshot().end, { code: "cancelled" });
	assert.equal(room.clock.timers, 0);
	assert.throws(use);
	await room.store.leave();
	assert.equal(room.carrier.left, 1);
	assert.equal(room.store.send("late").ok, false);
});

test("cancelled while connecting: the carrier is told, and a place that comes too late is left", async () => {
	const abort = new AbortController();
	const room = scripted({ signal: abort.signal });
	await room.settled();
	abort.abort();
	await room.settled();
	assert.deepEqual(room.store.getSnapshot().end, { code: "cancelled" });
	assert.equal(room.carrier.options?.signal?.aborted, true);
	room.carrier.settle();
	await room.settled();
	assert.equal(room.carrier.left, 1);
});

test("cancelled before it began: nothing is entered", () => {
	const room = scripted({ signal: AbortSignal.abort() });
	assert.deepEqual(room.store.getSnapshot().end, { code: "cancelled" });
	assert.equal(room.carrier.options, undefined);
});

test("why it ended is told by who is to blame", async () => {
	const ends = [
		[{ kind: "unreachable", detail: "x" }, { code: "unreachable" }],
		[
			{ kind: "refused", condition: "forbidden", detail: "x" },
			{ code: "server-refused", condition: "forbidden" },
		],
		[{ kind: "protocol", expected: "x", got: "y" }, { code: "server-protocol" }],
		[
			{ kind: "usage", detail: "x" },
			{ code: "bug", detail: "carrier: x" },
		],
	] as const;
	for (const [error, end] of ends) {
		const room = scripted();
		await room.settled();
		room.carrier.settle(err(error));
		await room.settled();
		assert.deepEqual(room.store.getSnapshot().end, end);
	}
	const lost = scripted();
	await lost.enter();
	await lost.deliver({ type: "closed", reason: { kind: "unreachable", detail: "x" } });
	assert.deepEqual(lost.store.getSnapshot().end, { code: "connection-lost" });
});

test("a refused name ends the visit with the reason", async () => {
	const room = scripted();
	await room.enter();
	await room.say({ type: "refused-entry", why: "name-taken" });
	assert.deepEqual(room.store.getSnapshot().end, { code: "entry-refused", why: "name-taken" });
	assert.equal(room.carrier.left, 1);
});

test("after a lost connection the participant goes on under the new presence", async () => {
	const room = scripted();
	const participant = await room.enter();
	participant.shown = viewOf({ session: session(ME, ANA) });
	await room.say({ type: "session", session: session(ME, ANA), joined: [ME], left: [], back: [] });
	await room.deliver({ type: "interrupted", reason: { kind: "unreachable", detail: "x" } });
	participant.shown = viewOf();
	await room.deliver({ ...ENTERED, self: "h-me-2" });
	assert.equal(room.participants.length, 1);
	assert.equal(participant.received.at(-1)?.type, "entered");
	const snapshot = room.store.getSnapshot();
	assert.equal(snapshot.stage, "room");
	assert.deepEqual(snapshot.composer, { state: "closed", why: "no-session" });
	const lines = snapshot.timeline.map((item) => item.kind === "system" && item.line.code);
	assert.deepEqual(lines, ["started", "interrupted", "reconnected"]);
});

test("back in a session under a new presence, those who were there all the time have not joined", async () => {
	const room = scripted();
	const participant = await room.enter();
	participant.shown = viewOf({ session: session(ME, ANA) });
	await room.say({ type: "session", session: session(ME, ANA), joined: [ME, ANA], left: [], back: [] });
	await room.deliver({ ...ENTERED, self: "h-me-2" });
	await room.say({ type: "session", session: session(ME, ANA), joined: [ME, ANA], left: [], back: [] });
	await room.say({ type: "session", session: session(ME, ANA, BO), joined: [BO], left: [], back: [] });
	const lines = room.store.getSnapshot().timeline.map((item) => item.kind === "system" && item.line.code);
	assert.deepEqual(lines, ["started", "reconnected", "new-keys", "joined", "new-keys"]);
});

test("a dispute is over when its person is out, or when we are somebody new ourselves", async () => {
	const room = scripted();
	const participant = await room.enter();
	participant.shown = viewOf({ session: session(ME, ANA, BO) });
	const diverge = (who: Person) =>
		room.say({ type: "divergence", person: who, session: "0123456789abcdef", agreedUntil: 0, disputed: [] });
	await room.say({ type: "session", session: session(ME, ANA, BO), joined: [ME], left: [], back: [] });
	await diverge(ANA);
	await diverge(BO);
	await room.say({
		type: "session",
		session: session(ME, ANA),
		joined: [],
		left: [{ person: BO, how: "left" }],
		back: [],
	});
	assert.deepEqual(
		room.store.getSnapshot().disputes.map((dispute) => dispute.person.nickname),
		["Ana"],
	);
	await room.deliver({ ...ENTERED, self: "h-me-2" });
	assert.deepEqual(room.store.getSnapshot().disputes, []);
});

test("coming back while our former presence still holds our name, another participant asks, and nothing is lost", async () => {
	const room = scripted();
	const first = await room.enter();
	first.shown = viewOf({
		session: session(ME, ANA),
		outbox: [{ id: "own-2" as MessageId, text: "hello", heldFor: [] }],
	});
	await room.say({ type: "session", session: session(ME, ANA), joined: [ME], left: [], back: [] });
	await room.say({ type: "message", message: placed("own-1", ME, "before", [ANA]) });
	await room.deliver({ ...ENTERED, self: "h-me-2", occupants: ["h-ana", "h-me"] });
	// What the real one does when it is refused: it is over, with an empty outbox.
	first.shown = viewOf({ phase: "over", waiting: "over" });
	await room.say({ type: "refused-entry", why: "already-here" }, { type: "over", why: "refused" });
	assert.equal(room.store.getSnapshot().end, undefined);
	await room.deliver({ type: "left", handle: "h-me" });
	room.clock.advance(REJOIN_DELAY_MS);
	await room.settled();
	assert.equal(room.participants.length, 2);
	const second = room.participant();
	const [entered] = second.received;
	assert.deepEqual(entered?.type === "entered" && [entered.self, entered.occupants], ["h-me-2", ["h-ana"]]);

	const [held] = room.store.getSnapshot().held;
	assert.deepEqual([held?.why, held?.parts[0]], ["reconnected", { kind: "text", text: "hello" }]);
	// Not sendable before there is a session: it stays.
	room.store.release(held?.id as MessageId);
	assert.equal(room.store.getSnapshot().held.length, 1);
	second.shown = viewOf({ session: session(ME, ANA) });
	await room.say({ type: "session", session: session(ME, ANA), joined: [ME], left: [], back: [] });
	room.store.release(held?.id as MessageId);
	assert.deepEqual(second.sentTexts, ["hello"]);
	assert.deepEqual(room.store.getSnapshot().held, []);

	// The new participant counts its messages from one again; the old message stays another.
	await room.say({ type: "message", message: placed("own-1", ME, "hello", [ANA]) });
	const messages = room.store.getSnapshot().timeline.filter((item) => item.kind === "message");
	assert.equal(messages.length, 2);
	assert.notEqual(messages[0]?.key, messages[1]?.key);
});

test("the line breaks again while we wait for our name: the next presence asks with a participant that lives", async () => {
	const room = scripted();
	await room.enter();
	await room.deliver({ ...ENTERED, self: "h-me-2" });
	await room.say({ type: "refused-entry", why: "already-here" }, { type: "over", why: "refused" });
	await room.deliver({ ...ENTERED, self: "h-me-3" });
	assert.equal(room.participants.length, 2);
	const [entered] = room.participant().received;
	assert.equal(entered?.type === "entered" && entered.self, "h-me-3");
	room.clock.advance(REJOIN_DELAY_MS);
	await room.settled();
	assert.equal(room.participants.length, 2);
});

test("a mistake of ours while sending or leaving stops the visit too", async () => {
	for (const act of ["send", "leave"] as const) {
		const room = scripted();
		const participant = await room.enter();
		participant.shown = viewOf({ session: session(ME, ANA) });
		await room.say({ type: "session", session: session(ME, ANA), joined: [ME], left: [], back: [] });
		participant[act] = () => {
			throw new RangeError("a length");
		};
		if (act === "send") assert.equal(room.store.send("hi").ok, false);
		else await room.store.leave();
		assert.deepEqual(room.store.getSnapshot().end, { code: "bug", detail: "RangeError: a length" });
		assert.equal(room.carrier.left, 1);
	}
});

test("asking again for the name has an end", async () => {
	const room = scripted();
	await room.enter();
	await room.deliver({ ...ENTERED, self: "h-me-2" });
	for (let n = 0; n < 50 && room.store.getSnapshot().end === undefined; n++) {
		await room.say({ type: "refused-entry", why: "name-taken" });
		room.clock.advance(REJOIN_DELAY_MS);
		await room.settled();
	}
	assert.deepEqual(room.store.getSnapshot().end, { code: "entry-refused", why: "name-taken" });
	assert.equal(room.participants.length, 1 + REJOIN_TRIES);
});

test("messages held for newcomers are shown with who came, released and discarded by id", async () => {
	const room = scripted();
	const participant = await room.enter();
	participant.shown = viewOf({
		session: session(ME, BO),
		outbox: [{ id: "h" as MessageId, text: "for Ana", heldFor: [BO] }],
	});
	await room.say({ type: "session", session: session(ME, BO), joined: [BO], left: [], back: [] });
	const [held] = room.store.getSnapshot().held;
	assert.deepEqual([held?.why, held?.newcomers[0]?.nickname], ["newcomers", "Bo"]);
	room.store.release("h" as MessageId);
	assert.deepEqual(participant.released, ["h"]);
	assert.equal(room.store.discard("h" as MessageId), true);
	assert.deepEqual(participant.discarded, ["h"]);
});

test("people whose names look alike are flagged, and told apart by their keys", async () => {
	const room = scripted();
	const participant = await room.enter();
	const fake = person("ana", 9);
	participant.shown = viewOf({ session: session(ME, ANA), joining: [fake] });
	await room.say({ type: "joining", person: fake });
	const people = room.store.getSnapshot().people;
	assert.deepEqual(
		people.map((one) => [one.nickname, one.state, one.lookAlikes.map((other) => other.nickname)]),
		[
			["Me", "in-session", []],
			["ana", "joining", ["Ana"]],
			["Ana", "in-session", ["ana"]],
		],
	);
	assert.notDeepEqual(people[1]?.fingerprint.words, people[2]?.fingerprint.words);
});

test("the timeline tells who came and went, and the first session says that nothing from before is shown", async () => {
	const room = scripted();
	const participant = await room.enter();
	participant.shown = viewOf({ session: session(ME, ANA) });
	await room.say({ type: "session", session: session(ME, ANA), joined: [ME], left: [], back: [] });
	await room.say({ type: "message", message: placed("m", ANA, "hi", [ME]) });
	await room.say({ type: "joining", person: BO });
	await room.say({
		type: "session",
		session: session(ME, BO),
		joined: [BO],
		left: [{ person: ANA, how: "left" }],
		back: [],
	});
	const lines = room.store.getSnapshot().timeline.map((item) => (item.kind === "system" ? item.line.code : item.kind));
	assert.deepEqual(lines, ["started", "message", "joining", "left", "joined", "new-keys"]);
});

test("snapshots are the same object until something changes, and their unchanged parts stay", async () => {
	const room = scripted();
	const participant = await room.enter();
	participant.shown = viewOf({ session: session(ME, ANA) });
	await room.say({ type: "session", session: session(ME, ANA), joined: [ME], left: [], back: [] });
	let told = 0;
	const stop = room.store.subscribe(() => {
		told += 1;
	});
	const before = room.store.getSnapshot();
	assert.equal(room.store.getSnapshot(), before);
	await room.say({ type: "changed" });
	assert.equal(room.store.getSnapshot(), before);
	await room.say({ type: "message", message: placed("m", ANA, "hi", [ME]) });
	const after = room.store.getSnapshot();
	assert.notEqual(after, before);
	assert.equal(after.people, before.people);
	assert.equal(after.trust, before.trust);
	assert.ok(told > 0);
	stop();
	const then = told;
	await room.say({ type: "changed" });
	assert.equal(told, then);
});

test("each method of a store works by itself, as screens pass them around", async () => {
	const room = scripted();
	await room.enter();
	const { getSnapshot, subscribe, send, release, discard, leave } = room.store;
	let told = 0;
	const stop = subscribe(() => {
		told += 1;
	});
	assert.equal(send("hi").ok, false);
	release("none" as MessageId);
	assert.equal(discard("none" as MessageId), true);
	await leave();
	stop();
	assert.equal(getSnapshot().stage, "ended");
	assert.ok(told > 0);
});

test("a mistake of ours stops the visit instead of going on", async () => {
	const room = scripted();
	const participant = await room.enter();
	participant.onReceive = () => {
		throw new RangeError("a length");
	};
	await room.deliver({ type: "joined", handle: "h-bo" });
	assert.deepEqual(room.store.getSnapshot().end, { code: "bug", detail: "RangeError: a length" });
	assert.equal(room.carrier.left, 1);
});

test("a flood ends the visit, since nothing may be skipped", async () => {
	const room = scripted();
	await room.enter();
	for (let n = 0; n <= 20_000; n++) room.carrier.event({ type: "text", from: "h-eve", text: "x" });
	assert.deepEqual(room.store.getSnapshot().end, { code: "flooded" });
});

test("who never confirmed the end of a session is named, with how many messages that leaves open", async () => {
	const room = scripted();
	const participant = await room.enter();
	participant.shown = viewOf({ session: session(ME, ANA) });
	await room.say({ type: "session", session: session(ME, ANA), joined: [ME], left: [], back: [] });
	const messages = ["m", "n"] as MessageId[];
	await room.say({ type: "unconfirmed-end", person: ANA, session: "0123456789abcdef", messages });
	const lines = room.store.getSnapshot().timeline.flatMap((item) => (item.kind === "system" ? [item.line] : []));
	const line = lines.at(-1) ?? assert.fail("no line");
	assert.ok(line.code === "unconfirmed-end");
	assert.equal(line.person.nickname, "Ana");
	assert.equal(line.messages, 2);
	for (const locale of LOCALES) assert.match(systemLine(CATALOGUES[locale], line), /Ana.* 2 /);
});

test("a divergence marks the messages, names the person and stays in sight", async () => {
	const room = scripted();
	const participant = await room.enter();
	participant.shown = viewOf({ session: session(ME, ANA) });
	await room.say({ type: "session", session: session(ME, ANA), joined: [ME], left: [], back: [] });
	await room.say({ type: "message", message: placed("m", ME, "hi", [ANA]) });
	for (let n = 0; n < 2; n++) {
		await room.say({
			type: "divergence",
			person: ANA,
			session: "0123456789abcdef",
			agreedUntil: 0,
			disputed: ["m" as MessageId],
		});
	}
	const { disputes, timeline } = room.store.getSnapshot();
	assert.deepEqual(
		disputes.map(({ person: who, since }) => [who.nickname, since]),
		[["Ana", room.clock.wallTime]],
	);
	assert.ok(timeline.some((item) => item.kind === "message" && item.message.progress.state === "disputed"));
});
