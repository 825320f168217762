import type { Bytes, Reader, Writer } from "@clowder/bytes";
import { DH_KEY_MAX_BYTES } from "../limits.ts";

/** `POINT`, otrv4.md "Data Types". */
export const POINT_BYTES = 57;
/** `SCALAR`. */
export const SCALAR_BYTES = 57;
/** `MAC`. */
export const MAC_BYTES = 64;
/** `CLIENT-EDDSA-SIG`, `PREKEY-EDDSA-SIG`: the bytes of RFC 8032 section 5.2.6. */
export const EDDSA_SIGNATURE_BYTES = 114;

/** `q`, the order of the base point of Ed448, big-endian in 57 bytes: "Elliptic Curve Parameters". */
const ORDER: readonly number[] = [
	0x00, 0x3f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
	0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7c, 0xca, 0x23, 0xe9, 0xc4, 0x4e, 0xdb, 0x49, 0xae,
	0xd6, 0x36, 0x90, 0x21, 0x6c, 0xc2, 0x72, 0x8d, 0xc5, 0x8f, 0x55, 0x23, 0x78, 0xc2, 0x92, 0xab, 0x58, 0x44, 0xf3,
];

/** Whether 57 little-endian bytes are below `q`. Of public values only: it stops at the first difference. */
function isBelowOrder(bytes: Uint8Array): boolean {
	for (let i = 0; i < SCALAR_BYTES; i++) {
		const difference = (bytes[SCALAR_BYTES - 1 - i] as number) - (ORDER[i] as number);
		if (difference !== 0) return difference < 0;
	}
	return false;
}

/** 57 bytes; whether they are a point shows when a key is made of them. */
export function readPoint(r: Reader): Bytes<"POINT"> {
	return r.fixed(POINT_BYTES) as Bytes<"POINT">;
}

export function writePoint(w: Writer, point: Bytes<"POINT">): void {
	w.fixed(point, POINT_BYTES);
}

/**
 * 57 bytes below `q`. "Scalar" decodes larger ones modulo `q`; every encoder reduces before it writes, so that taking
 * them would only let others change a message that stays valid.
 */
export function readScalar(r: Reader): Bytes<"SCALAR"> {
	const bytes = r.fixed(SCALAR_BYTES);
	if (!isBelowOrder(bytes)) r.refuse("a scalar below the order q", "a larger one");
	return bytes as Bytes<"SCALAR">;
}

export function writeScalar(w: Writer, scalar: Bytes<"SCALAR">): void {
	w.fixed(scalar, SCALAR_BYTES);
}

export function readMac(r: Reader): Bytes<"MAC"> {
	return r.fixed(MAC_BYTES) as Bytes<"MAC">;
}

export function writeMac(w: Writer, mac: Bytes<"MAC">): void {
	w.fixed(mac, MAC_BYTES);
}

export function readEddsaSignature(r: Reader): Bytes<"EDDSA-SIG"> {
	return r.fixed(EDDSA_SIGNATURE_BYTES) as Bytes<"EDDSA-SIG">;
}

export function writeEddsaSignature(w: Writer, signature: Bytes<"EDDSA-SIG">): void {
	w.fixed(signature, EDDSA_SIGNATURE_BYTES);
}

/** The minimal big-endian bytes of a number, at most `limit` of them; none for zero. */
export function readMpi(r: Reader, limit: number = DH_KEY_MAX_BYTES): Bytes<"MPI"> {
	const bytes = r.variable(limit);
	if (bytes[0] === 0) r.refuse("a number without leading zero bytes", "a leading zero byte");
	return bytes as Bytes<"MPI">;
}

export function writeMpi(w: Writer, value: Bytes<"MPI">, limit: number = DH_KEY_MAX_BYTES): void {
	if (value[0] === 0 || value.length > limit) throw new RangeError("not the minimal encoding of a number in range");
	w.variable(value);
}

/** `DATA`: bytes after their length, at most `limit` of them. */
export function readData(r: Reader, limit: number): Uint8Array {
	return r.variable(limit);
}

export function writeData(w: Writer, bytes: Uint8Array, limit: number): void {
	if (bytes.length > limit) throw new RangeError(`${bytes.length} bytes of DATA where ${limit} are allowed`);
	w.variable(bytes);
}

const WORD = 2 ** 32;

/** "8 bytes signed value, big-endian", as far as a number is exact: seconds since 1970. */
export function readSeconds(r: Reader): number {
	const high = r.u32();
	const value = (high >= WORD / 2 ? high - WORD : high) * WORD + r.u32();
	if (!Number.isSafeInteger(value)) r.refuse("a date within 2^53 seconds of 1970", "a later or an earlier one");
	return value;
}

export function writeSeconds(w: Writer, seconds: number): void {
	if (!Number.isSafeInteger(seconds)) throw new RangeError(`${seconds} is no number of seconds`);
	const high = Math.floor(seconds / WORD);
	w.u32(high < 0 ? high + WORD : high).u32(seconds - high * WORD);
}

/** The "Pubkey type" before a point: the one integer of the protocol that is little-endian. */
export const KEY_TYPE = { publicKey: 0x0010, sharedPrekey: 0x0011, forgingKey: 0x0012 } as const;

/** `ED448-PUBKEY`, `ED448-SHARED-PREKEY`, `ED448-FORGING-KEY`: the type and the point. */
export function readTypedPoint(r: Reader, type: number): Bytes<"POINT"> {
	const came = r.u8() + 256 * r.u8();
	if (came !== type) r.refuse(`a key of type 0x${type.toString(16)}`, `0x${came.toString(16)}`);
	return readPoint(r);
}

export function writeTypedPoint(w: Writer, type: number, point: Bytes<"POINT">): void {
	w.u8(type & 255).u8(type >> 8);
	writePoint(w, point);
}
