import { textBytes } from "@clowder/carrier";
import { BATCH_MAX_BYTES, BATCH_MAX_COUNT, OUTBOX_MAX_BYTES } from "./limits.ts";

interface Item {
	readonly number: number;
	readonly text: string;
	readonly bytes: number;
	/** As a part of a request's body. */
	readonly jsonBytes: number;
}

/** Texts that go in one request. */
export interface Batch {
	readonly first: number;
	readonly texts: readonly string[];
}

/** Own texts on their way, numbered from 1 on in each presence (HTTP-6): until the server has them, and until they come back. */
export class Outbox {
	#items: Item[] = [];
	#bytes = 0;
	#next = 1;
	/** The number of the last text that the server has. */
	#taken = 0;

	/** UTF-8 bytes of the texts that have not come back. */
	get backlog(): number {
		return this.#bytes;
	}

	get hasRoom(): boolean {
		return this.#bytes < OUTBOX_MAX_BYTES;
	}

	push(text: string): void {
		const bytes = textBytes(text);
		// Between the quotes, JSON adds a backslash before some characters; the comma counts too.
		this.#items.push({ number: this.#next, text, bytes, jsonBytes: textBytes(JSON.stringify(text)) + 1 });
		this.#next += 1;
		this.#bytes += bytes;
	}

	/** What to send next, the same again until it is taken; undefined when the server has everything. */
	batch(): Batch | undefined {
		const texts: string[] = [];
		let bytes = 0;
		for (const { number, text, jsonBytes } of this.#items) {
			if (number <= this.#taken) continue;
			bytes += jsonBytes;
			if (texts.length === BATCH_MAX_COUNT || (texts.length > 0 && bytes > BATCH_MAX_BYTES)) break;
			texts.push(text);
		}
		return texts.length === 0 ? undefined : { first: this.#taken + 1, texts };
	}

	/** The server has all texts before this number. */
	taken(next: number): void {
		this.#taken = Math.max(this.#taken, next - 1);
	}

	/** An own text has come back: the oldest, as a room keeps the order. The server has it, then. */
	echoed(): void {
		const item = this.#items.shift();
		if (item === undefined) return;
		this.#bytes -= item.bytes;
		this.#taken = Math.max(this.#taken, item.number);
	}

	/** Forgets everything: it belongs to a presence that is over. */
	clear(): void {
		this.#items = [];
		this.#bytes = 0;
		this.#next = 1;
		this.#taken = 0;
	}
}
