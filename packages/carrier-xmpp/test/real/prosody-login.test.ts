import assert from "node:assert/strict";
import { execFileSync, spawnSync, type SpawnSyncReturns } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { nodePrimitives } from "@clowder/crypto/node";
import { freePort, type Prosody, prosodyMissing, startProsody } from "@clowder/servers";
import { type LoginWay, xmppCarrier, type XmppCarrierOptions } from "../../src/index.ts";
import { freshRoom, random, Visitor } from "../harness.ts";
import { bind, challenged, hello, keyOf, logIn, nameOf, offered, say, verdict } from "./raw-login.ts";
import { openBosh, openTcp, openTls, type RawStream } from "./raw-streams.ts";
import { MODULE, withModule } from "./prosody-module.ts";

const VECTORS = fileURLToPath(new URL("../../../../../vectors", import.meta.url));

async function enters(
	service: string,
	options: Partial<XmppCarrierOptions> = {},
	room: ReturnType<typeof freshRoom> = freshRoom(),
): Promise<{ readonly visitor: Visitor; readonly ways: readonly LoginWay[] }> {
	const ways: LoginWay[] = [];
	const onLogin = (way: LoginWay): void => void ways.push(way);
	const carrier = xmppCarrier({ service, domain: "localhost", random, onLogin, ...options });
	return { visitor: await Visitor.enter(carrier, room), ways };
}

const byKey: Partial<XmppCarrierOptions> = { login: { primitives: nodePrimitives } };
const websocket = (server: Prosody): string => `ws://localhost:${server.httpPort}${server.path}`;
const tcp = (server: Prosody): string => `xmpp://localhost:${server.tcpPort}`;

describe("login by key, Prosody", { skip: prosodyMissing() ?? false }, () => {
	test("LOGIN-3, LOGIN-4, LOGIN-5: the module computes what the vectors say, and finds one that is wrong", () => {
		const run = (vectors: string): SpawnSyncReturns<string> =>
			spawnSync("lua5.4", ["test/vectors.lua", vectors], { cwd: MODULE, encoding: "utf8", timeout: 120_000 });
		const right = run(VECTORS);
		assert.equal(right.status, 0, right.stderr);
		assert.ok(Number(right.stdout) > 100, `${right.stdout} cases`);
		const planted = mkdtempSync(join(tmpdir(), "clowder-vectors-"));
		cpSync(VECTORS, planted, { recursive: true });
		const path = join(planted, "login/exchange.json");
		const text = readFileSync(path, "utf8");
		writeFileSync(
			path,
			text.replace(/"success": "v=./, (found) => found.slice(0, -1) + (found.endsWith("A") ? "B" : "A")),
		);
		const wrong = run(planted);
		rmSync(planted, { recursive: true });
		assert.equal(wrong.status, 1);
		assert.match(wrong.stderr, /LOGIN-5/);
	});

	describe("with the module", () => {
		let server: Prosody;
		let tlsPort: number;
		let directory: string;

		before(async () => {
			directory = mkdtempSync(join(tmpdir(), "clowder-tls-"));
			tlsPort = await freePort();
			const [key, certificate] = [join(directory, "key.pem"), join(directory, "cert.pem")];
			const made = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-keyout", key, "-out", certificate];
			const options = ["-nodes", "-days", "1", "-subj", "/CN=localhost"];
			execFileSync("openssl", ["req", "-x509", ...made, ...options], { stdio: "ignore" });
			server = await startProsody(
				withModule(
					["bosh"],
					`consider_bosh_secure = true
					modules_disabled = { "s2s" }
					c2s_direct_tls_ports = { ${tlsPort} }
					c2s_direct_tls_ssl = { key = "${key}", certificate = "${certificate}" }
					ssl = { key = "${key}", certificate = "${certificate}" }`,
				),
			);
		});
		after(async () => {
			assert.equal(server.complaints(), "");
			await server.stop();
			rmSync(directory, { recursive: true });
		});

		test("XMPP-11: people log in by key over WebSocket and TCP, and talk", async () => {
			const room = freshRoom();
			const ana = await enters(websocket(server), byKey, room);
			const ben = await enters(tcp(server), byKey, room);
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

		for (const [name, open] of [
			["TCP", () => openTcp(server.tcpPort)],
			["BOSH", () => openBosh(server.httpPort)],
		] as const) {
			test(`LOGIN-3: over ${name} the account is the key's, the same at the first login and later`, async () => {
				const key = keyOf(`someone over ${name}`);
				for (let i = 0; i < 2; i++) {
					const stream: RawStream = await open();
					assert.equal(await logIn(stream, key), "success");
					assert.equal(await bind(stream), nameOf(key));
					stream.close();
				}
			});
		}

		test("LOGIN-6: on TLS one is bound to its exporter, and to no other's", async () => {
			const key = keyOf("someone on TLS");
			const exporter = (socket: Awaited<ReturnType<typeof openTls>>["socket"]): Uint8Array =>
				new Uint8Array(socket.exportKeyingMaterial(32, "EXPORTER-Channel-Binding", Buffer.alloc(0)));
			const first = await openTls(tlsPort);
			const channels = { "tls-exporter": exporter(first.socket) };
			const given = hello(key, await offered(first.stream), { channels });
			const [answer, challenge] = await challenged(first.stream, given);
			assert.match(challenge, /,b=tls-exporter$/);
			assert.match(answer.message, /,b=tls-exporter,/);
			await say(first.stream, "response", answer.message);
			const [kind, text] = await verdict(first.stream);
			assert.equal(kind, "success", text);
			assert.ok(answer.verify(text).ok);
			const second = await openTls(tlsPort);
			assert.equal(await logIn(second.stream, key, { channels }), "not-authorized");
			const third = await openTls(tlsPort);
			assert.equal(await logIn(third.stream, key), "success");
			for (const { stream } of [first, second, third]) stream.close();
		});

		test("LOGIN-6: a channel that the server does not have is refused", async () => {
			const stream = await openTcp(server.tcpPort);
			const given = hello(keyOf("someone without TLS"), await offered(stream));
			const [answer] = await challenged(stream, given);
			await say(stream, "response", answer.message.replace(",b=none,", ",b=tls-exporter,"));
			assert.deepEqual(await verdict(stream), ["failure", "not-authorized"]);
			stream.close();
		});
	});

	test("XMPP-11: without the module an account is registered; with registration off and anonymous, there is none", async () => {
		const stock = await startProsody();
		const registered = await enters(websocket(stock), byKey);
		assert.deepEqual(registered.ways, ["registered"]);
		await registered.visitor.place.leave();
		await stock.stop();
		const anonymous = await startProsody({ config: 'allow_registration = false\nauthentication = "anonymous"' });
		for (const service of [websocket(anonymous), tcp(anonymous)]) {
			const { visitor, ways } = await enters(service, byKey);
			assert.deepEqual(ways, ["anonymous"]);
			await visitor.place.leave();
		}
		await anonymous.stop();
	});

	test("XMPP-11: a host that knows nobody lets keys in beside the anonymous, and keeps nothing of them", async () => {
		const server = await startProsody(withModule([], 'allow_registration = false\nauthentication = "anonymous"'));
		const stream = await openTcp(server.tcpPort);
		const key = keyOf("someone among the anonymous");
		assert.equal(await logIn(stream, key), "success");
		assert.equal(await bind(stream), nameOf(key));
		stream.close();
		const { visitor, ways } = await enters(websocket(server), byKey);
		assert.deepEqual(ways, ["key"]);
		await visitor.place.leave();
		assert.equal(server.complaints(), "");
		await server.stop();
	});
});
