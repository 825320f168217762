import type { Handle } from "./contract.ts";
import { SEQUENCED_HISTORY_MAX_BYTES, SEQUENCED_HISTORY_MAX_COUNT } from "./limits.ts";
import type { Digest, Naming, Tag } from "./sequencing-names.ts";
import type { Roster } from "./sequencing-roster.ts";
import { type Entry, encodeEntry } from "./sequencing-statement.ts";
import { textBytes } from "./text.ts";

interface Slot {
	readonly entry: Entry;
	/** Of all entries up to this one. */
	readonly chain: Digest;
	/** Kept from delivery on, for those who missed it. */
	text: string | undefined;
}

/**
 * The entries one occupant has: delivered ones, of which the last are kept, and after them the tail, which may still
 * be replaced.
 */
export class Ledger {
	readonly #naming: Naming;
	/** The occupants after the last delivered entry. */
	readonly roster: Roster;
	#slots: Slot[] = [];
	/** Number and chain of the entry before the first kept one. */
	#origin: number;
	#originChain: Digest;
	#delivered: number;
	#historyBytes = 0;

	constructor(naming: Naming, number: number, chain: Digest, roster: Roster) {
		this.#naming = naming;
		this.#origin = number;
		this.#originChain = chain;
		this.#delivered = number;
		this.roster = roster;
	}

	/** The number of the last entry. */
	get end(): number {
		return this.#origin + this.#slots.length;
	}

	get delivered(): number {
		return this.#delivered;
	}

	/** Undefined for what is not here: not yet, or no more. */
	entry(number: number): Entry | undefined {
		return this.#slots[number - this.#origin - 1]?.entry;
	}

	chainAt(number: number): Digest | undefined {
		return number === this.#origin ? this.#originChain : this.#slots[number - this.#origin - 1]?.chain;
	}

	/** The text of a delivered entry, while it is kept. */
	textAt(number: number): string | undefined {
		return this.#slots[number - this.#origin - 1]?.text;
	}

	/** The entries after `base`, up to `end` if that is given. */
	after(base: number, end: number = this.end): readonly Entry[] {
		return this.#slots
			.slice(Math.max(0, base - this.#origin), Math.max(0, end - this.#origin))
			.map(({ entry }) => entry);
	}

	append(entry: Entry): void {
		const before = this.#slots.at(-1)?.chain ?? this.#originChain;
		this.#slots.push({ entry, chain: this.#naming.chain(before, encodeEntry(entry)), text: undefined });
	}

	/** Forgets the tail after a number, which must be none that was delivered. */
	truncate(number: number): void {
		if (number < this.#delivered)
			throw new RangeError(`entry ${this.#delivered} is delivered, ${number} is not the end`);
		this.#slots.length = number - this.#origin;
	}

	/** How many submissions of an occupant have a number, those of the tail included. */
	placedAtEnd(author: Tag): number | undefined {
		let placed = this.roster.placed(author);
		for (let number = this.#delivered + 1; number <= this.end && placed !== undefined; number++) {
			const entry = this.entry(number);
			if (entry?.kind === "text" && entry.author === author && entry.counter === placed + 1) placed++;
		}
		return placed;
	}

	/** Whether someone joins with the last entry of the tail. */
	joinsAtEnd(handle: Handle): boolean {
		const last = this.#delivered < this.end ? this.entry(this.end) : undefined;
		return last?.kind === "roster" && last.joined.includes(handle);
	}

	/** The occupants after the last entry of the tail. */
	rosterAtEnd(): Roster {
		const roster = this.roster.copy();
		for (const entry of this.after(this.#delivered)) roster.apply(entry);
		return roster;
	}

	/** Settles the next entry; the caller applies it to `roster`. `text` is kept for a while (SEQ-13). */
	deliver(text: string | undefined): void {
		this.#delivered++;
		const slot = this.#slots[this.#delivered - this.#origin - 1];
		if (slot === undefined) throw new RangeError("there is nothing to deliver");
		slot.text = text;
		if (text !== undefined) this.#historyBytes += textBytes(text);
		while (
			this.#delivered - this.#origin > SEQUENCED_HISTORY_MAX_COUNT ||
			this.#historyBytes > SEQUENCED_HISTORY_MAX_BYTES
		) {
			const oldest = this.#slots.shift() as Slot;
			this.#origin++;
			this.#originChain = oldest.chain;
			if (oldest.text !== undefined) this.#historyBytes -= textBytes(oldest.text);
		}
	}
}

/** How far a run of entries agrees with a ledger, and where it first does not. */
export interface Agreement {
	/** The run's entries up to here are in the ledger. */
	readonly agreed: number;
	/** Something that was delivered here is another entry there: two histories. */
	readonly forked: boolean;
}

/**
 * Compares a run of entries after `base` with a ledger. Undefined if the run does not connect: it begins after the
 * ledger's end, or at a place of the tail that differs.
 */
export function compareRun(
	ledger: Ledger,
	naming: Naming,
	base: number,
	chain: Digest,
	entries: readonly Entry[],
): Agreement | undefined {
	let at = base;
	let there = chain;
	let met = false;
	for (let i = 0; ; i++) {
		const here = ledger.chainAt(at);
		if (here === there) met = true;
		else if (here !== undefined && at <= ledger.delivered) return { agreed: at, forked: true };
		else if (met) return { agreed: at - 1, forked: false };
		// Older than what is kept: hashing on leads to a place that can be compared.
		else if (at >= ledger.delivered) return undefined;
		const entry = entries[i];
		if (entry === undefined) return met ? { agreed: at, forked: false } : undefined;
		there = naming.chain(there, encodeEntry(entry));
		at++;
	}
}
