import assert from "node:assert/strict";
import { test } from "node:test";
import type { MessageId, Nickname } from "@clowder/mpotr";
import { TIMELINE_ITEMS_MAX } from "../src/limits.ts";
import { People } from "../src/room/people.ts";
import { timelineRows } from "../src/room/rows.ts";
import type { MessageView, TimelineItem } from "../src/room/snapshot.ts";
import { Timeline } from "../src/room/timeline.ts";
import { ANA, BO, ME, person, placed, session, suite, viewOf } from "./scripted.ts";

function timeline(): { people: People; timeline: Timeline } {
	const people = new People(suite.primitives, (name: Nickname) => name.toLowerCase());
	for (const one of [ME, ANA, BO]) people.ref(one);
	return { people, timeline: new Timeline(people) };
}

function message(items: readonly TimelineItem[], id: string): MessageView {
	const found = items.find((item) => item.key === id);
	assert.ok(found?.kind === "message", `no message ${id}`);
	return found.message;
}

test("a message goes from sent over some to all, by those who confirm it", () => {
	const { timeline: t } = timeline();
	t.place(placed("m", ME, "hi", [ANA, BO]), 5);
	assert.equal(message(t.items(), "m").progress.state, "sent");
	t.confirm(["m" as MessageId], ANA.id);
	const some = message(t.items(), "m").progress;
	assert.equal(some.state, "some");
	assert.deepEqual(
		some.by.map((ref) => ref.nickname),
		["Ana"],
	);
	assert.deepEqual(
		some.open.map((ref) => ref.nickname),
		["Bo"],
	);
	t.confirm(["m" as MessageId], BO.id);
	assert.equal(message(t.items(), "m").progress.state, "all");
});

test("a confirmation by someone who was not there when it was written counts for nothing", () => {
	const { timeline: t } = timeline();
	t.place(placed("m", ME, "hi", [ANA]), 5);
	t.confirm(["m" as MessageId], BO.id);
	assert.equal(message(t.items(), "m").progress.state, "sent");
});

test("of another's message, oneself is among those who have it", () => {
	const { timeline: t } = timeline();
	t.place(placed("m", ANA, "hi", [ME, BO]), 5);
	const { progress } = message(t.items(), "m");
	assert.equal(progress.state, "some");
	assert.deepEqual(
		progress.by.map((ref) => ref.nickname),
		["Me"],
	);
});

test("a message written alone is with nobody, not with all", () => {
	const { timeline: t } = timeline();
	t.place(placed("m", ME, "hi", []), 5);
	assert.equal(message(t.items(), "m").progress.state, "alone");
});

test("a dispute wins over confirmations and tells since when", () => {
	const { timeline: t, people } = timeline();
	t.place(placed("a", ME, "1", [ANA]), 5);
	t.place(placed("b", ME, "2", [ANA]), 9);
	t.confirm(["a", "b"] as MessageId[], ANA.id);
	assert.equal(t.dispute(["b", "a"] as MessageId[], people.ref(ANA)), 5);
	const { progress } = message(t.items(), "a");
	assert.equal(progress.state, "disputed");
	assert.deepEqual(
		progress.disputedBy.map((ref) => ref.nickname),
		["Ana"],
	);
	assert.equal(t.dispute(["unknown"] as MessageId[], people.ref(ANA)), undefined);
});

test("what is not placed stands last, with the time of its writing, and is shown once when placed", () => {
	const { timeline: t } = timeline();
	const id = "m" as MessageId;
	const outbox = [{ id, text: "hi", heldFor: [] }];
	t.showUnplaced(viewOf({ session: session(ME, ANA), waiting: "re-keying", outbox }), 10);
	assert.equal(message(t.items(), "m").progress.state, "waiting");
	t.line({ code: "interrupted" }, 11);
	t.showUnplaced(viewOf({ session: session(ME, ANA), outbox }), 12);
	assert.deepEqual(
		t.items().map((item) => item.key),
		["line-1", "m"],
	);
	assert.equal(message(t.items(), "m").progress.state, "sending");
	assert.equal(message(t.items(), "m").at, 10);
	t.place(placed("m", ME, "hi", [ANA]), 13);
	t.showUnplaced(viewOf({ session: session(ME, ANA) }), 13);
	assert.equal(t.items().filter((item) => item.key === "m").length, 1);
	t.place(placed("m", ME, "hi", [ANA]), 14);
	assert.equal(t.items().filter((item) => item.key === "m").length, 1);
});

test("what is held is not in the timeline", () => {
	const { timeline: t } = timeline();
	t.showUnplaced(viewOf({ outbox: [{ id: "m" as MessageId, text: "hi", heldFor: [BO] }] }), 10);
	assert.deepEqual(t.items(), []);
});

test("the list is the same object while nothing changes", () => {
	const { timeline: t } = timeline();
	const view = viewOf({ outbox: [{ id: "m" as MessageId, text: "hi", heldFor: [] }] });
	t.showUnplaced(view, 10);
	const before = t.items();
	t.showUnplaced(view, 20);
	assert.equal(t.items(), before);
});

test("the oldest items go, and a line at the beginning says so", () => {
	const { timeline: t } = timeline();
	for (let n = 0; n < TIMELINE_ITEMS_MAX + 10; n++) t.place(placed(`m${n}`, ME, "hi", [ANA]), n);
	const items = t.items();
	assert.equal(items.length, TIMELINE_ITEMS_MAX);
	assert.ok(items[0]?.kind === "system" && items[0].line.code === "earlier-dropped");
	assert.equal(items[1]?.key, "m11");
	assert.equal(items.at(-1)?.key, `m${TIMELINE_ITEMS_MAX + 9}`);
	t.confirm(["m0"] as MessageId[], ANA.id);
	assert.equal(t.items().length, TIMELINE_ITEMS_MAX);
});

test("a newcomer's confirmations never count for messages from before they came", () => {
	const { timeline: t, people } = timeline();
	t.place(placed("m", ME, "hi", [ANA]), 1);
	people.ref(person("Eve", 9));
	t.confirm(["m"] as MessageId[], person("Eve", 9).id);
	assert.equal(message(t.items(), "m").progress.by.length, 0);
});

test("messages of one author stand together until a line, another author or some minutes", () => {
	const { timeline: t } = timeline();
	t.place(placed("a", ANA, "1", [ME]), 0);
	t.place(placed("b", ANA, "2", [ME]), 60_000);
	t.place(placed("c", BO, "3", [ME]), 61_000);
	t.line({ code: "resumed" }, 62_000);
	t.place(placed("d", BO, "4", [ME]), 63_000);
	t.place(placed("e", BO, "5", [ME]), 63_000 + 5 * 60_000);
	const rows = timelineRows(t.items()).map((row) => (row.kind === "message" ? [row.key, row.continues] : row.key));
	assert.deepEqual(rows, [["a", false], ["b", true], ["c", false], "line-4", ["d", false], ["e", false]]);
});
