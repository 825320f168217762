import assert from "node:assert/strict";
import { test } from "node:test";
import type { Asking, RoomTerms } from "@clowder/mpotr";
import { ANA, BO, ME, nextSession, person, type Scripted, scripted, session, TERMS, viewOf } from "./scripted.ts";

const EVE = person("Eve", 4);

const asking = (change: Partial<Asking> = {}): Asking => ({
	person: EVE,
	approvedBy: [],
	refusedBy: [],
	own: undefined,
	...change,
});

/** Eve asks, in a session with Ana and Bo. */
async function asked(change: Partial<Asking> = {}, policy: RoomTerms["policy"] = "any"): Promise<Scripted> {
	const room = scripted();
	await room.enter();
	await room.begin({ session: session(ME, ANA, BO) }, { joined: [ME] });
	room.participant().shown = viewOf({
		session: session(ME, ANA, BO),
		asking: [asking(change)],
		joining: [asking(change).person],
		room: { ...TERMS, policy },
	});
	await room.say({ type: "asking", person: asking(change).person });
	return room;
}

test("who asks is shown with name and words, and the answer goes to the protocol", async () => {
	const room = await asked();
	const [request] = room.store.getSnapshot().requests;
	assert.equal(request?.person.nickname, "Eve");
	assert.equal(request?.fingerprint.words.length, 12);
	assert.equal(request?.seenBefore, false);
	assert.equal(request?.own, undefined);
	const eve = room.store.getSnapshot().people.find((one) => one.nickname === "Eve");
	assert.equal(eve?.state, "asking");
	room.store.answer(EVE.id, true);
	room.store.answer(EVE.id, false);
	assert.deepEqual(room.participant().asked, [`approve ${EVE.id}`, `refuse ${EVE.id}`]);
});

test("how many have to say yes follows the rule of the room, of those who are not on the way out", async () => {
	for (const [policy, needed] of [
		["any", 1],
		["majority", 2],
		["all", 3],
	] as const) {
		const [request] = (await asked({ approvedBy: [ANA.id] }, policy)).store.getSnapshot().requests;
		assert.deepEqual([request?.needed, request?.of], [needed, 3], policy);
		assert.deepEqual(
			request?.approvedBy.map((ref) => ref.nickname),
			["Ana"],
		);
	}
	const room = await asked({}, "all");
	const leaving = [{ person: BO, how: "left" }] as const;
	room.participant().shown = viewOf({ ...room.participant().shown, session: session(ME, ANA, BO), leaving });
	await room.say({ type: "changed" });
	assert.deepEqual([room.store.getSnapshot().requests[0]?.needed, room.store.getSnapshot().requests[0]?.of], [2, 2]);
});

test("a name that looks like another's here is said to; a key that sat here before is said to", async () => {
	const room = await asked({ person: person("ana", 5) });
	const [request] = room.store.getSnapshot().requests;
	assert.deepEqual(
		request?.lookAlikes.map((ref) => ref.nickname),
		["Ana"],
	);
	await room.begin({ session: nextSession(1, ME, ANA) }, { left: [{ person: BO, how: "gone" }] });
	const shown = { session: nextSession(1, ME, ANA), asking: [asking({ person: BO })], room: TERMS };
	room.participant().shown = viewOf(shown);
	await room.say({ type: "asking", person: BO });
	assert.equal(room.store.getSnapshot().requests[0]?.seenBefore, true);
});

test("while we ask ourselves, the way in says that those inside decide", async () => {
	const room = scripted();
	const participant = await room.enter();
	participant.shown = viewOf({ phase: "asking", room: TERMS });
	await room.say({ type: "changed" });
	const detail = (): string | undefined => room.store.getSnapshot().joining.steps[3]?.detail;
	assert.equal(detail(), "admission");
	participant.shown = viewOf({ phase: "asking", room: { ...TERMS, policy: "open" } });
	await room.say({ type: "changed" });
	assert.equal(detail(), "asking");
	await room.say({ type: "refused-entry", why: "not-admitted" });
	assert.deepEqual(room.store.getSnapshot().end, { code: "entry-refused", why: "not-admitted" });
});

test("the rule for a room that we open reaches the protocol, open unless it is said", async () => {
	const open = scripted();
	await open.enter();
	assert.deepEqual(open.made[0]?.terms, { policy: "open" });
	const knock = scripted({ policy: "all", previews: false });
	await knock.enter();
	assert.deepEqual([knock.made[0]?.terms, knock.made[0]?.previews], [{ policy: "all" }, false]);
});
