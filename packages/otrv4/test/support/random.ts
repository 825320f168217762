import { createHash } from "node:crypto";
import type { Random } from "../../src/random.ts";

/** Random bytes from a seed: the same run every time. */
export function seeded(seed: string): Random {
	let counter = 0;
	return (length) => {
		const bytes = createHash("shake256", { outputLength: length }).update(`${seed}/${counter++}`).digest();
		// Of a buffer of its own, as a typed array that nothing else shares.
		return new Uint8Array(bytes);
	};
}

/** Choices from a seed, for plans of what a carrier does. */
export interface Dice {
	/** 0 to `sides - 1`. */
	readonly roll: (sides: number) => number;
	/** True once in `times`. */
	readonly once: (times: number) => boolean;
	readonly pick: <T>(from: readonly T[]) => T | undefined;
}

export function dice(seed: string): Dice {
	const random = seeded(`dice/${seed}`);
	const roll = (sides: number): number => {
		const bytes = random(4);
		return new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0) % sides;
	};
	return { roll, once: (times) => roll(times) === 0, pick: (from) => from[roll(Math.max(1, from.length))] };
}
