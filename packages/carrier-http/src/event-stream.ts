import { err, ok, type Result } from "@clowder/bytes";
import type { CarrierError, Handle } from "@clowder/carrier";
import { EVENT_MAX_UNITS, HANDLE_MAX_UNITS } from "./limits.ts";

/** What happened in the room, with its number (HTTP-4). */
export type RoomEvent =
	| { readonly id: number; readonly type: "joined" | "left"; readonly handle: Handle }
	| { readonly id: number; readonly type: "text"; readonly from: Handle; readonly text: string };

/**
 * Reads a stream of events as our server writes it: blocks of `id`, `event` and one `data` line, and comments, with LF
 * alone. HTTP-15: anything else is the server's fault, and no event is longer than its bound.
 */
export class EventStream {
	readonly #decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
	#rest = "";

	/** The events that are complete with these bytes. */
	push(bytes: Uint8Array): Result<readonly RoomEvent[], CarrierError> {
		let text: string;
		try {
			text = this.#rest + this.#decoder.decode(bytes, { stream: true });
		} catch {
			return broken("UTF-8", "other bytes");
		}
		const blocks = text.split("\n\n");
		this.#rest = blocks.pop() ?? "";
		if (this.#rest.length > EVENT_MAX_UNITS)
			return broken(`events of at most ${EVENT_MAX_UNITS} units`, "a longer one");
		const events: RoomEvent[] = [];
		for (const block of blocks) {
			if (block.startsWith(":")) continue;
			const event = readBlock(block);
			if (event === undefined) return broken("an event of a room", "something else");
			events.push(event);
		}
		return ok(events);
	}
}

const BLOCK = /^id: ([1-9]\d{0,14})\nevent: (text|joined|left)\ndata: (\{[^\n]*\})$/;

function readBlock(block: string): RoomEvent | undefined {
	const [, number, type, data] = BLOCK.exec(block) ?? [];
	if (number === undefined || data === undefined) return undefined;
	const id = Number(number);
	const { from, text, handle } = readObject(data);
	if (type === "text") return isHandle(from) && typeof text === "string" ? { id, type, from, text } : undefined;
	if (type !== "joined" && type !== "left") return undefined;
	return isHandle(handle) ? { id, type, handle } : undefined;
}

/** Whether it can be someone's handle, their own choice in foreign clients. */
export function isHandle(value: unknown): value is Handle {
	return typeof value === "string" && value !== "" && value.length <= HANDLE_MAX_UNITS;
}

/** The fields of a JSON object; none where it is not one. */
export function readObject(json: string): Readonly<Record<string, unknown>> {
	try {
		const read: unknown = JSON.parse(json);
		return typeof read === "object" && read !== null ? (read as Record<string, unknown>) : {};
	} catch {
		return {};
	}
}

function broken(expected: string, got: string): { readonly ok: false; readonly error: CarrierError } {
	return err({ kind: "protocol", expected, got });
}
