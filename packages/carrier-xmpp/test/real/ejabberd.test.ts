/** What ejabberd does that others do not, as Debian ships it. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { type Ejabberd, ejabberdMissing, Line, startEjabberd } from "@clowder/servers";
import type { RoomName } from "@clowder/carrier";
import { roomAddress } from "../../src/address.ts";
import { xmppCarrier, type XmppTiming } from "../../src/index.ts";
import { freshRoom, random, resumesUnseen, until, Visitor } from "../harness.ts";

const QUICK: Partial<XmppTiming> = { reconnectLeastMs: 5, reconnectMostMs: 50, reconnectTries: 200 };
/** Through 3,000 bytes a second, on a busy machine. */
const SLOW_MS = 5 * 60_000;
/** Three times the burst that the stock shaper lets through at once. */
const TEXT_BYTES = 60_000;
/** Stock: 200. */
const OCCUPANTS = 3;
/** Rooms stay when they are empty, and are put to sleep at once. */
const MUC = `{ access: [allow], access_create: local, access_persistent: local, max_users: ${OCCUPANTS}, hibernation_timeout: 1 second, default_room_options: { persistent: true } }`;

for (const kind of ["WebSocket", "TCP"] as const) {
	describe(`ejabberd over ${kind}`, { skip: ejabberdMissing() ?? false }, () => {
		let server: Ejabberd;
		const lines: Line[] = [];

		before(async () => {
			server = await startEjabberd({ modules: { mod_muc: MUC } });
		});
		after(async () => {
			for (const line of lines) await line.close();
			await server.stop();
		});

		function carrierOn(line: Line, timing: Partial<XmppTiming> = {}): ReturnType<typeof xmppCarrier> {
			const service = kind === "TCP" ? `xmpp://localhost:${line.port}` : `ws://localhost:${line.port}${server.path}`;
			return xmppCarrier({ service, domain: server.domain, random, timing: { ...QUICK, ...timing } });
		}

		async function newLine(): Promise<Line> {
			const line = await Line.to(kind === "TCP" ? server.tcpPort : server.httpPort);
			lines.push(line);
			return line;
		}

		async function visit(room = freshRoom(), timing: Partial<XmppTiming> = {}): Promise<[Visitor, Line]> {
			const line = await newLine();
			return [await Visitor.enter(carrierOn(line, timing), room), line];
		}

		/** Whether the room has a process, which is all that wakes. */
		async function isAwake(room: RoomName): Promise<boolean> {
			const rooms = await server.ctl("muc_online_rooms", "conference.localhost");
			return rooms.includes(`${roomAddress(room, "conference.localhost")}\n`);
		}

		test("XMPP-6: the stock shaper slows a large text down, visibly, and nobody is put out", async () => {
			const room = freshRoom();
			const [a] = await visit(room);
			const [b] = await visit(room);
			const text = "0123456789".repeat(TEXT_BYTES / 10);
			assert.ok(a.place.send(text).ok);
			const seen = new Set<number>();
			const isThere = (): boolean => {
				seen.add(a.place.backlog);
				return b.texts().includes(text) && a.texts().includes(text);
			};
			await until("the text", isThere, SLOW_MS);
			assert.ok(seen.size >= 4, `backlogs seen: ${[...seen].join(" ")}`);
			assert.equal(a.place.backlog, 0);
			assert.deepEqual([...a.types(), ...b.types()].includes("interrupted"), false);
			await a.place.leave();
			await b.place.leave();
		});

		test("XMPP-8: a resumed stream misses nothing, doubles nothing, and the others see nothing of it", async () => {
			const room = freshRoom();
			const [a] = await visit(room);
			const [b, line] = await visit(room);
			await resumesUnseen(a, b, line);
		});

		test("XMPP-8: cut again and again while everyone talks, all hear all, once and in one order", async () => {
			const room = freshRoom();
			const [a, lineOfA] = await visit(room);
			const [b, lineOfB] = await visit(room);
			const said: string[] = [];
			for (let round = 0; round < 6; round++) {
				for (const [who, name] of [
					[a, "a"],
					[b, "b"],
				] as const) {
					const text = `${name} in round ${round}`;
					assert.ok(who.place.send(text).ok);
					said.push(text);
				}
				const [line, cut] = round % 2 === 0 ? [lineOfA, a] : [lineOfB, b];
				const resumptions = cut.types().filter((type) => type === "resumed").length;
				line.cut();
				line.mend();
				await until("a resumption", () => cut.types().filter((type) => type === "resumed").length > resumptions);
			}
			for (const text of said) {
				await a.hears(text);
				await b.hears(text);
			}
			assert.deepEqual(a.texts(), b.texts());
			assert.deepEqual([...a.texts()].toSorted(), said.toSorted());
			await a.place.leave();
			await b.place.leave();
		});

		test("XMPP-8: once the server has given a stream up, one enters again under a new handle", async () => {
			const room = freshRoom();
			const [a] = await visit(room);
			const [b, line] = await visit(room, { resumableSeconds: 1 });
			const first = b.self;
			line.cut();
			await b.sees("interrupted");
			await a.sees("left");
			line.mend();
			await until("a second entrance", () => b.types().filter((type) => type === "entered").length >= 2);
			assert.notEqual(b.self, first);
			assert.ok(b.place.send("back").ok);
			await a.hears("back");
			await a.place.leave();
			await b.place.leave();
		});

		test("XMPP-5: a room that is full says so, in its own words, and lets the next one in when someone has gone", async () => {
			const room = freshRoom();
			const inside: Visitor[] = [];
			for (let i = 0; i < OCCUPANTS; i++) inside.push((await visit(room))[0]);
			const full = await carrierOn(await newLine()).enter({ room, onEvent: () => {} });
			assert.ok(!full.ok);
			assert.deepEqual(
				[full.error.kind, "condition" in full.error && full.error.condition],
				["refused", "resource-constraint"],
			);
			const [first] = inside;
			await first?.place.leave();
			const [late] = await visit(room);
			for (const who of [late, ...inside.slice(1)]) await who.place.leave();
		});

		test("XMPP-5: a room that the server has put to sleep wakes up for who comes, with nothing of before", async () => {
			const room = freshRoom();
			const [a] = await visit(room);
			assert.ok(a.place.send("before").ok);
			await a.hears("before");
			assert.equal(await isAwake(room), true);
			await a.place.leave();
			const end = Date.now() + SLOW_MS;
			while (await isAwake(room)) assert.ok(Date.now() < end, "waited in vain for the room to sleep");
			const [b] = await visit(room);
			assert.ok(b.place.send("after").ok);
			await b.hears("after");
			assert.deepEqual(b.texts(), ["after"]);
			await b.place.leave();
		});
	});
}
