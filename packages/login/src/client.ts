import { equal, erase, ok, type Result } from "@clowder/bytes";
import type { Primitives } from "@clowder/crypto";
import { type Channels, channelBytes, kindsOf } from "./channel.ts";
import { type LoginError, refuse } from "./error.ts";
import type { LoginHost } from "./host.ts";
import { NONCE_BYTES } from "./limits.ts";
import type { LoginKey } from "./login-key.ts";
import { readChallenge, readSuccess, writeClientFirst, writeResponse, writeUnproven } from "./messages.ts";
import { clientProof, mechanismList, proofKey, serverProof, type Transcript } from "./transcript.ts";

export interface ClientInputs {
	readonly key: LoginKey;
	/** The host that the user means, never one that the server names. */
	readonly host: LoginHost;
	/** All mechanisms that the server offered, in any order. */
	readonly mechanisms: readonly string[];
	readonly channels: Channels;
}

/** Has sent its nonce. */
export interface ClientHello {
	/** To be sent as the initial response. */
	readonly message: string;
	/** Answers the server's challenge. */
	answer(challenge: string): Result<ClientAnswer, LoginError>;
}

/** Has proven its key, and awaits the server's proof. */
export interface ClientAnswer {
	/** To be sent. */
	readonly message: string;
	/** LOGIN-8: looks at the data that came with the success. Until it is right, nobody is known to be logged in anywhere. */
	verify(success: string): Result<void, LoginError>;
}

/** Starts one exchange, the client's side. `nonce`: 32 fresh random bytes. */
export function startLogin(
	primitives: Primitives,
	inputs: ClientInputs,
	nonce: Uint8Array,
): Result<ClientHello, LoginError> {
	if (nonce.length !== NONCE_BYTES) throw new RangeError(`a nonce of ${nonce.length} bytes`);
	const mechanisms = mechanismList(inputs.mechanisms);
	if (!mechanisms.ok) return mechanisms;
	const message = writeClientFirst(nonce);
	const inner = { ...inputs, mechanisms: mechanisms.value };
	return ok({ message, answer: (challenge) => answer(primitives, inner, nonce, challenge) });
}

function answer(
	primitives: Primitives,
	{ key, host, mechanisms, channels }: ClientInputs,
	nonce: Uint8Array,
	challenge: string,
): Result<ClientAnswer, LoginError> {
	const read = readChallenge(challenge);
	if (!read.ok) return read;
	const { ephemeral, kinds } = read.value;
	// LOGIN-7: nobody else's challenge begins with what is ours.
	if (equal(ephemeral, key.publicKey.bytes)) return refuse("reflected", "the server's own key", "the client's");
	if (equal(read.value.nonce, nonce)) return refuse("reflected", "the server's own nonce", "the client's");
	const parsed = primitives.parseDhPublicKey(ephemeral);
	const shared = parsed.ok ? primitives.dh(key, parsed.value) : parsed;
	if (!shared.ok) return refuse("bad-key", shared.error.expected, shared.error.got);
	// LOGIN-6: the best that both have. What the server has is in the transcript, so that nobody can take from it.
	const binding = kindsOf(channels).find((kind) => kinds.includes(kind)) ?? "none";
	const unproven = writeUnproven(key.publicKey.bytes, binding);
	const channel = channelBytes(channels, binding);
	const transcript: Transcript = {
		host,
		mechanisms,
		clientFirst: writeClientFirst(nonce),
		challenge,
		unproven,
		channel,
	};
	const secret = proofKey(primitives, shared.value);
	const proof = clientProof(primitives, secret, transcript);
	const expected = serverProof(primitives, secret, transcript, proof);
	erase(secret, shared.value);
	return ok({ message: writeResponse(unproven, proof), verify: (success) => verify(expected, success) });
}

function verify(expected: Uint8Array, success: string): Result<void, LoginError> {
	const read = readSuccess(success);
	if (!read.ok) return read;
	return equal(read.value, expected)
		? ok(undefined)
		: refuse("wrong-proof", "the proof of who sent the challenge", "another");
}
