/** Logins by key on an ejabberd that nobody has changed, and the ways that are left without. */
import assert from "node:assert/strict";
import { connect } from "node:net";
import { after, before, describe, test } from "node:test";
import { nodePrimitives } from "@clowder/crypto/node";
import { keyPassword, loginHost, throwawayLoginKey } from "@clowder/login";
import { ejabberdMissing, type KeyServer, Line, startKeyServer } from "@clowder/servers";
import { type KeyLogin, type LoginWay, windowKeyReader, xmppCarrier } from "../../src/index.ts";
import { freshRoom, random, until, Visitor } from "../harness.ts";

const SECRET = new Uint8Array(32).fill(7);
const skip = ejabberdMissing() ?? false;

interface Person {
	readonly visitor: Visitor;
	readonly ways: readonly LoginWay[];
}

async function enters(service: string, login: KeyLogin, room = freshRoom()): Promise<Person> {
	const ways: LoginWay[] = [];
	const timing = { reconnectLeastMs: 5, reconnectMostMs: 50, reconnectTries: 200 };
	const onLogin = (way: LoginWay): void => void ways.push(way);
	const carrier = xmppCarrier({ service, domain: "localhost", random, timing, login, onLogin });
	return { visitor: await Visitor.enter(carrier, room), ways };
}

for (const kind of ["WebSocket", "TCP"] as const) {
	describe(`login on ejabberd over ${kind}`, { skip }, () => {
		let server: KeyServer;
		const lines: Line[] = [];
		before(async () => {
			server = await startKeyServer();
		});
		after(async () => {
			for (const line of lines) await line.close();
			await server.stop();
		});

		async function service(): Promise<[string, Line]> {
			const line = await Line.to(kind === "TCP" ? server.tcpPort : server.httpPort);
			lines.push(line);
			return [kind === "TCP" ? `xmpp://localhost:${line.port}` : `ws://localhost:${line.port}${server.path}`, line];
		}
		const byKey = (secret?: Uint8Array): KeyLogin => ({
			primitives: nodePrimitives,
			readWindowKey: windowKeyReader(server.windowKeyUrl),
			...(secret === undefined ? {} : { secret }),
		});

		test("KEYPASS-7: people log in by key, talk, and lose and find their lines", async () => {
			const room = freshRoom();
			const ana = await enters((await service())[0], byKey(), room);
			const [address, line] = await service();
			const ben = await enters(address, byKey(), room);
			ana.visitor.place.send("from Ana");
			await ben.visitor.hears("from Ana");
			line.cut();
			await ben.visitor.sees("interrupted");
			line.mend();
			await ben.visitor.sees("resumed");
			ben.visitor.place.send("from Ben");
			await ana.visitor.hears("from Ben");
			assert.deepEqual(ana.visitor.texts(), ["from Ana", "from Ben"]);
			assert.deepEqual(ben.visitor.texts(), ["from Ana", "from Ben"]);
			assert.deepEqual([ana.ways, ben.ways], [["key"], ["key", "key"]]);
			await ana.visitor.place.leave();
			await ben.visitor.place.leave();
		});

		test("LOGIN-1, KEYPASS-1: a secret has one account, each time; without one each place has another", async () => {
			const names: string[] = [];
			for (const secret of [SECRET, SECRET, undefined, undefined]) {
				const { visitor } = await enters((await service())[0], byKey(secret));
				const users = (await server.ctl("connected_users")).match(/k1-[a-z2-7]{32}(?=@localhost)/g) ?? [];
				names.push(...users);
				await visitor.place.leave();
				await until("the end of the session", () => visitor.types().includes("closed"));
				while ((await server.ctl("connected_users")).includes("k1-"));
			}
			assert.equal(names.length, 4);
			assert.equal(names[0], names[1]);
			assert.equal(new Set(names).size, 3);
		});

		test("XMPP-11: where no key is published, or it is not asked for, the login is anonymous", async () => {
			const nowhere = windowKeyReader(`${server.windowKeyUrl}-nowhere`);
			for (const login of [
				{ primitives: nodePrimitives },
				{ primitives: nodePrimitives, readWindowKey: nowhere },
				{ primitives: nodePrimitives, readWindowKey: () => Promise.resolve("CLOWDER-DH-PASSWORD-1 e=\n") },
			]) {
				const { visitor, ways } = await enters((await service())[0], login);
				assert.deepEqual(ways, ["anonymous"]);
				await visitor.place.leave();
			}
		});
	});
}

describe("passwords of one login on ejabberd", { skip }, () => {
	let server: KeyServer;
	before(async () => {
		server = await startKeyServer();
	});
	after(() => server.stop());

	test("KEYPASS-4: who reads a password along cannot use it again", async () => {
		const password = await newPassword(server);
		assert.equal(await plain(server, password), "success");
		assert.equal(await plain(server, password), "failure");
		assert.equal(await plain(server, await newPassword(server)), "success");
	});
});

test("trap, ejabberd remembers right passwords by default, and takes them again without asking", { skip }, async () => {
	const server = await startKeyServer("auth_use_cache: true");
	const password = await newPassword(server);
	assert.equal(await plain(server, password), "success");
	assert.equal(await plain(server, password), "success", "should this fail, auth_use_cache needs no mention any more");
	await server.stop();
});

async function newPassword(server: KeyServer): Promise<string> {
	const host = loginHost("localhost");
	assert.ok(host.ok);
	const published = await windowKeyReader(server.windowKeyUrl)();
	assert.ok(published !== undefined);
	const key = throwawayLoginKey(nodePrimitives, random(32));
	const made = keyPassword(nodePrimitives, { key, host: host.value, published }, random(32));
	assert.ok(made.ok);
	return `\0${made.value.account}\0${made.value.password}`;
}

/** Tries SASL PLAIN on a stream of its own. */
function plain(server: KeyServer, message: string): Promise<"success" | "failure"> {
	return new Promise((resolve, reject) => {
		const socket = connect(server.tcpPort, "127.0.0.1");
		let heard = "";
		socket.on("error", reject);
		socket.on("data", (data) => {
			heard += String(data);
			const verdict = /<(success|failure)/.exec(heard)?.[1];
			if (verdict === undefined) return;
			socket.destroy();
			resolve(verdict as "success" | "failure");
		});
		socket.write(
			'<stream:stream xmlns="jabber:client" xmlns:stream="http://etherx.jabber.org/streams" to="localhost" version="1.0">' +
				`<auth xmlns="urn:ietf:params:xml:ns:xmpp-sasl" mechanism="PLAIN">${Buffer.from(message).toString("base64")}</auth>`,
		);
	});
}
