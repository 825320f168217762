import type { Readable } from "node:stream";
import type { Result } from "@clowder/bytes";
import type { FileRecord } from "./file-record.ts";

/** `cut`: not all of the bytes came. `failed`: they could not be kept. */
export type SaveError = "cut" | "failed";

/** Where the bytes of files are. */
export interface UploadStore {
	/** The files that are there from before; what was not finished is gone. */
	readonly found: readonly FileRecord[];
	/** Keeps a file once all of its bytes have come (UPLOAD-6); else nothing of it is left. */
	save(record: FileRecord, bytes: AsyncIterable<Uint8Array>): Promise<Result<void, SaveError>>;
	/** The bytes of a file; undefined where they cannot be read. */
	read(record: FileRecord): Promise<Readable | undefined>;
	remove(record: FileRecord): Promise<void>;
}

/** Hands on bytes as they come, and whether as many came as were announced. */
export class Incoming {
	readonly #source: AsyncIterable<Uint8Array>;
	#left: number;

	constructor(source: AsyncIterable<Uint8Array>, announced: number) {
		this.#source = source;
		this.#left = announced;
	}

	get isWhole(): boolean {
		return this.#left === 0;
	}

	/** Ends where the source ends or breaks off; never hands on more than was announced. */
	async *chunks(): AsyncGenerator<Uint8Array> {
		try {
			for await (const chunk of this.#source) {
				this.#left -= chunk.length;
				if (this.#left < 0) return;
				yield chunk;
			}
		} catch {
			this.#left = -1;
		}
	}
}
