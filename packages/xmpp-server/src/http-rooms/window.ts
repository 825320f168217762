import { err, ok, type Result } from "@clowder/bytes";

/** Bounds of a window. */
export interface WindowLimits {
	readonly events: number;
	readonly bytes: number;
}

interface Kept {
	readonly block: string;
	readonly bytes: number;
}

/**
 * HTTP-5: the last events for one reader, each with its number, so that a reader whose stream broke goes on where it was.
 * What a stream has taken may be forgotten for want of room, what none has taken may not: then the window is too small.
 */
export class EventWindow {
	readonly #limits: WindowLimits;
	readonly #kept: Kept[] = [];
	#bytes = 0;
	/** The number of the last event that is not kept any more. */
	#forgotten = 0;
	/** The number of the last event that a stream has taken. */
	#taken = 0;

	constructor(limits: WindowLimits) {
		this.#limits = limits;
	}

	/** The number of the last event there was. */
	get last(): number {
		return this.#forgotten + this.#kept.length;
	}

	/** Keeps one more, as a block of a stream of events; false where that would lose one that nobody has taken. */
	push(name: string, data: string): boolean {
		const block = `id: ${this.last + 1}\nevent: ${name}\ndata: ${data}\n\n`;
		const bytes = Buffer.byteLength(block);
		this.#kept.push({ block, bytes });
		this.#bytes += bytes;
		while (this.#kept.length > this.#limits.events || this.#bytes > this.#limits.bytes) {
			if (this.#forgotten >= this.#taken) return false;
			this.#forgetFirst();
		}
		return true;
	}

	/** A reader has all up to `id`, and wants what follows. */
	resume(id: number): Result<void, "not-kept" | "not-yet"> {
		if (id > this.last) return err("not-yet");
		if (id < this.#forgotten) return err("not-kept");
		while (this.#forgotten < id) this.#forgetFirst();
		this.#taken = id;
		return ok(undefined);
	}

	/** What no stream has taken yet; now one has. */
	take(): string {
		const blocks = this.#kept.slice(this.#taken - this.#forgotten).map(({ block }) => block);
		this.#taken = this.last;
		return blocks.join("");
	}

	#forgetFirst(): void {
		const first = this.#kept.shift();
		if (first === undefined) return;
		this.#bytes -= first.bytes;
		this.#forgotten += 1;
	}
}
