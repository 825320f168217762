/** Lengths of everything fixed, in bytes. */
export const SEED_BYTES = 32;
export const PUBLIC_KEY_BYTES = 32;
export const SHARED_SECRET_BYTES = 32;
export const SIGNATURE_BYTES = 64;
export const DIGEST_BYTES = 64;
export const AES_KEY_BYTES = 32;
export const AES_BLOCK_BYTES = 16;
export const KEM_SEED_BYTES = 64;
export const KEM_COINS_BYTES = 32;
export const KEM_PUBLIC_KEY_BYTES = 1184;
export const KEM_CIPHERTEXT_BYTES = 1088;

/** A passphrase, in UTF-8 after normalisation. */
export const PASSPHRASE_MAX_BYTES = 256;
/** The channel, the sid and either side's data of CPace. Hash what is longer. */
export const CPACE_FIELD_MAX_BYTES = 4096;
export const CPACE_SID_MIN_BYTES = 16;

/** CRYPTO-15: for arguments of our own making. Another length is a bug of the caller's, hence a throw. */
export function requireLength(what: string, bytes: Uint8Array, length: number): void {
	if (!(bytes instanceof Uint8Array)) throw new TypeError(`${what}: bytes are due`);
	if (bytes.length !== length) throw new RangeError(`${what}: ${bytes.length} bytes where ${length} are due`);
}

/** CRYPTO-15, for what has no fixed length. */
export function requireRange(what: string, bytes: Uint8Array, min: number, max: number): void {
	if (!(bytes instanceof Uint8Array)) throw new TypeError(`${what}: bytes are due`);
	if (bytes.length < min || bytes.length > max) {
		throw new RangeError(`${what}: ${bytes.length} bytes where ${min} to ${max} are due`);
	}
}
