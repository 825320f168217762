import { type Refusal, refuse } from "../refusal.ts";
import type { DataMessage } from "../wire/messages.ts";
import { MAX_SKIP } from "../limits.ts";

type Refused = { readonly ok: false; readonly error: Refusal };

export const DATA_MESSAGE = "Data Message";

export function badMac(): Refused {
	return refuse("peer", "mac", DATA_MESSAGE, "the authenticator of its sections", "another one");
}

/** It came twice, or its key was forgotten. */
export function noKey(message: DataMessage): Refused {
	const which = `message ${message.messageId} of ratchet ${message.ratchetId}`;
	return refuse("carrier", "no-key", DATA_MESSAGE, "a message whose key is still there", which);
}

export function tooManySkipped(skipped: number): Refused {
	return refuse("peer", "limit", DATA_MESSAGE, `at most ${MAX_SKIP} skipped messages`, `${skipped}`);
}

export function reflected(): Refused {
	return refuse("peer", "reflected", DATA_MESSAGE, "keys of the peer's", "our own");
}

export function wrongRatchet(expected: string, message: DataMessage): Refused {
	return refuse("peer", "state", DATA_MESSAGE, expected, `ratchet id ${message.ratchetId}`);
}
