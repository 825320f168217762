import type { Account } from "../account/account.ts";
import type { DakeContext } from "../dake/context.ts";
import { encodeMessage } from "../wire/decode-message.ts";
import { encodeText } from "../wire/encoding.ts";
import { split } from "../wire/fragment.ts";
import type { OtrMessage, PrekeyMessage } from "../wire/messages.ts";
import type { Policy, Timing } from "./policy.ts";

const IDENTIFIER_BYTES = 4;

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
}

/** The texts that carry a message: one, or its fragments. */
export function write(
	desk: Pick<SessionDesk, "context" | "maxChars">,
	message: Exclude<OtrMessage, PrekeyMessage>,
): readonly string[] {
	const text = encodeText(encodeMessage(message));
	if (text.length <= desk.maxChars) return [text];
	const bytes = desk.context.random(IDENTIFIER_BYTES);
	const identifier = new DataView(bytes.buffer, bytes.byteOffset, IDENTIFIER_BYTES).getUint32(0);
	const { senderTag, receiverTag } = message;
	const pieces = split(text, { maxChars: desk.maxChars, identifier, senderTag, receiverTag });
	if (!pieces.ok) throw new Error(`a message of ours cannot be split: ${pieces.error.expected}`);
	return pieces.value;
}
