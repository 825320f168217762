import assert from "node:assert/strict";
import { test } from "node:test";
import { Line, prosodyMissing, startProsody } from "@clowder/servers";
import { xmppCarrier } from "../../src/index.ts";
import { carrierTo, freshRoom, random, Visitor } from "../harness.ts";

test("DEPLOY-2: a stream is resumed over another address of the same server, and nobody notices", {
	skip: prosodyMissing() ?? false,
}, async () => {
	const prosody = await startProsody({ modules: ["smacks"] });
	const lines = [await Line.to(prosody.httpPort), await Line.to(prosody.httpPort)] as const;
	const [first, second] = lines.map(({ port }) => `ws://localhost:${port}${prosody.path}`) as [string, string];
	const timing = { reconnectLeastMs: 5, reconnectMostMs: 50, reconnectTries: 200, resumableSeconds: 20 };
	const room = freshRoom();
	const a = await Visitor.enter(carrierTo(prosody.httpPort), room);
	const service = [first, second] as const;
	const b = await Visitor.enter(xmppCarrier({ service, domain: prosody.domain, random, timing }), room);
	const before = b.self;
	lines[0].cut();
	await b.sees("interrupted");
	assert.ok(a.place.send("while you were gone").ok);
	await b.sees("resumed");
	await b.hears("while you were gone");
	assert.ok(b.place.send("over another way").ok);
	await a.hears("over another way");
	assert.deepEqual([b.self, lines[1].accepted > 0], [before, true]);
	assert.ok(!a.types().includes("left"));
	await b.place.leave();
	await a.place.leave();
	for (const line of lines) await line.close();
	await prosody.stop();
});
