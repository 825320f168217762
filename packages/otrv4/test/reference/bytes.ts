import { createCipheriv, createHash } from "node:crypto";

// The encodings of otrv4.md "Data Types" and its one hash, from the text alone: nothing here is of the library.

export function join(...parts: readonly Uint8Array[]): Uint8Array {
	return new Uint8Array(Buffer.concat(parts));
}

export function u8(value: number): Uint8Array {
	return Uint8Array.of(value);
}

export function u16(value: number): Uint8Array {
	return Uint8Array.of(value >> 8, value & 255);
}

export function u32(value: number): Uint8Array {
	return Uint8Array.of(value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255);
}

/** 8 bytes, big-endian. */
export function i64(value: number): Uint8Array {
	const bytes = Buffer.alloc(8);
	bytes.writeBigInt64BE(BigInt(value));
	return new Uint8Array(bytes);
}

/** `DATA`, and `MPI` of bytes that are minimal. */
export function data(bytes: Uint8Array): Uint8Array {
	return join(u32(bytes.length), bytes);
}

export function text(value: string): Uint8Array {
	return new Uint8Array(Buffer.from(value, "utf8"));
}

export function big(bytes: Uint8Array): bigint {
	return BigInt(`0x0${Buffer.from(bytes).toString("hex")}`);
}

/** Without leading zeros. */
export function bigBytes(value: bigint): Uint8Array {
	const digits = value.toString(16);
	return value === 0n
		? new Uint8Array(0)
		: Uint8Array.from(Buffer.from(digits.padStart(digits.length + (digits.length % 2), "0"), "hex"));
}

export function little(bytes: Uint8Array): bigint {
	return big(Uint8Array.from(bytes).reverse());
}

/** 57 bytes. */
export function littleBytes(value: bigint): Uint8Array {
	return Uint8Array.from(Buffer.from(value.toString(16).padStart(114, "0"), "hex").reverse());
}

export function shake(length: number, ...parts: readonly Uint8Array[]): Uint8Array {
	const hash = createHash("shake256", { outputLength: length });
	for (const part of parts) hash.update(part);
	return new Uint8Array(hash.digest());
}

/** `KDF`, `HWC`, `HCMAC`. */
export function kdf(usage: number, length: number, ...values: readonly Uint8Array[]): Uint8Array {
	return shake(length, text("OTRv4"), u8(usage), ...values);
}

/** ChaCha20 of RFC 7539 with the first 32 bytes of the key, nonce 0, counter 0 first. */
export function chacha20(key: Uint8Array, input: Uint8Array): Uint8Array {
	const cipher = createCipheriv("chacha20", key.subarray(0, 32), new Uint8Array(16));
	return new Uint8Array(Buffer.concat([cipher.update(input), cipher.final()]));
}
