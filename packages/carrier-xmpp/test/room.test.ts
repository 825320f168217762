import assert from "node:assert/strict";
import { after, test } from "node:test";
import { freePort } from "@clowder/servers";
import { parseRoomName, ROOM_NAME_MAX_CHARACTERS } from "@clowder/carrier";
import { roomAddress } from "../src/address.ts";
import { xmppCarrier, type XmppTiming } from "../src/index.ts";
import { OCCUPANTS_MAX_COUNT } from "../src/limits.ts";
import { attribute, FakeServer, ROOMS, type Script } from "./fake-server.ts";
import { freshRoom, random, until, Visitor } from "./harness.ts";

/** RFC 7622 section 3.3. */
const ADDRESS_PART_MAX_BYTES = 1023;

const servers: FakeServer[] = [];
after(async () => {
	for (const server of servers) await server.stop();
});

async function started(script: Script = {}): Promise<FakeServer> {
	const server = await FakeServer.start(script);
	servers.push(server);
	return server;
}

function carrierOf(server: FakeServer, timing: Partial<XmppTiming> = {}): ReturnType<typeof xmppCarrier> {
	const quick = { reconnectLeastMs: 1, reconnectMostMs: 5, lockedRoomMs: 1, leaveMs: 500, ...timing };
	return xmppCarrier({ service: server.service, domain: "fake", random, timing: quick });
}

async function visit(server: FakeServer, timing: Partial<XmppTiming> = {}): Promise<Visitor> {
	return Visitor.enter(carrierOf(server, timing), freshRoom());
}

function entrances(server: FakeServer): readonly string[] {
	return server.frames.filter((frame) => frame.startsWith("<presence") && !frame.includes("unavailable"));
}

/** Refuses the first so many entrances. */
function refusing(times: number, condition: string): Script {
	let left = times;
	return {
		intercept: (frame, connection) => {
			if (!frame.startsWith("<presence") || left === 0) return false;
			left--;
			const error = `<error type="cancel"><${condition} xmlns="urn:ietf:params:xml:ns:xmpp-stanzas"/></error>`;
			connection.send(
				`<presence xmlns="jabber:client" type="error" from="${attribute(frame, "to")}">${error}</presence>`,
			);
			return true;
		},
	};
}

test("XMPP-2: a room's address is its name, escaped so that every server keeps it as it is", () => {
	const cases: readonly [string, string][] = [
		["Plain Room", "plain\\20room"],
		["a@b/c:d\"e'f&g<h>i\\j", "a\\40b\\2fc\\3ad\\22e\\27f\\26g\\3ch\\3ei\\5cj"],
		["Straße", "strasse"],
		["é", "\\c3\\a9"],
		["猫", "\\e7\\8c\\ab"],
	];
	for (const [name, local] of cases) {
		const room = parseRoomName(name);
		assert.ok(room.ok);
		assert.equal(roomAddress(room.value, "Rooms.Example"), `${local}@rooms.example`);
	}
	const longest = parseRoomName("🐱".repeat(ROOM_NAME_MAX_CHARACTERS));
	assert.ok(longest.ok);
	assert.ok(roomAddress(longest.value, "x").length <= ADDRESS_PART_MAX_BYTES);
});

test("XMPP-5: the room is asked for without history, and the first configuration of a new one is taken", async () => {
	const server = await started({ statuses: ["201"] });
	const visitor = await visit(server);
	const [asking] = entrances(server);
	assert.match(asking ?? "", new RegExp(`to="[^"]*@${ROOMS}/[0-9a-f]{32}"`));
	assert.match(asking ?? "", /<history maxstanzas="0"\/>/);
	const owner = server.frames.find((frame) => frame.includes("muc#owner"));
	assert.match(owner ?? "", /type="set".*<x xmlns="jabber:x:data" type="submit"\/>/);
	await visitor.place.leave();
});

test("XMPP-5: a nick that is taken is left to who has it", async () => {
	const server = await started(refusing(2, "conflict"));
	const visitor = await visit(server);
	const nicks = entrances(server).map((frame) => attribute(frame, "to"));
	assert.equal(new Set(nicks).size, 3);
	assert.ok(nicks[2]?.endsWith(`/${visitor.self}`));
	await visitor.place.leave();
});

test("XMPP-5: while the room's maker configures it, others wait", async () => {
	const server = await started(refusing(3, "item-not-found"));
	const visitor = await visit(server);
	assert.equal(entrances(server).length, 4);
	await visitor.place.leave();
});

test("XMPP-5: who is not let in is told why", async () => {
	const server = await started(refusing(1, "forbidden"));
	const entered = await carrierOf(server).enter({ room: freshRoom(), onEvent: () => {} });
	assert.deepEqual(entered, {
		ok: false,
		error: { kind: "refused", condition: "forbidden", detail: "entering the room" },
	});
});

test("XMPP-5: who was there before is told with the entrance, who came and went meanwhile is not", async () => {
	const server = await started({
		intercept: (frame, connection) => {
			if (!frame.startsWith("<presence") || frame.includes("unavailable")) return false;
			connection.room = attribute(frame, "to").split("/")[0] ?? "";
			connection.presence("old");
			connection.presence("fleeting");
			connection.presence("fleeting", [], ' type="unavailable"');
			return false;
		},
	});
	const visitor = await visit(server);
	assert.deepEqual(visitor.events[0]?.type === "entered" && visitor.events[0].occupants, ["old"]);
	await visitor.place.leave();
});

test("XMPP-5: a room with more people than can be is not entered", async () => {
	const server = await started({
		intercept: (frame, connection) => {
			if (!frame.startsWith("<presence") || frame.includes("unavailable")) return false;
			connection.room = attribute(frame, "to").split("/")[0] ?? "";
			for (let i = 0; i <= OCCUPANTS_MAX_COUNT; i++) connection.presence(`occupant ${i}`);
			return true;
		},
	});
	const entered = await carrierOf(server).enter({ room: freshRoom(), onEvent: () => {} });
	assert.ok(!entered.ok && entered.error.kind === "protocol");
});

test("XMPP-6: a text is a body with the hints, and nothing else", async () => {
	const server = await started();
	const visitor = await visit(server);
	assert.ok(visitor.place.send("<&>").ok);
	await visitor.hears("<&>");
	const message = server.frames.find((frame) => frame.startsWith("<message")) ?? "";
	assert.equal(
		message.replace(/(to|id)="[^"]*"/g, '$1=""'),
		'<message to="" type="groupchat" id="" xmlns="jabber:client"><body>&lt;&amp;&gt;</body>' +
			'<encryption xmlns="urn:xmpp:eme:0" namespace="urn:clowder:mpcat:1" name="mpCAT"/>' +
			'<no-store xmlns="urn:xmpp:hints"/><no-permanent-store xmlns="urn:xmpp:hints"/></message>',
	);
	await visitor.place.leave();
});

test("XMPP-6: history, subjects, the room's own words and other rooms are no texts; a client's date does not hide one", async () => {
	const server = await started();
	const visitor = await visit(server);
	const { connection } = server;
	connection.presence("other");
	const delay = (from: string): string => `<delay xmlns="urn:xmpp:delay" from="${from}" stamp="2013-01-01T00:00:00Z"/>`;
	connection.text("other", "history", delay(connection.room));
	connection.text("", "the room speaks");
	connection.send(
		`<message xmlns="jabber:client" type="groupchat" from="${connection.room}/other"><subject>new</subject></message>`,
		`<message xmlns="jabber:client" type="chat" from="${connection.room}/other"><body>private</body></message>`,
		'<message xmlns="jabber:client" type="groupchat" from="elsewhere@rooms.fake/other"><body>elsewhere</body></message>',
	);
	connection.text("other", "dated", delay("other@fake"));
	connection.text("stranger", "from outside");
	connection.text("other", "the last");
	await visitor.hears("the last");
	assert.deepEqual(visitor.texts(), ["dated", "the last"]);
	assert.deepEqual(
		visitor.events.filter((event) => event.type === "refused"),
		[{ type: "refused", from: "stranger", reason: "a text of someone in the room expected" }],
	);
	await visitor.place.leave();
});

test("XMPP-6: a text that the room does not pass on is told of, and leaves the backlog", async () => {
	const server = await started({
		intercept: (frame, connection) => {
			if (!frame.startsWith("<message")) return false;
			const error = '<error type="wait"><resource-constraint xmlns="urn:ietf:params:xml:ns:xmpp-stanzas"/></error>';
			connection.send(
				`<message xmlns="jabber:client" type="error" from="${connection.room}" id="${attribute(frame, "id")}">${error}</message>`,
			);
			return true;
		},
	});
	const visitor = await visit(server);
	assert.ok(visitor.place.send("too much").ok);
	await visitor.sees("refused");
	assert.deepEqual(visitor.events.at(-1), {
		type: "refused",
		from: visitor.self,
		reason: "the room did not pass our text on: resource-constraint",
	});
	assert.equal(visitor.place.backlog, 0);
	await visitor.place.leave();
});

test("XMPP-9: who is put out is told why, and it is over", async () => {
	for (const [code, condition] of [
		["307", "kicked"],
		["301", "banned"],
		["322", "members-only"],
	] as const) {
		const server = await started();
		const visitor = await visit(server);
		server.connection.presence(visitor.self, ["110", code], ' type="unavailable"');
		await visitor.sees("closed");
		assert.deepEqual(visitor.events.at(-1), {
			type: "closed",
			reason: { kind: "refused", condition, detail: "put out of the room" },
		});
	}
});

test("XMPP-9: a fault of the room's is an interruption, and what the server kept of it is not resumed", async () => {
	const server = await started({ management: true });
	const visitor = await visit(server);
	server.connection.presence(visitor.self, ["110", "332"], ' type="unavailable"');
	await until("a second entrance", () => visitor.types().filter((type) => type === "entered").length >= 2);
	assert.deepEqual(visitor.types(), ["entered", "interrupted", "entered"]);
	assert.equal(server.frames.filter((frame) => frame.startsWith("<resume")).length, 0);
	await visitor.place.leave();
});

test("XMPP-7: a room that has forgotten us is noticed by the probe, and entered again", async () => {
	let hasForgotten = false;
	const server = await started({
		intercept: (frame, connection) => {
			if (!hasForgotten || !frame.includes("urn:xmpp:ping")) return false;
			hasForgotten = false;
			const error = '<error type="cancel"><not-acceptable xmlns="urn:ietf:params:xml:ns:xmpp-stanzas"/></error>';
			connection.send(
				`<iq xmlns="jabber:client" type="error" id="${attribute(frame, "id")}" from="${attribute(frame, "to")}">${error}</iq>`,
			);
			return true;
		},
	});
	const visitor = await visit(server, { pingEveryMs: 5 });
	await until("a probe", () => server.frames.some((frame) => frame.includes("urn:xmpp:ping")));
	assert.deepEqual(visitor.types(), ["entered"]);
	hasForgotten = true;
	await until("a second entrance", () => visitor.types().filter((type) => type === "entered").length >= 2);
	await visitor.place.leave();
});

test("XMPP-3: accounts are random, one for each place, and removed when it is left", async () => {
	const server = await started();
	const carrier = carrierOf(server);
	const first = await Visitor.enter(carrier, freshRoom());
	const second = await Visitor.enter(carrier, freshRoom());
	await first.place.leave();
	await second.place.leave();
	const registered = server.frames.flatMap((frame) => /<username>(.*)<\/username>/.exec(frame)?.[1] ?? []);
	assert.equal(new Set(registered).size, 2);
	for (const name of registered) assert.match(name, /^[0-9a-f]{32}$/);
	assert.match(server.password, /^[0-9a-f]{48}$/);
	assert.equal(server.frames.filter((frame) => frame.includes("<remove/>")).length, 2);
});

test("XMPP-3: an account that the server has forgotten is replaced", async () => {
	let hasForgotten = false;
	const server = await started({
		intercept: (frame, connection) => {
			if (!hasForgotten || !frame.startsWith("<auth")) return false;
			hasForgotten = false;
			connection.send('<failure xmlns="urn:ietf:params:xml:ns:xmpp-sasl"><not-authorized/></failure>');
			return true;
		},
	});
	const visitor = await visit(server);
	hasForgotten = true;
	server.connection.cut();
	await until("a second entrance", () => visitor.types().filter((type) => type === "entered").length >= 2);
	assert.equal(server.frames.filter((frame) => frame.includes("<username>")).length, 2);
	await visitor.place.leave();
});

test("XMPP-1: lines that others could listen on are refused unless allowed", async () => {
	for (const service of ["ws://example.org/x", "xmpp://192.0.2.1", "http://localhost", "nonsense", ""]) {
		const carrier = xmppCarrier({ service, domain: "example.org", random });
		const entered = await carrier.enter({ room: freshRoom(), onEvent: () => {} });
		assert.ok(!entered.ok && entered.error.kind === "usage", service);
	}
});

test("XMPP-1: where nothing answers, entering says so", async () => {
	for (const protocol of ["ws", "xmpp"]) {
		const service = `${protocol}://127.0.0.1:${await freePort()}`;
		const carrier = xmppCarrier({ service, domain: "localhost", random });
		const entered = await carrier.enter({ room: freshRoom(), onEvent: () => {} });
		assert.ok(!entered.ok && entered.error.kind === "unreachable", service);
	}
});
