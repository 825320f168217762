/** Neighbouring buckets differ by a twentieth, so a percentile is off by that at most. */
const RATIO = 1.05;
const BUCKETS = 512;

/** Durations counted in buckets, so that any number of them takes the same memory and those of several processes add up. */
export class Histogram {
	readonly #counts: number[];

	constructor(counts: readonly number[] = []) {
		this.#counts = Array.from({ length: BUCKETS }, (_, bucket) => counts[bucket] ?? 0);
	}

	/** Counts one duration, in microseconds. */
	add(us: number): void {
		const bucket = us <= 1 ? 0 : Math.min(BUCKETS - 1, Math.ceil(Math.log(us) / Math.log(RATIO)));
		this.#counts[bucket] = (this.#counts[bucket] ?? 0) + 1;
	}

	merge(counts: readonly number[]): void {
		counts.forEach((count, bucket) => {
			this.#counts[bucket] = (this.#counts[bucket] ?? 0) + count;
		});
	}

	get counts(): readonly number[] {
		return this.#counts;
	}

	/** What `share` of all durations do not exceed, in microseconds; 0 where there are none. */
	percentile(share: number): number {
		const all = this.#counts.reduce((sum, count) => sum + count, 0);
		let rest = Math.ceil(all * share);
		if (rest === 0) return 0;
		for (const [bucket, count] of this.#counts.entries()) {
			rest -= count;
			if (rest <= 0) return RATIO ** bucket;
		}
		return RATIO ** BUCKETS;
	}
}
