import { type DecodeError, decode, encode, fromUtf8, type Result, utf8 } from "@clowder/bytes";
import { RELAYED_BYTES } from "../limits.ts";

/** A text that goes past the session: to newcomers, or from one to its sponsor (design section 9). */
export type RelayedKind = "copy" | "whisper";

const KIND_CODES: readonly RelayedKind[] = ["copy", "whisper"];

/** Kind, and the length of the text. */
const HEADER_BYTES = 1 + 4;

/** UTF-8 bytes of the longest text that is sealed for the way in. */
export const RELAYED_TEXT_BYTES: number = RELAYED_BYTES - HEADER_BYTES;

/** What is sealed: `u8 kind || lp(UTF-8) || zeros`, of one size (rule BESIDE-3); undefined for a text that is too long. */
export function encodeRelayed(kind: RelayedKind, text: string): Uint8Array | undefined {
	const bytes = utf8(text);
	if (bytes.length > RELAYED_TEXT_BYTES) return undefined;
	const zeros = RELAYED_TEXT_BYTES - bytes.length;
	return encode((w) => w.u8(KIND_CODES.indexOf(kind)).variable(bytes).fixed(new Uint8Array(zeros), zeros));
}

/** Reads exactly what `encodeRelayed` writes for this kind. */
export function decodeRelayed(kind: RelayedKind, padded: Uint8Array): Result<string, DecodeError> {
	return decode(padded, (r) => {
		const code = r.u8();
		if (KIND_CODES[code] !== kind) r.refuse(`a ${kind}`, `${code}`);
		const bytes = r.variable(RELAYED_TEXT_BYTES);
		const text = fromUtf8(bytes);
		if (r.fixed(RELAYED_TEXT_BYTES - bytes.length).some((byte) => byte !== 0)) r.refuse("zeros", "other bytes");
		return text.ok ? text.value : r.refuse("a text in UTF-8", text.error);
	});
}
