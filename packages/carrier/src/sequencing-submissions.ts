import {
	SEQUENCED_SUBMISSIONS_ALL_MAX_BYTES,
	SEQUENCED_SUBMISSIONS_MAX_BYTES,
	SEQUENCED_SUBMISSIONS_MAX_COUNT,
} from "./limits.ts";
import type { Digest, Tag } from "./sequencing-names.ts";
import { textBytes } from "./text.ts";

export interface Submission {
	readonly text: string;
	readonly digest: Digest;
	readonly bytes: number;
	/** When it came here. */
	readonly since: number;
}

/** Submissions of all occupants that came and are not delivered yet (SEQ-6). */
export class Submissions {
	readonly #byAuthor: Map<Tag, Map<number, Submission>> = new Map();
	#bytes = 0;

	/** Whether one of an author with so many delivered submissions would be kept. */
	fits(author: Tag, delivered: number, counter: number, bytes: number): boolean {
		if (counter <= delivered || counter > delivered + SEQUENCED_SUBMISSIONS_MAX_COUNT) return false;
		if (counter === delivered + 1) return true;
		let held = bytes;
		for (const submission of this.#byAuthor.get(author)?.values() ?? []) held += submission.bytes;
		return held <= SEQUENCED_SUBMISSIONS_MAX_BYTES && this.#bytes + bytes <= SEQUENCED_SUBMISSIONS_ALL_MAX_BYTES;
	}

	/** Those of whom any is kept. */
	get authors(): Iterable<Tag> {
		return this.#byAuthor.keys();
	}

	get(author: Tag, counter: number): Submission | undefined {
		return this.#byAuthor.get(author)?.get(counter);
	}

	put(author: Tag, counter: number, submission: Omit<Submission, "bytes">): void {
		const before = this.get(author, counter);
		const mine = this.#byAuthor.get(author) ?? new Map<number, Submission>();
		this.#byAuthor.set(author, mine);
		const bytes = textBytes(submission.text);
		mine.set(counter, { ...submission, bytes });
		this.#bytes += bytes - (before?.bytes ?? 0);
	}

	/** Forgets what is delivered. */
	settle(author: Tag, delivered: number): void {
		const mine = this.#byAuthor.get(author);
		if (mine === undefined) return;
		for (const [counter, { bytes }] of mine) {
			if (counter > delivered) continue;
			mine.delete(counter);
			this.#bytes -= bytes;
		}
		if (mine.size === 0) this.#byAuthor.delete(author);
	}

	/** Forgets all of an author's. */
	drop(author: Tag): void {
		this.settle(author, Number.POSITIVE_INFINITY);
	}

	/** Everyone's waiting is counted anew: a new sequencer has had no chance yet. */
	restart(now: number): void {
		for (const mine of this.#byAuthor.values()) {
			for (const [counter, submission] of mine) mine.set(counter, { ...submission, since: now });
		}
	}
}
