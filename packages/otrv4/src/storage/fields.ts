import type { Bytes, Reader, Writer } from "@clowder/bytes";
import type { DhKeyPair3072, DhPublicKey3072, Ed448KeyPair, Ed448Point, OtrPrimitives } from "@clowder/crypto/otr";
import { DH_KEY_MAX_BYTES } from "../limits.ts";
import { POINT_BYTES } from "../wire/data-types.ts";

// What is stored is read back by the same rules as what comes from the network: a damaged file is refused, not believed.

const ED448_SECRET_BYTES = 57;
const DH_SECRET_BYTES = 80;
const HALF = 2 ** 32;

/** The first byte of everything that is stored. */
export const STORAGE_VERSION = 1;

export function writeVersion(w: Writer): void {
	w.u8(STORAGE_VERSION);
}

export function readVersion(r: Reader): void {
	const version = r.u8();
	if (version !== STORAGE_VERSION) r.refuse(`storage version ${STORAGE_VERSION}`, `${version}`);
}

/** Presence, then the value. */
export function writeOptional<T>(w: Writer, value: T | undefined, write: (w: Writer, value: T) => void): void {
	w.u8(value === undefined ? 0 : 1);
	if (value !== undefined) write(w, value);
}

export function readOptional<T>(r: Reader, read: (r: Reader) => T): T | undefined {
	return r.flag() ? read(r) : undefined;
}

/** A time or a count that may be above 2^32: 8 bytes. */
export function writeNumber(w: Writer, value: number): void {
	w.u32(Math.floor(value / HALF)).u32(Math.floor(value) % HALF);
}

export function readNumber(r: Reader): number {
	const value = r.u32() * HALF + r.u32();
	if (!Number.isSafeInteger(value)) r.refuse("a number below 2^53", "a larger one");
	return value;
}

export function writeKeyPair(w: Writer, pair: Ed448KeyPair): void {
	const secret = pair.reveal();
	w.fixed(secret, ED448_SECRET_BYTES);
	secret.fill(0);
}

export function readKeyPair(primitives: OtrPrimitives, r: Reader): Ed448KeyPair {
	const secret = r.fixed(ED448_SECRET_BYTES);
	const pair = primitives.ed448.keyPair(secret);
	secret.fill(0);
	return pair;
}

export function writeDhKeyPair(w: Writer, pair: DhKeyPair3072): void {
	const secret = pair.reveal();
	w.fixed(secret, DH_SECRET_BYTES);
	secret.fill(0);
}

export function readDhKeyPair(primitives: OtrPrimitives, r: Reader): DhKeyPair3072 {
	const secret = r.fixed(DH_SECRET_BYTES);
	if (secret.every((byte) => byte === 0)) r.refuse("a DH key", "zeros");
	const pair = primitives.dh.keyPair(secret);
	secret.fill(0);
	return pair;
}

export function writePoint(w: Writer, point: Ed448Point): void {
	w.fixed(point.bytes, POINT_BYTES);
}

export function readPoint(primitives: OtrPrimitives, r: Reader): Ed448Point {
	const point = primitives.ed448.parsePoint(r.fixed(POINT_BYTES));
	return point.ok ? point.value : r.refuse(point.error.expected, point.error.got);
}

export function writeDhKey(w: Writer, key: DhPublicKey3072): void {
	w.variable(key.bytes);
}

export function readDhKey(primitives: OtrPrimitives, r: Reader): DhPublicKey3072 {
	const key = primitives.dh.parsePublicKey(r.variable(DH_KEY_MAX_BYTES));
	return key.ok ? key.value : r.refuse(key.error.expected, key.error.got);
}

export function readSecret<Name extends string>(r: Reader, length: number): Bytes<Name> {
	return r.fixed(length) as Bytes<Name>;
}
