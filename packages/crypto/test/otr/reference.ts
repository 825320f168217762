import { createHash } from "node:crypto";

/** edwards448 as the textbook has it (RFC 8032 section 5.2), slow and without a library. */

export const P: bigint = 2n ** 448n - 2n ** 224n - 1n;
export const Q: bigint = 2n ** 446n - 13818066809895115352007386748515426880336692474882178609894547503885n;
export const D = -39081n;

export interface Point {
	readonly x: bigint;
	readonly y: bigint;
}

export const IDENTITY: Point = { x: 0n, y: 1n };
/** Of order 4; its multiples are all that is of small order. */
export const TORSION: Point = { x: 1n, y: 0n };
export const BASE: Point = {
	x: 224580040295924300187604334099896036246789641632564134246125461686950415467406032909029192869357953282578032075146446173674602635247710n,
	y: 298819210078481492676017930443930673437544040154080242095928241372331506189835876003536878655418784733982303233503462500531545062832660n,
};

export function mod(value: bigint, modulus: bigint): bigint {
	const rest = value % modulus;
	return rest < 0n ? rest + modulus : rest;
}

export function power(base: bigint, exponent: bigint, modulus: bigint): bigint {
	let result = 1n;
	let square = mod(base, modulus);
	for (let rest = exponent; rest > 0n; rest >>= 1n) {
		if (rest & 1n) result = (result * square) % modulus;
		square = (square * square) % modulus;
	}
	return result;
}

/** By the addition law of RFC 8032 section 5.2.4, of which a fraction is kept as such. */
interface Projective {
	readonly x: bigint;
	readonly y: bigint;
	readonly z: bigint;
}

function addProjective(a: Projective, b: Projective): Projective {
	const z = mod(a.z * b.z, P);
	const zz = mod(z * z, P);
	const [xx, yy] = [mod(a.x * b.x, P), mod(a.y * b.y, P)];
	const product = mod(D * mod(xx * yy, P), P);
	const [minus, plus] = [mod(zz - product, P), mod(zz + product, P)];
	return {
		x: mod(mod(z * minus, P) * (a.x * b.y + a.y * b.x), P),
		y: mod(mod(z * plus, P) * (yy - xx), P),
		z: mod(minus * plus, P),
	};
}

function affine({ x, y, z }: Projective): Point {
	const inverted = power(z, P - 2n, P);
	return { x: mod(x * inverted, P), y: mod(y * inverted, P) };
}

export function add(a: Point, b: Point): Point {
	return affine(addProjective({ ...a, z: 1n }, { ...b, z: 1n }));
}

export function multiply(scalar: bigint, point: Point): Point {
	let result: Projective = { ...IDENTITY, z: 1n };
	let double: Projective = { ...point, z: 1n };
	for (let rest = scalar; rest > 0n; rest >>= 1n) {
		if (rest & 1n) result = addProjective(result, double);
		double = addProjective(double, double);
	}
	return affine(result);
}

export function fromLittleEndian(bytes: Uint8Array): bigint {
	return bytes.reduceRight((value, byte) => value * 256n + BigInt(byte), 0n);
}

export function toLittleEndian(value: bigint, length = 57): Uint8Array {
	return Uint8Array.from({ length }, (_, i) => Number((value >> BigInt(8 * i)) & 255n));
}

export function fromBigEndian(bytes: Uint8Array): bigint {
	return fromLittleEndian(bytes.slice().reverse());
}

/** Without leading zeros. */
export function toBigEndian(value: bigint): Uint8Array {
	const length = value === 0n ? 0 : Math.ceil(value.toString(16).length / 2);
	return toLittleEndian(value, length).reverse();
}

export function encode({ x, y }: Point): Uint8Array {
	return toLittleEndian(y + (x % 2n === 1n ? 2n ** 455n : 0n));
}

export function shake256(parts: readonly Uint8Array[], length: number): Uint8Array {
	const hash = createHash("shake256", { outputLength: length });
	for (const part of parts) hash.update(part);
	return new Uint8Array(hash.digest());
}

/** `sk` of RFC 8032 section 5.2.5. */
export function secretScalar(symmetricKey: Uint8Array): bigint {
	const hash = shake256([symmetricKey], 57);
	return (fromLittleEndian(hash.slice(0, 56)) & ~3n) | (1n << 447n);
}

const DOM4 = Uint8Array.of(...Buffer.from("SigEd448"), 0, 0);

/** `k` of RFC 8032 section 5.2.6. */
export function challenge(r: Uint8Array, key: Uint8Array, message: Uint8Array): bigint {
	return fromLittleEndian(shake256([DOM4, r, key, message], 114)) % Q;
}

/** CRYPTO-24, by the definition: `S*G = R + k*A` for the point whose one encoding is `R`. */
export function verify(key: Point, message: Uint8Array, signature: Uint8Array): boolean {
	if (signature.length !== 114) return false;
	const [r, s] = [signature.slice(0, 57), fromLittleEndian(signature.slice(57))];
	if (s >= Q) return false;
	const k = challenge(r, encode(key), message);
	const expected = add(multiply(s, BASE), multiply(Q - k, key));
	return Buffer.compare(encode(expected), r) === 0;
}
