import { big, join } from "./bytes.ts";
import { inverse, modulo, power } from "./numbers.ts";

/** An OTRv3 key: FIPS 186-4 section 4, in whole numbers. */
export interface DsaKey {
	readonly p: bigint;
	readonly q: bigint;
	readonly g: bigint;
	readonly y: bigint;
}

function padded(value: bigint, bytes: number): Uint8Array {
	return Uint8Array.from(Buffer.from(value.toString(16).padStart(2 * bytes, "0"), "hex"));
}

/** What OTRv3 signs: the bytes as one number modulo `q`, without a hash. `nonce` is the k of FIPS 186-4. */
export function dsaSign(key: DsaKey, secret: bigint, nonce: bigint, message: Uint8Array): Uint8Array {
	const bytes = Math.ceil(key.q.toString(16).length / 2);
	const r = power(key.g, nonce, key.p) % key.q;
	const s = modulo(inverse(nonce, key.q) * (big(message) + secret * r), key.q);
	return join(padded(r, bytes), padded(s, bytes));
}

export function dsaVerify(key: DsaKey, message: Uint8Array, signature: Uint8Array): boolean {
	const half = signature.length / 2;
	const [r, s] = [big(signature.subarray(0, half)), big(signature.subarray(half))];
	const w = inverse(s, key.q);
	const first = power(key.g, modulo(big(message) * w, key.q), key.p);
	const second = power(key.y, modulo(r * w, key.q), key.p);
	return ((first * second) % key.p) % key.q === r;
}
