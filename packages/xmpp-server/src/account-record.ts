import { base64, type Bytes, fromBase64 } from "@clowder/bytes";
import { SCRAM_MECHANISMS, type ScramVerifier, type ScramVerifiers } from "./sasl-scram.ts";

/** What is kept of an account. */
export interface AccountRecord {
	/** Undefined for the account of a key, which has no password. */
	readonly verifiers: ScramVerifiers | undefined;
	/** When its last session ended, or when it was made, in milliseconds since 1970. */
	readonly lastUsedMs: number;
}

export function encodeAccount({ verifiers, lastUsedMs }: AccountRecord): string {
	const texts = SCRAM_MECHANISMS.map((mechanism) => [mechanism, verifiers && encodeVerifier(verifiers[mechanism])]);
	return JSON.stringify({ lastUsedMs, ...(verifiers === undefined ? {} : { verifiers: Object.fromEntries(texts) }) });
}

/** ACCOUNT-1: what cannot be read is an account nobody can log in to by password; its name is not given to another. */
export function decodeAccount(text: string): AccountRecord {
	const unreadable = { verifiers: undefined, lastUsedMs: 0 };
	const record = parseObject(text);
	if (record === undefined || !isCount(record["lastUsedMs"])) return unreadable;
	const { lastUsedMs, verifiers } = record;
	if (typeof verifiers !== "object" || verifiers === null) return { verifiers: undefined, lastUsedMs };
	const texts = verifiers as Record<string, unknown>;
	const sha1 = decodeVerifier(texts["SCRAM-SHA-1"]);
	const sha256 = decodeVerifier(texts["SCRAM-SHA-256"]);
	if (sha1 === undefined || sha256 === undefined) return { verifiers: undefined, lastUsedMs };
	return { verifiers: { "SCRAM-SHA-1": sha1, "SCRAM-SHA-256": sha256 }, lastUsedMs };
}

function isCount(value: unknown): value is number {
	return Number.isSafeInteger(value) && (value as number) >= 0;
}

/** An object written as JSON; undefined for anything else. */
export function parseObject(text: string): Readonly<Record<string, unknown>> | undefined {
	try {
		const value: unknown = JSON.parse(text);
		return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : undefined;
	} catch {
		return undefined;
	}
}

function encodeVerifier({ salt, iterations, storedKey, serverKey }: ScramVerifier): string {
	return [base64(salt), `${iterations}`, base64(storedKey), base64(serverKey)].join(" ");
}

function decodeVerifier(text: unknown): ScramVerifier | undefined {
	const parts = typeof text === "string" ? text.split(" ") : [];
	const [salt, storedKey, serverKey] = [parts[0], parts[2], parts[3]].map((part) => fromBase64(part ?? "!"));
	const iterations = Number(parts[1]);
	if (!salt?.ok || !storedKey?.ok || !serverKey?.ok || !isCount(iterations)) return undefined;
	return {
		salt: salt.value as Bytes<"ScramSalt">,
		iterations,
		storedKey: storedKey.value as Bytes<"StoredKey">,
		serverKey: serverKey.value as Bytes<"ServerKey">,
	};
}
