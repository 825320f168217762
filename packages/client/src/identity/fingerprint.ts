import { hex, utf8 } from "@clowder/bytes";
import type { Primitives } from "@clowder/crypto";
import { wordlist } from "@scure/bip39/wordlists/english.js";
import { type Mark, type Picture, pictureOf } from "./picture.ts";

/** What two people compare to know that each sees the other's key. The same on every screen, in every language. */
export interface Fingerprint {
	/** 12 words of the English list of BIP 39: 132 bits. */
	readonly words: readonly string[];
	/** The first 128 of these bits as 8 groups of 4 hexadecimal digits. */
	readonly hexGroups: readonly string[];
	/** An aid for the eye, not a proof: about 22 bits. */
	readonly picture: Picture;
	/** The picture's first tile, which stands beside the person's name everywhere. */
	readonly mark: Mark;
}

const LABEL = utf8("clowder person fingerprint 1");
const WORDS = 12;
const WORD_BITS = 11;
const HEX_BYTES = 16;
const PICTURE_AT = 32;

/**
 * The fingerprint of a person, from the 32 bytes of their long-term public key (Edwards encoding):
 *
 *     D       = SHA-512( "clowder person fingerprint 1" || 0x00 || identity key )
 *     words   = the first 132 bits of D, most significant first, 11 bits a word
 *     hex     = the first 128 bits of D
 *     picture = bytes 32 to 39 of D, two for each tile
 *
 * Finding another key with the same words costs about 2^132 trials.
 */
export function fingerprintOf(identityKey: Uint8Array, primitives: Pick<Primitives, "sha512">): Fingerprint {
	if (identityKey.length !== 32) throw new RangeError(`an identity key of ${identityKey.length} bytes`);
	const digest = primitives.sha512(LABEL, new Uint8Array(1), identityKey);
	const words: string[] = [];
	for (let i = 0; i < WORDS; i++) words.push(wordlist[bitsAt(digest, i * WORD_BITS)] as string);
	const digits = hex(digest.subarray(0, HEX_BYTES));
	const hexGroups = digits.match(/.{4}/g) as string[];
	const picture = pictureOf(digest.subarray(PICTURE_AT));
	return { words, hexGroups, picture, mark: picture[0] };
}

/** 11 bits from the bit `at` on, most significant first. */
function bitsAt(bytes: Uint8Array, at: number): number {
	const first = at >> 3;
	let window = 0;
	for (let i = 0; i < 3; i++) window = (window << 8) | (bytes[first + i] as number);
	return (window >> (24 - WORD_BITS - (at & 7))) & (2 ** WORD_BITS - 1);
}
