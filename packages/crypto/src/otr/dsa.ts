import { decode, ok, type Reader, type Result } from "@clowder/bytes";
import { otrKeyError } from "./key-error.ts";
import { bitLength, fromBigEndian, inverse } from "./numbers.ts";
import { productOfPowers } from "./powers.ts";
import type { Dsa, DsaPublicKey, OtrKeyError } from "./primitives.ts";
import { DSA_P_MAX_BITS, DSA_P_MIN_BITS, DSA_PUBLIC_KEY_MAX_BYTES, DSA_Q_MAX_BITS, DSA_Q_MIN_BITS } from "./sizes.ts";

/** "DSA public keys have type 0x0000" (OTRv3, "Public keys, signatures, and fingerprints"). */
const DSA_TYPE = 0;

interface DsaNumbers {
	readonly p: bigint;
	readonly q: bigint;
	readonly g: bigint;
	readonly y: bigint;
}

class DsaPublicKeyImpl implements DsaPublicKey {
	readonly kind = "dsa-public";
	readonly bytes: Uint8Array;
	readonly numbers: DsaNumbers;

	constructor(bytes: Uint8Array, numbers: DsaNumbers) {
		this.bytes = bytes;
		this.numbers = numbers;
	}
}

/** An `MPI`: its length, then big-endian bytes without leading zeros. */
function readMpi(reader: Reader): bigint {
	const bytes = reader.variable(DSA_P_MAX_BITS / 8);
	if (bytes[0] === 0) reader.refuse("no leading zero byte in an MPI", "one");
	return fromBigEndian(bytes);
}

function readNumbers(reader: Reader): DsaNumbers {
	const type = reader.u16();
	if (type !== DSA_TYPE) reader.refuse(`key type ${DSA_TYPE}`, `${type}`);
	return { p: readMpi(reader), q: readMpi(reader), g: readMpi(reader), y: readMpi(reader) };
}

function isWithin(value: bigint, minBits: number, maxBits: number): boolean {
	const bits = bitLength(value);
	return bits >= minBits && bits <= maxBits;
}

/** Whether `value`, not 1, has the order `q` modulo `p`, or one that divides `q`. */
function hasOrder(value: bigint, { p, q }: DsaNumbers): boolean {
	if (value < 2n || value >= p) return false;
	return productOfPowers([{ base: value, exponent: q }], bitLength(q), p) === 1n;
}

/**
 * Whether `p` and `q` are prime is not looked at: whoever chose them owns the key, and can give it away in easier ways.
 */
function parsePublicKey(bytes: Uint8Array): Result<DsaPublicKeyImpl, OtrKeyError> {
	if (bytes.length > DSA_PUBLIC_KEY_MAX_BYTES) {
		return otrKeyError("dsa", `at most ${DSA_PUBLIC_KEY_MAX_BYTES} bytes`, `${bytes.length} bytes`);
	}
	const read = decode(bytes, readNumbers);
	if (!read.ok) return otrKeyError("dsa", read.error.expected, read.error.got);
	const numbers = read.value;
	const { p, q } = numbers;
	if (!isWithin(p, DSA_P_MIN_BITS, DSA_P_MAX_BITS) || p % 2n === 0n) {
		return otrKeyError("dsa", `an odd p of ${DSA_P_MIN_BITS} to ${DSA_P_MAX_BITS} bits`, "another");
	}
	if (!isWithin(q, DSA_Q_MIN_BITS, DSA_Q_MAX_BITS)) {
		return otrKeyError("dsa", `a q of ${DSA_Q_MIN_BITS} to ${DSA_Q_MAX_BITS} bits`, `one of ${bitLength(q)}`);
	}
	if ((p - 1n) % q !== 0n) return otrKeyError("dsa", "a q that divides p - 1", "another");
	if (!hasOrder(numbers.g, numbers)) return otrKeyError("dsa", "g of order q", "another g");
	if (!hasOrder(numbers.y, numbers)) return otrKeyError("dsa", "y of order q", "another y");
	return ok(new DsaPublicKeyImpl(new Uint8Array(bytes), numbers));
}

/** FIPS 186-4 section 4.7. */
function verify(key: DsaPublicKey, digest: Uint8Array, signature: Uint8Array): boolean {
	if (!(key instanceof DsaPublicKeyImpl)) throw new TypeError("not a DSA public key of this package");
	const { p, q, g, y } = key.numbers;
	const bits = bitLength(q);
	const length = Math.ceil(bits / 8);
	if (signature.length !== 2 * length) return false;
	const r = fromBigEndian(signature.subarray(0, length));
	const s = fromBigEndian(signature.subarray(length));
	if (r === 0n || r >= q || s === 0n || s >= q) return false;
	const w = inverse(s, q);
	if (w === undefined) return false;
	const leftmost = digest.subarray(0, length);
	const z = fromBigEndian(leftmost) >> BigInt(Math.max(0, 8 * leftmost.length - bits));
	const powers = [
		{ base: g, exponent: (z * w) % q },
		{ base: y, exponent: (r * w) % q },
	];
	return productOfPowers(powers, bits, p) % q === r;
}

/** In big integers on every backend: a transitional signature is verified once for a profile, of public values. */
export const dsa: Dsa = { parsePublicKey, verify };
