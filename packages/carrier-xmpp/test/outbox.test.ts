import assert from "node:assert/strict";
import { test } from "node:test";
import { IN_FLIGHT_MAX_BYTES, STANZA_OVERHEAD_BYTES } from "../src/limits.ts";
import { Outbox, xmlWeight } from "../src/outbox.ts";

test("XMPP-6: only so much is under way; what comes back makes room", () => {
	const sent: string[] = [];
	let ids = 0;
	const outbox = new Outbox(
		() => `id${ids++}`,
		(id) => sent.push(id),
	);
	const text = "x".repeat(7000);
	for (let i = 0; i < 10; i++) outbox.push(text);
	assert.deepEqual(sent, []);
	outbox.flow();
	const atOnce = Math.floor(IN_FLIGHT_MAX_BYTES / (7000 + STANZA_OVERHEAD_BYTES));
	assert.equal(sent.length, atOnce);
	assert.equal(outbox.backlog, 70_000);
	outbox.echoed("id0");
	assert.equal(sent.length, atOnce + 1);
	// A room that does not keep ids: the oldest has come back.
	outbox.echoed(undefined);
	assert.equal(sent.length, atOnce + 2);
	// A later echo settles those before it.
	outbox.echoed("id4");
	assert.equal(outbox.backlog, 35_000);
	outbox.bounced("id6");
	outbox.bounced("unknown");
	assert.equal(outbox.backlog, 28_000);
	outbox.stop();
	const before = sent.length;
	outbox.echoed("id5");
	assert.equal(sent.length, before);
	outbox.clear();
	assert.equal(outbox.backlog, 0);
});

test("XMPP-6: the weight of a character is what it becomes on the wire", () => {
	const weigh = (text: string): number => xmlWeight(text.codePointAt(0) as number);
	assert.deepEqual(["a", "&", "<", ">", '"', "é", "中", "🐱"].map(weigh), [1, 5, 4, 4, 1, 2, 3, 4]);
});
