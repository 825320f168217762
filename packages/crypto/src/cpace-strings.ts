import { concat } from "@clowder/bytes";

/** The strings of draft-irtf-cfrg-cpace-21, notation and appendix "CPace function definitions", by their names there. */

/** `H.s_in_bytes` of SHA-512. */
const HASH_BLOCK_BYTES = 128;

/** `prepend_len`: the length as LEB128, then the bytes. */
export function prependLength(bytes: Uint8Array): Uint8Array {
	const length: number[] = [];
	let rest = bytes.length;
	while (rest >= 0x80) {
		length.push((rest & 0x7f) | 0x80);
		rest >>>= 7;
	}
	return concat(Uint8Array.of(...length, rest), bytes);
}

/** `lv_cat`: no such string is the beginning of another with as many parts. */
export function lengthValues(...parts: readonly Uint8Array[]): Uint8Array {
	return concat(...parts.map(prependLength));
}

/**
 * `generator_string`. The zeros fill the hash's first block, so that what is hashed with the password is nothing that
 * an observer knows, and most passwords take the same number of blocks.
 */
export function generatorString(
	dsi: Uint8Array,
	password: Uint8Array,
	channel: Uint8Array,
	sid: Uint8Array,
): Uint8Array {
	const filled = prependLength(dsi).length + prependLength(password).length + 1;
	const zeros = new Uint8Array(Math.max(0, HASH_BLOCK_BYTES - filled));
	return lengthValues(dsi, password, zeros, channel, sid);
}
