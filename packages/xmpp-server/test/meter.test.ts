import assert from "node:assert/strict";
import { test } from "node:test";
import { createXmppServer } from "../src/index.ts";
import { PerMinute } from "../src/rate.ts";
import { Bench } from "./support/core.ts";
import { startServer } from "./support/server.ts";
import { TestClient } from "./support/client.ts";

test("refusals are counted by kind: logins, registrations, readers too slow", () => {
	const bench = new Bench({ registrationsPerAddressPerMinute: 2, sendQueueBytes: 1000 });
	const [ana, bo] = [bench.client("ana"), bench.client("bo")];
	const cy = bench.connect();
	cy.open();
	cy.register("cy", "a password");
	for (const name of ["ana", "nobody"]) assert.equal(cy.authenticate(name, "a wrong one").name, "failure");
	ana.join("den", "A");
	bo.join("den", "B");
	bo.waiting = 1001;
	ana.say("den", "hello");
	assert.deepEqual(Object.fromEntries(bench.core.meter.refusals), {
		"too-many-registrations": 1,
		"failed-login": 2,
		"slow-reader": 1,
	});
});

test("stanzas are counted as they come, in as many pieces as there are", () => {
	const bench = new Bench();
	const ana = bench.client("ana");
	const before = bench.core.meter.stanzasIn;
	ana.join("den", "A");
	for (let i = 0; i < 3; i++) ana.say("den", "hello");
	assert.equal(bench.core.meter.stanzasIn - before, 4);
});

test("what passes is measured in both directions, in bytes, and each refusal is told once", async (t) => {
	const kinds: string[] = [];
	const passed = { in: 0, out: 0 };
	const { server, url } = await startServer(t, {
		refused: (kind) => void kinds.push(kind),
		tap: (_, direction, text) => void (passed[direction] += Buffer.byteLength(text)),
		limits: { connectionsPerAddress: 1 },
	});
	const ana = await (await TestClient.webSocket(url, "localhost")).start("änä");
	await ana.join("den", "ø");
	await assert.rejects(TestClient.webSocket(url, "localhost"), /503/);
	await assert.rejects(TestClient.webSocket(url, "localhost", "http://evil.example"), /403/);
	assert.deepEqual(kinds, ["too-many-from-address", "another-origin"]);
	assert.ok(passed.in > 500 && passed.out > 500);
	assert.deepEqual([server.traffic.bytesIn, server.traffic.bytesOut], [passed.in, passed.out]);
});

test("a rate of none at all counts what it refuses", () => {
	let refused = 0;
	const rate = new PerMinute(0, () => (refused += 1));
	for (const now of [0, 1, 2]) assert.equal(rate.allow("a", now), false);
	assert.equal(refused, 3);
});

test("nothing has passed before anything came", () => {
	const { traffic } = createXmppServer({ domain: "localhost" });
	const { stanzasIn, stanzasOut, bytesIn, bytesOut, refusals } = traffic;
	assert.deepEqual([stanzasIn, stanzasOut, bytesIn, bytesOut, refusals.size], [0, 0, 0, 0, 0]);
});
