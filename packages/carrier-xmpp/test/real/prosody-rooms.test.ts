/** What owners and others do to rooms of Prosody, and what becomes of the carrier there. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { CarrierError, RoomName } from "@clowder/carrier";
import { type Prosody, prosodyMissing, startProsody } from "@clowder/servers";
import { roomAddress } from "../../src/address.ts";
import { xmppCarrier } from "../../src/index.ts";
import { freshRoom, random, until, Visitor } from "../harness.ts";
import { withModule } from "./prosody-module.ts";
import { bind, keyOf, logIn } from "./raw-login.ts";
import { openTcp, type RawStream } from "./raw-streams.ts";

const MUC = "http://jabber.org/protocol/muc";

describe("rooms of others, stock Prosody", { skip: prosodyMissing() ?? false }, () => {
	let server: Prosody;
	let owners = 0;

	before(async () => {
		server = await startProsody({ stock: true, ...withModule([], "c2s_stanza_size_limit = 10000") });
	});
	after(() => server.stop());

	const carrier = (): ReturnType<typeof xmppCarrier> =>
		xmppCarrier({ service: `ws://localhost:${server.httpPort}${server.path}`, domain: server.domain, random });

	/** Someone with another client, who makes the room with these fields of its form. */
	async function owner(room: RoomName, fields: Readonly<Record<string, string>> = {}): Promise<RawStream> {
		const stream = await openTcp(server.tcpPort);
		assert.equal(await logIn(stream, keyOf(`owner ${++owners}`)), "success");
		await bind(stream);
		await stream.say(`<presence to='${address(room)}/owner'><x xmlns='${MUC}'/></presence>`);
		await stream.hear(/code='201'/);
		const form = Object.entries({ FORM_TYPE: `${MUC}#roomconfig`, ...fields })
			.map(([name, value]) => `<field var='${name}'><value>${value}</value></field>`)
			.join("");
		const query = `<query xmlns='${MUC}#owner'><x xmlns='jabber:x:data' type='submit'>${form}</x></query>`;
		await stream.say(`<iq type='set' id='c' to='${address(room)}'>${query}</iq>`);
		await stream.hear(/<iq[^>]*type='result'/);
		return stream;
	}

	function address(room: RoomName): string {
		return roomAddress(room, "rooms.localhost");
	}

	async function refusal(room: RoomName): Promise<CarrierError> {
		const entered = await carrier().enter({
			room,
			onEvent: () => assert.fail("an event of a room that is not entered"),
		});
		assert.ok(!entered.ok);
		return entered.error;
	}

	test("XMPP-5: a room that is new to all is entered by many at once", async () => {
		const room = freshRoom();
		const visitors = await Promise.all(Array.from({ length: 6 }, () => Visitor.enter(carrier(), room)));
		for (const visitor of visitors) assert.ok(visitor.place.send(`from ${visitor.self}`).ok);
		for (const visitor of visitors) await until("all six texts", () => visitor.texts().length === 6);
		for (const visitor of visitors) assert.deepEqual(visitor.texts(), visitors[0]?.texts());
		for (const visitor of visitors) await visitor.place.leave();
	});

	test("XMPP-5, XMPP-6: of a room with a history and a subject none is shown, nor later changes of the subject", async () => {
		const room = freshRoom();
		const other = await owner(room, { "muc#roomconfig_historylength": "20" });
		const say = (what: string): Promise<void> =>
			other.say(`<message to='${address(room)}' type='groupchat'>${what}</message>`);
		await say("<subject>what was</subject>");
		await say("<body>said before</body>");
		await other.hear(/<body>said before</);
		const visitor = await Visitor.enter(carrier(), room);
		await say("<subject>what is</subject>");
		await say("<body>said now</body>");
		await visitor.hears("said now");
		assert.deepEqual(visitor.texts(), ["said now"]);
		assert.deepEqual(visitor.types(), ["entered", "text"]);
		await visitor.place.leave();
		other.close();
	});

	test("XMPP-6: in a room that gives newcomers no voice, what one says comes back as refused, and one hears the others", async () => {
		const room = freshRoom();
		const other = await owner(room, { "muc#roomconfig_moderatedroom": "1" });
		const visitor = await Visitor.enter(carrier(), room);
		assert.ok(visitor.place.send("may I?").ok);
		await visitor.sees("refused");
		assert.deepEqual(visitor.events.at(-1), {
			type: "refused",
			from: visitor.self,
			reason: "the room did not pass our text on: forbidden",
		});
		assert.equal(visitor.place.backlog, 0);
		await other.say(`<message to='${address(room)}' type='groupchat'><body>you may not</body></message>`);
		await visitor.hears("you may not");
		await visitor.place.leave();
		other.close();
	});

	for (const [what, fields, condition] of [
		["a password", { "muc#roomconfig_passwordprotectedroom": "1", "muc#roomconfig_roomsecret": "x" }, "not-authorized"],
		["membership", { "muc#roomconfig_membersonly": "1" }, "registration-required"],
	] as const) {
		test(`XMPP-5: a room that wants ${what} refuses, and says so`, async () => {
			const room = freshRoom();
			const other = await owner(room, fields);
			assert.deepEqual(await refusal(room), { kind: "refused", condition, detail: "entering the room" });
			other.close();
		});
	}

	test("XMPP-9: who is kicked, and whose room is destroyed, is told so", async () => {
		for (const [how, condition] of [
			["kick", "kicked"],
			["destroy", "destroyed"],
		] as const) {
			const room = freshRoom();
			const other = await owner(room);
			const visitor = await Visitor.enter(carrier(), room);
			const query =
				how === "kick"
					? `<query xmlns='${MUC}#admin'><item nick='${visitor.self}' role='none'/></query>`
					: `<query xmlns='${MUC}#owner'><destroy/></query>`;
			await other.say(`<iq type='set' id='k' to='${address(room)}'>${query}</iq>`);
			await visitor.sees("closed");
			assert.deepEqual(visitor.events.at(-1), {
				type: "closed",
				reason: { kind: "refused", condition, detail: "put out of the room" },
			});
			other.close();
		}
	});

	test("XMPP-6: a server that takes no stanza over 10,000 bytes takes a text that is 50 kB on the wire", async () => {
		const room = freshRoom();
		const [a, b] = [await Visitor.enter(carrier(), room), await Visitor.enter(carrier(), room)];
		const text = "<&>".repeat(4_000);
		assert.ok(a.place.send(text).ok);
		await b.hears(text);
		assert.ok(!a.types().includes("interrupted"));
		await a.place.leave();
		await b.place.leave();
	});
});
