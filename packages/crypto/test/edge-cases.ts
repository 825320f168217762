import { concat, hex, utf8 } from "@clowder/bytes";
import * as ref from "./reference.ts";

/** A public key of another, and whether it is one; for Ed25519 keys and for identities. */
export interface KeyCase {
	readonly name: string;
	readonly bytes: string;
	readonly valid: boolean;
}

export interface SignatureCase {
	readonly name: string;
	readonly key: string;
	readonly message: string;
	readonly signature: string;
	readonly valid: boolean;
}

/** `parses`: whether the bytes are a key. `output`: what the scalar gives with it, null where that is refused. */
export interface DhCase {
	readonly name: string;
	readonly u: string;
	readonly parses: boolean;
	readonly output: string | null;
}

/** The encapsulation key of the seed, with `bytes` put at `at`; or cut to (or filled with zeros to) `length`. */
export interface KemKeyCase {
	readonly name: string;
	readonly at: number;
	readonly bytes: string;
	readonly length: number;
	readonly valid: boolean;
}

const torsion: readonly ref.Point[] = Array.from({ length: 8 }, (_, i) => ref.multiply(BigInt(i), ref.TORSION));
const seed = (n: number): Uint8Array => ref.sha512(utf8(`clowder vectors, seed ${n}`)).slice(0, 32);
const TOP_BIT = 2n ** 255n;

/** CRYPTO-2, CRYPTO-3. */
export function keyCases(): KeyCase[] {
	const cases: KeyCase[] = [];
	const put = (name: string, bytes: Uint8Array, valid: boolean): void => {
		cases.push({ name, bytes: hex(bytes), valid });
	};
	const base = ref.encodePoint(ref.BASE);
	put("base point", base, true);
	put("base point, other sign", ref.encodePoint(ref.negate(ref.BASE)), true);
	for (let i = 0; i < 4; i++) {
		const point = ref.multiply(ref.scalarOf(seed(i)), ref.BASE);
		put(`key of a seed, ${i}`, ref.encodePoint(point), true);
		for (let t = 1; t < 8; t++) {
			put(`key of a seed, ${i}, plus ${t} T`, ref.encodePoint(ref.add(point, torsion[t] as ref.Point)), false);
		}
	}
	for (const [t, point] of torsion.entries()) put(`small order, ${t} T`, ref.encodePoint(point), false);
	put("x = 0, y = 1, sign bit set", ref.toLittleEndian(1n | TOP_BIT), false);
	put("x = 0, y = -1, sign bit set", ref.toLittleEndian((ref.P - 1n) | TOP_BIT), false);
	for (let y = ref.P; y < TOP_BIT; y++) {
		put(`y = p + ${y - ref.P}`, ref.toLittleEndian(y), false);
		put(`y = p + ${y - ref.P}, sign bit set`, ref.toLittleEndian(y | TOP_BIT), false);
	}
	for (let y = 0n; y < 19n; y++) {
		const point = ref.decodePoint(ref.toLittleEndian(y));
		const valid = point !== undefined && ref.isPrimeOrder(point);
		put(`y = ${y}${point === undefined ? ", not on the curve" : ""}`, ref.toLittleEndian(y), valid);
	}
	for (const length of [0, 1, 31]) put(`${length} bytes`, base.slice(0, length), false);
	for (const length of [33, 64]) put(`${length} bytes`, concat(base, new Uint8Array(length - 32)), false);
	return cases;
}

/** CRYPTO-4 to CRYPTO-6. Signatures that a cofactored check accepts are among them, and must not pass. */
export function signatureCases(): SignatureCase[] {
	const cases: SignatureCase[] = [];
	const a = ref.scalarOf(seed(10));
	const key = ref.encodePoint(ref.multiply(a, ref.BASE));
	const message = utf8("a clowder is a group of cats");
	const nonce = ref.fromLittleEndian(seed(11)) % ref.L;
	const put = (name: string, signature: Uint8Array, valid: boolean, text = message, by = key): void => {
		cases.push({ name, key: hex(by), message: hex(text), signature: hex(signature), valid });
	};
	/** `S` is right for the bytes `r`, if their point is `nonce * B`, up to torsion. */
	const withR = (r: Uint8Array, n: bigint, text = message): Uint8Array =>
		concat(r, ref.toLittleEndian((n + ref.challenge(r, key, text) * a) % ref.L));
	const R = ref.multiply(nonce, ref.BASE);
	const r = ref.encodePoint(R);
	const good = withR(r, nonce);
	const s = ref.fromLittleEndian(good.slice(32));
	const withS = (n: bigint): Uint8Array => concat(r, ref.toLittleEndian(n));

	put("valid", good, true);
	put("valid, empty message", withR(r, nonce, new Uint8Array(0)), true, new Uint8Array(0));
	put("another message", good, false, utf8("a clowder is a group of dogs"));
	put("another key", good, false, message, ref.encodePoint(ref.multiply(a + 1n, ref.BASE)));
	for (let n = s + ref.L, i = 1; n < 2n ** 256n; n += ref.L, i++) put(`S + ${i} L`, withS(n), false);
	put("S = 0", withS(0n), false);
	put("S = L - 1", withS(ref.L - 1n), false);
	put("S = L", withS(ref.L), false);
	put("S = 2^256 - 1", withS(2n ** 256n - 1n), false);
	put("S negated", withS(ref.L - s), false);
	put("R negated", concat(ref.encodePoint(ref.negate(R)), good.slice(32)), false);
	put("R, sign bit flipped, S for it", withR(ref.encodePoint(ref.negate(R)), nonce), false);
	for (let t = 1; t < 8; t++) {
		put(`R + ${t} T, S for it`, withR(ref.encodePoint(ref.add(R, torsion[t] as ref.Point)), nonce), false);
	}
	put("R of order 1, S for it", withR(ref.encodePoint(ref.IDENTITY), 0n), true);
	for (let t = 1; t < 8; t++) {
		put(`R = ${t} T, S for it`, withR(ref.encodePoint(torsion[t] as ref.Point), 0n), false);
	}
	put("R of order 1, sign bit set, S for it", withR(ref.toLittleEndian(1n | TOP_BIT), 0n), false);
	put("R of order 1, y = p + 1, S for it", withR(ref.toLittleEndian(ref.P + 1n), 0n), false);
	put("R of order 1, y = p + 1, sign bit set, S for it", withR(ref.toLittleEndian((ref.P + 1n) | TOP_BIT), 0n), false);
	put("R not on the curve, S for it", withR(ref.toLittleEndian(2n), nonce), false);
	put("R and S swapped", concat(good.slice(32), good.slice(0, 32)), false);
	put("all zero", new Uint8Array(64), false);
	put("all ones", new Uint8Array(64).fill(255), false);
	for (const length of [0, 32, 63]) put(`${length} bytes`, good.slice(0, length), false);
	for (const length of [65, 128]) put(`${length} bytes`, concat(good, new Uint8Array(length - 64)), false);
	return cases;
}

/** The scalar of the X25519 cases, before clamping. */
export const DH_SCALAR: Uint8Array = seed(20);

/** CRYPTO-7, CRYPTO-8. */
export function dhCases(): DhCase[] {
	const cases: DhCase[] = [];
	const put = (name: string, u: Uint8Array, parses: boolean): void => {
		const output = hex(ref.x25519(DH_SCALAR, u.length === 32 ? u : new Uint8Array(32)));
		cases.push({ name, u: hex(u), parses, output: parses && !/^0+$/.test(output) ? output : null });
	};
	const lowOrder = [0n, 1n, ref.P - 1n];
	for (const odd of [1, 3]) lowOrder.push(ref.fromLittleEndian(ref.birationalU(torsion[odd] as ref.Point)));
	put("u = 9", ref.toLittleEndian(9n), true);
	put("u = 2, on the twist", ref.toLittleEndian(2n), true);
	put("u = p - 2", ref.toLittleEndian(ref.P - 2n), true);
	for (let i = 21; i < 25; i++) put(`random u, ${i}`, ref.toLittleEndian(ref.fromLittleEndian(seed(i)) % ref.P), true);
	for (const [i, u] of lowOrder.entries()) {
		put(`low order, ${i}`, ref.toLittleEndian(u), true);
		put(`low order, ${i}, top bit set`, ref.toLittleEndian(u | TOP_BIT), false);
	}
	for (let u = ref.P; u < TOP_BIT; u++) {
		put(`u = p + ${u - ref.P}`, ref.toLittleEndian(u), false);
		put(`u = p + ${u - ref.P}, top bit set`, ref.toLittleEndian(u | TOP_BIT), false);
	}
	put("u = 9, top bit set", ref.toLittleEndian(9n | TOP_BIT), false);
	for (const length of [0, 31, 33, 64]) put(`${length} bytes`, new Uint8Array(length).fill(9), false);
	return cases;
}

/** The seed of the key that `kemKeyCases` change. */
export const KEM_SEED: Uint8Array = concat(seed(30), seed(31));

/** CRYPTO-11. Two coefficients share three bytes: the lower 12 bits, then the upper 12. */
export function kemKeyCases(): KemKeyCase[] {
	const cases: KemKeyCase[] = [];
	const put = (name: string, at: number, bytes: string, valid: boolean, length = 1184): void => {
		cases.push({ name, at, bytes, length, valid });
	};
	put("as it is", 0, "", true);
	for (const at of [0, 576, 1149]) {
		put(`both coefficients at ${at} are 3328`, at, "000dd0", true);
		put(`first coefficient at ${at} is 3329`, at, "010d00", false);
		put(`second coefficient at ${at} is 3329`, at, "0010d0", false);
		put(`first coefficient at ${at} is 4095`, at, "ff0f00", false);
		put(`second coefficient at ${at} is 4095`, at, "00f0ff", false);
	}
	put("the seed of the matrix is free", 1152, "ff".repeat(32), true);
	for (const length of [0, 1183, 1185, 1568]) put(`${length} bytes`, 0, "", false, length);
	return cases;
}

/** A long-term identity and an ephemeral key, and what they agree on. */
export interface IdentityCase {
	readonly identitySeed: string;
	readonly identityPublic: string;
	readonly montgomeryU: string;
	readonly dhSeed: string;
	readonly dhPublic: string;
	readonly shared: string;
}

/** CRYPTO-9. */
export function identityCases(): IdentityCase[] {
	return [40, 41, 42].map((i) => {
		const [identitySeed, dhSeed] = [seed(i), seed(i + 10)];
		const point = ref.multiply(ref.scalarOf(identitySeed), ref.BASE);
		const u = ref.birationalU(point);
		return {
			identitySeed: hex(identitySeed),
			identityPublic: hex(ref.encodePoint(point)),
			montgomeryU: hex(u),
			dhSeed: hex(dhSeed),
			dhPublic: hex(ref.x25519(dhSeed, ref.toLittleEndian(9n))),
			shared: hex(ref.x25519(dhSeed, u)),
		};
	});
}
