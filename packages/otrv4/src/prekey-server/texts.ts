import { type Random, randomU32 } from "../random.ts";
import { encodePrekeyProtocolText } from "../wire/encoding.ts";
import { split } from "../wire/fragment.ts";
import type { FragmentPrefix } from "../wire/fragment-format.ts";

/** What the fragments of this protocol begin with ("Fragmentation of some Messages"). */
export const PREKEY_FRAGMENT_PREFIX: FragmentPrefix = "?OTRP|";
/** The least a network must carry: the largest message then breaks up into fewer than 65,536 fragments. */
export const CARRIED_CHARS_MIN = 64;

/** How messages become texts. */
export interface TextOptions {
	readonly random: Random;
	/** Longest text that the network carries, at least `CARRIED_CHARS_MIN`; without it nothing is broken up. */
	readonly maxChars: number | undefined;
}

/** Throws for a number that no network could work with: the caller's bug. */
export function requireMaxChars(maxChars: number | undefined): void {
	if (maxChars !== undefined && !(maxChars >= CARRIED_CHARS_MIN)) {
		throw new RangeError(`maxChars is ${maxChars}; a text has at least ${CARRIED_CHARS_MIN} characters`);
	}
}

/** An encoded message as texts to send: one, or its fragments. A server's tag, which it does not have, is 0. */
export function textsOf(
	message: Uint8Array,
	{ random, maxChars = Number.POSITIVE_INFINITY }: TextOptions,
	tags: { readonly senderTag: number; readonly receiverTag: number },
): readonly string[] {
	const text = encodePrekeyProtocolText(message);
	if (text.length <= maxChars) return [text];
	const texts = split(text, { maxChars, identifier: randomU32(random), ...tags, prefix: PREKEY_FRAGMENT_PREFIX });
	if (!texts.ok) throw new Error(`a message of ours cannot be broken up: ${texts.error.expected}`);
	return texts.value;
}
