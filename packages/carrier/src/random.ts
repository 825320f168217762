/**
 * Pseudo-random numbers from a seed (xoshiro128**, seeded by splitmix32), for tests and simulations alone: anyone who
 * sees a few of them knows the rest.
 */
export class SeededRandom {
	readonly #state: Uint32Array = new Uint32Array(4);

	/** `seed` is cut to 32 bits. */
	constructor(seed: number) {
		let z = seed >>> 0;
		for (let i = 0; i < 4; i++) {
			z = (z + 0x9e3779b9) >>> 0;
			let word = z;
			word = Math.imul(word ^ (word >>> 16), 0x85ebca6b);
			word = Math.imul(word ^ (word >>> 13), 0xc2b2ae35);
			this.#state[i] = word ^ (word >>> 16);
		}
	}

	/** 0 to 2^32 - 1. */
	u32(): number {
		const s = this.#state as unknown as [number, number, number, number];
		const product = Math.imul(s[1], 5);
		const out = Math.imul((product << 7) | (product >>> 25), 9) >>> 0;
		const shifted = s[1] << 9;
		s[2] ^= s[0];
		s[3] ^= s[1];
		s[1] ^= s[2];
		s[0] ^= s[3];
		s[2] ^= shifted;
		s[3] = (s[3] << 11) | (s[3] >>> 21);
		return out;
	}

	/** At least 0, below 1. */
	unit(): number {
		return this.u32() / 2 ** 32;
	}

	/** A whole number, at least `least` and at most `most`. */
	between(least: number, most: number): number {
		return least + Math.floor(this.unit() * (most - least + 1));
	}

	/** True with the given probability. */
	chance(probability: number): boolean {
		return this.unit() < probability;
	}

	/** One of `items`, which must not be empty. */
	pick<T>(items: readonly T[]): T {
		if (items.length === 0) throw new RangeError("nothing to pick from");
		return items[this.between(0, items.length - 1)] as T;
	}

	bytes(length: number): Uint8Array {
		const out = new Uint8Array(length);
		for (let i = 0; i < length; i++) out[i] = this.u32() >>> 24;
		return out;
	}

	/** Another generator, so that one consumer's appetite does not change what the others get. */
	fork(): SeededRandom {
		return new SeededRandom(this.u32());
	}
}
