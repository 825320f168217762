import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { createServer } from "node:http";
import type { TestContext } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import {
	type Carrier,
	type CarrierEvent,
	parseRoomName,
	type Place,
	type RoomName,
	type Clock,
} from "@clowder/carrier";
import { createXmppServer, type ServerLimits } from "@clowder/xmpp-server";
import { httpCarrier, type HttpCarrierOptions } from "../src/index.ts";

const PATIENCE_MS = 30_000;

export function random(length: number): Uint8Array {
	return new Uint8Array(randomBytes(length));
}

/** The time of this process. */
export const clock: Clock = {
	now: () => performance.now(),
	setTimer(atMs, run) {
		const timer = setTimeout(run, Math.max(0, atMs - performance.now()));
		return () => clearTimeout(timer);
	},
};

/** Waits for a condition; how long it takes is no part of any verdict. */
export async function until(what: string, holds: () => boolean): Promise<void> {
	const end = Date.now() + PATIENCE_MS;
	while (!holds()) {
		assert.ok(Date.now() < end, `waited in vain for ${what}`);
		await wait(2);
	}
}

export interface TestServer {
	readonly port: number;
	/** Occupants and connections there are. */
	readonly connections: () => number;
	/** Forgets everyone, as a server that was started anew. */
	restart(): Promise<void>;
	stop(): Promise<void>;
}

/** Our own server, in this process, on loopback. */
export async function startServer(limits: Partial<ServerLimits> = {}): Promise<TestServer> {
	const create = (): ReturnType<typeof createXmppServer> => createXmppServer({ domain: "localhost", limits });
	let server = create();
	let rooms = server.httpRooms({ path: "/http-rooms" });
	const http = createServer((request, response) => {
		if (!rooms(request, response)) response.writeHead(404).end();
	});
	server.attachWebSocket(http, { path: "/xmpp-websocket" });
	await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
	const address = http.address();
	assert.ok(address !== null && typeof address === "object");
	return {
		port: address.port,
		connections: () => server.counts.connections,
		async restart() {
			await server.close();
			server = create();
			rooms = server.httpRooms({ path: "/http-rooms" });
		},
		async stop() {
			await server.close();
			http.closeAllConnections();
			await new Promise((resolve) => http.close(resolve));
		},
	};
}

/** A server that ends with the test. */
export async function serverFor(t: TestContext, limits: Partial<ServerLimits> = {}): Promise<TestServer> {
	const server = await startServer(limits);
	t.after(() => server.stop());
	return server;
}

export function carrierTo(port: number, options: Partial<HttpCarrierOptions> = {}): Carrier {
	return httpCarrier({ service: `http://127.0.0.1:${port}/http-rooms`, clock, random, ...options });
}

let rooms = 0;

/** A room no other test of the process uses. */
export function freshRoom(): RoomName {
	const name = parseRoomName(`test room ${++rooms}`);
	assert.ok(name.ok);
	return name.value;
}

/** Someone in a room, with what happened to them. */
export class Visitor {
	readonly events: CarrierEvent[];
	readonly place: Place;

	constructor(place: Place, events: CarrierEvent[]) {
		this.place = place;
		this.events = events;
	}

	static async enter(t: TestContext, carrier: Carrier, room: RoomName): Promise<Visitor> {
		const events: CarrierEvent[] = [];
		const entered = await carrier.enter({ room, onEvent: (event) => events.push(event) });
		assert.ok(entered.ok, JSON.stringify(entered));
		t.after(() => entered.value.leave());
		await until("entered", () => events.length > 0);
		return new Visitor(entered.value, events);
	}

	get self(): string {
		const entrance = this.events.findLast((event) => event.type === "entered");
		assert.ok(entrance);
		return entrance.self;
	}

	get binding(): string {
		const [entrance] = this.events;
		assert.ok(entrance?.type === "entered");
		return entrance.binding;
	}

	texts(): readonly string[] {
		return this.events.flatMap((event) => (event.type === "text" ? [event.text] : []));
	}

	types(): readonly string[] {
		return this.events.map((event) => event.type);
	}

	say(text: string): void {
		assert.ok(this.place.send(text).ok);
	}

	async hears(text: string): Promise<void> {
		await until(`the text ${text.slice(0, 40)}`, () => this.texts().includes(text));
	}

	async sees(type: CarrierEvent["type"]): Promise<void> {
		await until(type, () => this.types().includes(type));
	}
}
