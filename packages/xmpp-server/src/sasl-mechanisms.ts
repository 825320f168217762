import { err, fromUtf8, ok, type Result } from "@clowder/bytes";
import { nodePrimitives } from "@clowder/crypto/node";
import {
	challengeLogin,
	type Channels,
	type LoginHost,
	MECHANISM,
	NONCE_BYTES,
	type ServerChallenge,
} from "@clowder/login";
import { LOGIN_EPHEMERAL_SEED_BYTES } from "./limits.ts";
import { type SaslCondition, SCRAM_MECHANISMS, type ScramMechanism } from "./sasl-scram.ts";

/** The mechanism of keys; the server's side of it is `@clowder/login`. */
export const KEY_MECHANISM: typeof MECHANISM = MECHANISM;
export type SaslMechanism = typeof KEY_MECHANISM | ScramMechanism;

/** As they are offered, the best first. */
export const SASL_MECHANISMS: readonly SaslMechanism[] = [KEY_MECHANISM, ...SCRAM_MECHANISMS];

/** What a stream has of its server for a login by key. */
interface KeyHost {
	readonly loginHost: LoginHost;
	readonly channels: Channels;
	readonly random: (bytes: number) => Uint8Array;
}

/** A message of the exchange, which is text. */
export function keyMessage(bytes: Uint8Array): Result<string, SaslCondition> {
	const text = fromUtf8(bytes);
	return text.ok ? text : err("malformed-request");
}

/** Begins a login by key, bound to what is known of the TLS channel. */
export function challengeKey(
	{ loginHost, channels, random }: KeyHost,
	clientFirst: string,
): Result<ServerChallenge, SaslCondition> {
	const randomness = { ephemeralSeed: random(LOGIN_EPHEMERAL_SEED_BYTES), nonce: random(NONCE_BYTES) };
	const inputs = { host: loginHost, mechanisms: SASL_MECHANISMS, channels };
	const challenge = challengeLogin(nodePrimitives, inputs, clientFirst, randomness);
	randomness.ephemeralSeed.fill(0);
	return challenge.ok ? ok(challenge.value) : err("malformed-request");
}
