import type { Suite } from "@clowder/crypto";
import { viewOf } from "../../src/fold/phases.ts";
import type { Attempt } from "../../src/fold/state.ts";
import type { MessageType } from "../../src/wire/messages.ts";

/** Said about all that was contributed to an attempt. */
export const UNDER_VIEW: ReadonlySet<MessageType> = new Set(["OK", "CONFIRM", "COMPLAIN", "REVEAL", "FAULT"]);

/** What a piece of an attempt is signed under: the attempt, or the attempt with all that was contributed (rule VIEW-1). */
export function contextOf(suite: Suite, attempt: Attempt, type: MessageType): Uint8Array {
	return (UNDER_VIEW.has(type) && viewOf(suite, attempt)) || attempt.aid;
}
