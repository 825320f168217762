import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { inspircdMissing, startInspircd } from "@clowder/servers";
import { carrierConformance } from "@clowder/carrier/conformance";
import { PACE } from "../../src/index.ts";
import { carrierTo, freshRoom, serverHarness, Visitor } from "../harness.ts";

const skip = inspircdMissing();

carrierConformance("IRC in a sequence, InspIRCd", () => serverHarness(() => startInspircd("quick")), { skip });

carrierConformance(
	"IRC with the server's order and echo, InspIRCd",
	() => serverHarness(() => startInspircd("quick"), { order: "server" }),
	{ skip },
);

describe("InspIRCd as it comes", { skip: skip ?? false }, () => {
	test("IRC-5: at the pace of RFC 1459, a text of many lines gets through", async () => {
		const ircd = await startInspircd("stock");
		const room = freshRoom();
		const options = { pace: PACE, order: "server" } as const;
		const a = await Visitor.enter(carrierTo(ircd.port, options), room);
		const b = await Visitor.enter(carrierTo(ircd.port, options), room);
		const text = "many lines, ".repeat(120);
		a.say(text);
		await b.hears(text);
		await a.hears(text);
		assert.ok(!a.types().includes("interrupted"));
		await a.place.leave();
		await b.place.leave();
		await ircd.stop();
	});
});
