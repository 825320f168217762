import { type Bytes, erase, ok, type Result } from "@clowder/bytes";
import type { Account } from "../account/account.ts";
import type { DakeContext } from "../dake/context.ts";
import { randomU32 } from "../random.ts";
import { encodeMessage } from "../wire/decode-message.ts";
import { encodeText } from "../wire/encoding.ts";
import { split } from "../wire/fragment.ts";
import { writeFragment } from "../wire/fragment-format.ts";
import { MIN_INSTANCE_TAG } from "../wire/instance-tag.ts";
import { ENCODED_TEXT_MAX_CHARS, FRAGMENTS_MAX, PADDING_GRANULARITY_MAX_BYTES } from "../limits.ts";
import type { Refusal } from "../refusal.ts";
import type { OtrMessage, PrekeyMessage } from "../wire/messages.ts";
import { encodePlaintext } from "../wire/tlv.ts";
import type { Policy, Timing } from "./policy.ts";

const EMPTY_FRAGMENT_CHARS: number = writeFragment({
	identifier: 0,
	senderTag: MIN_INSTANCE_TAG,
	receiverTag: MIN_INSTANCE_TAG,
	index: 1,
	total: 1,
	piece: "",
}).length;
/** A network that takes fewer characters cannot carry the largest message in the most fragments. */
const NETWORK_MIN_CHARS: number = EMPTY_FRAGMENT_CHARS + Math.ceil(ENCODED_TEXT_MAX_CHARS / FRAGMENTS_MAX);

/** What a session works with. Who we are it needs to know by tag and fingerprint only. */
export interface SessionDesk {
	readonly account: Pick<Account, "instanceTag" | "fingerprint">;
	readonly context: DakeContext;
	readonly timing: Timing;
	/** The longest text that the network takes; longer ones go in fragments. */
	readonly maxChars: number;
	/** What texts are padded to a multiple of, in bytes. */
	readonly paddingTo: number;
}

/** What every part of a conversation works with. */
export interface Desk extends SessionDesk {
	readonly account: Account;
	readonly policy: Policy;
	/** To whom waiting texts may go. */
	readonly isTrusted: (fingerprint: Bytes<"Fingerprint">) => boolean;
}

/** Throws for what would make some message of ours impossible to write: our caller's bug, found before it is in use. */
export function requireWritable({ maxChars, paddingTo }: Pick<SessionDesk, "maxChars" | "paddingTo">): void {
	if (!(maxChars >= NETWORK_MIN_CHARS)) throw new RangeError(`maxChars is at least ${NETWORK_MIN_CHARS}: ${maxChars}`);
	if (!Number.isInteger(paddingTo) || paddingTo < 1 || paddingTo > PADDING_GRANULARITY_MAX_BYTES) {
		throw new RangeError(`paddingTo is 1 to ${PADDING_GRANULARITY_MAX_BYTES} bytes: ${paddingTo}`);
	}
}

/** Whether a session could send this text: for those that have none yet. */
export function checkText({ paddingTo }: Pick<SessionDesk, "paddingTo">, text: string): Result<undefined, Refusal> {
	const plaintext = encodePlaintext({ text, tlvs: [], paddingTo });
	if (!plaintext.ok) return plaintext;
	erase(plaintext.value);
	return ok(undefined);
}

/** The texts that carry a message: one, or its fragments. */
export function write(
	desk: Pick<SessionDesk, "context" | "maxChars">,
	message: Exclude<OtrMessage, PrekeyMessage>,
): readonly string[] {
	const text = encodeText(encodeMessage(message));
	if (text.length <= desk.maxChars) return [text];
	const identifier = randomU32(desk.context.random);
	const { senderTag, receiverTag } = message;
	const pieces = split(text, { maxChars: desk.maxChars, identifier, senderTag, receiverTag });
	if (!pieces.ok) throw new Error(`a message of ours cannot be split: ${pieces.error.expected}`);
	return pieces.value;
}
