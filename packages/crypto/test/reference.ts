import { createHash } from "node:crypto";

/**
 * The curves of RFC 7748 and RFC 8032 straight from their formulas: slow, not constant-time, and independent of every
 * library. The vectors are made with it, and it decides between the backends in the property tests.
 */
export const P: bigint = 2n ** 255n - 19n;
export const L: bigint = 2n ** 252n + 27742317777372353535851937790883648493n;

export function mod(a: bigint, m: bigint = P): bigint {
	const r = a % m;
	return r < 0n ? r + m : r;
}

export function power(base: bigint, exponent: bigint): bigint {
	let result = 1n;
	let square = mod(base);
	for (let e = exponent; e > 0n; e >>= 1n) {
		if ((e & 1n) === 1n) result = mod(result * square);
		square = mod(square * square);
	}
	return result;
}

export const invert = (a: bigint): bigint => power(a, P - 2n);
const D = mod(-121665n * invert(121666n));
const SQRT_MINUS_1 = power(2n, (P - 1n) / 4n);

/** `x = X/Z, y = Y/Z, x*y = T/Z`. */
export interface Point {
	readonly X: bigint;
	readonly Y: bigint;
	readonly Z: bigint;
	readonly T: bigint;
}

export const IDENTITY: Point = { X: 0n, Y: 1n, Z: 1n, T: 0n };

/** RFC 8032 section 5.1.4. */
export function add(p: Point, q: Point): Point {
	const a = mod((p.Y - p.X) * (q.Y - q.X));
	const b = mod((p.Y + p.X) * (q.Y + q.X));
	const c = mod(2n * p.T * q.T * D);
	const d = mod(2n * p.Z * q.Z);
	const [e, f, g, h] = [b - a, d - c, d + c, b + a];
	return { X: mod(e * f), Y: mod(g * h), Z: mod(f * g), T: mod(e * h) };
}

export function negate(p: Point): Point {
	return { X: mod(-p.X), Y: p.Y, Z: p.Z, T: mod(-p.T) };
}

/** Any scalar, not reduced. */
export function multiply(scalar: bigint, p: Point): Point {
	let result = IDENTITY;
	let double = p;
	for (let s = scalar; s > 0n; s >>= 1n) {
		if ((s & 1n) === 1n) result = add(result, double);
		double = add(double, double);
	}
	return result;
}

export function isIdentity(p: Point): boolean {
	return mod(p.X) === 0n && mod(p.Y - p.Z) === 0n;
}

/** RFC 8032 section 5.1.3, undefined where it says that decoding fails. */
export function decodePoint(bytes: Uint8Array): Point | undefined {
	if (bytes.length !== 32) return undefined;
	const all = fromLittleEndian(bytes);
	const y = all & (2n ** 255n - 1n);
	const sign = all >> 255n;
	if (y >= P) return undefined;
	const x2 = mod((y * y - 1n) * invert(D * y * y + 1n));
	let x = power(x2, (P + 3n) / 8n);
	if (mod(x * x - x2) !== 0n) x = mod(x * SQRT_MINUS_1);
	if (mod(x * x - x2) !== 0n) return undefined;
	if (x === 0n && sign === 1n) return undefined;
	if ((x & 1n) !== sign) x = mod(-x);
	return { X: x, Y: y, Z: 1n, T: mod(x * y) };
}

/** RFC 8032 section 5.1.2. */
export function encodePoint(p: Point): Uint8Array {
	const z = invert(p.Z);
	const x = mod(p.X * z);
	return toLittleEndian(mod(p.Y * z) | ((x & 1n) << 255n));
}

/** `y = 4/5`, with the even x (RFC 8032 section 5.1). */
export const BASE: Point = decodePoint(toLittleEndian(mod(4n * invert(5n)))) as Point;

/** A generator of the eight points of small order: `L` times a point that is not in the group of the base point. */
export const TORSION: Point = torsionGenerator();

function torsionGenerator(): Point {
	for (let y = 2n; ; y++) {
		const point = decodePoint(toLittleEndian(y));
		if (point === undefined) continue;
		const small = multiply(L, point);
		if (!isIdentity(multiply(4n, small))) return small;
	}
}

export function fromLittleEndian(bytes: Uint8Array): bigint {
	let n = 0n;
	for (let i = bytes.length - 1; i >= 0; i--) n = (n << 8n) | BigInt(bytes[i] as number);
	return n;
}

/** 32 bytes. */
export function toLittleEndian(n: bigint): Uint8Array {
	const bytes = new Uint8Array(32);
	for (let i = 0; i < 32; i++) bytes[i] = Number((n >> BigInt(8 * i)) & 255n);
	return bytes;
}

export function sha512(...parts: readonly Uint8Array[]): Uint8Array {
	const hash = createHash("sha512");
	for (const part of parts) hash.update(part);
	return new Uint8Array(hash.digest());
}

/** The `k` of RFC 8032 section 5.1.7. */
export function challenge(r: Uint8Array, key: Uint8Array, message: Uint8Array): bigint {
	return fromLittleEndian(sha512(r, key, message)) % L;
}

/** The secret scalar of a seed, RFC 8032 section 5.1.5. */
export function scalarOf(seed: Uint8Array): bigint {
	return clamp(sha512(seed).subarray(0, 32));
}

/** RFC 7748 section 5, `decodeScalar25519`. */
function clamp(bytes: Uint8Array): bigint {
	return (fromLittleEndian(bytes) & (2n ** 254n - 8n)) | (2n ** 254n);
}

/** Rule CRYPTO-3, computed the long way. */
export function isPrimeOrder(point: Point): boolean {
	return !isIdentity(point) && isIdentity(multiply(L, point));
}

/** Rules CRYPTO-4 to CRYPTO-6, for a key that is one. */
export function isSignature(key: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
	const point = decodePoint(key);
	if (point === undefined || signature.length !== 64) return false;
	const r = signature.slice(0, 32);
	const s = fromLittleEndian(signature.slice(32));
	if (s >= L) return false;
	const expected = add(multiply(s, BASE), negate(multiply(challenge(r, key, message), point)));
	return Buffer.compare(encodePoint(expected), r) === 0;
}

/** X25519 of RFC 7748 section 5, of any u: reduced modulo p, the top bit ignored. */
export function x25519(scalar: Uint8Array, u: Uint8Array): Uint8Array {
	const k = clamp(scalar);
	const x1 = mod(fromLittleEndian(u) & (2n ** 255n - 1n));
	let [x2, z2, x3, z3] = [1n, 0n, x1, 1n];
	for (let t = 254n; t >= 0n; t--) {
		const bit = (k >> t) & 1n;
		if (bit === 1n) [x2, z2, x3, z3] = [x3, z3, x2, z2];
		const [a, b, c, d] = [x2 + z2, x2 - z2, x3 + z3, x3 - z3];
		const [aa, bb, da, cb] = [mod(a * a), mod(b * b), mod(d * a), mod(c * b)];
		const e = aa - bb;
		[x3, z3] = [mod((da + cb) ** 2n), mod(x1 * (da - cb) ** 2n)];
		[x2, z2] = [mod(aa * bb), mod(e * (aa + 121665n * e))];
		if (bit === 1n) [x2, z2, x3, z3] = [x3, z3, x2, z2];
	}
	return toLittleEndian(mod(x2 * invert(z2)));
}

/** `u = (1 + y) / (1 - y)`. */
export function birationalU(point: Point): Uint8Array {
	return toLittleEndian(mod((point.Z + point.Y) * invert(point.Z - point.Y)));
}
