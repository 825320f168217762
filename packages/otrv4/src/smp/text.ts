import { erase, ok, type Result, utf8 } from "@clowder/bytes";
import { type Refusal, refuse } from "../refusal.ts";

/**
 * UTF-8 of what a user typed, at most `bytesMax`. Refuses, as the caller's, what is longer, and half of a surrogate pair:
 * that has no UTF-8, and its replacement would equal others.
 */
export function userText(what: string, text: string, bytesMax: number): Result<Uint8Array, Refusal> {
	const tooLong = (): Result<never, Refusal> =>
		refuse("caller", "limit", what, `at most ${bytesMax} bytes of UTF-8`, "more");
	// A UTF-16 unit is at least a byte of UTF-8: this bounds what is looked at below.
	if (text.length > bytesMax) return tooLong();
	if (/\p{Cs}/u.test(text)) {
		return refuse("caller", "malformed", what, "text that has a UTF-8", "half of a surrogate pair");
	}
	const bytes = utf8(text);
	if (bytes.length <= bytesMax) return ok(bytes);
	erase(bytes);
	return tooLong();
}
