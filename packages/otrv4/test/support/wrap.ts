import type { OtrMessage } from "../../src/wire/messages.ts";
import { encodeMessage } from "../../src/wire/decode-message.ts";
import { encodeText } from "../../src/wire/encoding.ts";

/** The text of a message, such as one that a test altered. */
export function textOf(message: OtrMessage): string {
	return encodeText(encodeMessage(message));
}

/** A copy with one bit changed. */
export function flipped<T extends Uint8Array>(bytes: T, at = 0): T {
	const copy = bytes.slice();
	copy[at] = (copy[at] as number) ^ 1;
	return copy as T;
}
