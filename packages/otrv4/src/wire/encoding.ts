import { base64, fromBase64, ok, type Result } from "@clowder/bytes";
import { ENCODED_TEXT_MAX_CHARS } from "../limits.ts";
import { type Refusal, refuse } from "../refusal.ts";

/** What an encoded message of otrv4.md "Encoded Messages" begins with. */
export const ENCODED_PREFIX = "?OTR:";
const END = ".";

/** "?OTR:", the base64 of the message, ".". */
export function encodeText(message: Uint8Array): string {
	return ENCODED_PREFIX + base64(message) + END;
}

/** The bytes of an encoded message: canonical, padded base64 only, which is what every implementation writes. */
export function decodeText(text: string): Result<Uint8Array, Refusal> {
	return decodeBetween("encoded message", ENCODED_PREFIX, text);
}

/** The same in the prekey protocol, prekey.md "Encoded Messages": no prefix. */
export function encodePrekeyProtocolText(message: Uint8Array): string {
	return base64(message) + END;
}

export function decodePrekeyProtocolText(text: string): Result<Uint8Array, Refusal> {
	return decodeBetween("encoded message of the prekey protocol", "", text);
}

function decodeBetween(what: string, prefix: string, text: string): Result<Uint8Array, Refusal> {
	if (text.length > ENCODED_TEXT_MAX_CHARS) {
		return refuse("peer", "limit", what, `at most ${ENCODED_TEXT_MAX_CHARS} characters`, `${text.length}`);
	}
	if (!text.startsWith(prefix) || !text.endsWith(END)) {
		return refuse("peer", "malformed", what, `base64 between "${prefix}" and "${END}"`, `${text.length} characters`);
	}
	const bytes = fromBase64(text.slice(prefix.length, -END.length));
	if (bytes.ok) return ok(bytes.value);
	return refuse("peer", "malformed", what, "canonical base64", `${text.length} characters that are not`);
}
