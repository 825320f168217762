import { fromUtf8, type Reader, utf8 } from "@clowder/bytes";
import { IDENTITY_MAX_BYTES } from "./limits.ts";

/** A string as DATA: UTF-8, at most `limit` bytes. */
export function readText(r: Reader, limit: number): string {
	const text = fromUtf8(r.variable(limit));
	return text.ok ? text.value : r.refuse("UTF-8", "bytes that are not");
}

/** A name of the network: at least a byte. */
export function readIdentity(r: Reader): string {
	const identity = readText(r, IDENTITY_MAX_BYTES);
	return identity === "" ? r.refuse("an identity", "an empty one") : identity;
}

/** Whether `readIdentity` would give back what was written of it. */
export function isIdentity(identity: string): boolean {
	const bytes = utf8(identity);
	const read = fromUtf8(bytes);
	return bytes.length > 0 && bytes.length <= IDENTITY_MAX_BYTES && read.ok && read.value === identity;
}
