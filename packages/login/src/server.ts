import { equal, erase, ok, type Result } from "@clowder/bytes";
import type { DhPublicKey, DhSecretKey, Primitives } from "@clowder/crypto";
import { type AccountName, accountName } from "./account-name.ts";
import { type Channels, channelBytes, kindsOf } from "./channel.ts";
import { type LoginError, refuse } from "./error.ts";
import type { LoginHost } from "./host.ts";
import { NONCE_BYTES } from "./limits.ts";
import { readClientFirst, readResponse, writeChallenge, writeSuccess } from "./messages.ts";
import { clientProof, mechanismList, proofKey, serverProof, type Transcript } from "./transcript.ts";

export interface ServerInputs {
	readonly host: LoginHost;
	/** All mechanisms that this stream offered, in any order. */
	readonly mechanisms: readonly string[];
	readonly channels: Channels;
}

/** Has sent a challenge, which serves for one response. */
export interface ServerChallenge {
	/** To be sent. */
	readonly message: string;
	/**
	 * LOGIN-10: judges the client's response. Once only: the ephemeral key is erased whatever comes of it, and a further
	 * proof, which cannot be judged any more, makes it throw.
	 */
	verify(response: string): Result<LoggedIn, LoginError>;
	/** For an exchange that is given up. */
	erase(): void;
}

/** Someone who holds the secret of `key`, which only this side knows, and cannot show anyone else. */
export interface LoggedIn {
	readonly key: DhPublicKey;
	readonly account: AccountName;
	/** To be sent with the success. */
	readonly message: string;
}

/** Random bytes of one exchange, never used again. */
export interface ServerRandomness {
	/** 32 bytes. */
	readonly ephemeralSeed: Uint8Array;
	/** 32 bytes. */
	readonly nonce: Uint8Array;
}

/** Answers a client's first message. */
export function challengeLogin(
	primitives: Primitives,
	inputs: ServerInputs,
	clientFirst: string,
	{ ephemeralSeed, nonce }: ServerRandomness,
): Result<ServerChallenge, LoginError> {
	if (nonce.length !== NONCE_BYTES) throw new RangeError(`a nonce of ${nonce.length} bytes`);
	const mechanisms = mechanismList(inputs.mechanisms);
	if (!mechanisms.ok) throw new RangeError(`a list of mechanisms with ours expected: ${inputs.mechanisms.join(" ")}`);
	const first = readClientFirst(clientFirst);
	if (!first.ok) return first;
	// LOGIN-7
	if (equal(first.value, nonce)) return refuse("reflected", "the client's own nonce", "the server's");
	const ephemeral = primitives.dhKeyPair(ephemeralSeed);
	const kinds = kindsOf(inputs.channels);
	const message = writeChallenge({ ephemeral: ephemeral.publicKey.bytes, nonce, kinds });
	const seen = { host: inputs.host, mechanisms: mechanisms.value, clientFirst, challenge: message };
	return ok({
		message,
		verify: (response) => {
			const judged = judge(primitives, ephemeral, inputs.channels, seen, response);
			ephemeral.erase();
			return judged;
		},
		erase: () => ephemeral.erase(),
	});
}

function judge(
	primitives: Primitives,
	ephemeral: DhSecretKey,
	channels: Channels,
	seen: Omit<Transcript, "unproven" | "channel">,
	response: string,
): Result<LoggedIn, LoginError> {
	const read = readResponse(response);
	if (!read.ok) return read;
	const { unproven, binding, proof } = read.value;
	if (binding !== "none" && channels[binding] === undefined) {
		return refuse("wrong-channel", kindsOf(channels).join(" or ") || "none", binding);
	}
	// LOGIN-7
	if (equal(read.value.key, ephemeral.publicKey.bytes)) return refuse("reflected", "the client's key", "the server's");
	const key = primitives.parseDhPublicKey(read.value.key);
	if (!key.ok) return refuse("bad-key", key.error.expected, key.error.got);
	const shared = primitives.dh(ephemeral, key.value);
	if (!shared.ok) return refuse("bad-key", shared.error.expected, shared.error.got);
	const transcript: Transcript = { ...seen, unproven, channel: channelBytes(channels, binding) };
	const secret = proofKey(primitives, shared.value);
	const isProven = equal(clientProof(primitives, secret, transcript), proof);
	const message = isProven ? writeSuccess(serverProof(primitives, secret, transcript, proof)) : "";
	erase(secret, shared.value);
	if (!isProven) return refuse("wrong-proof", "a proof of the key, over what this side has seen", "another");
	return ok({ key: key.value, account: accountName(primitives, key.value), message });
}
