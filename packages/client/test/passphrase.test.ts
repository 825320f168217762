import assert from "node:assert/strict";
import { test } from "node:test";
import { normalisePassphrase, type Passphrase } from "@clowder/crypto";
import type { JoinRefusal } from "@clowder/mpotr";
import { ANA, ME, type Scripted, scripted, session } from "./scripted.ts";

/** A passphrase, and how often it was erased. */
function watched(text: string): { passphrase: Passphrase; erased: () => number } {
	const made = normalisePassphrase(text);
	assert.ok(made.ok);
	const erase = made.value.erase.bind(made.value);
	let erased = 0;
	made.value.erase = () => {
		erased += 1;
		erase();
	};
	return { passphrase: made.value, erased: () => erased };
}

const wanted = (room: Scripted): string | undefined => room.store.getSnapshot().joining.passphrase;

async function refused(room: Scripted, why: JoinRefusal): Promise<void> {
	await room.say({ type: "refused-entry", why }, { type: "over", why: "refused" });
}

test("where the room asks for a passphrase, the way in stops for it and goes on with another participant", async () => {
	const room = scripted();
	await room.enter();
	await refused(room, "passphrase-needed");
	assert.equal(room.store.getSnapshot().stage, "joining");
	assert.equal(wanted(room), "needed");
	assert.equal(room.store.getSnapshot().joining.steps[3]?.detail, "passphrase");
	assert.equal(room.participants.length, 1);
	assert.deepEqual(room.store.tryPassphrase("sesame"), { ok: true, value: undefined });
	assert.equal(wanted(room), undefined);
	await room.settled();
	assert.equal(room.participants.length, 2);
	assert.deepEqual([room.made[0]?.passphrase, room.made[1]?.passphrase?.kind], [undefined, "passphrase"]);
	assert.deepEqual(room.participant().received[0]?.type, "entered");
	await refused(room, "wrong-passphrase");
	assert.equal(wanted(room), "wrong");
	room.store.tryPassphrase("open sesame");
	await room.settled();
	assert.equal(room.participants.length, 3);
	await room.begin({ session: session(ME, ANA) }, { joined: [ME] });
	assert.equal(room.store.getSnapshot().stage, "room");
});

test("a passphrase that cannot be one asks nobody; none is taken when none is asked for", async () => {
	const room = scripted();
	await room.enter();
	assert.deepEqual(room.store.tryPassphrase("early"), { ok: true, value: undefined });
	await refused(room, "passphrase-needed");
	const tried = room.store.tryPassphrase(" ");
	assert.ok(!tried.ok);
	assert.equal(tried.error.kind, "passphrase-empty");
	await room.settled();
	assert.equal(room.participants.length, 1);
	assert.equal(wanted(room), "needed");
});

test("a passphrase is erased when another takes its place, and when the visit ends", async () => {
	const { passphrase, erased } = watched("first");
	const room = scripted({ passphrase });
	await room.enter();
	assert.equal(room.made[0]?.passphrase, passphrase);
	await refused(room, "wrong-passphrase");
	assert.equal(erased(), 0);
	room.store.tryPassphrase("second");
	assert.equal(erased(), 1);
	const other = watched("third");
	const ended = scripted({ passphrase: other.passphrase });
	await ended.enter();
	await ended.store.leave();
	assert.equal(other.erased(), 1);
});

test("a room that asks for none, though we have one, is not the one we meant: the visit ends", async () => {
	const room = scripted({ passphrase: watched("sesame").passphrase });
	await room.enter();
	await refused(room, "passphrase-unused");
	assert.deepEqual(room.store.getSnapshot().end, { code: "entry-refused", why: "passphrase-unused" });
});

test("once inside, a passphrase that does not fit any more ends the visit", async () => {
	const room = scripted({ passphrase: watched("sesame").passphrase });
	await room.enter();
	await room.begin({ session: session(ME, ANA) }, { joined: [ME] });
	await refused(room, "wrong-passphrase");
	assert.deepEqual(room.store.getSnapshot().end, { code: "entry-refused", why: "wrong-passphrase" });
});
