/** XMPP-10, and the traps of xmpp.js: each was seen, and has a test that fails when the guard against it is taken away. */
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { Line } from "@clowder/servers";
import { STANZA_IN_MAX_BYTES } from "../src/limits.ts";
import { xmppCarrier } from "../src/index.ts";
import { startEmbedded } from "./embedded.ts";
import { type Connection, FakeServer, type Script } from "./fake-server.ts";
import { freshRoom, random, until, Visitor } from "./harness.ts";

const servers: FakeServer[] = [];
after(async () => {
	for (const server of servers) await server.stop();
});

async function started(script: Script): Promise<FakeServer> {
	const server = await FakeServer.start(script);
	servers.push(server);
	return server;
}

function carrierOf(server: FakeServer): ReturnType<typeof xmppCarrier> {
	const timing = { reconnectLeastMs: 1, reconnectMostMs: 5, leaveMs: 500 };
	return xmppCarrier({ service: server.service, domain: "fake", random, timing });
}

async function visit(server: FakeServer): Promise<Visitor> {
	return Visitor.enter(carrierOf(server), freshRoom());
}

/** What comes of entering where it cannot succeed. */
async function refusal(script: Script): Promise<unknown> {
	const server = await started(script);
	const entered = await carrierOf(server).enter({ room: freshRoom(), onEvent: () => {} });
	assert.ok(!entered.ok);
	return entered.error;
}

/** Resumes the first connection's stream: all of it was received, but for texts. */
function resume(server: FakeServer, connection: Connection): void {
	const [first] = server.connections;
	assert.ok(first);
	connection.nick = first.nick;
	connection.room = first.room;
	const counted = first.frames.slice(first.frames.findIndex((frame) => frame.startsWith("<enable")));
	const stanzas = counted.filter((frame) => /^<(iq|presence)/.test(frame)).length;
	connection.send(`<resumed xmlns="urn:xmpp:sm:3" previd="stream-1" h="${stanzas}"/>`);
}

test("trap, stream management race: nothing is sent between the binding and the server's yes", async () => {
	let isHeld = true;
	const server = await started({
		management: true,
		intercept: (frame) => isHeld && frame.startsWith("<enable"),
	});
	const visiting = visit(server);
	await until("enable", () => server.frames.some((frame) => frame.startsWith("<enable")));
	// An answered ping shows that the client has had its turn, and did not use it to go on.
	server.connection.send('<iq xmlns="jabber:client" type="get" id="p" from="fake"><ping xmlns="urn:xmpp:ping"/></iq>');
	await until("the answer", () => server.frames.some((frame) => frame.startsWith("<iq") && frame.includes('id="p"')));
	assert.deepEqual(
		server.frames.filter((frame) => frame.startsWith("<presence") || frame.includes("disco")),
		[],
	);
	isHeld = false;
	server.connection.send('<enabled xmlns="urn:xmpp:sm:3" id="stream-1" resume="true"/>');
	const visitor = await visiting;
	await visitor.place.leave();
});

test("trap, server-first mechanisms never start: all of ours speak first, and without them it ends at once", async () => {
	assert.deepEqual(await refusal({ mechanisms: ["DIGEST-MD5", "EXTERNAL"] }), {
		kind: "protocol",
		expected: "CLOWDER-DH-1 or SCRAM-SHA-256 or SCRAM-SHA-1 or ANONYMOUS",
		got: "other mechanisms",
	});
	for (const name of ["SCRAM-SHA-1", "SCRAM-SHA-256"]) {
		const server = await started({ mechanisms: ["DIGEST-MD5", name] });
		const visitor = await visit(server);
		const auth = server.frames.find((frame) => frame.startsWith("<auth"));
		assert.match(auth ?? "", new RegExp(`mechanism="${name}"[^>]*>biws?`));
		await visitor.place.leave();
	}
});

test("trap, no global WebSocket in Node 20: none is needed, and none is made or used", async () => {
	const before = Object.getOwnPropertyDescriptor(globalThis, "WebSocket");
	let uses = 0;
	Object.defineProperty(globalThis, "WebSocket", {
		configurable: true,
		value: function Poisoned() {
			uses++;
			throw new Error("the global WebSocket was used");
		},
	});
	try {
		const visitor = await visit(await started({}));
		await visitor.place.leave();
	} finally {
		if (before === undefined) Reflect.deleteProperty(globalThis, "WebSocket");
		else Object.defineProperty(globalThis, "WebSocket", before);
	}
	assert.equal(uses, 0);
});

test("trap, any success is taken: a server that cannot sign with our password is refused", async () => {
	assert.deepEqual(await refusal({ honest: false }), {
		kind: "protocol",
		expected: "the server's own signature",
		got: "another",
	});
});

test("trap, the server sets the client's work: too many iterations are refused", async () => {
	const error = (await refusal({ iterations: 2_000_000_000 })) as { kind: string; got: string };
	assert.deepEqual([error.kind, error.got], ["protocol", "2000000000"]);
});

test("trap, redirections: a server cannot send the client to another host", async () => {
	const other = await started({});
	const elsewhere = other.service.slice("ws://".length);
	const error = (await refusal({
		intercept: (frame, connection) => {
			if (!frame.startsWith("<auth")) return false;
			const condition = `<see-other-host xmlns="urn:ietf:params:xml:ns:xmpp-streams">${elsewhere}</see-other-host>`;
			connection.send(`<stream:error xmlns:stream="http://etherx.jabber.org/streams">${condition}</stream:error>`);
			return true;
		},
	})) as { got: string };
	assert.equal(error.got, "a redirection to another host");
	assert.equal(other.connections.length, 0);
});

test("trap, the parser throws: broken XML ends the connection with a reason, never the process", async () => {
	for (const broken of ["<message>&nosuch;</message>", "<message>&#0;</message>", "<a></b>", "text<a/>"]) {
		const server = await started({});
		const visitor = await visit(server);
		server.connection.send(broken);
		await visitor.sees("interrupted");
		const event = visitor.events.find(({ type }) => type === "interrupted");
		assert.ok(event?.type === "interrupted" && event.reason.kind === "protocol", JSON.stringify(event));
		await visitor.place.leave();
	}
});

test("trap, the parser keeps any amount: a stanza over the limit ends the connection", async () => {
	const server = await started({});
	const visitor = await visit(server);
	const chunk = "x".repeat(STANZA_IN_MAX_BYTES / 2);
	server.connection.send(`<message><body>${chunk}`, chunk, chunk);
	await visitor.sees("interrupted");
	await visitor.place.leave();
});

test("trap, resumption dates what it sends again: nothing of it shows, and the room's echo counts", async () => {
	let isDeaf = false;
	const server = await started({
		management: true,
		intercept: (frame, connection) => {
			if (frame.startsWith("<resume")) {
				resume(server, connection);
				return true;
			}
			return isDeaf && frame.startsWith("<message");
		},
	});
	const visitor = await visit(server);
	isDeaf = true;
	assert.ok(visitor.place.send("lost on the way").ok);
	await until("the text", () => server.frames.some((frame) => frame.startsWith("<message")));
	isDeaf = false;
	server.connection.cut();
	await visitor.hears("lost on the way");
	assert.deepEqual(visitor.types(), ["entered", "interrupted", "resumed", "text"]);
	const again = server.frames.filter((frame) => frame.startsWith("<message"));
	assert.equal(again.length, 2);
	assert.doesNotMatch(again[1] ?? "", /delay|someone@fake/);
	assert.equal(visitor.place.backlog, 0);
	await visitor.place.leave();
});

test("trap, a negotiation that was cut short lives on: it does not send again what the next one does", async () => {
	let isDeaf = false;
	const server = await started({
		management: true,
		intercept: (frame, connection) => {
			if (frame.startsWith("<resume")) {
				if (server.connections.length === 2) connection.cut();
				else resume(server, connection);
				return true;
			}
			return isDeaf && frame.startsWith("<message");
		},
	});
	const visitor = await visit(server);
	isDeaf = true;
	assert.ok(visitor.place.send("lost on the way").ok);
	await until("the text", () => server.frames.some((frame) => frame.startsWith("<message")));
	isDeaf = false;
	server.connection.cut();
	await visitor.hears("lost on the way");
	assert.ok(visitor.place.send("behind").ok);
	await visitor.hears("behind");
	assert.equal(server.connections.length, 3);
	assert.deepEqual(visitor.texts(), ["lost on the way", "behind"]);
	await visitor.place.leave();
});

test("trap, characters are split between chunks: one whose bytes come apart arrives whole", async (t) => {
	const server = await startEmbedded();
	const line = await Line.to(server.tcpPort);
	t.after(async () => {
		await line.close();
		await server.stop();
	});
	const carrier = xmppCarrier({ service: `xmpp://127.0.0.1:${line.port}`, domain: server.domain, random });
	const visitor = await Visitor.enter(carrier, freshRoom());
	const [entrance] = visitor.events;
	assert.ok(entrance?.type === "entered");
	const from = `${entrance.binding.slice("xmpp:".length)}/${visitor.self}`;
	const ping = '<iq type="get" id="between" from="localhost"><ping xmlns="urn:xmpp:ping"/></iq>';
	const message = Buffer.from(`<message type="groupchat" from="${from}"><body>caf\u00e9</body></message>`);
	const within = message.indexOf(0xc3) + 1;
	line.inject(Buffer.concat([Buffer.from(ping), message.subarray(0, within)]));
	await until("the answer to what came before the split", () => line.heard.includes('id="between"'));
	line.inject(message.subarray(within));
	await visitor.sees("text");
	assert.deepEqual(visitor.texts(), ["caf\u00e9"]);
	await visitor.place.leave();
});

test("trap, answers are matched by id alone: ids are unguessable", async () => {
	const server = await started({});
	const visitor = await visit(server);
	const ids = server.frames.flatMap((frame) =>
		frame.startsWith("<iq") ? [/ id="([^"]*)"/.exec(frame)?.[1] ?? ""] : [],
	);
	const own = ids.filter((id) => /^[0-9a-f]{32}$/.test(id));
	assert.ok(own.length >= 4, ids.join(" "));
	assert.equal(new Set(own).size, own.length);
	await visitor.place.leave();
});

test("trap, a goodbye is waited for: a server that hangs up instead, as ejabberd does, does not hold it up", async () => {
	const server = await started({
		intercept: (frame, connection) => {
			if (!frame.startsWith("<close")) return false;
			const ns = "urn:ietf:params:xml:ns:xmpp-streams";
			connection.send(
				`<stream:error xmlns:stream="http://etherx.jabber.org/streams"><conflict xmlns="${ns}"/></stream:error>`,
			);
			return true;
		},
	});
	const timing = { leaveMs: 10 * 60_000 };
	const carrier = xmppCarrier({ service: server.service, domain: "fake", random, timing });
	const visitor = await Visitor.enter(carrier, freshRoom());
	let hasLeft = false;
	void visitor.place.leave().then(() => (hasLeft = true));
	await until("the end", () => hasLeft);
});
