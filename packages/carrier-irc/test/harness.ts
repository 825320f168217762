import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { setTimeout as wait } from "node:timers/promises";
import { Line } from "@clowder/servers";
import {
	type Carrier,
	type CarrierEvent,
	parseRoomName,
	type Place,
	type RoomName,
	type SequencingTimes,
} from "@clowder/carrier";
import type { ConformanceHarness } from "@clowder/carrier/conformance";
import { ircCarrier, type IrcCarrierOptions, type IrcPace, type IrcTiming } from "../src/index.ts";

const PATIENCE_MS = 60_000;

/** Of a server that does not mind how fast we talk. */
export const QUICK_PACE: IrcPace = { burstLines: 400, lineMs: 0.5 };
export const QUICK_TIMES: Partial<SequencingTimes> = { spareAckMs: 100, lateAckMs: 500 };
export const QUICK_TIMING: Partial<IrcTiming> = {
	reconnectLeastMs: 5,
	reconnectMostMs: 50,
	reconnectTries: 200,
	leaveMs: 1000,
};

export function random(length: number): Uint8Array {
	return new Uint8Array(randomBytes(length));
}

export function hash(bytes: Uint8Array): Uint8Array {
	return createHash("sha512").update(bytes).digest();
}

export function carrierTo(port: number, options: Partial<IrcCarrierOptions> = {}): Carrier {
	return ircCarrier({
		service: `irc://127.0.0.1:${port}`,
		network: "test",
		random,
		hash,
		pace: QUICK_PACE,
		times: QUICK_TIMES,
		timing: QUICK_TIMING,
		...options,
	});
}

/** Waits for a condition; how long it takes is no part of any verdict. */
export async function until(what: string, holds: () => boolean): Promise<void> {
	const end = Date.now() + PATIENCE_MS;
	while (!holds()) {
		assert.ok(Date.now() < end, `waited in vain for ${what}`);
		await wait(2);
	}
}

/** Everyone behind a line of their own, so that each can die alone. */
export async function serverHarness(
	start: () => Promise<{ readonly port: number; stop(): Promise<void> }>,
	options: Partial<IrcCarrierOptions> = {},
): Promise<ConformanceHarness> {
	const server = await start();
	const lines: Line[] = [];
	const spare: Line[] = [];
	for (let i = 0; i < 40; i++) spare.push(await Line.to(server.port));
	return {
		person() {
			const line = spare.pop();
			assert.ok(line, "more people than lines");
			lines.push(line);
			return { carrier: carrierTo(line.port, options), die: () => line.cut() };
		},
		until,
		async close() {
			for (const line of [...lines, ...spare]) await line.close();
			await server.stop();
		},
	};
}

/** Someone in a room, with what happened to them. */
export class Visitor {
	readonly events: CarrierEvent[];
	readonly place: Place;

	constructor(place: Place, events: CarrierEvent[]) {
		this.place = place;
		this.events = events;
	}

	static async enter(carrier: Carrier, room: RoomName): Promise<Visitor> {
		const events: CarrierEvent[] = [];
		const entered = await carrier.enter({ room, onEvent: (event) => events.push(event) });
		assert.ok(entered.ok, JSON.stringify(entered));
		const visitor = new Visitor(entered.value, events);
		await visitor.sees("entered");
		return visitor;
	}

	get self(): string {
		const entrance = this.events.findLast((event) => event.type === "entered");
		assert.ok(entrance);
		return entrance.self;
	}

	say(text: string): void {
		const sent = this.place.send(text);
		assert.ok(sent.ok, JSON.stringify(sent));
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

	async sees(type: CarrierEvent["type"], times = 1): Promise<void> {
		await until(`${times} ${type}`, () => this.types().filter((each) => each === type).length >= times);
	}
}

let rooms = 0;

/** A room no other test of the process uses. */
export function freshRoom(): RoomName {
	const name = parseRoomName(`test room ${++rooms}`);
	assert.ok(name.ok);
	return name.value;
}
