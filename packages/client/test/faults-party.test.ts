import assert from "node:assert/strict";
import { test } from "node:test";
import type { TimelineItem } from "../src/room/snapshot.ts";
import { DEN, type Guest, Party, reads } from "./party.ts";

const closedAt = (guest: Guest, code: string): readonly string[] | undefined => {
	const found = guest.snapshot().timeline.findLast((item) => item.kind === "system" && item.line.code === code);
	const { closed } = found as TimelineItem & { readonly kind: "system" };
	return closed?.published.map((person) => person.nickname);
};

test("new keys on request: talk goes on under them, and what was before can be denied", async () => {
	const party = new Party(31);
	const ana = await party.join("Ana");
	const bo = await party.join("Bo", ana);
	ana.send("before");
	await party.until(() => bo.texts().length === 1, "before");
	const code = (guest: Guest): string | undefined => guest.snapshot().details.session?.fingerprintGroups.join();
	const [before, wasBefore] = [code(ana), code(bo)];
	bo.store.rekey();
	await party.until(() => code(ana) !== before && code(bo) !== wasBefore, "new keys");
	assert.equal(code(ana), code(bo));
	assert.equal(ana.lines().at(-1), "rekeyed");
	await party.until(() => [ana, bo].every((guest) => closedAt(guest, "rekeyed")?.length === 2), "both have published");
	for (const guest of [ana, bo]) {
		assert.deepEqual(closedAt(guest, "rekeyed")?.toSorted(), ["Ana", "Bo"]);
		assert.deepEqual(guest.snapshot().details.closed, { total: 1, deniable: 1 });
	}
	bo.send("after");
	await party.until(() => ana.texts().at(-1) === "Bo: after", "they go on");
});

test("a lost place: whoever comes back with the same key is back, not a stranger who joins", async () => {
	const party = new Party(32);
	const ana = await party.join("Ana");
	const bo = await party.join("Bo", ana);
	party.network.renew(bo.handle());
	await party.until(() => ana.lines().includes("back") && reads(ana, 1) && reads(bo, 1), "Bo is back");
	assert.equal(ana.lines().filter((line) => line === "joined").length, 1);
	assert.equal(ana.lines().filter((line) => line === "back").length, 1);
});

test("someone falls silent: nothing is sent to be lost, they are out, and what was written goes out then", async () => {
	const party = new Party(33);
	const ana = await party.join("Ana");
	const bo = await party.join("Bo", ana);
	const eve = await party.join("Eve", ana, bo);
	party.network.interrupt(eve.handle());
	await party.until(() => ana.snapshot().trust.state !== "private", "Ana does not claim that all is well");
	ana.send("meanwhile");
	await party.until(() => reads(ana, 1) && reads(bo, 1), "Eve is out");
	await party.until(() => bo.texts().includes("Ana: meanwhile"), "it went out");
	const left = ana.snapshot().timeline.flatMap((item) => (item.kind === "system" ? [item.line] : []));
	assert.ok(left.some((line) => line.code === "left" && line.how === "silent"));
	assert.ok(ana.lines().includes("vote"));
	party.network.resume(eve.handle());
	await party.until(() => [ana, bo, eve].every((guest) => reads(guest, 2) || guest.snapshot().end), "Eve knows");
});

test("a goodbye among others ends with the key published; while the others are cut off, in vain and said so", async () => {
	const party = new Party(34);
	const ana = await party.join("Ana");
	const bo = await party.join("Bo", ana);
	const eve = await party.join("Eve", ana, bo);
	void eve.store.leave();
	await party.until(() => eve.snapshot().end !== undefined, "Eve has left");
	assert.deepEqual(eve.snapshot().end, { code: "left" });
	await party.until(() => reads(ana, 1) && reads(bo, 1), "the others go on");
	await party.until(() => closedAt(ana, "new-keys")?.includes("Eve") === true, "Ana has seen Eve's key");
	party.network.interrupt(bo.handle());
	void ana.store.leave();
	assert.equal(ana.snapshot().stage, "leaving");
	await party.until(() => ana.snapshot().end !== undefined, "Ana has left");
	assert.deepEqual(ana.snapshot().end, { code: "left-unpublished" });
	party.network.resume(bo.handle());
	await party.until(() => reads(bo, 0), "Bo is alone");
});

test("a room in two halves: each says who went on without it, and they end as one with a divider between", async () => {
	const party = new Party(35);
	const ana = await party.join("Ana");
	const bo = await party.join("Bo", ana);
	const eve = await party.join("Eve", ana, bo);
	const handles = [ana, bo, eve].map((guest) => guest.handle());
	party.network.split(DEN, [handles.slice(0, 2), handles.slice(2)]);
	await party.until(() => reads(ana, 1) && reads(bo, 1) && reads(eve, 0), "both halves go on");
	ana.send("in the larger half");
	eve.send("in the smaller half");
	await party.until(() => bo.texts().length === 1 && eve.texts().length === 1, "each among its own");
	party.network.heal(DEN);
	await party.until(() => [ana, bo, eve].every((guest) => reads(guest, 2)), "they are one again");
	assert.deepEqual(eve.texts(), ["Eve: in the smaller half"]);
	assert.deepEqual(ana.texts(), ["Ana: in the larger half"]);
	const crossing = eve.lines().slice(eve.lines().indexOf("merging"));
	assert.deepEqual(crossing, ["merging", "moved-over"]);
	assert.ok(ana.lines().includes("back"));
	eve.send("together");
	await party.until(() => [ana, bo].every((guest) => guest.texts().includes("Eve: together")), "all together");
});

test("while someone comes in: shared both ways as what it is, and replaced by what is said in the session", async () => {
	const party = new Party(36);
	const ana = await party.join("Ana");
	const bo = await party.join("Bo", ana);
	const previews = (guest: Guest): string[] =>
		guest.snapshot().timeline.flatMap((item) => (item.kind === "preview" ? [item.preview.disclaimer] : []));
	party.network.interrupt(bo.handle());
	const eve = party.guest("Eve");
	await party.until(() => eve.snapshot().composer.state === "early", "Eve is being let in, and Bo is missing");
	ana.send("welcome");
	eve.send("thanks");
	await party.until(() => previews(ana).length === 1 && previews(eve).length === 1, "both are shown");
	assert.deepEqual([previews(ana), previews(eve)], [["newcomer"], ["not-in-yet"]]);
	assert.equal(eve.snapshot().trust.state, "not-yet");
	assert.deepEqual(ana.texts(), ["Ana: welcome"]);
	party.network.resume(bo.handle());
	await party.comeIn(eve, ana, bo);
	await party.until(() => [ana, bo, eve].every((guest) => guest.texts().includes("Eve: thanks")), "Eve says it inside");
	assert.deepEqual(previews(ana), []);
	assert.deepEqual(previews(eve), ["not-in-yet"]);
});

test("with previews off, nothing is shared and nothing can be said before one is in", async () => {
	const party = new Party(37);
	const ana = await party.comeIn(party.guest("Ana", { previews: false }));
	const bo = await party.join("Bo", ana);
	party.network.interrupt(bo.handle());
	const eve = party.guest("Eve", { previews: false });
	await party.until(() => eve.snapshot().joining.steps[4]?.state === "now", "Eve is being let in");
	assert.deepEqual(eve.snapshot().composer, { state: "closed", why: "no-session" });
	ana.send("among us");
	await party.until(() => ana.texts().length === 1, "said");
	party.network.resume(bo.handle());
	await party.comeIn(eve, ana, bo);
	assert.deepEqual(
		[ana, bo, eve].flatMap((guest) => guest.snapshot().timeline.filter((item) => item.kind === "preview")),
		[],
	);
	assert.deepEqual(eve.texts(), []);
});
