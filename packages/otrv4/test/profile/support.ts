import { type Bytes, type Result, utf8 } from "@clowder/bytes";
import type { DsaPublicKey, Ed448KeyPair, Ed448Point, OtrPrimitives } from "@clowder/crypto/otr";
import { otrNodePrimitives } from "@clowder/crypto/otr-node";
import {
	type ClientProfileContent,
	type ClientProfileExpectation,
	createClientProfile,
	type VerifiedClientProfile,
} from "../../src/profile/client-profile.ts";
import type { TransitionalKey } from "../../src/profile/transitional-signature.ts";
import type { Random } from "../../src/random.ts";
import { bytes, must, u32 } from "../wire/support.ts";

export const primitives: OtrPrimitives = otrNodePrimitives;

/** Random bytes from a seed: the same run every time. */
export function seeded(seed: string): Random {
	let counter = 0;
	return (length) => primitives.shake256([utf8(`${seed}/${counter++}`)], length);
}

export function keyPair(seed: string): Ed448KeyPair {
	return primitives.ed448.keyPair(seeded(seed)(57));
}

/** 57 bytes that are no point: y = p + 1. */
export const NO_POINT: Bytes<"POINT"> = (() => {
	const value = new Uint8Array(57).fill(255);
	value[0] = 0;
	value.set([255, 0], 55);
	return value as Bytes<"POINT">;
})();

export const TAG = 0x1234_5678;
export const NOW = 1_700_000_000;
const owner: Ed448KeyPair = keyPair("owner");
const forging: Ed448Point = keyPair("forging").publicKey;

/** A profile of version 4 alone, good for an hour. */
export function content(change: Partial<ClientProfileContent> = {}): ClientProfileContent {
	return {
		instanceTag: TAG,
		keyPair: owner,
		forgingKey: forging,
		versions: "4",
		expiresAtSeconds: NOW + 3600,
		mode: "otrv3-compatible",
		...change,
	};
}

export function created(change: Partial<ClientProfileContent> = {}): VerifiedClientProfile {
	return must(createClientProfile(primitives, content(change)));
}

export function expectation(change: Partial<ClientProfileExpectation> = {}): ClientProfileExpectation {
	return { senderTag: TAG, nowSeconds: NOW, graceSeconds: 0, mode: "otrv3-compatible", ...change };
}

export const unwrap: <T>(result: Result<T, unknown>) => T = (result) => {
	if (!result.ok) throw new Error(JSON.stringify(result.error));
	return result.value;
};

/** A DSA key of 1024 and 160 bits, as OTRv3 has them; made by OpenSSL for these tests. */
export const DSA: {
	readonly p: bigint;
	readonly q: bigint;
	readonly g: bigint;
	readonly x: bigint;
	readonly y: bigint;
} = {
	p: 0xe0abb13dc38e7874ed7777440d9d0a9fca212b8ac0eaba1dcf98e5f2a12d4ef7ab99ccdea16bb0552dee6aca2a25c7f265d03a16ca217bfbbe96afa3eaac6aab0d9ea5de7f0cfe590de489a0e55088be5400723121e9939f6281c3d9592dc2914ba7ce3827ae60a35b47c713bb1bb57c7b5ab59558f29bdb5131c43293752c47n,
	q: 0xe420efd8d218bc033e7e364143e96a83714d8921n,
	g: 0x933ba3f72cf1b550efe40f26a079833607eb9501d8a4b14c50ffc618331845f8766ad7819709106df1f501fc0e9a634aa766109ad975a9102e9e5dd3885c8fe0a8a81755d0a4cedfb8d6f3685e2e0eb52604c1e109ab11a177477e1ec23ed0b5299c06ad6a29f1da3554dd91289b4e58f7f869d2724d0c46ef7c07d689768aa2n,
	x: 0x3c3b8c77f5eb2c01146cc38ecd26bcec93dd07dbn,
	y: 0x2edb1a5a870135cfbe2dcf58baf1364f4db97be50086442d742b01ba121516a2a7f9044280868d9f0060cf8771eb314e538b16c2d8331f2722423d4a0f5ced9ba2a5ce180a0a96479d5059d02a64d8937d2ee16bf9beb1ff60d593e70ae52877599190c283d803794e4fc4159193f4612e6e3ec06f9f2656b9c491e409dccf89n,
};

export function bigEndian(value: bigint, length?: number): Uint8Array {
	const digits = value.toString(16);
	const width = 2 * (length ?? Math.ceil(digits.length / 2));
	return Uint8Array.from(Buffer.from(digits.padStart(width, "0"), "hex"));
}

/** `p`, `q`, `g`, `y`. */
export const DSA_NUMBERS: readonly Uint8Array[] = [DSA.p, DSA.q, DSA.g, DSA.y].map((number) => bigEndian(number));

const PUBKEY = bytes(0, 0, ...DSA_NUMBERS.map((number) => bytes(u32(number.length), number)));
export const dsaKey: DsaPublicKey = unwrap(primitives.dsa.parsePublicKey(PUBKEY));

function power(base: bigint, exponent: bigint, modulus: bigint): bigint {
	let result = 1n;
	let square = base % modulus;
	for (let rest = exponent; rest > 0n; rest >>= 1n) {
		if (rest & 1n) result = (result * square) % modulus;
		square = (square * square) % modulus;
	}
	return result;
}

/** FIPS 186-4 section 4.6 with a nonce that only a test may have; `message` as one number modulo `q`, as libotr does. */
export function dsaSign(message: Uint8Array): Uint8Array {
	const z = BigInt(`0x${Buffer.from(message).toString("hex")}`) % DSA.q;
	const k = 0x1234_5678_9abc_def1n;
	const r = power(DSA.g, k, DSA.p) % DSA.q;
	const s = (power(k, DSA.q - 2n, DSA.q) * (z + DSA.x * r)) % DSA.q;
	return bytes(bigEndian(r, 20), bigEndian(s, 20));
}

export const transitional: TransitionalKey = { publicKey: dsaKey, sign: dsaSign };
