/** `length` fresh random bytes from a cryptographic generator (in tests: seeded). */
export type Random = (length: number) => Uint8Array;

const U32_BYTES = 4;

/** A random number from 0 to 2^32 - 1: an identifier, or a tag. */
export function randomU32(random: Random): number {
	const bytes = random(U32_BYTES);
	return new DataView(bytes.buffer, bytes.byteOffset, U32_BYTES).getUint32(0);
}
