import { utf8 } from "@clowder/bytes";
import type { OtrPrimitives } from "@clowder/crypto/otr";
import type { RingContext } from "../dake/ring-signature.ts";

/** The usage ids of the prekey server specification, "Key Derivation Functions". */
export const PREKEY_USAGE = {
	sk: 0x01,
	initiatorClientProfile: 0x02,
	initiatorCompositeIdentity: 0x03,
	initiatorPhi: 0x04,
	receiverClientProfile: 0x05,
	receiverCompositeIdentity: 0x06,
	receiverPhi: 0x07,
	preMacKey: 0x08,
	preMac: 0x09,
	storageInfoMac: 0x0a,
	statusMac: 0x0b,
	successMac: 0x0c,
	failureMac: 0x0d,
	prekeyMessage: 0x0e,
	clientProfile: 0x0f,
	prekeyProfile: 0x10,
	auth: 0x11,
	proofContext: 0x12,
	proofMessageEcdh: 0x13,
	proofMessageDh: 0x14,
	proofSharedEcdh: 0x15,
	macProofs: 0x16,
	proofCLambda: 0x17,
} as const;

const PREFIX = utf8("OTR-Prekey-Server");
const HASH_TO_SCALAR_BYTES = 57;
/** What every hash of this protocol is long that nothing else is said of. */
export const PREKEY_HASH_BYTES = 64;

/** `KDF(usage, values, length) = SHAKE-256("OTR-Prekey-Server" || usage || values, length)`. */
export function prekeyKdf(
	primitives: OtrPrimitives,
	usage: number,
	values: readonly Uint8Array[],
	length: number = PREKEY_HASH_BYTES,
): Uint8Array {
	return primitives.shake256([PREFIX, Uint8Array.of(usage), ...values], length);
}

/** How the ring signatures of this protocol hash: its own KDF and its own `usage_auth` ("DAKE-2 Message", step 3). */
export function prekeyRingContext(primitives: OtrPrimitives): RingContext {
	return {
		primitives,
		hashToScalar: (values) =>
			primitives.ed448.scalar(prekeyKdf(primitives, PREKEY_USAGE.auth, values, HASH_TO_SCALAR_BYTES)),
	};
}
