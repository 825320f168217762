import { createDiffieHellman, type DiffieHellman } from "node:crypto";
import { ed448 } from "@noble/curves/ed448.js";
import type { EdwardsPoint } from "@noble/curves/abstract/edwards.js";
import type { Encoding } from "./backend.ts";
import { fromBigEndian, toBigEndian } from "./numbers.ts";

/**
 * Powers in the field of Ed448 by the platform's Diffie-Hellman, for a seventh of what they cost in JavaScript (measured).
 * It wants a modulus of 512 bits, and is quickest with one of just that length: so it computes modulo a multiple of `p`, and
 * the rest modulo `p` is the power. That the modulus is no prime does not matter: nothing here is secret.
 */

const { Point } = ed448;
const { Fp } = Point;
const P: bigint = Fp.ORDER;
const D = -39081n;
const MODULUS_BYTES = 64;
const FIELD_BYTES = 56;
/** Odd, and of the 64 bits that make the product one of 512. */
const FACTOR: bigint = 2n ** 64n - 59n;
const UNUSED_GENERATOR = 2;

let powers: DiffieHellman | undefined;

/** `value^((p-3)/4)`. One object for all: the exponent is no secret. OpenSSL takes 0 and 1 for no public keys. */
function rootPower(value: bigint): bigint {
	if (value < 2n) return value;
	if (powers === undefined) {
		powers = createDiffieHellman(toBigEndian(P * FACTOR, MODULUS_BYTES), UNUSED_GENERATOR);
		powers.setPrivateKey(toBigEndian((P - 3n) / 4n, FIELD_BYTES));
	}
	return fromBigEndian(powers.computeSecret(toBigEndian(value, FIELD_BYTES))) % P;
}

/** As `OtrBackend.squareRoot`. */
export function squareRoot(value: bigint): bigint {
	return (value * rootPower(value)) % P;
}

/** CRYPTO-21, as `OtrBackend.decodePoint`, by the steps of RFC 8032 section 5.2.3. */
export function decodePoint({ bytes, y }: Encoding): EdwardsPoint | undefined {
	const yy = (y * y) % P;
	const [u, v] = [Fp.create(yy - 1n), Fp.create(D * yy - 1n)];
	const u3v = (((u * u) % P) * ((u * v) % P)) % P;
	const u5v3 = (u3v * (((u * v) % P) ** 2n % P)) % P;
	const root = (u3v * rootPower(u5v3)) % P;
	if ((v * ((root * root) % P)) % P !== u) return undefined;
	const sign = BigInt((bytes.at(-1) as number) >> 7);
	if (root === 0n && sign === 1n) return undefined;
	return Point.fromAffine({ x: root % 2n === sign ? root : P - root, y });
}
