import type { CarrierError, Clock } from "@clowder/carrier";
import { EventStream, type RoomEvent } from "./event-stream.ts";
import type { HttpTiming } from "./limits.ts";
import type { Requests } from "./requests.ts";
import { Deadline } from "./waiting.ts";

/** What one request for events needs. */
export interface Listening {
	readonly requests: Requests;
	readonly token: string;
	readonly lastId: number;
	readonly reading: "stream" | "poll";
	readonly timing: HttpTiming;
	readonly clock: Clock;
	/** Aborted when the presence is over. */
	readonly over: AbortSignal;
	/** The server answers: we are there. */
	readonly onBegun: () => void;
	/** Each event; an error ends it, as the server's fault. */
	readonly onEvent: (event: RoomEvent) => CarrierError | undefined;
}

/** How a request for events ended. */
export type Ending =
	/** As it should, or in its midst; the next one goes on. */
	| { readonly type: "ended"; readonly hasBrought: boolean }
	/** HTTP-13: nothing came of it in time, as where something on the way waits for the end of an answer. */
	| { readonly type: "held" }
	/** The line, or something on the way. */
	| { readonly type: "failed"; readonly reason: CarrierError }
	/** The server does not know us any more, or is at fault: only a new entrance helps. */
	| { readonly type: "over"; readonly reason: CarrierError };

/** Asks for events, and hands them over until that ends. */
export async function listen(listening: Listening): Promise<Ending> {
	const { requests, token, lastId, reading, timing, clock, over } = listening;
	const deadline = new Deadline(reading === "poll" ? timing.pollMs : timing.firstBytesMs, clock, over);
	const answered = await requests.events(token, lastId, reading, deadline.signal);
	if (!answered.ok) {
		deadline.done();
		if (deadline.isLate && reading === "stream") return { type: "held" };
		const { error } = answered;
		return { type: error.kind === "unreachable" ? "failed" : "over", reason: error };
	}
	const ending = await read(answered.value, deadline, listening);
	deadline.done();
	return ending;
}

async function read(
	reader: ReadableStreamDefaultReader<Uint8Array>,
	deadline: Deadline,
	{ reading, timing, over, onBegun, onEvent }: Listening,
): Promise<Ending> {
	const stream = new EventStream();
	let hasBegun = false;
	let hasBrought = false;
	for (;;) {
		const part = await next(reader);
		if (over.aborted) return { type: "ended", hasBrought };
		if (part === undefined) {
			if (hasBegun) return { type: "ended", hasBrought };
			if (deadline.isLate && reading === "stream") return { type: "held" };
			return { type: "failed", reason: { kind: "unreachable", detail: "no events came" } };
		}
		if (!hasBegun) onBegun();
		hasBegun = true;
		if (reading === "stream") deadline.putOff(timing.silenceMs);
		const events = stream.push(part);
		if (!events.ok) return { type: "over", reason: events.error };
		for (const event of events.value) {
			const fault = onEvent(event);
			if (fault !== undefined) return { type: "over", reason: fault };
			hasBrought = true;
		}
	}
}

/** The next bytes; undefined at the end, whether it was one or the line broke. */
async function next(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<Uint8Array | undefined> {
	try {
		const { done, value } = await reader.read();
		return done ? undefined : value;
	} catch {
		return undefined;
	}
}
