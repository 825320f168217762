import type { Millis } from "../api.ts";

/**
 * Something this client wants to do in the present state: send its share, answer a knock, step in for another. A duty is
 * named; it is done once for as long as it stays wanted, after its delay. A timer only ever sends a message.
 */
export interface Duty {
	/** The same name: the same duty. */
	readonly key: string;
	/** How long to wait from when it is first wanted; asked once, then. */
	readonly delayMs: (now: Millis) => number;
	readonly run: (now: Millis) => void;
	/** Done, and still wanted after this long: what was sent is lost, so it is done again. */
	readonly againMs?: number;
	/** Its time runs, but it is not done now. */
	readonly paused?: boolean;
}

/** A duty that is due at once. */
export function now(key: string, run: (now: Millis) => void): Duty {
	return { key, delayMs: () => 0, run };
}

/** More rounds than this at one instant would be a loop of ours. */
const MAX_ROUNDS = 4096;

/** Keeps track of which duties are wanted since when, and which are done. */
export class Duties {
	#known: Map<string, { readonly due: Millis; done: boolean }> = new Map();

	/** Does what is due and gives the time of the next. `wanted` is asked anew after each duty that was done. */
	settle(wanted: () => readonly Duty[], at: Millis): Millis | undefined {
		for (let round = 0; round < MAX_ROUNDS; round++) {
			const duties = wanted();
			const known = new Map<string, { readonly due: Millis; done: boolean }>();
			for (const duty of duties) {
				known.set(duty.key, this.#known.get(duty.key) ?? { due: at + duty.delayMs(at), done: false });
			}
			this.#known = known;
			const next = duties.find((duty) => {
				const entry = known.get(duty.key);
				return !duty.paused && entry !== undefined && !entry.done && entry.due <= at;
			});
			if (next === undefined) return this.#nextDue(duties);
			const again = next.againMs === undefined ? undefined : at + next.againMs;
			known.set(next.key, { due: again ?? at, done: again === undefined });
			next.run(at);
		}
		throw new Error("duties do not settle");
	}

	#nextDue(duties: readonly Duty[]): Millis | undefined {
		const dues = duties.flatMap(({ key, paused }) => {
			const entry = this.#known.get(key);
			return paused || entry === undefined || entry.done ? [] : [entry.due];
		});
		return dues.length === 0 ? undefined : Math.min(...dues);
	}

	clear(): void {
		this.#known.clear();
	}
}
