import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { type FederatedServer, type Federation, federationMissing, startFederation } from "@clowder/servers";
import type { CarrierEvent } from "@clowder/carrier";
import { xmppCarrier } from "../../src/index.ts";
import { freshRoom, random, until, Visitor } from "../harness.ts";

describe("DEPLOY-1: a room whose people are on two servers, Prosody", { skip: federationMissing() ?? false }, () => {
	let federation: Federation;

	before(async () => {
		federation = await startFederation();
	});
	after(() => federation.stop());

	/** A user of one server in a room of the first. */
	function visit(server: FederatedServer, room = freshRoom()): Promise<Visitor> {
		const { webSocket: service, domain } = server;
		const [{ rooms: muc }] = federation.servers;
		const timing = { pingEveryMs: 300, reconnectLeastMs: 20, reconnectMostMs: 100, reconnectTries: 1000 };
		return Visitor.enter(xmppCarrier({ service, domain, muc, random, timing }), room);
	}

	const handlesOf = (visitor: Visitor, type: "joined" | "left"): readonly string[] =>
		visitor.events.flatMap((event) => (event.type === type ? [event.handle] : []));

	const entrances = (visitor: Visitor): number => visitor.types().filter((type) => type === "entered").length;

	test("texts of both sides have one order for all, a long one too, and the binding is the room's own", async () => {
		const [near, far] = federation.servers;
		const room = freshRoom();
		const people = [await visit(near, room), await visit(far, room), await visit(far, room), await visit(near, room)];
		const long = "0123456789".repeat(10_000);
		for (let round = 0; round < 20; round++) {
			for (const [index, { place }] of people.entries()) {
				const text = index === 1 && round === 7 ? long : `${index}: ${round}`;
				assert.ok(place.send(text).ok);
			}
		}
		const total = people.length * 20;
		await until("all texts for all", () => people.every((visitor) => visitor.texts().length === total));
		const orders = people.map((visitor) => visitor.events.filter((event) => event.type === "text"));
		for (const order of orders) assert.deepEqual(order, orders[0]);
		for (const { events } of people) {
			assert.ok(events[0]?.type === "entered");
			assert.equal(events[0].binding, `xmpp:${room.replaceAll(" ", "\\20")}@${near.rooms}`);
		}
		for (const { place } of people) await place.leave();
	});

	test("who leaves on the other server is seen to leave, on both", async () => {
		const [near, far] = federation.servers;
		const room = freshRoom();
		const a = await visit(near, room);
		const [b, c] = [await visit(far, room), await visit(far, room)];
		await b.place.leave();
		await until("b gone for a and c", () => [a, c].every((one) => handlesOf(one, "left").includes(b.self)));
		assert.equal(handlesOf(a, "left").length, 1);
		await c.place.leave();
		await a.place.leave();
	});

	test("servers that lose each other: the room puts out whom it cannot reach, who comes back by itself", async () => {
		const [near, far] = federation.servers;
		const room = freshRoom();
		const a = await visit(near, room);
		const b = await visit(far, room);
		const before = b.self;
		federation.cut();
		// A server notices when it next has something to say; the first of it may get lost on the dead line.
		await until("b gone for a", () => a.place.send("meanwhile").ok && handlesOf(a, "left").includes(before));
		await until("a refusal", () => b.place.send("in vain").ok && b.types().includes("refused"));
		federation.mend();
		await until("b back", () => entrances(b) === 2 && handlesOf(a, "joined").includes(b.self));
		assert.notEqual(b.self, before);
		assert.ok(b.place.send("back").ok);
		assert.ok(a.place.send("welcome").ok);
		for (const one of [a, b]) for (const text of ["back", "welcome"]) await one.hears(text);
		// What was lost between the servers came to nobody, and each was told that something was missed.
		assert.ok(!b.texts().includes("meanwhile"));
		assert.ok(!a.texts().includes("in vain"));
		const shown = b.types().filter((type) => type !== "text" && type !== "refused");
		assert.deepEqual(shown, ["entered", "interrupted", "entered"]);
		const refused = b.events.find((event): event is CarrierEvent & { type: "refused" } => event.type === "refused");
		assert.equal(refused?.from, before);
		assert.match(refused.reason, /remote-server/);
		await b.place.leave();
		await a.place.leave();
	});

	test("a room on a server that is out of reach is an error, in bounded time", async () => {
		const [near, far] = federation.servers;
		federation.cut();
		const { webSocket: service, domain } = far;
		const carrier = xmppCarrier({ service, domain, muc: near.rooms, random });
		const entered = await carrier.enter({ room: freshRoom(), onEvent: () => assert.fail("an event") });
		federation.mend();
		assert.ok(!entered.ok && entered.error.kind === "refused", JSON.stringify(entered));
		assert.match(entered.error.condition, /^remote-server-/);
	});
});
