import assert from "node:assert/strict";
import { test } from "node:test";
import { otrNoblePrimitives } from "@clowder/crypto/otr-noble";
import { otrNodePrimitives } from "@clowder/crypto/otr-node";
import { only } from "../support/expect.ts";
import { fastPrimitives } from "../support/fast-group.ts";
import { pair, settle, talk } from "../support/pair.ts";

for (const primitives of [otrNodePrimitives, otrNoblePrimitives, fastPrimitives]) {
	for (const mode of ["otrv3-compatible", "standalone", "interactive-only"] as const) {
		// In JavaScript alone once: the three modes differ in nothing that is computed.
		if (primitives === otrNoblePrimitives && mode !== "standalone") continue;
		test(`two users begin, talk and end (${primitives.backend}, ${mode})`, () => {
			const both = pair({ primitives, mode });
			const { alice, bob } = both;
			alice.take(alice.conversation.start(1_800_000_000_000));
			assert.equal(alice.conversation.state(), "WAITING_AUTH_R");
			settle(both);
			const [hers, his] = [only(alice.told(), "established"), only(bob.told(), "established")];
			assert.deepEqual(hers.ssid, his.ssid);
			assert.deepEqual([hers.ourHalf, his.ourHalf], ["second", "first"]);
			assert.deepEqual([hers.fingerprint, his.fingerprint], [bob.account.fingerprint, alice.account.fingerprint]);
			assert.deepEqual([hers.instance, his.instance], [bob.tag, alice.tag]);
			assert.deepEqual([hers.offline, his.offline], [false, false]);
			talk(both);
			alice.take(alice.conversation.end(1_800_000_000_000));
			settle(both);
			assert.deepEqual([alice.conversation.state(), bob.conversation.state()], ["START", "FINISHED"]);
		});
	}
}
