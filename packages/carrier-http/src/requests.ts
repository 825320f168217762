import { err, ok, type Result } from "@clowder/bytes";
import type { CarrierError, Handle } from "@clowder/carrier";
import { isHandle, readObject } from "./event-stream.ts";
import { ANSWER_MAX_BYTES, CONDITION_MAX_UNITS, OCCUPANTS_MAX_COUNT } from "./limits.ts";
import type { Batch } from "./outbox.ts";

/** A presence in a room, as the server gave it. */
export interface Presence {
	/** HTTP-2: whoever has it is us. It goes into a header alone, and nowhere else. */
	readonly token: string;
	readonly handle: Handle;
	/** The room's address, as over XMPP. */
	readonly room: string;
	readonly occupants: readonly Handle[];
}

export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/** What all our requests have: nothing of the browser's goes along, nothing is kept, and nobody sends us elsewhere. */
const INIT: object = { cache: "no-store", credentials: "omit", redirect: "error", referrerPolicy: "no-referrer" };

/** The four requests of HTTP-2, HTTP-5 and HTTP-6. HTTP-15: none rejects; what is wrong with an answer is an error. */
export class Requests {
	readonly #service: string;
	readonly #fetch: Fetch;

	constructor(service: string, fetch: Fetch) {
		this.#service = service;
		this.#fetch = fetch;
	}

	async enter(localpart: string, signal: AbortSignal): Promise<Result<Presence, CarrierError>> {
		const answered = await this.#post("enter", undefined, { room: localpart }, signal);
		if (!answered.ok) return answered;
		const { token, handle, room, occupants } = answered.value;
		const isToken = typeof token === "string" && /^[A-Za-z0-9_-]{43}$/.test(token);
		if (!isToken || !isHandle(handle)) return broken("a token and a handle");
		// HTTP-3: otherwise the server could bring together people who named different rooms.
		if (typeof room !== "string" || !isRoom(room, localpart)) return broken("the room that was asked for");
		if (!Array.isArray(occupants) || occupants.length > OCCUPANTS_MAX_COUNT || !occupants.every(isHandle)) {
			return broken(`at most ${OCCUPANTS_MAX_COUNT} occupants`);
		}
		return ok({ token, handle, room, occupants });
	}

	/** The bytes of a stream of events after `lastId`, or of a short answer with them (HTTP-13). */
	async events(
		token: string,
		lastId: number,
		reading: "stream" | "poll",
		signal: AbortSignal,
	): Promise<Result<ReadableStreamDefaultReader<Uint8Array>, CarrierError>> {
		const headers: Record<string, string> = {
			Accept: "text/event-stream",
			Authorization: `Bearer ${token}`,
			"Last-Event-ID": `${lastId}`,
			...(reading === "poll" ? { Prefer: "wait=20" } : {}),
		};
		const answered = await this.#send("events", { method: "GET", headers, signal });
		if (!answered.ok) return answered;
		const { body } = answered.value;
		const type = answered.value.headers.get("content-type") ?? "";
		if (body === null || !/^text\/event-stream(?:\s*;|$)/.test(type)) return broken("text/event-stream");
		return ok(body.getReader() as ReadableStreamDefaultReader<Uint8Array>);
	}

	/** Sends texts; the number that the next one has to have. */
	async texts(token: string, batch: Batch, signal: AbortSignal): Promise<Result<number, CarrierError>> {
		const answered = await this.#post("texts", token, batch, signal);
		if (!answered.ok) return answered;
		const next = batch.first + batch.texts.length;
		return answered.value["next"] === next ? ok(next) : broken(`${next} as the next number`);
	}

	async leave(token: string, signal: AbortSignal): Promise<void> {
		await this.#post("leave", token, {}, signal);
	}

	async #post(
		name: string,
		token: string | undefined,
		content: object,
		signal: AbortSignal,
	): Promise<Result<Readonly<Record<string, unknown>>, CarrierError>> {
		const headers: Record<string, string> = {
			"Content-Type": "application/json",
			...(token === undefined ? {} : { Authorization: `Bearer ${token}` }),
		};
		const init = { method: "POST", headers, body: JSON.stringify(content), signal };
		const answered = await this.#send(name, init);
		if (!answered.ok) return answered;
		const text = await readText(answered.value);
		return text.ok ? ok(readObject(text.value)) : text;
	}

	async #send(name: string, init: RequestInit): Promise<Result<Response, CarrierError>> {
		let response: Response;
		try {
			response = await this.#fetch(`${this.#service}/${name}`, { ...INIT, ...init });
		} catch (failure) {
			return unreachable(`asking for ${name}: ${failure instanceof Error ? failure.name : "failed"}`);
		}
		return response.ok ? ok(response) : refusal(response, name);
	}
}

/** Why the server did not do it. Without a word of our server's, it came from something on the way there. */
async function refusal(response: Response, name: string): Promise<Result<never, CarrierError>> {
	const text = await readText(response);
	const { error } = text.ok ? readObject(text.value) : {};
	if (typeof error !== "string" || !/^[a-z-]+$/.test(error) || error.length > CONDITION_MAX_UNITS) {
		return unreachable(`asking for ${name} was answered with ${response.status}`);
	}
	return err({ kind: "refused", condition: error, detail: `asking for ${name} was answered with ${response.status}` });
}

async function readText(response: Response): Promise<Result<string, CarrierError>> {
	const decoder = new TextDecoder();
	let text = "";
	try {
		const reader = response.body?.getReader() as ReadableStreamDefaultReader<Uint8Array> | undefined;
		for (let bytes = 0; reader !== undefined; ) {
			const { done, value } = await reader.read();
			if (done) break;
			bytes += value.length;
			if (bytes > ANSWER_MAX_BYTES) {
				await reader.cancel();
				return broken(`an answer of at most ${ANSWER_MAX_BYTES} bytes`);
			}
			text += decoder.decode(value, { stream: true });
		}
	} catch {
		return unreachable("an answer broke off");
	}
	return ok(text);
}

function isRoom(room: string, localpart: string): boolean {
	return room.startsWith(`${localpart}@`) && /^[^@/\s]+$/.test(room.slice(localpart.length + 1));
}

function unreachable(detail: string): { readonly ok: false; readonly error: CarrierError } {
	return err({ kind: "unreachable", detail });
}

function broken(expected: string): { readonly ok: false; readonly error: CarrierError } {
	return err({ kind: "protocol", expected, got: "another answer" });
}
