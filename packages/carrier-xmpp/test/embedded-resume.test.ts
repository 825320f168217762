import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import { Line } from "@clowder/servers";
import { xmppCarrier, type XmppTiming } from "../src/index.ts";
import { type EmbeddedOptions, type EmbeddedServer, NO_RESUMPTION, startEmbedded } from "./embedded.ts";
import { freshRoom, random, until, Visitor } from "./harness.ts";

const QUICK: Partial<XmppTiming> = {
	reconnectLeastMs: 5,
	reconnectMostMs: 50,
	reconnectTries: 500,
	resumableSeconds: 60,
	leaveMs: 1000,
};

for (const kind of ["WebSocket", "TCP"] as const) {
	describe(`resuming over ${kind}, embedded server`, () => {
		const lines: Line[] = [];
		const servers: EmbeddedServer[] = [];
		after(async () => {
			for (const line of lines) await line.close();
			for (const server of servers) await server.stop();
		});

		async function start(options: EmbeddedOptions = {}): Promise<EmbeddedServer> {
			const server = await startEmbedded(options);
			servers.push(server);
			return server;
		}

		async function visit(
			server: EmbeddedServer,
			room = freshRoom(),
			timing: Partial<XmppTiming> = {},
		): Promise<[Visitor, Line]> {
			const line = await Line.to(kind === "TCP" ? server.tcpPort : server.httpPort);
			lines.push(line);
			const service = kind === "TCP" ? `xmpp://localhost:${line.port}` : `ws://localhost:${line.port}${server.path}`;
			const carrier = xmppCarrier({ service, domain: "localhost", random, timing: { ...QUICK, ...timing } });
			return [await Visitor.enter(carrier, room), line];
		}

		async function leave(...visitors: readonly Visitor[]): Promise<void> {
			for (const { place } of visitors) await place.leave();
		}

		test("XMPP-8: a line cut in mid-conversation loses nothing, doubles nothing, and nobody is seen to leave", async () => {
			const server = await start();
			const room = freshRoom();
			const [a] = await visit(server, room);
			const [b, line] = await visit(server, room);
			const texts: string[] = [];
			for (let round = 0; round < 5; round++) {
				const say = async (visitor: Visitor, text: string): Promise<void> => {
					assert.ok(visitor.place.send(text).ok);
					texts.push(text);
					await a.hears(text);
				};
				await say(a, `${round}: before`);
				// Cut while both speak: some of this is under way, some of it is only half there.
				for (const visitor of [a, b]) {
					for (let i = 0; i < 5; i++) assert.ok(visitor.place.send(`${round}: ${i} ${"x".repeat(2000)}`).ok);
				}
				line.cut();
				await until("interrupted", () => b.types().filter((type) => type === "interrupted").length > round);
				assert.ok(a.place.send(`${round}: while you were gone`).ok);
				line.mend();
				await until("resumed", () => b.types().filter((type) => type === "resumed").length > round);
				await until("an empty backlog", () => a.place.backlog === 0 && b.place.backlog === 0);
			}
			const said = 5 * (1 + 10 + 1);
			await until("all texts", () => a.texts().length >= said && b.texts().length >= said);
			assert.equal(a.texts().length, said);
			assert.deepEqual(b.texts(), a.texts());
			for (const visitor of [a, b]) {
				assert.equal(visitor.types().filter((type) => type === "entered").length, 1);
				assert.ok(!visitor.types().includes("left"));
			}
			assert.equal(server.counts().accounts, 2);
			await leave(a, b);
		});

		test("XMPP-7: a line that lets nothing through is given up, and the session goes on over another", async () => {
			const server = await start();
			const room = freshRoom();
			const [a] = await visit(server, room);
			const [b, line] = await visit(server, room, { pingEveryMs: 20, pingTimeoutMs: 300, connectMs: 2000 });
			line.hold();
			assert.ok(a.place.send("into a dead line").ok);
			assert.ok(b.place.send("out of a dead line").ok);
			await b.sees("interrupted");
			line.mend();
			await b.sees("resumed");
			for (const visitor of [a, b]) {
				await visitor.hears("into a dead line");
				await visitor.hears("out of a dead line");
			}
			assert.deepEqual(b.texts(), ["into a dead line", "out of a dead line"]);
			assert.deepEqual(a.texts(), b.texts());
			assert.ok(!a.types().includes("left"));
			await leave(a, b);
		});

		test("XMPP-8: whoever comes back too late enters again, under a new handle", async () => {
			const server = await start({ limits: { resumeMs: 1000 } });
			const room = freshRoom();
			const [a] = await visit(server, room);
			const [b, line] = await visit(server, room);
			const first = b.self;
			line.cut();
			await a.sees("left");
			line.mend();
			await until("a second entrance", () => b.types().filter((type) => type === "entered").length === 2);
			assert.notEqual(b.self, first);
			assert.ok(b.place.send("back").ok);
			await a.hears("back");
			await leave(a, b);
		});

		test("XMPP-8: a server that counts and does not resume is entered again", async () => {
			const server = await start({ limits: NO_RESUMPTION });
			const [b, line] = await visit(server);
			assert.ok(b.place.send("before").ok);
			await b.hears("before");
			line.cut();
			assert.ok(b.place.send("meanwhile").ok);
			line.mend();
			await until("a second entrance", () => b.types().filter((type) => type === "entered").length === 2);
			assert.ok(b.place.send("after").ok);
			await b.hears("after");
			await leave(b);
		});

		test("XMPP-8: after a restart of the server the room comes back by itself", async () => {
			const first = await start();
			const { httpPort, tcpPort } = first;
			const room = freshRoom();
			const visitors = [(await visit(first, room))[0], (await visit(first, room))[0]] as const;
			await first.stop();
			await start({ httpPort, tcpPort });
			const back = (visitor: Visitor): boolean => visitor.types().filter((type) => type === "entered").length >= 2;
			await until("all to be back", () => visitors.every(back));
			const [a, b] = visitors;
			await until("both inside", () => {
				const seen = a.events.slice(a.events.findLastIndex(({ type }) => type === "entered"));
				return seen.some((e) => (e.type === "entered" ? e.occupants.includes(b.self) : e.type === "joined"));
			});
			assert.ok(a.place.send("as before").ok);
			for (const visitor of visitors) await visitor.hears("as before");
			await leave(...visitors);
		});
	});
}
