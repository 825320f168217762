import assert from "node:assert/strict";
import { test } from "node:test";
import { NS } from "../src/namespaces.ts";
import { Bench, type Peer } from "./support/core.ts";
import { authenticated, chat, enable, inRoom, isGone, resume, SM } from "./support/managed.ts";

test("SM-4: whoever acknowledges nothing is dropped at the bound, with or without a stream", () => {
	for (const [limits, count] of [
		[{ unackedStanzas: 10 }, 10],
		[{ unackedBytes: 5000 }, 4],
	] as const) {
		for (const waits of [false, true]) {
			const bench = new Bench(limits);
			const ana = bench.client("ana");
			ana.join("den", "A");
			const [bo, id] = inRoom(bench, "bo", "B");
			bo.receive(`<a xmlns="${SM}" h="3"/>`);
			if (waits) bo.lose();
			ana.take();
			for (let i = 0; i < count; i++) ana.say("den", "x".repeat(700));
			assert.equal(isGone(ana.take(), "B"), false);
			ana.say("den", "x".repeat(2000));
			const seen = ana.take();
			assert.equal(seen[0]?.name, "message", "the others have the stanza first");
			assert.equal(isGone(seen, "B"), true);
			assert.deepEqual([bo.destroyed, bench.core.counts.connections], [true, 1]);
			assert.equal(resume(authenticated(bench, "bo"), id, 3)[0]?.name, "failed");
		}
	}
});

test("SM-4: all that is kept is bounded, and whoever has most of it gives way, alone", () => {
	const bench = new Bench({ unackedTotalBytes: 20_000 });
	const ana = bench.client("ana");
	const [bo, cy] = ["bo", "cy"].map((name) => bench.client(name, "r")) as [Peer, Peer];
	const ids = [bo, cy].map((peer) => enable(peer).attrs["id"] ?? "");
	for (const peer of [bo, cy]) peer.lose();
	for (let i = 0; i < 5; i++) chat(ana, "cy@localhost/r", "x".repeat(1000));
	for (let i = 0; i < 16; i++) chat(ana, "bo@localhost/r", "x".repeat(1000));
	assert.deepEqual(
		[authenticated(bench, "bo"), authenticated(bench, "cy")].map((peer, i) => resume(peer, ids[i] ?? "", 0)[0]?.name),
		["failed", "resumed"],
	);
	const dy = bench.client("dy", "r");
	enable(dy);
	for (let i = 0; i < 9; i++) chat(ana, "dy@localhost/r", "x".repeat(1000));
	assert.equal(dy.destroyed, false, "what was kept for those who are gone is free again");
});

test("SM-4: what ended is counted out once, or others could keep more than the bound", () => {
	for (const unackedTotalBytes of [5000, 10_000]) {
		const bench = new Bench({ unackedBytes: 5000, unackedTotalBytes });
		const ana = bench.client("ana");
		const names = ["bo", "cy", "dy", "ey"];
		for (const name of names) {
			enable(bench.client(name, "r"));
			for (let i = 0; i < (name === "bo" ? 5 : 4); i++) chat(ana, `${name}@localhost/r`, "x".repeat(1000));
		}
		// Ana, and as many others as fit into the bound with some 4.5 kB each.
		assert.equal(bench.core.counts.sessions, 1 + Math.floor(unackedTotalBytes / 4500), `${unackedTotalBytes}`);
	}
});

test("sessions that wait count for their account and their address; the longest-waiting gives way to a new one", () => {
	const bench = new Bench({ sessionsPerAccount: 2, connectionsPerAddress: 2 });
	const ids: string[] = [];
	for (const resource of ["one", "two"]) {
		const peer = ids.length === 0 ? bench.client("ana", resource) : authenticated(bench, "ana");
		if (ids.length > 0) peer.iq("set", undefined, `<bind xmlns="${NS.bind}"><resource>two</resource></bind>`);
		ids.push(enable(peer).attrs["id"] ?? "");
		bench.pass(1);
		peer.lose();
	}
	assert.deepEqual([bench.core.counts.connections, bench.core.admits("127.0.0.1", bench.now).ok], [2, false]);
	const third = authenticated(bench, "ana");
	assert.equal(third.iq("set", undefined, `<bind xmlns="${NS.bind}"/>`).attrs["type"], "result");
	assert.equal(bench.core.counts.sessions, 2);
	const names = ids.map((id) => resume(authenticated(bench, "ana"), id, 0)[0]?.name);
	assert.deepEqual(names, ["failed", "resumed"]);
});
