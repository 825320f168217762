import { erase } from "@clowder/bytes";

const WORD_BYTES = 8;
const WORD_BITS = 64n;

/** The number that big-endian bytes are. By words and not by text: a string of a secret could never be erased. */
export function fromBigEndian(bytes: Uint8Array): bigint {
	const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
	let value = 0n;
	let at = 0;
	for (; at < bytes.length % WORD_BYTES; at++) value = (value << 8n) | BigInt(view.getUint8(at));
	for (; at < bytes.length; at += WORD_BYTES) value = (value << WORD_BITS) | view.getBigUint64(at);
	return value;
}

export function fromLittleEndian(bytes: Uint8Array): bigint {
	const reversed = new Uint8Array(bytes).reverse();
	const value = fromBigEndian(reversed);
	erase(reversed);
	return value;
}

/** `length` bytes, big-endian; `value` fits. */
export function toBigEndian(value: bigint, length: number): Uint8Array {
	const words = new Uint8Array(Math.ceil(length / WORD_BYTES) * WORD_BYTES);
	const view = new DataView(words.buffer);
	let rest = value;
	for (let at = words.length - WORD_BYTES; at >= 0; at -= WORD_BYTES) {
		view.setBigUint64(at, rest);
		rest >>= WORD_BITS;
	}
	const bytes = words.slice(words.length - length);
	erase(words);
	return bytes;
}

export function toLittleEndian(value: bigint, length: number): Uint8Array {
	return toBigEndian(value, length).reverse();
}

/** Without leading zero bytes: the value of an `MPI`. Zero has no bytes. */
export function minimal(bytes: Uint8Array): Uint8Array {
	const start = bytes.findIndex((byte) => byte !== 0);
	return start < 0 ? new Uint8Array(0) : bytes.slice(start);
}

/** Of a public number. */
export function bitLength(value: bigint): number {
	return value === 0n ? 0 : value.toString(2).length;
}

/** `value` in `0..modulus-1`, of whatever sign it was. */
export function modulo(value: bigint, modulus: bigint): bigint {
	const rest = value % modulus;
	return rest < 0n ? rest + modulus : rest;
}

/** `value^-1 mod modulus`, or `undefined` where they have a common factor. For public values. */
export function inverse(value: bigint, modulus: bigint): bigint | undefined {
	let [a, b] = [modulo(value, modulus), modulus];
	let [x, y] = [1n, 0n];
	while (b !== 0n) {
		const quotient = a / b;
		[a, b] = [b, a - quotient * b];
		[x, y] = [y, x - quotient * y];
	}
	return a === 1n ? modulo(x, modulus) : undefined;
}

/**
 * The Jacobi symbol (`value` / `modulus`), for an odd modulus: 0, 1 or -1. Where the modulus is prime it is the Legendre
 * symbol, `value^((modulus-1)/2)`, at a fraction of that power's price. For public values.
 */
export function jacobi(value: bigint, modulus: bigint): -1 | 0 | 1 {
	let [a, n] = [modulo(value, modulus), modulus];
	let negative = false;
	while (a !== 0n) {
		let low = Number(BigInt.asUintN(32, a));
		while (low === 0) {
			a >>= 32n;
			low = Number(BigInt.asUintN(32, a));
		}
		const twos = 31 - Math.clz32(low & -low);
		a >>= BigInt(twos);
		const nLow = Number(BigInt.asUintN(3, n));
		// (2/n) = -1 where n = 3 or 5 modulo 8; reciprocity turns the sign where both are 3 modulo 4.
		if (twos % 2 === 1 && (nLow === 3 || nLow === 5)) negative = !negative;
		if (nLow % 4 === 3 && BigInt.asUintN(2, a) === 3n) negative = !negative;
		[a, n] = [n % a, a];
	}
	if (n !== 1n) return 0;
	return negative ? -1 : 1;
}
