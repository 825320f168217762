import { big, bigBytes } from "./bytes.ts";
import { power } from "./numbers.ts";

/** "3072-bit Diffie-Hellman Parameters": the prime from its formula in RFC 3526, and whole numbers. */
const PI_2942 = piTimesPowerOfTwo(2942);
export const DH_PRIME: bigint = 2n ** 3072n - 2n ** 3008n - 1n + 2n ** 64n * (PI_2942 + 1690314n);

/** The whole part of pi * 2^bits, by the formula of Machin. */
function piTimesPowerOfTwo(bits: number): bigint {
	const one = 2n ** BigInt(bits + 64);
	const arctangentOfInverse = (n: bigint): bigint => {
		let term = one / n;
		let sum = term;
		for (let k = 3n, sign = -1n; term > 0n; k += 2n, sign = -sign) {
			term /= n * n;
			sum += (sign * term) / k;
		}
		return sum;
	};
	return (4n * (4n * arctangentOfInverse(5n) - arctangentOfInverse(239n))) >> 64n;
}

/** The public key of an 80-byte secret: the value of its MPI. */
export function dhPublic(secret: Uint8Array): Uint8Array {
	return bigBytes(power(2n, big(secret), DH_PRIME));
}

/** `k_dh`, without leading zeros. */
export function dhShared(secret: Uint8Array, theirs: Uint8Array): Uint8Array {
	return bigBytes(power(big(theirs), big(secret), DH_PRIME));
}
