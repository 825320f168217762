import { hex } from "@clowder/bytes";
import { type Carrier, type CarrierError, type CarrierEvent, type Place, parseRoomName } from "@clowder/carrier";
import { parseProxy, routeTo } from "@clowder/socks";
import { carrierFor, type Heard, random } from "./carriers.ts";
import type { ReachOptions } from "./options.ts";

/** A text that a phone's keyboard makes, and one that every server sees in fragments. */
const SHORT_TEXT = "a text to see whether rooms work here";
const LONG_TEXT_BYTES = 20_000;
/** For a text to come back, at the pace of the slowest servers. */
const ECHO_MS = 60_000;
const ROOM_NAME_BYTES = 8;

/** What came of trying a server; times in milliseconds. */
export interface Reached {
	readonly heard: Readonly<Heard>;
	/** From the beginning until we were in the room. */
	readonly enterMs: number | undefined;
	readonly shortMs: number | undefined;
	readonly longMs: number | undefined;
	readonly longBytes: number;
	/** Why no room works; undefined when it does. */
	readonly failed: CarrierError | undefined;
}

/** Enters a room that nobody else has, says a short and a long text, and leaves. */
export async function reach(options: ReachOptions, now: () => number): Promise<Reached> {
	const heard: Heard = { login: undefined, facts: undefined };
	const nothing = { heard, enterMs: undefined, shortMs: undefined, longMs: undefined, longBytes: LONG_TEXT_BYTES };
	const wrong = checkProxy(options);
	if (wrong !== undefined) return { ...nothing, failed: { kind: "usage", detail: wrong } };
	const visit = new Visit(now);
	const since = now();
	const failed = await visit.enter(carrierFor(options, heard));
	if (failed !== undefined) return { ...nothing, failed };
	const entered = { ...nothing, enterMs: now() - since };
	const short = await visit.say(SHORT_TEXT);
	const long = typeof short === "number" ? await visit.say(hex(random(LONG_TEXT_BYTES / 2))) : short;
	await visit.leave();
	if (typeof short !== "number") return { ...entered, failed: short };
	if (typeof long !== "number") return { ...entered, shortMs: short, failed: long };
	return { ...entered, shortMs: short, longMs: long, failed: undefined };
}

function checkProxy({ server, proxy }: ReachOptions): string | undefined {
	const read = proxy === undefined ? undefined : parseProxy(proxy);
	if (read?.ok === false) return read.error;
	const route = routeTo(server, proxy, random);
	return route.ok ? undefined : route.error;
}

/** One visit to a room of its own. */
class Visit {
	readonly #now: () => number;
	#place: Place | undefined;
	#onEvent: (event: CarrierEvent) => void = () => {};

	constructor(now: () => number) {
		this.#now = now;
	}

	async enter(carrier: Carrier): Promise<CarrierError | undefined> {
		const room = parseRoomName(`reach ${hex(random(ROOM_NAME_BYTES))}`);
		if (!room.ok) throw new Error("the name of a room of ours is none");
		const inside = this.#until((event) => (event.type === "entered" ? "done" : undefined));
		const entered = await carrier.enter({ room: room.value, onEvent: (event) => this.#onEvent(event) });
		if (!entered.ok) return entered.error;
		this.#place = entered.value;
		return inside;
	}

	/** How long a text took to come back. */
	async say(text: string): Promise<number | CarrierError> {
		const since = this.#now();
		const back = this.#until((event) => (event.type === "text" && event.text === text ? "done" : undefined));
		const sent = this.#place?.send(text);
		if (sent?.ok === false) return sent.error;
		const failed = await back;
		return failed ?? this.#now() - since;
	}

	async leave(): Promise<void> {
		this.#onEvent = () => {};
		await this.#place?.leave();
	}

	/** Waits for an event; a lost line, a refusal or too long a wait is why not. */
	#until(found: (event: CarrierEvent) => "done" | undefined): Promise<CarrierError | undefined> {
		return new Promise((resolve) => {
			const timer = setTimeout(
				() => resolve({ kind: "unreachable", detail: `no answer of the room within ${ECHO_MS} ms` }),
				ECHO_MS,
			);
			const end = (reason: CarrierError | undefined): void => {
				clearTimeout(timer);
				resolve(reason);
			};
			timer.unref();
			this.#onEvent = (event) => {
				if (found(event) === "done") end(undefined);
				else if (event.type === "interrupted") end(event.reason);
				else if (event.type === "closed") end(event.reason ?? { kind: "unreachable", detail: "the room was closed" });
				else if (event.type === "refused") end({ kind: "refused", condition: "text", detail: event.reason });
			};
		});
	}
}
