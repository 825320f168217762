import { Readable } from "node:stream";
import { err, ok, type Result } from "@clowder/bytes";
import type { FileRecord } from "./file-record.ts";
import { Incoming, type SaveError, type UploadStore } from "./upload-store.ts";

/** Files that end with the process. */
export class MemoryUploadStore implements UploadStore {
	readonly found: readonly FileRecord[] = [];
	readonly #files: Map<string, Buffer> = new Map();

	async save(record: FileRecord, bytes: AsyncIterable<Uint8Array>): Promise<Result<void, SaveError>> {
		const incoming = new Incoming(bytes, record.bytes);
		const parts: Uint8Array[] = [];
		for await (const chunk of incoming.chunks()) parts.push(chunk);
		if (!incoming.isWhole) return err("cut");
		this.#files.set(record.id, Buffer.concat(parts));
		return ok(undefined);
	}

	read({ id }: FileRecord): Promise<Readable | undefined> {
		const bytes = this.#files.get(id);
		return Promise.resolve(bytes === undefined ? undefined : Readable.from([bytes]));
	}

	remove({ id }: FileRecord): Promise<void> {
		this.#files.delete(id);
		return Promise.resolve();
	}
}
