import assert from "node:assert/strict";
import { test } from "node:test";
import type { MessageId, Person, RoomEvent } from "@clowder/mpotr";
import { CATALOGUES } from "../src/i18n/locales.ts";
import { systemLine, trustNotes } from "../src/i18n/phrases.ts";
import type { SystemLine, TimelineItem } from "../src/room/snapshot.ts";
import { ANA, BO, ME, nextSession, person, placed, type Scripted, scripted, session, viewOf } from "./scripted.ts";

const EVE = person("Eve", 4);
const SESSION = "0123456789abcdef";

/** In a session with these. */
async function inside(...others: readonly Person[]): Promise<Scripted> {
	const room = scripted();
	await room.enter();
	await room.begin({ session: session(ME, ...others) }, { joined: [ME] });
	return room;
}

const items = (room: Scripted): readonly TimelineItem[] => room.store.getSnapshot().timeline;
const lines = (room: Scripted): SystemLine[] =>
	items(room).flatMap((item) => (item.kind === "system" ? [item.line] : []));
const codes = (room: Scripted): string[] => lines(room).map((line) => line.code);
const names = (refs: readonly { nickname: string }[]): string[] => refs.map((ref) => ref.nickname);

test("new keys for the same people are told as that, with nobody coming or going", async () => {
	const room = await inside(ANA);
	await room.begin({ session: nextSession(1, ME, ANA) });
	await room.begin({ session: nextSession(2, ME, ANA, BO) }, { joined: [BO] });
	assert.deepEqual(codes(room), ["started", "rekeyed", "joined", "new-keys"]);
});

test("someone who was here before is back, neither a stranger nor twice in the lines", async () => {
	const room = await inside(ANA, BO);
	const left = [{ person: BO, how: "returning" as const }];
	await room.begin({ session: nextSession(1, ME, ANA, BO) }, { joined: [BO], left, back: [BO.id] });
	assert.deepEqual(codes(room), ["started", "back", "new-keys"]);
	await room.begin({ session: nextSession(2, ME, ANA, BO, EVE) }, { joined: [EVE], back: [] });
	assert.deepEqual(codes(room).slice(3), ["joined", "new-keys"]);
});

test("who asks is told once, and who answered what", async () => {
	const room = await inside(ANA);
	await room.say({ type: "joining", person: BO }, { type: "asking", person: BO });
	await room.say({ type: "answered", person: BO, by: ANA, yes: true });
	await room.say({ type: "answered", person: BO, by: ME, yes: false });
	assert.deepEqual(codes(room), ["started", "asking", "answered", "answered"]);
	const answers = lines(room).flatMap((line) => (line.code === "answered" ? [[line.by.nickname, line.yes]] : []));
	assert.deepEqual(answers, [
		["Ana", true],
		["Me", false],
	]);
});

test("who comes in may read already what we write, or not, as it is set; who was here before comes back", async () => {
	const room = await inside(ANA);
	await room.say({ type: "joining", person: BO });
	room.store.setPreviews(false);
	await room.say({ type: "joining", person: EVE });
	await room.begin({ session: nextSession(1, ME) }, { left: [{ person: ANA, how: "gone" }] });
	await room.say({ type: "joining", person: ANA });
	const said = lines(room).flatMap((line) => (line.code === "joining" ? [systemLine(CATALOGUES.en, line)] : []));
	assert.deepEqual(said, [
		"Bo is joining and may read this already.",
		"Eve is joining and cannot read what you write yet.",
		"Ana is coming back and cannot read what you write yet.",
	]);
});

test("the sentence of who can read names whoever is shown it already, once they are let in, and if it is so set", async () => {
	const room = await inside(ANA);
	const early = (): string[] => {
		const { trust } = room.store.getSnapshot();
		return trust.state === "private" ? names(trust.early) : [trust.state];
	};
	const notes = (): string[] => trustNotes(CATALOGUES.en, room.store.getSnapshot());
	room.participant().shown = viewOf({ session: session(ME, ANA), joining: [BO] });
	await room.say({ type: "changed" });
	assert.deepEqual([early(), notes()], [[], ["Bo is joining."]]);
	const attempt = { joining: [BO], leaving: [], waitingFor: [], done: 0, total: 9, answered: 0, others: 2 };
	room.participant().shown = viewOf({ session: session(ME, ANA), joining: [BO], attempt });
	await room.say({ type: "changed" });
	assert.deepEqual([early(), notes()], [["Bo"], []]);
	room.store.setPreviews(false);
	assert.deepEqual([early(), notes()], [[], ["Bo is joining."]]);
});

test("on the way in, while the keys are agreed on, one can write already, if previews are on", async () => {
	const room = scripted();
	const participant = await room.enter();
	participant.shown = viewOf({ phase: "asking" });
	await room.say({ type: "changed" });
	assert.equal(room.store.getSnapshot().composer.state, "closed");
	participant.shown = viewOf({ phase: "agreeing" });
	await room.say({ type: "changed" });
	assert.deepEqual(room.store.getSnapshot().composer, { state: "early" });
	assert.ok(room.store.send("may I?").ok);
	assert.deepEqual(participant.sentTexts, ["may I?"]);
	room.store.setPreviews(false);
	assert.deepEqual(room.store.getSnapshot().composer, { state: "closed", why: "no-session" });
});

test("a vote is told once for each who casts it, until it changes or the session does", async () => {
	const room = await inside(ANA, BO);
	const vote: RoomEvent = { type: "vote", by: ANA, against: [BO], over: "heartbeat" };
	await room.say(vote, vote, { ...vote, by: ME });
	await room.say({ ...vote, over: "diverged" });
	const votes = lines(room).flatMap((line) => (line.code === "vote" ? [[line.by.nickname, line.over]] : []));
	assert.deepEqual(votes, [
		["Ana", "silent"],
		["Me", "silent"],
		["Ana", "diverged"],
	]);
	await room.begin({ session: nextSession(1, ME, ANA, BO) });
	await room.say(vote);
	assert.equal(codes(room).at(-1), "vote");
});

test("who broke the rules is named once with the reason, and the rule is in the details", async () => {
	const room = await inside(ANA, EVE);
	await room.say(
		{ type: "blamed", person: EVE, rule: "rule-one" },
		{ type: "leaving", person: EVE, how: "misbehaved" },
	);
	await room.begin({ session: nextSession(1, ME, ANA) }, { left: [{ person: EVE, how: "misbehaved" }] });
	assert.deepEqual(codes(room), ["started", "blamed", "new-keys"]);
	const { blamed } = room.store.getSnapshot().details;
	assert.deepEqual(
		blamed.map((one) => [one.person.nickname, one.rule]),
		[["Eve", "rule-one"]],
	);
});

test("what somebody is out for has its words, by the rule that was broken", async () => {
	const cases = [
		["BLAME-3", "opened"],
		["BLAME-4", "share"],
		["BLAME-5", "share"],
		["BLAME-6", "contradiction"],
		["CONFIRM-2", "key"],
		["EQUIV-1", "contradiction"],
		["rule-two", "other"],
	];
	for (const [rule = "", what] of cases) {
		const room = await inside(ANA, EVE);
		await room.say({ type: "blamed", person: EVE, rule });
		const last = lines(room).at(-1);
		assert.deepEqual(last?.code === "blamed" && [last.person.nickname, last.what], ["Eve", what]);
	}
});

test("a session that is frozen never reads as private, says why, and is over with the next", async () => {
	const room = await inside(ANA, BO);
	room.participant().shown = viewOf({ session: session(ME, ANA, BO), waiting: "frozen" });
	await room.say({ type: "changed" });
	assert.deepEqual(room.store.getSnapshot().trust, { state: "frozen", why: undefined, people: [] });
	assert.deepEqual(codes(room), ["started"]);
	await room.say({ type: "frozen", why: "unheard", people: [BO] });
	const { trust, composer } = room.store.getSnapshot();
	assert.ok(trust.state === "frozen" && trust.why === "unheard");
	assert.deepEqual(names(trust.people), ["Bo"]);
	assert.deepEqual(composer, { state: "waits", until: "unfrozen" });
	await room.begin({ session: nextSession(1, ME, ANA) }, { left: [{ person: BO, how: "silent" }] });
	assert.equal(room.store.getSnapshot().trust.state, "private");
	assert.deepEqual(codes(room), ["started", "frozen", "left", "new-keys"]);
	room.participant().shown = viewOf({ session: nextSession(1, ME, ANA), waiting: "frozen" });
	await room.say({ type: "changed" });
	assert.deepEqual(room.store.getSnapshot().trust, { state: "frozen", why: undefined, people: [] });
});

test("a room that split says so in one line, not once for each", async () => {
	const room = await inside(ANA, BO, EVE);
	await room.say(
		{ type: "split", others: [BO, EVE] },
		{ type: "leaving", person: BO, how: "split" },
		{ type: "leaving", person: EVE, how: "split" },
	);
	const left = [BO, EVE].map((one) => ({ person: one, how: "split" as const }));
	await room.begin({ session: nextSession(1, ME, ANA) }, { left });
	assert.deepEqual(codes(room), ["started", "split", "new-keys"]);
	const [, split] = lines(room);
	assert.deepEqual(split?.code === "split" && names(split.others), ["Bo", "Eve"]);
});

test("taken out ourselves: said as that, and nobody is said to have joined when we are back", async () => {
	const room = await inside(ANA, BO);
	await room.say({ type: "leaving", person: ME, how: "silent" });
	room.participant().shown = viewOf();
	await room.say({ type: "changed" });
	assert.deepEqual(room.store.getSnapshot().trust, { state: "not-yet" });
	assert.deepEqual(room.store.getSnapshot().composer, { state: "closed", why: "no-session" });
	await room.begin({ session: nextSession(1, ME, ANA, EVE) }, { joined: [ME, ANA, EVE], back: [ANA.id] });
	assert.deepEqual(codes(room), ["started", "taken-out", "new-keys"]);
	const said = lines(room).map((line) => systemLine(CATALOGUES.en, line));
	assert.match(said[1] ?? "", /^The others went on without you/);
});

test("moving over to the other half: a divider keeps the two conversations apart, nobody is said to have joined", async () => {
	const room = await inside(ANA);
	await room.say({ type: "merging", people: 3 });
	await room.begin({ session: nextSession(1, ME, BO, EVE) }, { joined: [ME, BO, EVE] });
	assert.deepEqual(codes(room), ["started", "merging", "moved-over"]);
	await room.begin({ session: nextSession(2, ME, BO, EVE, ANA) }, { joined: [ANA], back: [ANA.id] });
	assert.deepEqual(codes(room).slice(3), ["back", "new-keys"]);
});

test("what is published stands at the line where that session ended, and is counted", async () => {
	const room = await inside(ANA);
	const closedAt = (code: string): string[][] | undefined => {
		const item = items(room).find((one) => one.kind === "system" && one.line.code === code);
		return item?.kind === "system" && item.closed !== undefined
			? [names(item.closed.published), names(item.closed.open)]
			: undefined;
	};
	await room.say({ type: "published", session: SESSION, by: ANA });
	assert.deepEqual(room.store.getSnapshot().details.closed, { total: 0, deniable: 0 });
	await room.begin({ session: nextSession(1, ME, ANA) });
	assert.deepEqual(closedAt("rekeyed"), [["Ana"], ["Me"]]);
	assert.equal(closedAt("started"), undefined);
	assert.deepEqual(room.store.getSnapshot().details.closed, { total: 1, deniable: 0 });
	const before = items(room).length;
	await room.say({ type: "published", session: SESSION, by: ME });
	assert.deepEqual(closedAt("rekeyed"), [["Me", "Ana"], []]);
	assert.deepEqual(room.store.getSnapshot().details.closed, { total: 1, deniable: 1 });
	await room.say({ type: "published", session: "ffffffffffffffff", by: ANA });
	assert.equal(items(room).length, before);
});

test("a session that one was alone in has nothing to publish about", async () => {
	const room = await inside();
	await room.begin({ session: nextSession(1, ME, ANA) }, { joined: [ANA] });
	await room.say({ type: "published", session: SESSION, by: ME });
	assert.deepEqual(room.store.getSnapshot().details.closed, { total: 0, deniable: 0 });
});

test("missing messages are one line, which says in its place what became of them", async () => {
	const room = await inside(ANA);
	await room.say({ type: "gap" }, { type: "message", message: placed("m", ANA, "late", [ME]) });
	await room.say({ type: "repaired", messages: 2, complete: true });
	assert.deepEqual(codes(room), ["started", "repaired"]);
	assert.equal(items(room)[1]?.kind, "system");
	await room.say({ type: "repaired", messages: 1, complete: false });
	assert.deepEqual(codes(room), ["started", "repaired", "repaired"]);
});

test("a preview is no message, and goes when its author's text comes in a session", async () => {
	const room = await inside(ANA);
	const preview = { author: EVE, text: "hello", at: 0, disclaimer: "newcomer" } as const;
	await room.say({ type: "preview", preview }, { type: "preview", preview: { ...preview, text: "never sent" } });
	const kinds = (): string[] => items(room).map((item) => item.kind);
	assert.deepEqual(kinds(), ["system", "preview", "preview"]);
	await room.say({ type: "message", message: placed("m", ANA, "hello", [ME]) });
	assert.deepEqual(kinds(), ["system", "preview", "preview", "message"]);
	await room.begin({ session: nextSession(1, ME, ANA, EVE) }, { joined: [EVE] });
	await room.say({ type: "message", message: placed("n", EVE, "hello", [ME]) });
	assert.deepEqual(kinds(), ["system", "preview", "message", "system", "system", "message"]);
	await room.say({ type: "message", message: placed("o", EVE, "hello", [ME]) });
	assert.equal(items(room).filter((item) => item.kind === "preview").length, 1);
	await room.say({ type: "confirmed", messages: ["n" as MessageId], by: ANA.id });
	assert.equal(items(room).filter((item) => item.kind === "message").length, 3);
});
