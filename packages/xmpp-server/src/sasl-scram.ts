import { createHash, createHmac, pbkdf2Sync } from "node:crypto";
import { base64, type Bytes, equal, err, fromBase64, fromUtf8, ok, type Result, utf8, xor } from "@clowder/bytes";
import saslprep from "@mongodb-js/saslprep";
import { SCRAM_ITERATIONS, SCRAM_NONCE_BYTES, SCRAM_SALT_BYTES } from "./limits.ts";

/** SCRAM (RFC 5802, RFC 7677), the server's side. Without TLS there is no channel to bind to, so no -PLUS. */
export type ScramMechanism = "SCRAM-SHA-1" | "SCRAM-SHA-256";

/** Strongest first, as they are offered. */
export const SCRAM_MECHANISMS: readonly ScramMechanism[] = ["SCRAM-SHA-256", "SCRAM-SHA-1"];

const HASH = { "SCRAM-SHA-1": "sha1", "SCRAM-SHA-256": "sha256" } as const;
const HASH_BYTES = { "SCRAM-SHA-1": 20, "SCRAM-SHA-256": 32 } as const;

/** What the server keeps of a password: enough to check a proof, not enough to make one. */
export interface ScramVerifier {
	readonly salt: Bytes<"ScramSalt">;
	readonly iterations: number;
	readonly storedKey: Bytes<"StoredKey">;
	readonly serverKey: Bytes<"ServerKey">;
}

export type ScramVerifiers = Readonly<Record<ScramMechanism, ScramVerifier>>;

/** RFC 6120 section 6.5: why authentication failed. */
export type SaslCondition =
	| "aborted"
	| "incorrect-encoding"
	| "invalid-authzid"
	| "invalid-mechanism"
	| "malformed-request"
	| "not-authorized"
	| "temporary-auth-failure";

function hmac(mechanism: ScramMechanism, key: Uint8Array, data: Uint8Array | string): Uint8Array {
	return new Uint8Array(createHmac(HASH[mechanism], key).update(data).digest());
}

function hash(mechanism: ScramMechanism, data: Uint8Array): Uint8Array {
	return new Uint8Array(createHash(HASH[mechanism]).update(data).digest());
}

/** The password as SCRAM hashes it; undefined for one that SASLprep (RFC 4013) forbids. */
export function preparePassword(password: string): string | undefined {
	try {
		const prepared = saslprep(password);
		return prepared === "" ? undefined : prepared;
	} catch {
		return undefined;
	}
}

export function deriveVerifier(
	mechanism: ScramMechanism,
	password: string,
	salt: Uint8Array,
	iterations: number = SCRAM_ITERATIONS,
): ScramVerifier {
	const salted = pbkdf2Sync(password, salt, iterations, HASH_BYTES[mechanism], HASH[mechanism]);
	const clientKey = hmac(mechanism, salted, "Client Key");
	return {
		salt: salt as Bytes<"ScramSalt">,
		iterations,
		storedKey: hash(mechanism, clientKey) as Bytes<"StoredKey">,
		serverKey: hmac(mechanism, salted, "Server Key") as Bytes<"ServerKey">,
	};
}

/**
 * SERVER-3: what an account that does not exist answers with: the same for the same name each time, so that asking twice tells
 * no one whether it exists, and computed for every name, so that the time does not either.
 */
export function decoyVerifier(mechanism: ScramMechanism, secret: Uint8Array, username: string): ScramVerifier {
	const part = (label: string): Uint8Array => hmac(mechanism, secret, `${label}\0${mechanism}\0${username}`);
	return {
		salt: part("salt").slice(0, SCRAM_SALT_BYTES) as Bytes<"ScramSalt">,
		iterations: SCRAM_ITERATIONS,
		storedKey: part("stored") as Bytes<"StoredKey">,
		serverKey: part("server") as Bytes<"ServerKey">,
	};
}

/** The client's first message, read. */
export interface ScramClientFirst {
	readonly username: string;
	readonly authzid: string | undefined;
	readonly gs2Header: string;
	readonly bare: string;
	readonly clientNonce: string;
}

const SASLNAME = /^(?:[^,=\0]|=2C|=3D)+$/;
const NONCE = /^[\x21-\x2b\x2d-\x7e]{8,256}$/;

function unescapeName(text: string): string | undefined {
	return SASLNAME.test(text) ? text.replaceAll("=2C", ",").replaceAll("=3D", "=") : undefined;
}

/**
 * SERVER-4: reads `client-first-message` (RFC 5802 section 7). `p=` asks for channel binding, which a mechanism without -PLUS
 * cannot give; `y` says "I could, but you did not offer it", which is true here and no downgrade.
 */
export function parseClientFirst(message: Uint8Array): Result<ScramClientFirst, SaslCondition> {
	const text = fromUtf8(message);
	if (!text.ok) return err("malformed-request");
	const parts = /^([ny]),(?:a=([^,]*))?,(n=([^,]*),r=([^,]*)(?:,.*)?)$/s.exec(text.value);
	if (parts === null) return err("malformed-request");
	const [, flag, rawAuthzid, bare, rawName, clientNonce] = parts;
	const username = unescapeName(rawName as string);
	const authzid = rawAuthzid === undefined ? undefined : unescapeName(rawAuthzid);
	if (username === undefined || !NONCE.test(clientNonce as string)) return err("malformed-request");
	if (rawAuthzid !== undefined && authzid === undefined) return err("malformed-request");
	return ok({
		username,
		authzid,
		gs2Header: `${flag},${rawAuthzid === undefined ? "" : `a=${rawAuthzid}`},`,
		bare: bare as string,
		clientNonce: clientNonce as string,
	});
}

/** The exchange after the first message: the challenge is out, the proof is awaited. */
export interface ScramChallenge {
	readonly mechanism: ScramMechanism;
	readonly first: ScramClientFirst;
	readonly verifier: ScramVerifier;
	readonly nonce: string;
	/** `server-first-message`, to be sent. */
	readonly message: string;
}

export function challenge(
	mechanism: ScramMechanism,
	first: ScramClientFirst,
	verifier: ScramVerifier,
	random: (bytes: number) => Uint8Array,
): ScramChallenge {
	const nonce = first.clientNonce + base64(random(SCRAM_NONCE_BYTES));
	const message = `r=${nonce},s=${base64(verifier.salt)},i=${verifier.iterations}`;
	return { mechanism, first, verifier, nonce, message };
}

/** Checks `client-final-message`; the value is `server-final-message`, which proves the server's knowledge. */
export function verifyFinal(given: ScramChallenge, message: Uint8Array): Result<string, SaslCondition> {
	const text = fromUtf8(message);
	if (!text.ok) return err("malformed-request");
	const parts = /^(c=([^,]*),r=([^,]*)(?:,.*)?),p=([^,]*)$/s.exec(text.value);
	if (parts === null) return err("malformed-request");
	const [, withoutProof, binding, nonce, proofText] = parts;
	const proof = fromBase64(proofText as string);
	if (!proof.ok || proof.value.length !== HASH_BYTES[given.mechanism]) return err("malformed-request");
	if (binding !== base64(utf8(given.first.gs2Header)) || nonce !== given.nonce) return err("not-authorized");

	const { mechanism, verifier } = given;
	const authMessage = utf8(`${given.first.bare},${given.message},${withoutProof}`);
	const clientSignature = hmac(mechanism, verifier.storedKey, authMessage);
	const clientKey = xor(proof.value, clientSignature);
	if (!equal(hash(mechanism, clientKey), verifier.storedKey)) return err("not-authorized");
	return ok(`v=${base64(hmac(mechanism, verifier.serverKey, authMessage))}`);
}

/** What is kept of a new password, for every mechanism, each under its own salt. */
export function deriveVerifiers(password: string, random: (bytes: number) => Uint8Array): ScramVerifiers {
	return {
		"SCRAM-SHA-1": deriveVerifier("SCRAM-SHA-1", password, random(SCRAM_SALT_BYTES)),
		"SCRAM-SHA-256": deriveVerifier("SCRAM-SHA-256", password, random(SCRAM_SALT_BYTES)),
	};
}

/** A message as SASL carries it in XML. "=" stands for an empty one (RFC 6120 section 6.4.2). */
export function decodeSasl(text: string): Result<Uint8Array, SaslCondition> {
	if (text === "=") return ok(new Uint8Array());
	const bytes = fromBase64(text);
	return bytes.ok ? bytes : err("incorrect-encoding");
}

export function encodeSasl(text: string): string {
	return base64(utf8(text));
}
