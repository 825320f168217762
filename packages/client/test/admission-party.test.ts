import assert from "node:assert/strict";
import { test } from "node:test";
import { normalisePassphrase, type Passphrase } from "@clowder/crypto";
import { type Guest, Party, reads } from "./party.ts";

function passphrase(text: string): Passphrase {
	const made = normalisePassphrase(text);
	assert.ok(made.ok);
	return made.value;
}

const request = (guest: Guest): string | undefined => guest.snapshot().requests[0]?.person.nickname;

/** Says yes or no to whoever asks this guest. */
function answer(guest: Guest, yes: boolean): void {
	const [asked] = guest.snapshot().requests;
	assert.ok(asked !== undefined);
	guest.store.answer(asked.person.id, yes);
}

test("one inside lets someone in: asked with the words of their key, and told to all who answered", async () => {
	const party = new Party(21);
	const ana = await party.comeIn(party.guest("Ana", { policy: "any" }));
	const bo = party.guest("Bo");
	await party.until(() => request(ana) === "Bo", "Ana is asked");
	assert.equal(bo.snapshot().joining.steps[3]?.detail, "admission");
	assert.deepEqual(
		bo.snapshot().people.map((person) => person.nickname),
		["Bo"],
	);
	const [asked] = ana.snapshot().requests;
	answer(ana, true);
	await party.comeIn(bo, ana);
	const own = bo.snapshot().people.find((person) => person.self)?.fingerprint.words;
	assert.deepEqual(asked?.fingerprint.words, own);
	assert.deepEqual(ana.snapshot().requests, []);
	assert.deepEqual(bo.snapshot().details.terms, { policy: "any", passphrase: false, timeoutSeconds: 60 });
	assert.ok(ana.lines().includes("asking") && ana.lines().includes("answered"));
});

test("a no where one is enough to keep someone out: they are told, and learn of nobody", async () => {
	const party = new Party(22);
	const ana = await party.comeIn(party.guest("Ana", { policy: "all" }));
	const bo = party.guest("Bo");
	await party.until(() => request(ana) === "Bo", "Ana is asked");
	answer(ana, false);
	await party.until(() => bo.snapshot().end !== undefined, "Bo is told");
	assert.deepEqual(bo.snapshot().end, { code: "entry-refused", why: "not-admitted" });
	await party.until(() => ana.lines().at(-1) === "join-ended", "so is Ana");
	assert.ok(reads(ana, 0));
});

test("more than half: each sees the other's yes, and what is still needed", async () => {
	const party = new Party(23);
	const ana = await party.comeIn(party.guest("Ana", { policy: "majority" }));
	const bo = party.guest("Bo");
	await party.until(() => request(ana) === "Bo", "Ana is asked about Bo");
	answer(ana, true);
	await party.comeIn(bo, ana);
	const eve = party.guest("Eve");
	await party.until(() => request(ana) === "Eve" && request(bo) === "Eve", "both are asked about Eve");
	answer(ana, true);
	await party.until(() => bo.snapshot().requests[0]?.approvedBy.length === 1, "Bo sees Ana's yes");
	const [seen] = bo.snapshot().requests;
	assert.deepEqual([seen?.needed, seen?.of, seen?.own], [2, 2, undefined]);
	assert.equal(ana.snapshot().requests[0]?.own, "yes");
	assert.ok(reads(ana, 1));
	answer(bo, true);
	await party.comeIn(eve, ana, bo);
});

test("a room with a passphrase: none, a wrong one, the right one, within one visit", async () => {
	const party = new Party(24);
	const ana = await party.comeIn(party.guest("Ana", { passphrase: passphrase("open sesame") }));
	assert.equal(ana.snapshot().details.terms?.passphrase, true);
	const bo = party.guest("Bo");
	const wanted = (): string | undefined => bo.snapshot().joining.passphrase;
	await party.until(() => wanted() === "needed", "the room asks");
	assert.ok(bo.store.tryPassphrase("open barley").ok);
	await party.until(() => wanted() === "wrong", "it was wrong");
	assert.ok(bo.store.tryPassphrase("  open   sesame").ok);
	await party.comeIn(bo, ana);
	bo.send("hello");
	await party.until(() => ana.texts().includes("Bo: hello"), "they talk");
});

test("who brings a passphrase into a room that asks for none does not go in", async () => {
	const party = new Party(25);
	const ana = await party.join("Ana");
	const bo = party.guest("Bo", { passphrase: passphrase("open sesame") });
	await party.until(() => bo.snapshot().end !== undefined, "Bo is warned");
	assert.deepEqual(bo.snapshot().end, { code: "entry-refused", why: "passphrase-unused" });
	await party.pass(5_000);
	assert.ok(reads(ana, 0));
});
