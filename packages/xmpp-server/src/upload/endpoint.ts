import type { IncomingMessage, ServerResponse } from "node:http";
import { pipeline } from "node:stream/promises";
import { ok, type Result } from "@clowder/bytes";
import { answer, answerPreflight, beginFile } from "./answers.ts";
import type { TypeCode } from "./content-types.ts";
import type { FileRecord } from "./file-record.ts";
import { UPLOAD_SHOWN_NAME_CHARACTERS, UPLOAD_SWEEP_MS, type UploadLimits } from "./limits.ts";
import { type GrantError, opensSlot, type Slot, type UploadSlots } from "./slots.ts";
import type { UploadStore } from "./upload-store.ts";

/** Where files are served. */
export interface UploadsOptions {
	/** The path above all files, such as "/files". */
	readonly path: string;
	/**
	 * Where clients reach the HTTP server, such as "https://chat.example.org". Without it, pages of this host are given
	 * addresses on it as they reach it.
	 */
	readonly publicUrl?: string | undefined;
	/** The same for all others, asked for each slot; undefined while it is not known: they are given no slots then. */
	readonly localUrl: () => string | undefined;
	/** A folder of its own for the files, made if it is not there. Without one they are in memory. */
	readonly folder?: string | undefined;
	/** Whether a `Host` header names this server; without it any does. */
	readonly acceptHost?: (host: string | undefined) => boolean;
	/** Milliseconds since 1970; `Date.now` when absent. Files expire by it, over restarts too. */
	readonly clock?: () => number;
}

/** Answers a request if it is for a file; false: it is not, and nothing was done. */
export type UploadsListener = (request: IncomingMessage, response: ServerResponse) => boolean;

/** Who asks for a slot: an account, and the origin of its page where it is one of this host's. */
export interface Asker {
	readonly username: string;
	readonly pageOrigin?: string | undefined;
}

/** What a client is told of its slot. */
export interface GivenSlot {
	readonly url: string;
	/** For the header `Authorization` of the request that puts the file. */
	readonly authorization: string;
}

/** UPLOAD-2, UPLOAD-3: the secret, and what is shown of the name, which nothing depends on. */
const FILE_PATH = /^\/([A-Za-z0-9_-]{43})(?:\/[A-Za-z0-9._-]{1,64})?$/;

/** The HTTP side of file upload (XEP-0363): each file is put once and fetched by whoever has its address. */
export class UploadsEndpoint {
	readonly #options: UploadsOptions;
	readonly #limits: UploadLimits;
	readonly #slots: UploadSlots;
	readonly #store: UploadStore;
	readonly #clock: () => number;
	readonly #sweeping: NodeJS.Timeout;
	#transfers = 0;

	constructor(options: UploadsOptions, limits: UploadLimits, slots: UploadSlots, store: UploadStore) {
		this.#options = options;
		this.#limits = limits;
		this.#slots = slots;
		this.#store = store;
		this.#clock = options.clock ?? Date.now;
		this.#sweep();
		this.#sweeping = setInterval(() => this.#sweep(), UPLOAD_SWEEP_MS).unref();
	}

	get fileBytesMax(): number {
		return this.#slots.fileBytesMax;
	}

	/** Undefined: nobody knows yet where this server is reached. */
	give(asker: Asker, name: string, bytes: number, type: TypeCode): Result<GivenSlot, GrantError> | undefined {
		const { publicUrl, localUrl } = this.#options;
		const { username, pageOrigin } = asker;
		const base = (publicUrl ?? pageOrigin ?? localUrl())?.replace(/\/$/, "");
		if (base === undefined) return undefined;
		let granted = this.#slots.grant(username, bytes, type, this.#clock());
		if (!granted.ok && granted.error.kind === "wait") {
			this.#sweep();
			granted = this.#slots.grant(username, bytes, type, this.#clock());
		}
		if (!granted.ok) return granted;
		const { secret, token } = granted.value;
		return ok({
			url: `${base}${this.#options.path}/${secret}/${shownName(name)}`,
			authorization: `Bearer ${token}`,
		});
	}

	/** False: the request is for another path. */
	handle(request: IncomingMessage, response: ServerResponse, isClosing: boolean): boolean {
		const { path, acceptHost } = this.#options;
		const url = request.url ?? "";
		if (!url.startsWith(`${path}/`)) return false;
		response.on("error", () => response.destroy());
		if (acceptHost?.(request.headers.host) === false) answer(response, 421);
		else if (isClosing) answer(response, 503);
		else this.#dispatch(FILE_PATH.exec(url.slice(path.length))?.[1], request, response);
		return true;
	}

	/** Looks at nothing any more. */
	close(): void {
		clearInterval(this.#sweeping);
	}

	#dispatch(secret: string | undefined, request: IncomingMessage, response: ServerResponse): void {
		if (secret === undefined) return answer(response, 404);
		switch (request.method) {
			case "OPTIONS":
				return answerPreflight(response);
			case "GET":
			case "HEAD":
				return this.#fetched(secret, request, response);
			case "PUT":
				return this.#put(secret, request, response);
			default:
				return answer(response, 405);
		}
	}

	#fetched(secret: string, request: IncomingMessage, response: ServerResponse): void {
		const record = this.#slots.file(secret, this.#clock());
		if (record === undefined) return answer(response, 404);
		if (request.method !== "HEAD") return this.#transfer(response, () => this.#send(record, response));
		beginFile(response, record);
		response.end();
		return undefined;
	}

	async #send(record: FileRecord, response: ServerResponse): Promise<void> {
		const bytes = await this.#store.read(record);
		if (bytes === undefined) return answer(response, 404);
		// Reading it may have taken longer than it may.
		if (response.destroyed || response.headersSent) return void bytes.destroy();
		beginFile(response, record);
		// A reader that goes away, or is too slow, is none of our errors.
		await pipeline(bytes, response).catch(() => response.destroy());
		return undefined;
	}

	#put(secret: string, request: IncomingMessage, response: ServerResponse): void {
		const slot = this.#slots.slot(secret, this.#clock());
		if (slot === undefined) {
			// UPLOAD-5: what has come once is never changed.
			return answer(response, this.#slots.file(secret, this.#clock()) === undefined ? 404 : 409);
		}
		const token = /^Bearer ([A-Za-z0-9_-]{43})$/.exec(request.headers.authorization ?? "")?.[1];
		if (token === undefined || !opensSlot(slot, token)) return answer(response, 403);
		if (slot.isReceiving) return answer(response, 409);
		const refusal = lengthRefusal(request, slot.record.bytes);
		if (refusal !== undefined) return answer(response, refusal);
		return this.#transfer(response, () => this.#receive(slot, request, response));
	}

	async #receive(slot: Slot, request: IncomingMessage, response: ServerResponse): Promise<void> {
		slot.isReceiving = true;
		const saved = await this.#store.save(slot.record, request as AsyncIterable<Uint8Array>);
		slot.isReceiving = false;
		if (!saved.ok) return answer(response, saved.error === "cut" ? 400 : 500);
		this.#slots.stored(slot);
		return answer(response, 201);
	}

	/** UPLOAD-7: so many at the same time, and none for longer than it may take. */
	#transfer(response: ServerResponse, run: () => Promise<void>): void {
		if (this.#transfers >= this.#limits.uploadTransfers) return answer(response, 503);
		this.#transfers += 1;
		const deadline = setTimeout(() => {
			// A slow reader is cut off; a slow writer is told first, and what would still come is not waited for.
			if (response.headersSent) return void response.destroy();
			// All of it has come: what takes its time now is the disk, and the client is to hear what becomes of it.
			if (response.req.complete) return undefined;
			response.once("close", () => response.req.destroy());
			return answer(response, 408);
		}, this.#limits.uploadTransferMs);
		void run().finally(() => {
			clearTimeout(deadline);
			this.#transfers -= 1;
		});
		return undefined;
	}

	#sweep(): void {
		for (const record of this.#slots.sweep(this.#clock())) void this.#store.remove(record);
	}
}

/** UPLOAD-6: exactly as many bytes as the slot is for, announced before they come. */
function lengthRefusal({ headers }: IncomingMessage, bytes: number): number | undefined {
	const length = headers["content-length"];
	if (length === undefined || headers["transfer-encoding"] !== undefined) return 411;
	if (headers["content-encoding"] !== undefined) return 415;
	if (Number(length) === bytes) return undefined;
	return Number(length) > bytes ? 413 : 400;
}

/** What is shown of a name at the end of the address: people and clients read there what kind of file it is. */
function shownName(name: string): string {
	const shown = name.replaceAll(/[^A-Za-z0-9._-]/g, "_").slice(-UPLOAD_SHOWN_NAME_CHARACTERS);
	return /[A-Za-z0-9]/.test(shown) ? shown : "file";
}
