import { base64, err, ok, type Result } from "@clowder/bytes";
import type { Primitives } from "@clowder/crypto";
import {
	type ClientHello,
	type KeyPassword,
	type LoginHost,
	type LoginKey,
	MECHANISM,
	NONCE_BYTES,
	startLogin,
} from "@clowder/login";
import { SCRAM_NONCE_BYTES } from "./limits.ts";
import { SCRAM_HASHES, ScramClient, type ScramCredentials, type ScramError } from "./scram.ts";

const SCRAM_PREFIX = "SCRAM-";
export const ANONYMOUS = "ANONYMOUS";
/** For the passwords of one login that a key gives (KEYPASS-*), and for no other. */
export const PLAIN = "PLAIN";
export const KEY_MECHANISM: typeof MECHANISM = MECHANISM;
export const SCRAM_MECHANISMS: readonly string[] = SCRAM_HASHES.map((hash) => SCRAM_PREFIX + hash);
/** All that this client can do; each of them is client-first. */
export const MECHANISMS: readonly string[] = [KEY_MECHANISM, PLAIN, ...SCRAM_MECHANISMS, ANONYMOUS];

/** What someone logs in with. */
export type Credentials =
	| {
			readonly way: "key";
			readonly key: LoginKey;
			readonly host: LoginHost;
			readonly primitives: Primitives;
			/** Where the server does not offer the mechanism. */
			readonly password?: KeyPassword;
	  }
	| { readonly way: "registered" | "account"; readonly scram: ScramCredentials }
	| { readonly way: "anonymous" };

/** The client's side of one exchange of SASL messages, all of them ASCII. */
export interface SaslExchange {
	readonly mechanism: string;
	first(): string;
	/** The answer to the server's challenge. */
	final(challenge: string): Promise<Result<string, ScramError>>;
	/** Whether what came with the success is what was due. */
	verify(success: string): Result<void, ScramError>;
}

/** Begins an exchange. `mechanisms`: all that the server offers, also those that nobody here knows. */
export function startExchange(
	credentials: Credentials,
	mechanisms: readonly string[],
	random: (length: number) => Uint8Array,
): Result<SaslExchange, ScramError> {
	switch (credentials.way) {
		case "key":
			if (credentials.password !== undefined) return ok(plainExchange(credentials.password));
			return keyExchange(credentials, mechanisms, random(NONCE_BYTES));
		case "anonymous":
			return ok(ANONYMOUS_EXCHANGE);
		case "registered":
		case "account": {
			const hash = SCRAM_HASHES.find((each) => mechanisms.includes(SCRAM_PREFIX + each));
			if (hash === undefined) return err({ expected: SCRAM_MECHANISMS.join(" or "), got: "other mechanisms" });
			const scram = new ScramClient(hash, credentials.scram, base64(random(SCRAM_NONCE_BYTES)));
			return ok({
				mechanism: SCRAM_PREFIX + hash,
				first: () => scram.first(),
				final: (challenge) => scram.final(challenge),
				verify: (success) => scram.verify(success),
			});
		}
	}
}

function keyExchange(
	{ key, host, primitives }: Extract<Credentials, { way: "key" }>,
	mechanisms: readonly string[],
	nonce: Uint8Array,
): Result<SaslExchange, ScramError> {
	// No channel: neither WebSocket nor this client's TCP gives one to be bound to.
	const started = startLogin(primitives, { key, host, mechanisms, channels: {} }, nonce);
	return started.ok ? ok(new KeyExchange(started.value)) : withoutKind(started);
}

class KeyExchange implements SaslExchange {
	readonly mechanism = KEY_MECHANISM;
	readonly #hello: ClientHello;
	#verify: ((success: string) => Result<void, ScramError>) | undefined;

	constructor(hello: ClientHello) {
		this.#hello = hello;
	}

	first(): string {
		return this.#hello.message;
	}

	final(challenge: string): Promise<Result<string, ScramError>> {
		if (this.#verify !== undefined) return Promise.resolve(err({ expected: "one challenge", got: "another one" }));
		const answered = this.#hello.answer(challenge);
		if (!answered.ok) return Promise.resolve(withoutKind(answered));
		this.#verify = (success) => {
			const verified = answered.value.verify(success);
			return verified.ok ? verified : withoutKind(verified);
		};
		return Promise.resolve(ok(answered.value.message));
	}

	verify(success: string): Result<void, ScramError> {
		return this.#verify?.(success) ?? err({ expected: "a challenge", got: "success without one" });
	}
}

/** The server gives a name of its own (RFC 4505), and proves nothing. */
const ANONYMOUS_EXCHANGE: SaslExchange = {
	mechanism: ANONYMOUS,
	first: () => "",
	final: () => Promise.resolve(ok("")),
	verify: () => ok(undefined),
};

/** RFC 4616. The server proves nothing: who it is, TLS says. */
function plainExchange({ account, password }: KeyPassword): SaslExchange {
	return { ...ANONYMOUS_EXCHANGE, mechanism: PLAIN, first: () => `\0${account}\0${password}` };
}

function withoutKind(failed: { readonly ok: false; readonly error: ScramError }): {
	readonly ok: false;
	readonly error: ScramError;
} {
	return err({ expected: failed.error.expected, got: failed.error.got });
}
