import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { ngircdMissing, startNgircd } from "@clowder/servers";
import { carrierConformance } from "@clowder/carrier/conformance";
import { PACE } from "../../src/index.ts";
import { carrierTo, freshRoom, serverHarness, Visitor } from "../harness.ts";

const skip = ngircdMissing();

carrierConformance("IRC in a sequence, ngircd", () => serverHarness(() => startNgircd("quick")), { skip });

describe("ngircd as it comes", { skip: skip ?? false }, () => {
	test("IRC-3: with nicks of nine characters, and at the pace of RFC 1459, a text gets through", async () => {
		const ircd = await startNgircd("stock");
		const room = freshRoom();
		const [a, b] = [
			await Visitor.enter(carrierTo(ircd.port, { pace: PACE }), room),
			await Visitor.enter(carrierTo(ircd.port, { pace: PACE }), room),
		];
		assert.equal(a.self.length, 9);
		a.say("hello");
		await b.hears("hello");
		await a.hears("hello");
		await a.place.leave();
		await b.place.leave();
		await ircd.stop();
	});
});
