/** Many texts over lines that break at any moment, on Prosody as Debian configures it: nothing lost, nothing doubled. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Line, type Prosody, prosodyMissing, startProsody } from "@clowder/servers";
import { xmppCarrier } from "../../src/index.ts";
import { freshRoom, random, until, Visitor } from "../harness.ts";

const TIMING = { reconnectLeastMs: 5, reconnectMostMs: 50, reconnectTries: 400 };
const TEXTS_EACH = 60;
/** After so many texts one's line breaks; what it carried then is anywhere. */
const CUTS = new Set([3, 11, 12, 29, 47]);

for (const kind of ["WebSocket", "TCP"] as const) {
	describe(`lines that break over ${kind}, stock Prosody`, { skip: prosodyMissing() ?? false }, () => {
		let server: Prosody;
		const lines: Line[] = [];

		before(async () => {
			server = await startProsody({ stock: true });
		});
		after(async () => {
			for (const line of lines) await line.close();
			await server.stop();
		});

		test("XMPP-8: everyone hears every text of everyone's once, in one order", async () => {
			const room = freshRoom();
			const visitors: Visitor[] = [];
			for (let i = 0; i < 3; i++) {
				const line = await Line.to(kind === "TCP" ? server.tcpPort : server.httpPort);
				lines.push(line);
				const service = kind === "TCP" ? `xmpp://localhost:${line.port}` : `ws://localhost:${line.port}${server.path}`;
				const carrier = xmppCarrier({ service, domain: server.domain, random, timing: TIMING });
				visitors.push(await Visitor.enter(carrier, room));
			}
			await until("everyone there", () => visitors[0]?.types().filter((type) => type === "joined").length === 2);
			const expected: string[] = [];
			for (let n = 0; n < TEXTS_EACH; n++) {
				for (const [i, visitor] of visitors.entries()) {
					const text = `${i} says ${n}`;
					expected.push(text);
					const line = lines[i] as Line;
					if (CUTS.has(n + i)) line.cut();
					const sent = visitor.place.send(text);
					assert.ok(sent.ok, JSON.stringify(sent));
					if (CUTS.has(n + i - 1)) {
						await until("the loss of the line", () => visitor.types().includes("interrupted"));
						line.mend();
					}
				}
			}
			for (const line of lines) line.mend();
			for (const visitor of visitors) {
				await until("all texts", () => visitor.texts().length >= expected.length && visitor.place.backlog === 0);
			}
			const [first] = visitors;
			assert.deepEqual([...(first?.texts() ?? [])].sort(), [...expected].sort());
			for (const visitor of visitors) {
				assert.deepEqual(visitor.texts(), first?.texts());
				assert.deepEqual(
					new Set(visitor.types()),
					new Set([...(visitor === visitors[2] ? [] : ["joined"]), "entered", "interrupted", "resumed", "text"]),
				);
				assert.equal(visitor.types().filter((type) => type === "entered").length, 1);
			}
			for (const visitor of visitors) await visitor.place.leave();
		});
	});
}
