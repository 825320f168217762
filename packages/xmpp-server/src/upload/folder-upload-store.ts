import { mkdirSync, readdirSync, rmSync } from "node:fs";
import { type FileHandle, open, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { err, ok, type Result } from "@clowder/bytes";
import { type FileRecord, fileName, readFileName } from "./file-record.ts";
import { Incoming, type SaveError, type UploadStore } from "./upload-store.ts";

/** What a file is called while its bytes come. */
const UNFINISHED = /^[0-9a-f]{64}\.part$/;

/** Files in a folder of its own, readable to the server's user only. */
export class FolderUploadStore implements UploadStore {
	readonly found: readonly FileRecord[];
	readonly #folder: string;

	private constructor(folder: string, found: readonly FileRecord[]) {
		this.#folder = folder;
		this.found = found;
	}

	/** UPLOAD-6: what was coming when the process ended is removed. Files with other names are left alone. */
	static open(folder: string): Result<FolderUploadStore, string> {
		try {
			mkdirSync(folder, { recursive: true, mode: 0o700 });
			const names = readdirSync(folder);
			for (const name of names) if (UNFINISHED.test(name)) rmSync(join(folder, name));
			return ok(
				new FolderUploadStore(
					folder,
					names.flatMap((name) => readFileName(name) ?? []),
				),
			);
		} catch (error) {
			return err((error as NodeJS.ErrnoException).code ?? "unknown");
		}
	}

	async save(record: FileRecord, bytes: AsyncIterable<Uint8Array>): Promise<Result<void, SaveError>> {
		const incoming = new Incoming(bytes, record.bytes);
		const part = join(this.#folder, `${record.id}.part`);
		try {
			const handle = await open(part, "w", 0o600);
			await writeAll(handle, incoming);
			if (incoming.isWhole) {
				await rename(part, join(this.#folder, fileName(record)));
				await this.#syncFolder();
				return ok(undefined);
			}
			await rm(part, { force: true });
			return err("cut");
		} catch {
			await rm(part, { force: true }).catch(() => {});
			return err("failed");
		}
	}

	async read(record: FileRecord): Promise<Readable | undefined> {
		try {
			return (await open(join(this.#folder, fileName(record)), "r")).createReadStream();
		} catch {
			return undefined;
		}
	}

	/** A file that cannot be removed now is found expired at the next start. */
	async remove(record: FileRecord): Promise<void> {
		await rm(join(this.#folder, fileName(record)), { force: true }).catch(() => {});
	}

	/** A new name is on the disk only once its folder is. */
	async #syncFolder(): Promise<void> {
		const handle = await open(this.#folder, "r");
		try {
			await handle.sync();
		} finally {
			await handle.close();
		}
	}
}

async function writeAll(handle: FileHandle, incoming: Incoming): Promise<void> {
	try {
		for await (const chunk of incoming.chunks()) await handle.appendFile(chunk);
		if (incoming.isWhole) await handle.sync();
	} finally {
		await handle.close();
	}
}
