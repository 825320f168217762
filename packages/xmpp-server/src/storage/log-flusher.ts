import { closeSync, fdatasync, openSync } from "node:fs";
import { LOG_FLUSH_MS } from "../limits.ts";

/**
 * STORE-5: brings what was written to a file from the system's memory to the disk, soon after, and in another thread: waiting for
 * the disk at each commit would stop all rooms for some milliseconds each time.
 */
export class LogFlusher {
	readonly #path: string;
	/** Undefined until something was written: before that there may be no file. */
	#file: number | undefined;
	readonly #flush: (file: number, done: () => void) => void;
	#timer: NodeJS.Timeout | undefined;
	#flushing = false;
	#writtenSince = false;
	#closed = false;

	/** `flush` is `fdatasync`, where a test does not give another. */
	constructor(path: string, flush: (file: number, done: () => void) => void = fdatasync) {
		this.#path = path;
		this.#flush = flush;
	}

	/** Something was written: it is on the disk within twice `LOG_FLUSH_MS` and what the disk takes. */
	written(): void {
		if (this.#flushing) this.#writtenSince = true;
		else this.#timer ??= setTimeout(() => this.#begin(), LOG_FLUSH_MS).unref();
	}

	close(): void {
		this.#closed = true;
		clearTimeout(this.#timer);
		if (!this.#flushing) this.#letGo();
	}

	#begin(): void {
		this.#timer = undefined;
		this.#flushing = true;
		// A disk that fails here fails SQLite too, which notices at the next checkpoint.
		this.#file ??= opened(this.#path);
		if (this.#file === undefined) return this.#flushed();
		this.#flush(this.#file, () => this.#flushed());
	}

	#flushed(): void {
		this.#flushing = false;
		if (this.#closed) return this.#letGo();
		if (!this.#writtenSince) return;
		this.#writtenSince = false;
		this.written();
	}

	#letGo(): void {
		if (this.#file !== undefined) closeSync(this.#file);
	}
}

/** Undefined where somebody took the file away: SQLite, which has it open, goes on with it. */
function opened(path: string): number | undefined {
	try {
		return openSync(path, "r+");
	} catch {
		return undefined;
	}
}
