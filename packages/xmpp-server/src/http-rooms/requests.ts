import { err, ok, type Result } from "@clowder/bytes";
import { type Jid, parseJid } from "../jid.ts";
import { HTTP_TEXT_BYTES, HTTP_TEXTS_COUNT } from "../limits.ts";

/** Texts to send; the first has the number `first`, the others the ones that follow. */
export interface Texts {
	readonly first: number;
	readonly texts: readonly string[];
}

/** What XML 1.0 cannot hold or would change, and DEL to U+009F: CARRIER-2. */
const NO_TEXT = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\ufffe\uffff]|\p{Surrogate}/u;

/** Reads the body of a request to enter: `{"room": "<localpart>"}`; the address of the room (HTTP-3). */
export function readEntrance(body: string, mucDomain: string): Result<Jid, "bad-request"> {
	const { room } = readObject(body);
	if (typeof room !== "string" || room === "" || room.includes("/")) return err("bad-request");
	const jid = parseJid(`${room}@${mucDomain}`);
	// What preparing an address would change names two rooms that are one.
	return jid.ok && jid.value.local === room ? ok(jid.value) : err("bad-request");
}

/** Reads the body of a request to send: `{"first": 1, "texts": ["...", ...]}`. */
export function readTexts(body: string): Result<Texts, "bad-request"> {
	const { first, texts } = readObject(body);
	if (typeof first !== "number" || !Number.isSafeInteger(first) || first < 1) return err("bad-request");
	if (!Array.isArray(texts) || texts.length === 0 || texts.length > HTTP_TEXTS_COUNT) return err("bad-request");
	return texts.every(isText) ? ok({ first, texts }) : err("bad-request");
}

/** Reads `Last-Event-ID`; without it one starts at the beginning. */
export function readEventId(header: string | string[] | undefined): number | undefined {
	if (header === undefined) return 0;
	return typeof header === "string" && /^(?:0|[1-9]\d{0,14})$/.test(header) ? Number(header) : undefined;
}

function isText(text: unknown): text is string {
	return typeof text === "string" && text !== "" && Buffer.byteLength(text) <= HTTP_TEXT_BYTES && !NO_TEXT.test(text);
}

function readObject(body: string): Readonly<Record<string, unknown>> {
	try {
		const read: unknown = JSON.parse(body);
		return typeof read === "object" && read !== null ? (read as Record<string, unknown>) : {};
	} catch {
		return {};
	}
}
