import { utf8 } from "@clowder/bytes";
import type { OtrPrimitives, Scalar } from "@clowder/crypto/otr";

/** The usage ids of otrv4.md, "Key Derivation Function, Hash Function and MAC Function". */
export const USAGE = {
	fingerprint: 0x00,
	thirdBraceKey: 0x01,
	braceKey: 0x02,
	sharedSecret: 0x03,
	ssid: 0x04,
	authRBobClientProfile: 0x05,
	authRAliceClientProfile: 0x06,
	authRPhi: 0x07,
	authIBobClientProfile: 0x08,
	authIAliceClientProfile: 0x09,
	authIPhi: 0x0a,
	firstRootKey: 0x0b,
	tmpKey: 0x0c,
	authMacKey: 0x0d,
	nonIntAuthBobClientProfile: 0x0e,
	nonIntAuthAliceClientProfile: 0x0f,
	nonIntAuthPhi: 0x10,
	authMac: 0x11,
	rootKey: 0x12,
	chainKey: 0x13,
	nextChainKey: 0x14,
	messageKey: 0x15,
	macKey: 0x16,
	extraSymmetricKey: 0x17,
	authenticator: 0x18,
	smpSecret: 0x19,
	auth: 0x1a,
} as const;

const PREFIX = utf8("OTRv4");
/** What "HashToScalar" takes of the hash. */
const HASH_TO_SCALAR_BYTES = 57;

/** `KDF`, `HWC` and `HCMAC`, which are one function: `SHAKE-256("OTRv4" || usage || values, length)`. */
export function kdf(
	primitives: OtrPrimitives,
	usage: number,
	values: readonly Uint8Array[],
	length: number,
): Uint8Array {
	return primitives.shake256([PREFIX, Uint8Array.of(usage), ...values], length);
}

/** "HashToScalar": 57 bytes of the hash, little-endian, modulo `q`. */
export function hashToScalar(primitives: OtrPrimitives, usage: number, values: readonly Uint8Array[]): Scalar {
	return primitives.ed448.scalar(kdf(primitives, usage, values, HASH_TO_SCALAR_BYTES));
}
