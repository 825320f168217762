import { ok, type Result } from "@clowder/bytes";
import type { SecretScalar } from "@clowder/crypto/otr";
import { type Refusal, refuse } from "../refusal.ts";
import { TLV_TYPE } from "../wire/tlv.ts";
import type { SmpContext } from "./context.ts";
import { createMessage1, receiveMessage2, receiveMessage4 } from "./initiator.ts";
import { SMP_QUESTION_BYTES_MAX } from "../limits.ts";
import type { SmpTlv, SmpTlvType } from "./messages.ts";
import { createMessage2, receiveMessage1, receiveMessage3 } from "./responder.ts";
import { smpSecret } from "./secret.ts";
import { type Asked, EXPECT_1, eraseState, type SmpEvent, type SmpState, type SmpStep } from "./states.ts";
import { userText } from "./text.ts";

// The Socialist Millionaires' Protocol of otrv4.md, without I/O: each function takes a state, consumes it, and gives the
// next one. The caller sends what a step says in data messages of the conversation it belongs to, hands in what comes in
// them, and calls `leaveSmp` when the conversation is not in `ENCRYPTED_MESSAGES` any more.
//
// Where both start at once, each receives a message 1 that it does not expect, and aborts. Both attempts are over on both
// sides, and either may start again; an abort that is still on its way may end that attempt too, never leave one half.

/** The state of a conversation in which no SMP is under way. */
export const SMP_START: SmpState = EXPECT_1;

/** What the user wants to compare, and what the other side is to be asked. */
export interface SmpQuestion {
	/** Up to `SMP_QUESTION_BYTES_MAX` bytes of UTF-8; empty for none. It is sent as it stands. */
	readonly question: string;
	readonly userSecret: string;
}

/**
 * "User requests to begin SMP". An SMP that is under way is aborted first.
 *
 * Refuses, as the caller's and without a change, a question or a secret that is over its limit or not Unicode text.
 */
export function startSmp(context: SmpContext, state: SmpState, asked: SmpQuestion): Result<SmpStep, Refusal> {
	const question = userText("SMP question", asked.question, SMP_QUESTION_BYTES_MAX);
	if (!question.ok) return question;
	const secret = secretOf(context, "initiator", asked.userSecret);
	if (!secret.ok) return secret;
	const before = state.name === "expect-1" ? undefined : abortSmp(state);
	const step = createMessage1(context, asked.question, secret.value);
	return ok({ ...step, send: [...(before?.send ?? []), ...step.send], events: before?.events ?? [] });
}

/** The user says the secret that the event `asked` asked for. Refuses a secret as `startSmp` does. */
export function answerSmp(context: SmpContext, state: Asked, userSecret: string): Result<SmpStep, Refusal> {
	const secret = secretOf(context, "responder", userSecret);
	return secret.ok ? ok(createMessage2(context, state, secret.value)) : secret;
}

/** "User requests to abort SMP". In all states; `aborted` is told of only where anything was under way. */
export function abortSmp(state: SmpState): SmpStep {
	return { ...end(state, "us"), send: [ABORT] };
}

/** The conversation is not in `ENCRYPTED_MESSAGES` any more: nothing can be sent. */
export function leaveSmp(state: SmpState): SmpStep {
	return end(state, "us");
}

/**
 * A TLV of the SMP that came in a data message to our instance. Whatever is malformed, false or out of turn is refused,
 * ends what is under way, and is answered with an abort.
 */
export function receiveSmp(context: SmpContext, state: SmpState, tlv: SmpTlv): SmpStep {
	// Its value "should be empty"; one that is not is no reason to go on.
	if (tlv.tlvType === TLV_TYPE.smpAbort) return end(state, "peer");
	const step = receiveInTurn(context, state, tlv);
	if (step.ok) return step.value;
	const aborted = abortSmp(state);
	return { ...aborted, events: [{ kind: "refused", refusal: step.error }, ...aborted.events] };
}

function receiveInTurn(context: SmpContext, state: SmpState, { tlvType, value }: SmpTlv): Result<SmpStep, Refusal> {
	switch (state.name) {
		case "expect-1":
			if (tlvType === TLV_TYPE.smp1) return receiveMessage1(context, value);
			return outOfTurn("SMP message 1", tlvType);
		case "asked":
			return outOfTurn("nothing before our answer", tlvType);
		case "expect-2":
			if (tlvType === TLV_TYPE.smp2) return receiveMessage2(context, state, value);
			return outOfTurn("SMP message 2", tlvType);
		case "expect-3":
			if (tlvType === TLV_TYPE.smp3) return receiveMessage3(context, state, value);
			return outOfTurn("SMP message 3", tlvType);
		case "expect-4":
			if (tlvType === TLV_TYPE.smp4) return receiveMessage4(context, state, value);
			return outOfTurn("SMP message 4", tlvType);
	}
}

/** Nobody needs to have done wrong: both may have started, or an abort and a message passed each other. */
function outOfTurn(expected: string, tlvType: SmpTlvType): Result<never, Refusal> {
	return refuse("carrier", "state", "SMP message", expected, `SMP message ${tlvType - 1}`);
}

const ABORT: SmpTlv = { tlvType: TLV_TYPE.smpAbort, value: new Uint8Array() };

function end(state: SmpState, by: "us" | "peer"): SmpStep {
	eraseState(state);
	const events: readonly SmpEvent[] = state.name === "expect-1" ? [] : [{ kind: "aborted", by }];
	return { state: EXPECT_1, send: [], events };
}

function secretOf(
	{ primitives, ourFingerprint, theirFingerprint, ssid, reading }: SmpContext,
	role: "initiator" | "responder",
	userSecret: string,
): Result<SecretScalar, Refusal> {
	const [initiatorFingerprint, responderFingerprint] =
		role === "initiator" ? [ourFingerprint, theirFingerprint] : [theirFingerprint, ourFingerprint];
	return smpSecret(primitives, { initiatorFingerprint, responderFingerprint, ssid, userSecret, reading });
}
