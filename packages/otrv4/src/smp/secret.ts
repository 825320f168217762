import { encode, erase, ok, type Result } from "@clowder/bytes";
import type { OtrPrimitives, SecretScalar } from "@clowder/crypto/otr";
import { kdf, USAGE } from "../kdf.ts";
import type { Reading } from "../interoperability.ts";
import type { Refusal } from "../refusal.ts";
import { SMP_SECRET_BYTES_MAX } from "../limits.ts";
import { SSID_BYTES } from "../dake/shared-secret.ts";
import { FINGERPRINT_BYTES } from "../profile/fingerprint.ts";
import { userText } from "./text.ts";

/** "The version of SMP used. The version described here is 1." */
const VERSION = 1;

/** The specification takes 57 bytes of the hash and prunes them; otr4j takes 64, modulo `q`. */
const DIGEST: Readonly<Record<Reading, { readonly bytes: number; readonly prune: boolean }>> = {
	specification: { bytes: 57, prune: true },
	otr4j: { bytes: 64, prune: false },
};

/** What the secret is made of. */
export interface SmpSecretInputs {
	/** 56 bytes: the one who sends SMP message 1. */
	readonly initiatorFingerprint: Uint8Array;
	/** 56 bytes: the other one. */
	readonly responderFingerprint: Uint8Array;
	/** 8 bytes. */
	readonly ssid: Uint8Array;
	/**
	 * What the user typed; it may be empty. Its UTF-8 is hashed as it stands, without Unicode normalisation, since the
	 * specification has none and the other side's implementation does none: "é" as one code point and as two are two
	 * secrets. An application that knows its like at the other end may normalise before (and should trim, if it does).
	 */
	readonly userSecret: string;
	readonly reading: Reading;
}

/**
 * "Secret Information": `x` or `y`.
 *
 * Refuses, as the caller's, a user secret that is over `SMP_SECRET_BYTES_MAX`, or not Unicode text.
 */
export function smpSecret(primitives: OtrPrimitives, inputs: SmpSecretInputs): Result<SecretScalar, Refusal> {
	const userSecret = userText("SMP secret", inputs.userSecret, SMP_SECRET_BYTES_MAX);
	if (!userSecret.ok) return userSecret;
	const information = encode((w) => {
		w.u8(VERSION);
		w.fixed(inputs.initiatorFingerprint, FINGERPRINT_BYTES);
		w.fixed(inputs.responderFingerprint, FINGERPRINT_BYTES);
		w.fixed(inputs.ssid, SSID_BYTES);
		w.variable(userSecret.value);
	});
	const { bytes, prune } = DIGEST[inputs.reading];
	const digest = kdf(primitives, USAGE.smpSecret, [information], bytes);
	const secret = primitives.ed448.derivedScalar(digest, prune);
	erase(userSecret.value, information, digest);
	return ok(secret);
}
