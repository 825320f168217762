import assert from "node:assert/strict";
import { test } from "node:test";
import { DEN, type Guest, Party, reads } from "./party.ts";

const withAll = (...guests: readonly Guest[]): boolean =>
	guests.every((guest) => guest.messages().every((message) => message.progress.state === "all"));

test("three meet and talk; each sees the same, and every message gets to all", async () => {
	const party = new Party(1);
	const ana = await party.join("Ana");
	const bo = await party.join("Bo", ana);
	const eve = await party.join("Eve", ana, bo);
	ana.send("hello");
	bo.send("hi");
	eve.send(":3");
	const guests = [ana, bo, eve];
	await party.until(() => guests.every((guest) => guest.texts().length === 3) && withAll(...guests), "all have all");
	assert.deepEqual(bo.texts(), ana.texts());
	assert.deepEqual(eve.texts(), ana.texts());
	const codes = guests.map((guest) => guest.snapshot().details.session?.fingerprintGroups.join());
	assert.equal(new Set(codes).size, 1);
	assert.deepEqual(ana.lines(), ["started", "joining", "joined", "new-keys", "joining", "joined", "new-keys"]);
	assert.deepEqual(eve.lines(), ["started"]);
});

test("a person has the same fingerprint on every screen, their own included", async () => {
	const party = new Party(2);
	const ana = await party.join("Ana");
	const bo = await party.join("Bo", ana);
	for (const name of ["Ana", "Bo"]) {
		const [one, other] = [ana, bo].map(
			(guest) => guest.snapshot().people.find((person) => person.nickname === name)?.fingerprint,
		);
		assert.ok(one !== undefined);
		assert.deepEqual(other, one);
	}
});

test("someone joins while the others write: nothing is lost, doubled or reordered", async () => {
	const party = new Party(3);
	const ana = await party.join("Ana");
	const bo = await party.join("Bo", ana);
	const eve = party.guest("Eve");
	for (let n = 0; n < 20; n++) {
		(n % 2 === 0 ? ana : bo).send(`${n}`);
		await party.pass(30);
	}
	await party.until(() => [ana, bo, eve].every((guest) => reads(guest, 2)), "Eve is in");
	await party.until(() => ana.texts().length === 20 && bo.texts().length === 20 && withAll(ana, bo), "all placed");
	assert.deepEqual(bo.texts(), ana.texts());
	assert.equal(new Set(ana.texts()).size, 20);
});

test("someone leaves: the others are told, and go on with new keys", async () => {
	const party = new Party(4);
	const ana = await party.join("Ana");
	const bo = await party.join("Bo", ana);
	const eve = await party.join("Eve", ana, bo);
	const code = ana.snapshot().details.session?.fingerprintGroups.join();
	void eve.store.leave();
	assert.equal(eve.snapshot().stage, "leaving");
	await party.until(() => eve.snapshot().end !== undefined, "Eve has left");
	assert.deepEqual(eve.snapshot().end, { code: "left" });
	await party.until(() => reads(ana, 1) && reads(bo, 1), "Eve is out");
	assert.deepEqual(ana.lines().slice(-3), ["leaving", "left", "new-keys"]);
	assert.notEqual(ana.snapshot().details.session?.fingerprintGroups.join(), code);
	ana.send("after");
	await party.until(() => bo.texts().at(-1) === "Ana: after", "Bo reads on");
});

test("someone vanishes: what is written meanwhile waits for the new keys, then goes out", async () => {
	const party = new Party(5);
	const ana = await party.join("Ana");
	const bo = await party.join("Bo", ana);
	const eve = await party.join("Eve", ana, bo);
	party.network.kill(eve.handle());
	await party.until(() => ana.snapshot().trust.state === "re-keying", "Ana knows");
	assert.deepEqual(ana.snapshot().composer, { state: "waits", until: "new-keys" });
	assert.equal(ana.snapshot().people.find((person) => person.nickname === "Eve")?.how, "gone");
	ana.send("meanwhile");
	assert.equal(ana.messages().at(-1)?.progress.state, "waiting");
	await party.until(() => bo.texts().includes("Ana: meanwhile") && reads(ana, 1), "it went out");
});

test("alone, a message is with nobody; once someone is there, with them", async () => {
	const party = new Party(6);
	const ana = await party.join("Ana");
	ana.send("anybody?");
	await party.until(() => ana.messages()[0]?.progress.state === "alone", "placed");
	const bo = await party.join("Bo", ana);
	assert.deepEqual(bo.texts(), []);
	assert.equal(ana.messages()[0]?.progress.state, "alone");
});

test("a name that is taken, or looks like one, does not get in", async () => {
	const party = new Party(7);
	const ana = await party.join("Ana");
	for (const name of ["Ana", "ANA", "Аna"]) {
		const other = party.guest(name);
		await party.until(() => other.snapshot().stage === "ended", `${name} is refused`);
		assert.deepEqual(other.snapshot().end, { code: "entry-refused", why: "name-taken" });
	}
	assert.ok(reads(ana, 0));
});

test("plain chat and noise are refused, counted, and never shown as messages", async () => {
	const party = new Party(8);
	const ana = await party.join("Ana");
	const bo = await party.join("Bo", ana);
	const noise = ["hello from a plain client", ":3mpCAT:3Message:3AAAA:3", ":3mpCAT:3", "x".repeat(50_000)];
	for (const text of noise) party.network.inject(DEN, "stranger", text);
	await party.until(() => ana.snapshot().details.refusals.total >= noise.length, "all refused");
	assert.deepEqual(ana.texts(), []);
	assert.ok(ana.snapshot().details.refusals.latest.every((refusal) => refusal.from === "stranger"));
	ana.send("still here");
	await party.until(() => bo.texts().length === 1, "the room goes on");
});

test("a short interruption: what was written goes out when the line is back", async () => {
	const party = new Party(9);
	const ana = await party.join("Ana");
	const bo = await party.join("Bo", ana);
	party.network.interrupt(bo.handle());
	await party.until(() => bo.snapshot().trust.state === "interrupted", "Bo knows");
	assert.deepEqual(bo.snapshot().composer, { state: "waits", until: "connection" });
	bo.send("in the tunnel");
	party.network.resume(bo.handle());
	await party.until(() => ana.texts().includes("Bo: in the tunnel") && withAll(ana, bo), "it came");
	assert.deepEqual(bo.lines().slice(-2), ["interrupted", "resumed"]);
});

test("a lost connection: back under a new presence, in the same room on the screen, and able to write", async () => {
	const party = new Party(10);
	const ana = await party.join("Ana");
	const bo = await party.join("Bo", ana);
	ana.send("before");
	await party.until(() => bo.texts().length === 1 && withAll(ana, bo), "before");
	party.network.renew(bo.handle());
	await party.until(() => bo.lines().includes("reconnected"), "Bo is connected anew");
	assert.equal(bo.snapshot().stage, "room");
	await party.until(() => bo.snapshot().trust.state !== "private" || reads(bo, 1), "Bo is honest about it");
	await party.until(() => reads(ana, 1) && reads(bo, 1), "Bo is back");
	bo.send("again");
	await party.until(() => ana.texts().at(-1) === "Bo: again", "Ana reads Bo");
	assert.deepEqual(bo.texts(), ["Ana: before", "Bo: again"]);
});

test("given up while joining: nobody is left behind in the room", async () => {
	const party = new Party(11);
	const ana = await party.join("Ana");
	const bo = party.guest("Bo");
	await party.until(() => bo.snapshot().joining.steps[2]?.state === "done", "Bo is in the place");
	let left = false;
	void bo.store.leave().then(() => {
		left = true;
	});
	await party.until(() => left, "Bo is out");
	assert.equal(party.network.occupants(DEN).length, 1);
	assert.deepEqual(bo.snapshot().end, { code: "cancelled" });
	await party.pass(30_000);
	assert.ok(reads(ana, 0));
});

test("thrown out by the server: it says so", async () => {
	const party = new Party(12);
	const ana = await party.join("Ana");
	party.network.kick(ana.handle());
	await party.until(() => ana.snapshot().stage === "ended", "out");
	assert.deepEqual(ana.snapshot().end, { code: "server-refused", condition: "kicked" });
});
