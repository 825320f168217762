import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Line, type Prosody, prosodyMissing, startProsody } from "@clowder/servers";
import { xmppCarrier, type XmppTiming } from "../../src/index.ts";
import { freshRoom, random, resumesUnseen, until, Visitor } from "../harness.ts";

const QUICK: Partial<XmppTiming> = {
	reconnectLeastMs: 5,
	reconnectMostMs: 50,
	reconnectTries: 200,
	resumableSeconds: 20,
	leaveMs: 1000,
};

for (const kind of ["WebSocket", "TCP"] as const) {
	describe(`reconnecting over ${kind}, Prosody`, { skip: prosodyMissing() ?? false }, () => {
		let resuming: Prosody;
		let forgetful: Prosody;
		const lines: Line[] = [];

		before(async () => {
			resuming = await startProsody({ modules: ["smacks"] });
			forgetful = await startProsody();
		});
		after(async () => {
			for (const line of lines) await line.close();
			await resuming.stop();
			await forgetful.stop();
		});

		async function visit(
			server: Prosody,
			room = freshRoom(),
			timing: Partial<XmppTiming> = {},
		): Promise<[Visitor, Line]> {
			const line = await Line.to(kind === "TCP" ? server.tcpPort : server.httpPort);
			lines.push(line);
			const service = kind === "TCP" ? `xmpp://localhost:${line.port}` : `ws://localhost:${line.port}${server.path}`;
			const carrier = xmppCarrier({ service, domain: "localhost", random, timing: { ...QUICK, ...timing } });
			return [await Visitor.enter(carrier, room), line];
		}

		test("XMPP-8: a resumed stream misses nothing, doubles nothing, and the others see nothing of it", async () => {
			const room = freshRoom();
			const [a] = await visit(resuming, room);
			const [b, line] = await visit(resuming, room);
			await resumesUnseen(a, b, line);
		});

		test("XMPP-8: without resumption one enters again, under a new handle", async () => {
			const room = freshRoom();
			const [a] = await visit(forgetful, room);
			const [b, line] = await visit(forgetful, room);
			const first = b.self;
			line.cut();
			await b.sees("interrupted");
			line.mend();
			await until("a second entrance", () => b.types().filter((type) => type === "entered").length >= 2);
			assert.notEqual(b.self, first);
			assert.deepEqual(b.types().slice(0, 3), ["entered", "interrupted", "entered"]);
			assert.ok(b.place.send("back").ok);
			await a.hears("back");
			assert.deepEqual(
				a.events.filter((event) => event.type === "joined" || event.type === "left"),
				[
					{ type: "joined", handle: first },
					{ type: "left", handle: first },
					{ type: "joined", handle: b.self },
				],
			);
			await a.place.leave();
			await b.place.leave();
		});

		test("XMPP-8: after so many tries in vain the place is closed, and nothing goes on behind it", async () => {
			const [a, line] = await visit(forgetful, freshRoom(), { reconnectTries: 3 });
			const before = line.accepted;
			line.cut();
			await a.sees("closed");
			const last = a.events.at(-1);
			assert.ok(last?.type === "closed" && last.reason?.kind === "unreachable", JSON.stringify(last));
			assert.equal(line.accepted - before, 3);
			assert.equal(a.place.send("too late").ok, false);
		});

		test("XMPP-7: a line that lets nothing through is noticed, and made anew", async () => {
			const [a, line] = await visit(forgetful, freshRoom(), { pingEveryMs: 20, pingTimeoutMs: 150, connectMs: 500 });
			line.hold();
			await a.sees("interrupted");
			line.mend();
			await until("a second entrance", () => a.types().filter((type) => type === "entered").length >= 2);
			await a.place.leave();
			assert.deepEqual(a.events.at(-1), { type: "closed", reason: undefined });
		});

		test("XMPP-8: leaving while the connection is lost ends the tries", async () => {
			const [a, line] = await visit(forgetful);
			line.cut();
			await a.sees("interrupted");
			await a.place.leave();
			await a.sees("closed");
			assert.deepEqual(a.events.at(-1), { type: "closed", reason: undefined });
		});
	});
}
