import { type Bytes, hex } from "@clowder/bytes";
import type { OtrPrimitives } from "@clowder/crypto/otr";
import { kdf, USAGE } from "../kdf.ts";

/** 224 bits of security. */
export const FINGERPRINT_BYTES = 56;
const GROUP_DIGITS = 8;

/**
 * `HWC(usage_fingerprint || byte(H) || byte(F), 56)`, otrv4.md "Public keys, Shared Prekeys, Forging keys and
 * Fingerprints": of the two points, 57 bytes each, without the types that stand before them on the wire.
 */
export function fingerprintOf(
	primitives: OtrPrimitives,
	publicKey: Bytes<"POINT">,
	forgingKey: Bytes<"POINT">,
): Bytes<"Fingerprint"> {
	return kdf(primitives, USAGE.fingerprint, [publicKey, forgingKey], FINGERPRINT_BYTES) as Bytes<"Fingerprint">;
}

/** For people to compare: 14 groups of 8 upper-case hexadecimal digits, with spaces between. */
export function formatFingerprint(fingerprint: Bytes<"Fingerprint">): string {
	const digits = hex(fingerprint).toUpperCase();
	const groups: string[] = [];
	for (let at = 0; at < digits.length; at += GROUP_DIGITS) groups.push(digits.slice(at, at + GROUP_DIGITS));
	return groups.join(" ");
}
