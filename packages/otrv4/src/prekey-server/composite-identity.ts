import { type Bytes, encode, fromHex, hex, type Reader, utf8, type Writer } from "@clowder/bytes";
import type { Ed448Point, OtrPrimitives } from "@clowder/crypto/otr";
import { kdf, USAGE } from "../kdf.ts";
import { KEY_TYPE, readTypedPoint, writeTypedPoint } from "../wire/data-types.ts";
import { readIdentity } from "./fields.ts";

/** "Prekey Server Composite Identity": what the network calls the server, and its long-term public key `H_s`. */
export interface CompositeIdentity {
	readonly identity: string;
	readonly publicKey: Bytes<"POINT">;
}

/** 56 bytes. */
export type ServerFingerprint = Bytes<"Prekey server fingerprint">;

export const SERVER_FINGERPRINT_BYTES = 56;

/** `PREKEY-SERVER-COMP-ID`. */
export function writeCompositeIdentity(w: Writer, { identity, publicKey }: CompositeIdentity): void {
	w.variable(utf8(identity));
	writeTypedPoint(w, KEY_TYPE.publicKey, publicKey);
}

export function readCompositeIdentity(r: Reader): CompositeIdentity {
	return { identity: readIdentity(r), publicKey: readTypedPoint(r, KEY_TYPE.publicKey) };
}

export function encodeCompositeIdentity(server: CompositeIdentity): Uint8Array {
	return encode((w) => writeCompositeIdentity(w, server));
}

/**
 * `KDF_1(usage_fingerprint, byte(H), 56)` of "Public keys and Fingerprints", with the KDF of OTRv4. Of the point alone, as
 * fingerprints of people are.
 */
export function serverFingerprint(primitives: OtrPrimitives, publicKey: Ed448Point): ServerFingerprint {
	return kdf(primitives, USAGE.fingerprint, [publicKey.bytes], SERVER_FINGERPRINT_BYTES) as ServerFingerprint;
}

/** 112 upper-case hexadecimal digits, as a server publishes them ("Discovering a Prekey Server"). */
export function formatServerFingerprint(fingerprint: ServerFingerprint): string {
	return hex(fingerprint).toUpperCase();
}

/** Reads 112 hexadecimal digits of either case; `undefined` for anything else. */
export function parseServerFingerprint(text: string): ServerFingerprint | undefined {
	const bytes = fromHex(text.toLowerCase());
	return bytes.ok && bytes.value.length === SERVER_FINGERPRINT_BYTES ? (bytes.value as ServerFingerprint) : undefined;
}

/**
 * `phi`, the "Shared Session State" of a publication: the publisher's identity, then the server's, each as DATA. The text
 * also asks for lexicographic order; its two formulas, and the implementations there are, know who is who and do not sort.
 */
export function prekeyPhi(publisher: string, server: string): Uint8Array {
	return encode((w) => w.variable(utf8(publisher)).variable(utf8(server)));
}
