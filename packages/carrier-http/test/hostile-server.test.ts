import assert from "node:assert/strict";
import { test } from "node:test";
import type { CarrierEvent } from "@clowder/carrier";
import fc from "fast-check";
import { EventStream } from "../src/event-stream.ts";
import { EVENT_MAX_UNITS } from "../src/limits.ts";
import { carrierTo, freshRoom, until } from "./harness.ts";

const encoder = new TextEncoder();
const QUICK = { reconnectLeastMs: 1, reconnectMostMs: 2, quickMs: 1_000, reconnectTries: 2, leaveMs: 50 };

/** A server that lets everyone in once and then says what the test wants, in one stream. */
function server(...streams: readonly string[]): (url: string, init: RequestInit) => Promise<Response> {
	let entrances = 0;
	let asked = 0;
	return (url, { body }) => {
		if (url.endsWith("/enter")) {
			if (entrances++ > 0) return Promise.resolve(Response.json({ error: "enough" }, { status: 403 }));
			const { room } = JSON.parse(body as string) as { room: string };
			const given = {
				token: "A".repeat(43),
				handle: "self",
				room: `${room}@conference.localhost`,
				occupants: ["other"],
			};
			return Promise.resolve(Response.json(given, { status: 201 }));
		}
		if (!url.endsWith("/events")) return Promise.resolve(Response.json({ error: "enough" }, { status: 401 }));
		const headers = { "content-type": "text/event-stream" };
		const stream = streams[asked++];
		if (stream === undefined) return Promise.resolve(Response.json({ error: "enough" }, { status: 401 }));
		return Promise.resolve(new Response(stream, { headers }));
	};
}

async function run(fetch: ReturnType<typeof server>): Promise<readonly CarrierEvent[]> {
	const events: CarrierEvent[] = [];
	const carrier = carrierTo(1, { fetch, timing: QUICK });
	const entered = await carrier.enter({ room: freshRoom(), onEvent: (event) => events.push(event) });
	assert.ok(entered.ok);
	await until("closed", () => events.at(-1)?.type === "closed");
	return events.filter(({ type }) => type === "text" || type === "joined" || type === "left" || type === "refused");
}

const said = (id: number, text: string, from = "other"): string =>
	`id: ${id}\nevent: text\ndata: ${JSON.stringify({ from, text })}\n\n`;

test("HTTP-4: an event that comes again is not told again, and after a gap nothing is", async () => {
	const events = await run(server(said(1, "one") + said(2, "two"), said(2, "two") + said(3, "three"), said(5, "five")));
	assert.deepEqual(
		events.map((event) => event.type === "text" && event.text),
		["one", "two", "three"],
	);
});

test("HTTP-14: a presence that is given up for the server's fault is left", async () => {
	const asked: string[] = [];
	const fetch = server(said(2, "without a first"));
	await run((url, init) => {
		asked.push(url.split("/").at(-1) ?? "");
		return fetch(url, init);
	});
	assert.deepEqual(asked.slice(0, 4), ["enter", "events", "leave", "enter"]);
});

test("HTTP-15: texts of nobody, texts that are none, and doubled notices are not told as such", async () => {
	const notice = (id: number, type: string, handle: string): string =>
		`id: ${id}\nevent: ${type}\ndata: ${JSON.stringify({ handle })}\n\n`;
	const stream = [
		said(1, "from nobody", "nobody"),
		said(2, "a\u0000b"),
		notice(3, "joined", "other"),
		notice(4, "joined", "self"),
		notice(5, "left", "nobody"),
		said(6, "fine"),
	].join("");
	assert.deepEqual(await run(server(stream)), [
		{ type: "refused", from: "nobody", reason: "a text of someone in the room expected" },
		{ type: "refused", from: "other", reason: "a text that a carrier takes expected" },
		{ type: "text", from: "other", text: "fine" },
	]);
});

test("HTTP-15: a stream of anything else ends, and the place with it", async () => {
	const wrong = [
		"<html>",
		"data: x\n\n",
		said(0, "zero"),
		"id: 1\nevent: text\ndata: {}\n\n",
		"id: 1\nevent: text\ndata: [\n\n",
		"id: 1\nevent: kicked\ndata: {}\n\n",
		'id: 1\nevent: joined\ndata: {"handle":""}\n\n',
		said(1, "x").replaceAll("\n", "\r\n"),
	];
	for (const stream of wrong) assert.deepEqual(await run(server(stream)), [], stream);
});

test("HTTP-15: no answer makes the carrier throw", async () => {
	const answers = [
		() => new Response("<html>a portal</html>", { status: 200 }),
		() => new Response("x".repeat(2 * 1024 * 1024), { status: 200 }),
		() => new Response(null, { status: 204 }),
		() => new Response("", { status: 502 }),
		() => Response.json({ error: { a: 1 } }, { status: 403 }),
		() => Response.json(null, { status: 201 }),
	];
	const kinds: string[] = [];
	for (const answer of answers) {
		const carrier = carrierTo(1, { fetch: () => Promise.resolve(answer()) });
		const entered = await carrier.enter({ room: freshRoom(), onEvent: () => undefined });
		assert.ok(!entered.ok);
		kinds.push(entered.error.kind);
	}
	assert.deepEqual(kinds, ["protocol", "protocol", "protocol", "unreachable", "unreachable", "protocol"]);
});

test("HTTP-15: a stream is read the same however it is cut, and keeps no more than one event", () => {
	const stream = encoder.encode(`: here\n\n${said(1, "é🐱\n")}: still here\n\n${said(2, "two")}`);
	const whole = new EventStream().push(stream);
	assert.ok(whole.ok);
	assert.equal(whole.value.length, 2);
	fc.assert(
		fc.property(fc.array(fc.nat(stream.length), { maxLength: 8 }), (cuts) => {
			const reader = new EventStream();
			const ends = [...cuts.sort((a, b) => a - b), stream.length];
			let start = 0;
			const events = ends.flatMap((end) => {
				const read = reader.push(stream.subarray(start, end));
				start = end;
				assert.ok(read.ok);
				return read.value;
			});
			assert.deepEqual(events, whole.value);
		}),
		{ seed: 5 },
	);
	fc.assert(
		fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
			new EventStream().push(bytes);
		}),
		{ seed: 6 },
	);
	const endless = new EventStream();
	const part = encoder.encode("x".repeat(EVENT_MAX_UNITS));
	assert.ok(endless.push(part).ok);
	assert.ok(!endless.push(part).ok);
});
