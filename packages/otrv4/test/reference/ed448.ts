import { join, little, littleBytes, shake, text } from "./bytes.ts";
import { inverse, modulo, power } from "./numbers.ts";

// Ed448-Goldilocks a second time: RFC 8032 section 5.2 in whole numbers. In no way constant-time.

const P = 2n ** 448n - 2n ** 224n - 1n;
const D = P - 39081n;
/** `q`. */
export const ORDER: bigint = 2n ** 446n - 13818066809895115352007386748515426880336692474882178609894547503885n;

/** Projective, section 5.2.4. */
export interface Point {
	readonly x: bigint;
	readonly y: bigint;
	readonly z: bigint;
}

const NEUTRAL: Point = { x: 0n, y: 1n, z: 1n };

export const BASE: Point = {
	x: 224580040295924300187604334099896036246789641632564134246125461686950415467406032909029192869357953282578032075146446173674602635247710n,
	y: 298819210078481492676017930443930673437544040154080242095928241372331506189835876003536878655418784733982303233503462500531545062832660n,
	z: 1n,
};

/** The formulas of otrv4.md "Point Addition", which are complete. */
export function add(one: Point, other: Point): Point {
	const a = (one.z * other.z) % P;
	const b = (a * a) % P;
	const c = (one.x * other.x) % P;
	const d = (one.y * other.y) % P;
	const e = (((D * c) % P) * d) % P;
	const [f, g] = [b - e, b + e];
	const h = (one.x + one.y) * (other.x + other.y);
	return {
		x: modulo(((a * f) % P) * ((h - c - d) % P), P),
		y: modulo(((a * g) % P) * (d - c), P),
		z: modulo(f * g, P),
	};
}

export function multiply(point: Point, scalar: bigint): Point {
	let sum = NEUTRAL;
	for (const bit of modulo(scalar, ORDER).toString(2)) {
		sum = add(sum, sum);
		if (bit === "1") sum = add(sum, point);
	}
	return sum;
}

/** `POINT`. */
export function encodePoint(point: Point): Uint8Array {
	const z = inverse(point.z, P);
	const bytes = littleBytes(modulo(point.y * z, P));
	if (modulo(point.x * z, P) % 2n === 1n) bytes[56] = 0x80;
	return bytes;
}

/** "A curve point is decoded as follows". Undefined where that fails, or the order of the point is another. */
export function decodePoint(bytes: Uint8Array): Point | undefined {
	const whole = little(bytes);
	const y = whole % 2n ** 455n;
	if (bytes.length !== 57 || y >= P) return undefined;
	const [num, denom] = [modulo(y * y - 1n, P), modulo(D * y * y - 1n, P)];
	const root = power((num ** 5n * denom ** 3n) % P, (P - 3n) / 4n, P);
	let x = modulo(num ** 3n * denom * root, P);
	if (modulo(denom * x * x - num, P) !== 0n || (x === 0n && whole >> 455n === 1n)) return undefined;
	if (x % 2n !== whole >> 455n) x = P - x;
	const point = { x, y, z: 1n };
	const isPrime = Buffer.from(encodePoint(add(multiply(point, ORDER - 1n), point))).equals(littleBytes(1n));
	return isPrime && !(x === 0n && y === 1n) ? point : undefined;
}

/** As `decodePoint`, for what has to be one. */
export function pointOf(bytes: Uint8Array): Point {
	const point = decodePoint(bytes);
	if (point === undefined) throw new Error("not a point");
	return point;
}

/** "To prevent small subgroup attacks, prune the buffer". */
export function prune(bytes: Uint8Array): bigint {
	const copy = Uint8Array.from(bytes);
	copy[0] = (copy[0] as number) & 0b11111100;
	copy[55] = (copy[55] as number) | 0b10000000;
	copy[56] = 0;
	return little(copy);
}

/** "Considerations while working with elliptic curve parameters": a random value of a proof. */
export function hashedScalar(random: Uint8Array): bigint {
	return modulo(prune(shake(57, random)), ORDER);
}

/** A key pair from its 57 bytes: `sk`, and `G * sk` as a POINT. */
export interface Pair {
	readonly secret: bigint;
	readonly publicKey: Uint8Array;
	readonly prefix: Uint8Array;
}

export function pairOf(symmetricKey: Uint8Array): Pair {
	const hash = shake(114, symmetricKey);
	const secret = prune(hash.subarray(0, 57));
	return { secret, publicKey: encodePoint(multiply(BASE, secret)), prefix: hash.subarray(57) };
}

/** `K_ecdh = ECDH(a, B)`. */
export function ecdh(ours: Pair, theirs: Uint8Array): Uint8Array {
	return encodePoint(multiply(pointOf(theirs), ours.secret));
}

const DOM4 = join(text("SigEd448"), Uint8Array.of(0, 0));

/** RFC 8032 section 5.2.6. */
export function sign(pair: Pair, message: Uint8Array): Uint8Array {
	const r = modulo(little(shake(114, DOM4, pair.prefix, message)), ORDER);
	const commitment = encodePoint(multiply(BASE, r));
	const k = modulo(little(shake(114, DOM4, commitment, pair.publicKey, message)), ORDER);
	return join(commitment, littleBytes(modulo(r + k * pair.secret, ORDER)));
}

/** RFC 8032 section 5.2.7. */
export function verify(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
	const [r, s] = [signature.subarray(0, 57), little(signature.subarray(57))];
	const k = modulo(little(shake(114, DOM4, r, publicKey, message)), ORDER);
	const expected = add(pointOf(r), multiply(pointOf(publicKey), k));
	return s < ORDER && Buffer.from(encodePoint(multiply(BASE, s))).equals(encodePoint(expected));
}
