import type { Handle } from "./contract.ts";
import { SEQUENCED_OCCUPANTS_MAX_COUNT } from "./limits.ts";
import type { Naming, Tag } from "./sequencing-names.ts";
import type { Entry, Member } from "./sequencing-statement.ts";

/** What an entry of occupants changed. */
export interface Change {
	readonly left: readonly Handle[];
	readonly joined: readonly Handle[];
}

/** The occupants at one place of the sequence, in the order in which they came: all who have got that far agree on it. */
export class Roster {
	readonly #naming: Naming;
	readonly #members: Map<Tag, { readonly handle: Handle; placed: number }> = new Map();
	#handles: readonly Handle[] | undefined;

	constructor(naming: Naming, members: readonly Member[]) {
		this.#naming = naming;
		for (const { handle, placed } of members) this.#members.set(naming.tag(handle), { handle, placed });
	}

	get size(): number {
		return this.#members.size;
	}

	/** In the order in which they came. */
	get members(): readonly Member[] {
		return [...this.#members.values()].map(({ handle, placed }) => ({ handle, placed }));
	}

	get handles(): readonly Handle[] {
		this.#handles ??= [...this.#members.values()].map(({ handle }) => handle);
		return this.#handles;
	}

	has(handle: Handle): boolean {
		return this.#members.get(this.#naming.tag(handle))?.handle === handle;
	}

	handleOf(tag: Tag): Handle | undefined {
		return this.#members.get(tag)?.handle;
	}

	/** How many submissions of an author have a number; undefined for who is no occupant. */
	placed(tag: Tag): number | undefined {
		return this.#members.get(tag)?.placed;
	}

	copy(): Roster {
		return new Roster(this.#naming, this.members);
	}

	/** Takes a submission's number into account. False for one that is out of turn, which nobody delivers (SEQ-5). */
	place(author: Tag, counter: number): boolean {
		const member = this.#members.get(author);
		if (member === undefined || counter !== member.placed + 1) return false;
		member.placed = counter;
		return true;
	}

	/** Whoever is no occupant cannot leave, whoever is one cannot join; the same for all who apply it. */
	change(entry: Entry & { readonly kind: "roster" }): Change {
		this.#handles = undefined;
		const left: Handle[] = [];
		const joined: Handle[] = [];
		for (const tag of entry.left) {
			const handle = this.handleOf(tag);
			if (handle === undefined) continue;
			this.#members.delete(tag);
			left.push(handle);
		}
		for (const handle of entry.joined) {
			const tag = this.#naming.tag(handle);
			if (this.#members.has(tag) || this.#members.size >= SEQUENCED_OCCUPANTS_MAX_COUNT) continue;
			this.#members.set(tag, { handle, placed: 0 });
			joined.push(handle);
		}
		return { left, joined };
	}

	/** Applies any entry. */
	apply(entry: Entry): void {
		if (entry.kind === "text") this.place(entry.author, entry.counter);
		else this.change(entry);
	}
}
