interface Entry {
	readonly at: number;
	readonly sequence: number;
	readonly action: () => void;
}

/** What is to happen when, on virtual time: a binary heap, first come first served among equal times. */
export class Agenda {
	readonly #heap: Entry[] = [];
	#sequence = 0;

	get size(): number {
		return this.#heap.length;
	}

	/** The time of the earliest entry. */
	get next(): number | undefined {
		return this.#heap[0]?.at;
	}

	add(at: number, action: () => void): void {
		const heap = this.#heap;
		heap.push({ at, sequence: this.#sequence++, action });
		for (let i = heap.length - 1; i > 0; ) {
			const parent = (i - 1) >> 1;
			if (!this.#before(i, parent)) break;
			this.#swap(i, parent);
			i = parent;
		}
	}

	/** Takes the earliest entry out. */
	take(): Entry | undefined {
		const heap = this.#heap;
		const first = heap[0];
		const last = heap.pop();
		if (first === undefined || last === undefined || heap.length === 0) return first;
		heap[0] = last;
		for (let i = 0; ; ) {
			let least = i;
			for (const child of [2 * i + 1, 2 * i + 2]) if (child < heap.length && this.#before(child, least)) least = child;
			if (least === i) return first;
			this.#swap(i, least);
			i = least;
		}
	}

	#before(a: number, b: number): boolean {
		const x = this.#heap[a] as Entry;
		const y = this.#heap[b] as Entry;
		return x.at < y.at || (x.at === y.at && x.sequence < y.sequence);
	}

	#swap(a: number, b: number): void {
		const entry = this.#heap[a] as Entry;
		this.#heap[a] = this.#heap[b] as Entry;
		this.#heap[b] = entry;
	}
}
