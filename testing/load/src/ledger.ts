/** Which texts of whom have come to whom, in one room: a room gives all of them to everyone, one author's in their order. */
export class Ledger {
	readonly people: number;
	/** By author: texts sent. */
	readonly #sent: Uint32Array;
	/** By reader and author: the number that the next text has to have. */
	readonly #next: Uint32Array;
	#delivered = 0;
	#missed = 0;
	#doubled = 0;

	constructor(people: number) {
		this.people = people;
		this.#sent = new Uint32Array(people);
		this.#next = new Uint32Array(people * people);
	}

	/** The number of the author's next text, which is sent with it. */
	send(author: number): number {
		const number = this.#sent[author] ?? 0;
		this.#sent[author] = number + 1;
		return number;
	}

	deliver(reader: number, author: number, number: number): void {
		const at = reader * this.people + author;
		const due = this.#next[at] ?? 0;
		if (number < due) {
			this.#doubled += 1;
			return;
		}
		this.#missed += number - due;
		this.#next[at] = number + 1;
		this.#delivered += 1;
	}

	get sent(): number {
		return this.#sent.reduce((sum, count) => sum + count, 0);
	}

	get delivered(): number {
		return this.#delivered;
	}

	/** Deliveries of a text that the reader had already, or that came after a later one of its author. */
	get doubled(): number {
		return this.#doubled;
	}

	/** Deliveries that have not come: skipped, or not there yet. */
	get missing(): number {
		return this.#missed + (this.sent * this.people - this.#missed - this.#delivered);
	}
}
