import { erase } from "@clowder/bytes";
import type { Ed448KeyPair, Ed448Point, OtrPrimitives } from "@clowder/crypto/otr";
import { FORGING_KEY_ATTEMPTS_MAX } from "../limits.ts";
import type { Random } from "../random.ts";

const RANDOM_BYTES = 57;

/**
 * The long-lived forging key `F`, otrv4.md "Public keys, Shared Prekeys, Forging keys and Fingerprints". On the wire
 * nobody can tell whether its owner kept the secret, and that is what makes a conversation deniable that somebody had
 * on a device which was taken over.
 */
export interface ForgingKey {
	readonly publicKey: Ed448Point;
	/** The secret too, if the user chose to keep it. Whoever has it can forge conversations with its owner. */
	readonly keyPair?: Ed448KeyPair;
}

/** A forging key whose secret is kept. */
export function forgingKeyFrom(keyPair: Ed448KeyPair): ForgingKey {
	return { publicKey: keyPair.publicKey, keyPair };
}

/**
 * A new forging key: a key pair if the secret is to be kept, otherwise a point of which nobody ever knew the secret.
 * Ask the user; not to keep it is the default to offer.
 */
export function generateForgingKey(primitives: OtrPrimitives, random: Random, keepSecret: boolean): ForgingKey {
	if (keepSecret) {
		const symmetricKey = random(RANDOM_BYTES);
		const keyPair = primitives.ed448.keyPair(symmetricKey);
		erase(symmetricKey);
		return forgingKeyFrom(keyPair);
	}
	for (let attempt = 0; attempt < FORGING_KEY_ATTEMPTS_MAX; attempt++) {
		const publicKey = primitives.ed448.pointFrom(random(RANDOM_BYTES));
		if (publicKey !== undefined) return { publicKey };
	}
	throw new Error(`${FORGING_KEY_ATTEMPTS_MAX} random byte strings without a point of Ed448 among them`);
}
