import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { after, test } from "node:test";
import { Line } from "@clowder/servers";
import { base64, utf8 } from "@clowder/bytes";
import { nodePrimitives } from "@clowder/crypto/node";
import { noblePrimitives } from "@clowder/crypto/noble";
import { type LoginWay, xmppCarrier, type XmppCarrierOptions } from "../src/index.ts";
import { waysIn } from "../src/login.ts";
import { type EmbeddedServer, NO_RESUMPTION, startEmbedded } from "./embedded.ts";
import { attribute, type Connection, FakeServer, type Script } from "./fake-server.ts";
import { freshRoom, random, type TestServer, until, Visitor } from "./harness.ts";

const NS_SASL = "urn:ietf:params:xml:ns:xmpp-sasl";

const SECRET = new Uint8Array(createHash("sha256").update("a user's secret").digest());
const servers: { stop(): Promise<void> }[] = [];
after(async () => {
	for (const server of servers) await server.stop();
});

async function embedded(onOut: (text: string) => void = () => {}): Promise<EmbeddedServer> {
	const server = await startEmbedded({
		limits: NO_RESUMPTION,
		tap: (_, way, text) => (way === "out" ? onOut(text) : undefined),
	});
	servers.push(server);
	return server;
}

async function fake(script: Script): Promise<FakeServer> {
	const server = await FakeServer.start(script);
	servers.push(server);
	return server;
}

function websocket(server: TestServer): string {
	return `ws://127.0.0.1:${server.httpPort}${server.path}`;
}

interface Person {
	readonly visitor: Visitor;
	readonly ways: readonly LoginWay[];
}

async function enters(
	service: string,
	options: Partial<XmppCarrierOptions> = {},
	room: ReturnType<typeof freshRoom> = freshRoom(),
): Promise<Person> {
	const ways: LoginWay[] = [];
	const onLogin = (way: LoginWay): void => void ways.push(way);
	const timing = { reconnectLeastMs: 1, reconnectMostMs: 5, leaveMs: 500 };
	const carrier = xmppCarrier({ service, domain: "localhost", random, timing, onLogin, ...options });
	return { visitor: await Visitor.enter(carrier, room), ways };
}

test("XMPP-11: on a server that offers it the login is by key, over WebSocket and TCP, and people talk", async () => {
	const server = await embedded();
	const room = freshRoom();
	const ana = await enters(websocket(server), { login: { primitives: noblePrimitives } }, room);
	const ben = await enters(`xmpp://127.0.0.1:${server.tcpPort}`, { login: { primitives: nodePrimitives } }, room);
	const cat = await enters(websocket(server), {}, room);
	assert.deepEqual([ana.ways, ben.ways, cat.ways], [["key"], ["key"], ["registered"]]);
	ana.visitor.place.send("from ana");
	ben.visitor.place.send("from ben");
	for (const { visitor } of [ana, ben, cat]) {
		await visitor.hears("from ana");
		await visitor.hears("from ben");
	}
	for (const { visitor } of [ana, ben, cat]) await visitor.place.leave();
});

test("XMPP-3: a throwaway key is another for each place, and its account goes with the place; a secret's stays", async () => {
	const names: string[] = [];
	const server = await embedded((text) => names.push(...(/<jid>([^@]*)@/.exec(text)?.slice(1) ?? [])));
	const secret = SECRET.slice();
	for (const [login, left] of [
		[{ primitives: nodePrimitives }, 0],
		[{ primitives: nodePrimitives }, 0],
		[{ primitives: nodePrimitives, secret }, 1],
		[{ primitives: noblePrimitives, secret }, 1],
	] as const) {
		const { visitor } = await enters(websocket(server), { login });
		await visitor.place.leave();
		assert.equal(server.counts().accounts, left, "accounts once the place is left");
	}
	assert.equal(names.length, 4);
	for (const name of names) assert.match(name, /^k1-[a-z2-7]{32}$/);
	assert.equal(new Set(names.slice(0, 3)).size, 3);
	assert.equal(names[3], names[2]);
	assert.deepEqual(secret, SECRET, "the caller's secret is left as it was");
});

test("XMPP-3: a lost line is made again with the same key, also on a server that has forgotten it", async () => {
	const names: string[] = [];
	const server = await embedded((text) => names.push(...(/<jid>([^@]*)@/.exec(text)?.slice(1) ?? [])));
	const line = await Line.to(server.httpPort);
	const { visitor, ways } = await enters(`ws://127.0.0.1:${line.port}${server.path}`, {
		login: { primitives: nodePrimitives },
	});
	line.cut();
	line.mend();
	await until("a second entrance", () => visitor.types().filter((type) => type === "entered").length === 2);
	assert.deepEqual(ways, ["key", "key"]);
	assert.equal(names[1], names[0]);
	await visitor.place.leave();
	await line.close();
});

test("LOGIN-8: a success without the server's proof is none", async () => {
	const server = await fake({
		mechanisms: ["CLOWDER-DH-1", "SCRAM-SHA-256"],
		intercept: (frame, connection) => {
			if (frame.startsWith("<auth")) {
				const ephemeral = nodePrimitives.dhKeyPair(SECRET).publicKey.bytes;
				const challenge = `e=${base64(ephemeral)},r=${base64(SECRET)},b=none`;
				connection.send(`<challenge xmlns="${NS_SASL}">${base64(utf8(challenge))}</challenge>`);
			} else if (frame.startsWith("<response")) {
				connection.send(`<success xmlns="${NS_SASL}">${base64(utf8(`v=${base64(new Uint8Array(64))}`))}</success>`);
			} else return false;
			return true;
		},
	});
	const ways: LoginWay[] = [];
	const carrier = xmppCarrier({
		service: server.service,
		domain: "fake",
		random,
		login: { primitives: nodePrimitives },
		onLogin: (way) => ways.push(way),
	});
	const entered = await carrier.enter({ room: freshRoom(), onEvent: () => {} });
	assert.ok(!entered.ok);
	assert.deepEqual(entered.error, {
		kind: "protocol",
		expected: "the proof of who sent the challenge",
		got: "another",
	});
	assert.deepEqual(ways, []);
});

test("XMPP-11: the ways in, the best first", () => {
	const can = { key: true, account: true };
	const all = ["SCRAM-SHA-1", "ANONYMOUS", "CLOWDER-DH-1"];
	assert.deepEqual(waysIn({ mechanisms: all, registration: true }, can), ["key", "registered", "anonymous", "account"]);
	assert.deepEqual(waysIn({ mechanisms: all, registration: false }, can), [
		"key",
		"anonymous",
		"account",
		"registered",
	]);
	assert.deepEqual(waysIn({ mechanisms: all, registration: true }, { key: false, account: false }), [
		"registered",
		"anonymous",
	]);
	assert.deepEqual(waysIn({ mechanisms: ["SCRAM-SHA-256"], registration: false }, can), ["account", "registered"]);
	assert.deepEqual(waysIn({ mechanisms: ["PLAIN", "EXTERNAL"], registration: true }, can), []);
});

/** Answers a login without a name or an account. */
function anonymously(frame: string, connection: Connection): boolean {
	if (!frame.startsWith("<auth") || !frame.includes("ANONYMOUS")) return false;
	connection.isAuthenticated = true;
	connection.send(`<success xmlns="${NS_SASL}"/>`);
	return true;
}

test("XMPP-11: without login by key and registration the login is anonymous, and leaving removes no account", async () => {
	const server = await fake({ mechanisms: ["ANONYMOUS"], intercept: anonymously });
	const { visitor, ways } = await enters(server.service, { domain: "fake", login: { primitives: nodePrimitives } });
	await visitor.place.leave();
	assert.deepEqual(ways, ["anonymous"]);
	assert.ok(!server.frames.some((frame) => frame.includes("jabber:iq:register")));
});

test("XMPP-11: where registering is refused, the next way is taken", async () => {
	const refuses = (frame: string, connection: Connection): boolean => {
		if (!frame.includes("jabber:iq:register")) return anonymously(frame, connection);
		const id = attribute(frame, "id");
		const condition = '<error type="cancel"><not-allowed xmlns="urn:ietf:params:xml:ns:xmpp-stanzas"/></error>';
		connection.send(`<iq xmlns="jabber:client" type="error" id="${id}" from="fake">${condition}</iq>`);
		return true;
	};
	const server = await fake({ mechanisms: ["SCRAM-SHA-256"], intercept: refuses });
	const account = { username: "someone", password: "of the server's =,choosing" };
	server.password = account.password;
	const { visitor, ways } = await enters(server.service, { domain: "fake", account });
	await visitor.place.leave();
	assert.deepEqual(ways, ["account"]);
	const carrier = xmppCarrier({ service: server.service, domain: "fake", random });
	const refused = await carrier.enter({ room: freshRoom(), onEvent: () => {} });
	assert.deepEqual(!refused.ok && refused.error, {
		kind: "refused",
		condition: "not-allowed",
		detail: "registering an account",
	});
});

test("XMPP-11: an account that would need SASLprep or escapes is refused before anything is sent", async () => {
	for (const account of [
		{ username: "", password: "x" },
		{ username: "a,b", password: "x" },
		{ username: "a=b", password: "x" },
		{ username: "j\u00fcrgen", password: "x" },
		{ username: "a", password: "" },
		{ username: "a", password: "\u00fc" },
	]) {
		const carrier = xmppCarrier({ service: "ws://127.0.0.1:1", domain: "localhost", random, account });
		const entered = await carrier.enter({ room: freshRoom(), onEvent: () => {} });
		assert.equal(!entered.ok && entered.error.kind, "usage");
	}
});
