import type { Millis } from "../api.ts";
import type { KeyName } from "../fold/state.ts";
import { MAX_UNCOVERED } from "../limits.ts";

/** A message of ours in its place: the count of valid messages there, and when we had sent it. */
interface OwnPlaced {
	readonly index: number;
	readonly sentAt: Millis;
}

/**
 * How recently each of the others has shown to have seen something of ours (design section 8, freshness): the time at which
 * we had sent the newest of our messages that they report to have seen. Whoever is cut off from them hears nothing that
 * covers what was sent after the cut, whatever old messages a carrier still delivers.
 */
export class Freshness {
	readonly #covered: Map<KeyName, Millis>;
	#own: OwnPlaced[] = [];

	constructor(others: readonly KeyName[], since: Millis) {
		this.#covered = new Map(others.map((key) => [key, since]));
	}

	/** Ours stands as the `index`-th valid message. */
	placed(index: number, sentAt: Millis): void {
		this.#own.push({ index, sentAt });
		if (this.#own.length > MAX_UNCOVERED) this.#own.shift();
	}

	/** Ours after the `index`-th valid message are taken back, to be placed anew. */
	rewind(index: number): void {
		this.#own = this.#own.filter((one) => one.index <= index);
	}

	/** `by` reports to have seen this many valid messages. */
	reported(by: KeyName, index: number): void {
		const before = this.#covered.get(by);
		if (before === undefined) return;
		const newest = this.#own.findLast((one) => one.index <= index);
		if (newest !== undefined && newest.sentAt > before) this.#covered.set(by, newest.sentAt);
	}

	/** What the one is known to have seen of ours was sent then. */
	coveredAt(by: KeyName): Millis | undefined {
		return this.#covered.get(by);
	}

	/** The oldest of these, and whose it is; undefined for nobody. */
	oldest(among: ReadonlySet<KeyName>): { readonly at: Millis; readonly who: readonly KeyName[] } | undefined {
		let at = Number.POSITIVE_INFINITY;
		let who: KeyName[] = [];
		for (const [key, covered] of this.#covered) {
			if (!among.has(key) || covered > at) continue;
			if (covered < at) who = [];
			at = covered;
			who.push(key);
		}
		return who.length === 0 ? undefined : { at, who };
	}
}
