/** Powers modulo a number of some thousand bits, where no platform has them. */

const WINDOW_BITS = 4;
const WINDOW_SIZE = 1 << WINDOW_BITS;

export interface Power {
	readonly base: bigint;
	readonly exponent: bigint;
}

/** `[1, base, base^2, …]`. */
function table(base: bigint, modulus: bigint): bigint[] {
	const powers = [1n, base];
	for (let i = 2; i < WINDOW_SIZE; i++) powers.push(((powers[i - 1] as bigint) * base) % modulus);
	return powers;
}

/** The window of an exponent that starts at bit `at`. */
function digit(exponent: bigint, at: number): number {
	return Number(BigInt.asUintN(WINDOW_BITS, exponent >> BigInt(at)));
}

/**
 * `product(base ^ exponent) mod modulus` by windows of fixed width. The squarings are shared, so that a further short
 * exponent costs little. How many multiplications there are depends on `exponentBits`, `0 <= exponent < 2^exponentBits`,
 * and not on the exponents; how long one takes is the engine's.
 */
export function productOfPowers(powers: readonly Power[], exponentBits: number, modulus: bigint): bigint {
	const tables = powers.map(({ base }) => table(base, modulus));
	let result = 1n;
	for (let at = Math.ceil(exponentBits / WINDOW_BITS) * WINDOW_BITS - WINDOW_BITS; at >= 0; at -= WINDOW_BITS) {
		for (let i = 0; i < WINDOW_BITS; i++) result = (result * result) % modulus;
		for (const [i, { exponent }] of powers.entries()) {
			result = (result * (tables[i]?.[digit(exponent, at)] as bigint)) % modulus;
		}
	}
	return result;
}
