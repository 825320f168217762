import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { setTimeout as wait } from "node:timers/promises";
import { Line } from "@clowder/servers";
import type { Carrier, CarrierEvent, EnterOptions, Place, RoomName } from "@clowder/carrier";
import { parseRoomName } from "@clowder/carrier";
import type { ConformanceHarness } from "@clowder/carrier/conformance";
import { xmppCarrier, type XmppCarrierOptions, type XmppTiming } from "../src/index.ts";

/** What a test needs of a server. */
export interface TestServer {
	readonly domain: string;
	readonly tcpPort: number;
	readonly httpPort: number;
	readonly path: string;
	stop(): Promise<void>;
}

/** A text of 200 KiB alone takes 20 s through a stock limit of 10 kB a second. */
const PATIENCE_MS = 90_000;

export function random(length: number): Uint8Array {
	return new Uint8Array(randomBytes(length));
}

/** Waits for a condition; how long it takes is no part of any verdict. */
export async function until(what: string, holds: () => boolean, patienceMs: number = PATIENCE_MS): Promise<void> {
	const end = Date.now() + patienceMs;
	while (!holds()) {
		assert.ok(Date.now() < end, `waited in vain for ${what}`);
		await wait(2);
	}
}

/** Everyone behind a line of their own, so that each can die alone. */
export async function serverHarness(
	start: () => Promise<TestServer>,
	service: (port: number, path: string) => string,
	kind: "http" | "tcp",
	{ timing = {}, patienceMs = PATIENCE_MS }: { timing?: Partial<XmppTiming>; patienceMs?: number } = {},
): Promise<ConformanceHarness> {
	const server = await start();
	const lines: Line[] = [];
	const spare: Line[] = [];
	const target = kind === "http" ? server.httpPort : server.tcpPort;
	for (let i = 0; i < 40; i++) spare.push(await Line.to(target));
	return {
		person() {
			const line = spare.pop();
			assert.ok(line, "more people than lines");
			lines.push(line);
			const carrier = xmppCarrier({ service: service(line.port, server.path), domain: server.domain, random, timing });
			return { carrier, die: () => line.cut() };
		},
		until: (what, holds) => until(what, holds, patienceMs),
		async close() {
			for (const line of [...lines, ...spare]) await line.close();
			await server.stop();
		},
	};
}

/** Someone in a room, with what happened to them. */
export class Visitor {
	readonly events: CarrierEvent[] = [];
	readonly #place: Place;

	constructor(place: Place, events: CarrierEvent[]) {
		this.#place = place;
		this.events = events;
	}

	static async enter(carrier: Carrier, room: RoomName, options: Partial<EnterOptions> = {}): Promise<Visitor> {
		const events: CarrierEvent[] = [];
		const entered = await carrier.enter({ room, onEvent: (event) => events.push(event), ...options });
		assert.ok(entered.ok, JSON.stringify(entered));
		const visitor = new Visitor(entered.value, events);
		await until("entered", () => events.length > 0);
		return visitor;
	}

	get place(): Place {
		return this.#place;
	}

	get self(): string {
		const entrance = this.events.findLast((event) => event.type === "entered");
		assert.ok(entrance);
		return entrance.self;
	}

	texts(): readonly string[] {
		return this.events.flatMap((event) => (event.type === "text" ? [event.text] : []));
	}

	types(): readonly string[] {
		return this.events.map((event) => event.type);
	}

	async hears(text: string): Promise<void> {
		await until(`the text ${text.slice(0, 40)}`, () => this.texts().includes(text));
	}

	async sees(type: CarrierEvent["type"]): Promise<void> {
		await until(type, () => this.types().includes(type));
	}
}

let rooms = 0;

/** A room no other test of the process uses. */
export function freshRoom(): RoomName {
	const name = parseRoomName(`test room ${++rooms}`);
	assert.ok(name.ok);
	return name.value;
}

export function carrierTo(port: number, options: Partial<XmppCarrierOptions> = {}): Carrier {
	return xmppCarrier({ service: `ws://localhost:${port}/xmpp-websocket`, domain: "localhost", random, ...options });
}

/** Cuts `line`, by which `b` is there: both speak meanwhile, the stream is resumed, and nothing is missed, doubled or seen. */
export async function resumesUnseen(a: Visitor, b: Visitor, line: Line): Promise<void> {
	line.cut();
	await b.sees("interrupted");
	assert.ok(a.place.send("while you were gone").ok);
	assert.ok(b.place.send("while I was gone").ok);
	await a.hears("while you were gone");
	line.mend();
	await b.sees("resumed");
	await b.hears("while I was gone");
	await a.hears("while I was gone");
	assert.ok(b.place.send("after").ok);
	await a.hears("after");
	await b.hears("after");
	const texts = ["while you were gone", "while I was gone", "after"];
	assert.deepEqual(b.texts(), texts);
	assert.deepEqual(a.texts(), texts);
	assert.deepEqual(b.types(), ["entered", "interrupted", "resumed", "text", "text", "text"]);
	assert.ok(!a.types().includes("left"));
	await until("an empty backlog", () => b.place.backlog === 0);
	await a.place.leave();
	await b.place.leave();
}
