import { createHash } from "node:crypto";

// Every value of the prekey protocol a second time, from the formulas of its specification: whole numbers, projective
// points, byte strings put together by hand, and nothing of the library. Slow, and in no way constant-time.

const P = 2n ** 448n - 2n ** 224n - 1n;
const D = P - 39081n;
export const Q: bigint = 2n ** 446n - 13818066809895115352007386748515426880336692474882178609894547503885n;
/** RFC 3526 section 4: `2^3072 - 2^3008 - 1 + 2^64 * ([2^2942 pi] + 1690314)`; the digits stand below. */
const DH_P: bigint = BigInt(
	`0xFFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74020BBEA63B139B22514A08798E3404DDEF9519B3CD3A431B302B0A6DF25F14374FE1356D6D51C245E485B576625E7EC6F44C42E9A637ED6B0BFF5CB6F406B7EDEE386BFB5A899FA5AE9F24117C4B1FE649286651ECE45B3DC2007CB8A163BF0598DA48361C55D39A69163FA8FD24CF5F83655D23DCA3AD961C62F356208552BB9ED529077096966D670C354E4ABC9804F1746C08CA18217C32905E462E36CE3BE39E772C180E86039B2783A2EC07A28FB5C55DF06F4C52C9DE2BCBF6955817183995497CEA956AE515D2261898FA051015728E5A8AAAC42DAD33170D04507A33A85521ABDF1CBA64ECFB850458DBEF0A8AEA71575D060C7DB3970F85A6E1E4C7ABF5AE8CDB0933D71E8C94E04A25619DCEE3D2261AD2EE6BF12FFA06D98A0864D87602733EC86A64521F2B18177B200CBBE117577A615D6C770988C0BAD946E208E24FA074E5AB3143DB5BFCE0FD108E4B82D120A93AD2CAFFFFFFFFFFFFFFFF`,
);
const DH_Q: bigint = (DH_P - 1n) / 2n;
const LAMBDA_BYTES = 44;

interface Point {
	readonly x: bigint;
	readonly y: bigint;
	readonly z: bigint;
}

const IDENTITY: Point = { x: 0n, y: 1n, z: 1n };
/** RFC 8032 section 5.2. */
export const BASE: Point = {
	x: 224580040295924300187604334099896036246789641632564134246125461686950415467406032909029192869357953282578032075146446173674602635247710n,
	y: 298819210078481492676017930443930673437544040154080242095928241372331506189835876003536878655418784733982303233503462500531545062832660n,
	z: 1n,
};

function mod(value: bigint, modulus: bigint): bigint {
	const rest = value % modulus;
	return rest < 0n ? rest + modulus : rest;
}

function power(base: bigint, exponent: bigint, modulus: bigint): bigint {
	let result = 1n;
	for (let square = mod(base, modulus), rest = exponent; rest > 0n; rest >>= 1n, square = (square * square) % modulus) {
		if (rest & 1n) result = (result * square) % modulus;
	}
	return result;
}

/** RFC 8032 section 5.2.4. */
function add(p: Point, q: Point): Point {
	const a = mod(p.z * q.z, P);
	const b = mod(a * a, P);
	const c = mod(p.x * q.x, P);
	const d = mod(p.y * q.y, P);
	const e = mod(D * c * d, P);
	const [f, g] = [b - e, b + e];
	const h = (p.x + p.y) * (q.x + q.y);
	return { x: mod(a * f * (h - c - d), P), y: mod(a * g * (d - c), P), z: mod(f * g, P) };
}

export function multiply(point: Point, scalar: bigint): Point {
	let sum = IDENTITY;
	for (let power = point, rest = scalar; rest > 0n; rest >>= 1n, power = add(power, power)) {
		if (rest & 1n) sum = add(sum, power);
	}
	return sum;
}

function negate({ x, y, z }: Point): Point {
	return { x: mod(-x, P), y, z };
}

export function pointBytes({ x, y, z }: Point): Uint8Array {
	const inverse = power(z, P - 2n, P);
	const bytes = scalarBytes(mod(y * inverse, P));
	if (mod(x * inverse, P) & 1n) bytes[56] = 0x80;
	return bytes;
}

/** RFC 8032 section 5.2.3. */
export function decodePoint(bytes: Uint8Array): Point {
	const y = little(bytes.slice(0, 56));
	const u = mod(y * y - 1n, P);
	const v = mod(D * y * y - 1n, P);
	const x = mod(u * u * u * v * power(u ** 5n * v ** 3n, (P - 3n) / 4n, P), P);
	if (mod(v * x * x - u, P) !== 0n) throw new Error("not a point");
	const sign = BigInt((bytes[56] as number) >> 7);
	return { x: (x & 1n) === sign ? x : P - x, y, z: 1n };
}

export function little(bytes: Uint8Array): bigint {
	return BigInt(`0x${Buffer.from(bytes).reverse().toString("hex")}`);
}

export function big(bytes: Uint8Array): bigint {
	return bytes.length === 0 ? 0n : BigInt(`0x${Buffer.from(bytes).toString("hex")}`);
}

/** 57 bytes, little-endian. */
export function scalarBytes(value: bigint): Uint8Array {
	return Buffer.from(value.toString(16).padStart(114, "0"), "hex").reverse();
}

export function u32(value: number): Uint8Array {
	return Uint8Array.of(value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255);
}

/** DATA. */
export function data(bytes: Uint8Array): Uint8Array {
	return Buffer.concat([u32(bytes.length), bytes]);
}

/** The value of an MPI. */
export function mpiValue(value: bigint): Uint8Array {
	const digits = value === 0n ? "" : value.toString(16);
	return Buffer.from(digits.length % 2 === 0 ? digits : `0${digits}`, "hex");
}

function shake(length: number, ...parts: readonly Uint8Array[]): Uint8Array {
	return createHash("shake256", { outputLength: length }).update(Buffer.concat(parts)).digest();
}

/** `KDF` of the prekey server specification. */
export function kdf(usage: number, length: number, ...values: readonly Uint8Array[]): Uint8Array {
	return shake(length, Buffer.from("OTR-Prekey-Server"), Uint8Array.of(usage), ...values);
}

/** `KDF_1` of OTRv4 with `usage_fingerprint`. */
export function fingerprint(publicKey: Uint8Array): Uint8Array {
	return shake(56, Buffer.from("OTRv4"), Uint8Array.of(0), publicKey);
}

/** The secret scalar of 57 random bytes: RFC 8032 section 5.2.5. */
export function secretScalar(seed: Uint8Array): bigint {
	const h = shake(114, seed).slice(0, 57);
	h[0] = (h[0] as number) & 252;
	h[55] = (h[55] as number) | 128;
	h[56] = 0;
	return little(h);
}

/** "Generating Shared Secrets": `B * cofactor`, then `a *` that. */
export function sharedSecret(seed: Uint8Array, theirs: Uint8Array): Uint8Array {
	const cleared = multiply(decodePoint(theirs), 4n);
	return kdf(0x01, 64, pointBytes(multiply(cleared, secretScalar(seed))));
}

/** `t` of DAKE-2 (usages 2, 3 and 4) or of DAKE-3 (5, 6 and 7). */
export function transcript(
	message: "dake-2" | "dake-3",
	clientProfile: Uint8Array,
	compositeIdentity: Uint8Array,
	i: Uint8Array,
	s: Uint8Array,
	phi: Uint8Array,
): Uint8Array {
	const [first, a, b, c] = message === "dake-2" ? ([0, 2, 3, 4] as const) : ([1, 5, 6, 7] as const);
	const hashes = [kdf(a, 64, clientProfile), kdf(b, 64, compositeIdentity)];
	return Buffer.concat([Uint8Array.of(first), ...hashes, i, s, kdf(c, 64, phi)]);
}

/** `RVrf({A1, A2, A3}, sigma, m)` with this protocol's hash; `sigma` is 342 bytes. */
export function ringVerify(keys: readonly Uint8Array[], sigma: Uint8Array, m: Uint8Array): boolean {
	const scalars = Array.from({ length: 6 }, (_, i) => little(sigma.slice(57 * i, 57 * i + 57)));
	const commitments = keys.map((key, i) => {
		const [c, r] = [scalars[2 * i] as bigint, scalars[2 * i + 1] as bigint];
		return pointBytes(add(multiply(BASE, r), multiply(decodePoint(key), c)));
	});
	const h = kdf(0x11, 57, pointBytes(BASE), scalarBytes(Q), ...keys, ...commitments, m);
	const sum = (scalars[0] as bigint) + (scalars[2] as bigint) + (scalars[4] as bigint);
	return mod(little(h), Q) === mod(sum, Q);
}

function pieces(c: Uint8Array, count: number): Uint8Array[] {
	const p = kdf(0x17, count * LAMBDA_BYTES, c);
	return Array.from({ length: count }, (_, i) => p.slice(LAMBDA_BYTES * i, LAMBDA_BYTES * (i + 1)));
}

/** `c`, then `v` as SCALAR: "Generation" with `r` of 56 bytes, of keys made from these seeds. */
export function ecdhProof(usage: number, seeds: readonly Uint8Array[], r: Uint8Array, m: Uint8Array): Uint8Array {
	const secrets = seeds.map(secretScalar);
	const points = secrets.map((secret) => pointBytes(multiply(BASE, secret)));
	const a = pointBytes(multiply(BASE, mod(little(r), Q)));
	const c = kdf(usage, 64, a, ...points, m);
	const t = pieces(c, seeds.length).map(little);
	const v = secrets.reduce((sum, secret, i) => sum + (t[i] as bigint) * secret, little(r));
	return Buffer.concat([c, scalarBytes(mod(v, Q))]);
}

/** "Verification" of the same. */
export function ecdhProofHolds(
	usage: number,
	points: readonly Uint8Array[],
	proof: Uint8Array,
	m: Uint8Array,
): boolean {
	const [c, v] = [proof.slice(0, 64), little(proof.slice(64, 121))];
	const t = pieces(c, points.length).map(little);
	const weighted = points.map((point, i) => multiply(decodePoint(point), t[i] as bigint)).reduce(add, IDENTITY);
	const a = add(multiply(BASE, v), negate(weighted));
	return Buffer.compare(kdf(usage, 64, pointBytes(a), ...points, m), c) === 0;
}

/** `c`, then `v` as MPI. The nonce is `-(r0 + 2^640 * r1)`, of 80 bytes each. */
export function dhProof(
	secrets: readonly Uint8Array[],
	[r0, r1]: readonly [Uint8Array, Uint8Array],
	m: Uint8Array,
): Uint8Array {
	const r = mod(-(big(r0) + 2n ** 640n * big(r1)), DH_Q);
	const mpi = (value: bigint): Uint8Array => data(mpiValue(value));
	const publics = secrets.map((secret) => mpi(power(2n, big(secret), DH_P)));
	const c = kdf(0x14, 64, mpi(power(2n, r, DH_P)), ...publics, m);
	const t = pieces(c, secrets.length).map(big);
	const v = secrets.reduce((sum, secret, i) => sum + (t[i] as bigint) * big(secret), r);
	return Buffer.concat([c, mpi(mod(v, DH_Q))]);
}

/** "Verification" of the same, of the values of the MPIs. */
export function dhProofHolds(values: readonly Uint8Array[], proof: Uint8Array, m: Uint8Array): boolean {
	const [c, v] = [proof.slice(0, 64), big(proof.slice(68))];
	const t = pieces(c, values.length).map(big);
	const product = values.reduce((all, value, i) => (all * power(big(value), t[i] as bigint, DH_P)) % DH_P, 1n);
	const a = (power(2n, v, DH_P) * power(product, DH_P - 2n, DH_P)) % DH_P;
	return Buffer.compare(kdf(0x14, 64, data(mpiValue(a)), ...values.map(data), m), c) === 0;
}

/** The `Prekey MAC`, of what stands in the message. */
export function publicationMac(
	macKey: Uint8Array,
	prekeyMessages: readonly Uint8Array[],
	clientProfile: Uint8Array | undefined,
	prekeyProfile: Uint8Array | undefined,
	proofs: Uint8Array,
): Uint8Array {
	const parts = [macKey, Uint8Array.of(0x08), Uint8Array.of(prekeyMessages.length)];
	parts.push(kdf(0x0e, 64, ...prekeyMessages));
	if (clientProfile === undefined) parts.push(Uint8Array.of(0));
	else parts.push(Uint8Array.of(1), kdf(0x0f, 64, clientProfile));
	if (prekeyProfile === undefined) parts.push(Uint8Array.of(0));
	else parts.push(Uint8Array.of(1), kdf(0x10, 64, prekeyProfile));
	return kdf(0x09, 64, ...parts, kdf(0x16, 64, proofs));
}
