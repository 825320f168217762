import { type Branded, encode, utf8 } from "@clowder/bytes";
import type { DhPublicKey, Primitives } from "@clowder/crypto";
import { ACCOUNT_HASH_BYTES, MECHANISM } from "./limits.ts";

/** The local part of an account's address that belongs to one login key. */
export type AccountName = Branded<string, "AccountName">;

const PREFIX = "k1-";
/** Base32 of RFC 4648 section 6, in lower case: addresses have no other case. */
const ALPHABET = "abcdefghijklmnopqrstuvwxyz234567";
const NAME = /^k1-[a-z2-7]{32}$/;

/** LOGIN-3: always 35 characters: `k1-` and 160 bits of a hash of the key. */
export function accountName(primitives: Primitives, key: DhPublicKey): AccountName {
	const label = encode((w) => w.variable(utf8(`${MECHANISM} account`)).variable(key.bytes));
	return `${PREFIX}${base32(primitives.sha512(label).subarray(0, ACCOUNT_HASH_BYTES))}` as AccountName;
}

/** LOGIN-9, KEYPASS-6: whether a name has the form that only keys' accounts may have. */
export function isAccountName(name: string): boolean {
	return NAME.test(name);
}

/** Of a multiple of 5 bytes, so that nothing is left over. */
function base32(bytes: Uint8Array): string {
	let out = "";
	let bits = 0;
	let value = 0;
	for (const byte of bytes) {
		value = ((value << 8) | byte) & 0xfff;
		bits += 8;
		for (; bits >= 5; bits -= 5) out += ALPHABET[(value >> (bits - 5)) & 31];
	}
	return out;
}
