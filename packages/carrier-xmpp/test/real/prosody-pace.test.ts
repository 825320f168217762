import assert from "node:assert/strict";
import { test } from "node:test";
import { prosodyMissing, startProsody } from "@clowder/servers";
import { carrierTo, freshRoom, until, Visitor } from "../harness.ts";

/** The limit of Prosody's stock configuration. */
const STOCK = 'limits = { c2s = { rate = "10kb/s" } }';
const TEXT_BYTES = 60_000;

test("XMPP-6: a stock shaper slows a large text down, visibly, and breaks nothing", {
	skip: prosodyMissing() ?? false,
}, async () => {
	const prosody = await startProsody({ modules: ["limits"], config: STOCK });
	const room = freshRoom();
	const timing = { pingEveryMs: 200 };
	const a = await Visitor.enter(carrierTo(prosody.httpPort, { timing }), room);
	const b = await Visitor.enter(carrierTo(prosody.httpPort, { timing }), room);
	const text = "0123456789".repeat(TEXT_BYTES / 10);
	assert.ok(a.place.send(text).ok);
	const seen = new Set<number>();
	await until("the text", () => {
		seen.add(a.place.backlog);
		return b.texts().includes(text) && a.texts().includes(text);
	});
	assert.ok(seen.size >= 4, `backlogs seen: ${[...seen].join(" ")}`);
	assert.equal(a.place.backlog, 0);
	assert.deepEqual([...a.types(), ...b.types()].includes("interrupted"), false);
	await a.place.leave();
	await b.place.leave();
	await prosody.stop();
});
