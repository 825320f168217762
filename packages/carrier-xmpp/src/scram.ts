import { base64, equal, err, fromBase64, ok, type Result, utf8, xor } from "@clowder/bytes";
import { SCRAM_ITERATIONS_MAX_COUNT } from "./limits.ts";

/** The hash functions of the mechanisms, strongest first: RFC 7677, RFC 5802. */
export const SCRAM_HASHES = ["SHA-256", "SHA-1"] as const;
export type ScramHash = (typeof SCRAM_HASHES)[number];

export interface ScramCredentials {
	/** ASCII without "=" and ",", as `account.ts` makes them: no SASLprep and no escapes needed. */
	readonly username: string;
	readonly password: string;
}

/** What the server sent and what was due. */
export interface ScramError {
	readonly expected: string;
	readonly got: string;
}

/** No channel binding, no other identity (RFC 5802 section 7). */
const GS2_HEADER = "n,,";
const SERVER_FIRST = /^r=([\x21-\x2b\x2d-\x7e]+),s=([A-Za-z0-9+/]+=*),i=([1-9]\d{0,9})(?:,[A-Za-ln-z]=[^,]*)*$/;
const SERVER_FINAL = /^v=([A-Za-z0-9+/]+=*)(?:,[A-Za-z]=[^,]*)*$/;

/**
 * The client's side of one SCRAM exchange (RFC 5802, XMPP-4) over WebCrypto, which runs PBKDF2 in one call; in JavaScript, or in a call
 * for each iteration, it would take seconds.
 */
export class ScramClient {
	readonly #hash: ScramHash;
	readonly #credentials: ScramCredentials;
	readonly #nonce: string;
	#serverSignature: Uint8Array | undefined;

	/** `nonce`: fresh, printable, without a comma. */
	constructor(hash: ScramHash, credentials: ScramCredentials, nonce: string) {
		this.#hash = hash;
		this.#credentials = credentials;
		this.#nonce = nonce;
	}

	first(): string {
		return `${GS2_HEADER}${this.#firstBare()}`;
	}

	/** The answer to the server's first message. */
	async final(serverFirst: string): Promise<Result<string, ScramError>> {
		const match = SERVER_FIRST.exec(serverFirst);
		const salt = match === null ? undefined : fromBase64(match[2] as string);
		if (match === null || !salt?.ok) return refuse("nonce, salt and iterations", "something else");
		const nonce = match[1] as string;
		if (!nonce.startsWith(this.#nonce) || nonce.length === this.#nonce.length) {
			return refuse("our nonce with more behind it", "another nonce");
		}
		const iterations = Number(match[3]);
		if (iterations > SCRAM_ITERATIONS_MAX_COUNT) {
			return refuse(`at most ${SCRAM_ITERATIONS_MAX_COUNT} iterations`, `${iterations}`);
		}
		const salted = await this.#saltedPassword(salt.value, iterations);
		const clientKey = await this.#hmac(salted, utf8("Client Key"));
		const storedKey = new Uint8Array(await crypto.subtle.digest(this.#hash, asBufferSource(clientKey)));
		const withoutProof = `c=${base64(utf8(GS2_HEADER))},r=${nonce}`;
		const authMessage = utf8(`${this.#firstBare()},${serverFirst},${withoutProof}`);
		const proof = xor(clientKey, await this.#hmac(storedKey, authMessage));
		this.#serverSignature = await this.#hmac(await this.#hmac(salted, utf8("Server Key")), authMessage);
		return ok(`${withoutProof},p=${base64(proof)}`);
	}

	/** Whether the server's last message proves that it knows what was registered with it. */
	verify(serverFinal: string): Result<void, ScramError> {
		const match = SERVER_FINAL.exec(serverFinal);
		const signature = match === null ? undefined : fromBase64(match[1] as string);
		const known = this.#serverSignature;
		if (known === undefined || !signature?.ok || !equal(signature.value, known)) {
			return refuse("the server's own signature", match === null ? "none" : "another");
		}
		return ok(undefined);
	}

	#firstBare(): string {
		return `n=${this.#credentials.username},r=${this.#nonce}`;
	}

	async #saltedPassword(salt: Uint8Array, iterations: number): Promise<Uint8Array> {
		const password = asBufferSource(utf8(this.#credentials.password));
		const key = await crypto.subtle.importKey("raw", password, "PBKDF2", false, ["deriveBits"]);
		const parameters = { name: "PBKDF2", hash: this.#hash, salt: asBufferSource(salt), iterations };
		const bits = this.#hash === "SHA-256" ? 256 : 160;
		return new Uint8Array(await crypto.subtle.deriveBits(parameters, key, bits));
	}

	async #hmac(secret: Uint8Array, message: Uint8Array): Promise<Uint8Array> {
		const algorithm = { name: "HMAC", hash: this.#hash };
		const key = await crypto.subtle.importKey("raw", asBufferSource(secret), algorithm, false, ["sign"]);
		return new Uint8Array(await crypto.subtle.sign("HMAC", key, asBufferSource(message)));
	}
}

function refuse(expected: string, got: string): { readonly ok: false; readonly error: ScramError } {
	return err({ expected, got });
}

/** A copy in a buffer that is not shared, which is what WebCrypto's types ask for. */
function asBufferSource(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
	return new Uint8Array(bytes);
}
