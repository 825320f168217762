export function modulo(value: bigint, modulus: bigint): bigint {
	const rest = value % modulus;
	return rest < 0n ? rest + modulus : rest;
}

export function power(base: bigint, exponent: bigint, modulus: bigint): bigint {
	let result = 1n;
	for (let square = modulo(base, modulus), rest = exponent; rest > 0n; rest >>= 1n) {
		if (rest % 2n === 1n) result = (result * square) % modulus;
		square = (square * square) % modulus;
	}
	return result;
}

/** By the little theorem of Fermat: of a prime modulus. */
export function inverse(value: bigint, prime: bigint): bigint {
	return power(value, prime - 2n, prime);
}
