import type { Suite } from "@clowder/crypto";
import type { VerifiedMessage } from "../wire/envelope.ts";
import type { Complain, Fault, Reveal } from "../wire/messages.ts";
import { type Folded, type FoldState, type KeyName, late } from "./state.ts";

/** The verdict on a complaint, a reveal or a fault: whom it convicts, by `v`; undefined for those who cannot tell. */
export type Verdict = readonly KeyName[] | undefined;

/** COMPLAIN, REVEAL, FAULT (design section 8). */
export function placeBlame(
	_suite: Suite,
	state: FoldState,
	_placed: VerifiedMessage<Complain | Reveal | Fault>,
	_verdict: Verdict,
): Folded {
	return late(state, "BLAME-1", "an attempt that failed", "another");
}
