import assert from "node:assert/strict";
import { test } from "node:test";
import { err } from "@clowder/bytes";
import { timelineRows } from "../src/room/rows.ts";
import { ANA, BO, ME, placed, type Scripted, scripted, session, TERMS, viewOf } from "./scripted.ts";

async function inside(): Promise<Scripted> {
	const room = scripted();
	await room.enter();
	await room.begin({ session: session(ME, ANA, BO) }, { joined: [ME] });
	return room;
}

/** Whether a promise is kept by now. */
async function kept(promise: Promise<unknown>): Promise<boolean> {
	const pending = Symbol("pending");
	const winner = await Promise.race([promise, new Promise((resolve) => setImmediate(() => resolve(pending)))]);
	return winner !== pending;
}

test("leaving waits until what was written can be denied; then the place is left", async () => {
	const room = await inside();
	const participant = room.participant();
	participant.lingers = true;
	const gone = room.store.leave();
	assert.deepEqual(participant.asked, ["leave"]);
	assert.deepEqual(room.carrier.sent, ["goodbye"]);
	const { stage, trust, composer, end } = room.store.getSnapshot();
	assert.deepEqual(
		[stage, trust.state, composer, end],
		["leaving", "over", { state: "closed", why: "over" }, undefined],
	);
	assert.equal(await kept(gone), false);
	assert.equal(room.carrier.left, 0);
	participant.shown = viewOf({ phase: "leaving" });
	await room.say({ type: "published", session: "0123456789abcdef", by: ME }, { type: "over", why: "left" });
	assert.deepEqual(room.store.getSnapshot().end, { code: "left" });
	assert.equal(room.carrier.left, 1);
	assert.equal(await kept(gone), true);
});

test("what the room had agreed on is still known when it is left, for coming back under the same", async () => {
	const room = scripted();
	await room.enter();
	await room.begin({ session: session(ME, ANA), room: { ...TERMS, passphrase: true } }, { joined: [ME] });
	room.participant().lingers = true;
	void room.store.leave();
	room.participant().shown = viewOf({ phase: "leaving" });
	await room.say({ type: "over", why: "left" });
	assert.deepEqual(room.store.getSnapshot().details.terms, { ...TERMS, passphrase: true });
});

test("who does not want to wait, or closes the page, is gone at once", async () => {
	const waiting = await inside();
	waiting.participant().lingers = true;
	void waiting.store.leave();
	void waiting.store.leave(true);
	assert.deepEqual(waiting.participant().asked, ["leave", "leave at once"]);
	assert.deepEqual(waiting.store.getSnapshot().end, { code: "left" });
	const closing = await inside();
	void closing.store.leave(true);
	assert.deepEqual([closing.store.getSnapshot().end, closing.carrier.left], [{ code: "left" }, 1]);
	assert.deepEqual(closing.carrier.sent, ["goodbye"]);
});

test("whatever happens while leaving, one has left", async () => {
	const closed = await inside();
	closed.participant().lingers = true;
	void closed.store.leave();
	const unreachable = err({ kind: "unreachable", detail: "gone" } as const).error;
	await closed.deliver({ type: "closed", reason: unreachable });
	assert.deepEqual(closed.store.getSnapshot().end, { code: "left-unpublished" });
	const removed = await inside();
	removed.participant().lingers = true;
	void removed.store.leave();
	await removed.say({ type: "published", session: "0123456789abcdef", by: ME }, { type: "over", why: "removed" });
	assert.deepEqual(removed.store.getSnapshot().end, { code: "left" });
});

test("who waited in vain is told that a recording could still prove it; who was alone waits for nothing", async () => {
	const room = await inside();
	room.participant().lingers = true;
	void room.store.leave();
	await room.say({ type: "published", session: "0123456789abcdef", by: ANA }, { type: "over", why: "left" });
	assert.deepEqual(room.store.getSnapshot().end, { code: "left-unpublished" });
	const alone = scripted();
	await alone.enter();
	await alone.begin({ session: session(ME) }, { joined: [ME] });
	void alone.store.leave();
	assert.deepEqual(alone.store.getSnapshot().end, { code: "left" });
});

test("given up on the way in, nobody waits for anything", async () => {
	const room = scripted();
	const participant = await room.enter();
	participant.lingers = true;
	await room.store.leave();
	assert.deepEqual(participant.asked, ["leave at once"]);
	assert.deepEqual(room.store.getSnapshot().end, { code: "cancelled" });
});

test("new keys and previews are for the protocol; a switch set before holds for the next participant too", async () => {
	const room = await inside();
	room.store.rekey();
	room.store.setPreviews(false);
	assert.deepEqual(room.participant().asked, ["rekey", "previews off"]);
	await room.deliver({ type: "closed", reason: undefined });
	room.store.rekey();
	assert.equal(room.participant().asked.length, 2);
	const early = scripted();
	early.store.setPreviews(false);
	await early.enter();
	assert.equal(early.made[0]?.previews, false);
});

test("a muted person's texts fold into one line where they stand, here only, and unfold again", async () => {
	const room = await inside();
	const sent = room.carrier.sent.length;
	for (const [id, author] of [
		["a", BO],
		["b", BO],
		["c", ANA],
		["d", BO],
	] as const) {
		await room.say({ type: "message", message: placed(id, author, id, [ME]) });
	}
	const rows = (): string[] => {
		const { timeline, muted } = room.store.getSnapshot();
		return timelineRows(timeline, muted).map((row) => {
			if (row.kind === "muted") return `${row.person.nickname}: ${row.count}`;
			return row.kind === "message" ? row.message.id : row.kind;
		});
	};
	const before = room.store.getSnapshot();
	room.store.mute(BO.id, true);
	assert.notEqual(room.store.getSnapshot(), before);
	assert.deepEqual(rows(), ["system", "Bo: 2", "c", "Bo: 1"]);
	assert.equal(room.store.getSnapshot().people.find((one) => one.nickname === "Bo")?.muted, true);
	assert.equal(room.carrier.sent.length, sent);
	assert.deepEqual(room.participant().asked, []);
	room.store.mute(BO.id, false);
	assert.deepEqual(rows(), ["system", "a", "b", "c", "d"]);
	room.store.mute(ME.id, true);
	assert.deepEqual(room.store.getSnapshot().muted, []);
});
