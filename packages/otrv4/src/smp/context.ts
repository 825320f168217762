import { erase } from "@clowder/bytes";
import type { OtrPrimitives, SecretScalar } from "@clowder/crypto/otr";
import type { Reading } from "../interoperability.ts";
import type { Random } from "../random.ts";

/** What an SMP needs to know of the conversation it takes place in. */
export interface SmpContext {
	readonly primitives: OtrPrimitives;
	/** What it returns is erased after use. */
	readonly random: Random;
	/** 56 bytes each: those that the two sides use in this conversation. */
	readonly ourFingerprint: Uint8Array;
	readonly theirFingerprint: Uint8Array;
	/** The Secure Session ID, 8 bytes. */
	readonly ssid: Uint8Array;
	/** How the secret becomes a number (`smpSecret`). Both sides have to do the same. */
	readonly reading: Reading;
}

const RANDOM_SCALAR_BYTES = 57;

/** "Pick random values, each 57 bytes long", "hashed and pruned". */
export function randomScalar({ primitives, random }: SmpContext): SecretScalar {
	const bytes = random(RANDOM_SCALAR_BYTES);
	const scalar = primitives.ed448.hashedScalar(bytes);
	erase(bytes);
	return scalar;
}
