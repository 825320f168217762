import type { Bytes } from "@clowder/bytes";
import type { SecureSessionId } from "../dake/shared-secret.ts";
import type { VerifiedClientProfile } from "../profile/client-profile.ts";
import type { Refusal } from "../refusal.ts";

/** The fingerprint, the SSID and the profile of the device that a conversation was established with. */
export interface Peer {
	/** The instance tag: which of their devices. */
	readonly instance: number;
	/** 56 bytes. Whom one talks to is known only once it was compared, or an SMP said "equal". */
	readonly fingerprint: Bytes<"Fingerprint">;
	readonly profile: VerifiedClientProfile;
	/** 8 bytes, to be read aloud: each side its half ("Secure Session ID"). */
	readonly ssid: SecureSessionId;
	readonly ourHalf: "first" | "second";
	/** Whether it began with a Non-Interactive-Auth message: then its sender has no online deniability. */
	readonly offline: boolean;
}

/** An extra symmetric key that both sides have: 64 bytes, for something outside this conversation. Erase it after use. */
export interface AgreedKey {
	readonly key: Bytes<"extra_symm_key">;
	/** Four bytes that say what it is for. */
	readonly context: Uint8Array;
	/** What else the peer said of its use. */
	readonly value: Uint8Array;
}

/** What the application is told. Everything that came from a device says from which (`instance`). */
export type ConversationEvent =
	/** Encrypted and authentic. `text` is UTF-8 as it came, "optionally with HTML markup": show it as text. */
	| { readonly kind: "message"; readonly instance: number; readonly text: string }
	/** Another device of ours sent this text to somebody. Only in a conversation with oneself. */
	| { readonly kind: "copy"; readonly instance: number; readonly text: string; readonly to: string }
	/** Not encrypted: anybody on the way may have written it. Never show it as if it were. */
	| { readonly kind: "plaintext"; readonly text: string; readonly during: "plaintext" | "encrypted" | "finished" }
	| ({ readonly kind: "established" } & Peer)
	/** The peer ended the conversation. What was queued is not sent; close the session to begin another. */
	| { readonly kind: "finished"; readonly instance: number; readonly by: "peer" | "expiration" }
	| { readonly kind: "ended"; readonly instance: number }
	/** A DAKE got no answer in time; it can be started again. */
	| { readonly kind: "dake-timeout"; readonly instance: number | undefined }
	/** `attempt` names the question to `answerSmp`. */
	| { readonly kind: "smp-asked"; readonly instance: number; readonly question: string; readonly attempt: number }
	| { readonly kind: "smp-answered"; readonly instance: number }
	| { readonly kind: "smp-finished"; readonly instance: number; readonly equal: boolean }
	| { readonly kind: "smp-aborted"; readonly instance: number; readonly by: "us" | "peer" }
	| ({ readonly kind: "extra-symmetric-key"; readonly instance: number } & AgreedKey)
	/** The peer says that it could not read something. Not authentic. `code` of `ERROR_n`. */
	| { readonly kind: "peer-error"; readonly code: number; readonly text: string }
	/** A message of the peer's cannot be read: it came twice, too late, or for a session that is gone. */
	| { readonly kind: "unreadable"; readonly instance: number }
	/** For an OTRv3 library: a query that offers version 3 only, or an encoded message or fragment of it. */
	| { readonly kind: "otrv3"; readonly text: string }
	/** An offline conversation follows an online one: what deniability that one had is weaker now. */
	| { readonly kind: "deniability-weakened"; readonly instance: number }
	/** What was refused, and who is to blame. For a log. */
	| { readonly kind: "refused"; readonly refusal: Refusal };

/** What a call gives: texts to hand to the network, in this order, and what happened. */
export interface Outcome {
	readonly send: readonly string[];
	readonly events: readonly ConversationEvent[];
}

export const NOTHING: Outcome = { send: [], events: [] };

export function join(...outcomes: readonly Outcome[]): Outcome {
	return {
		send: outcomes.flatMap(({ send }) => send),
		events: outcomes.flatMap(({ events }) => events),
	};
}

export function event(...events: readonly ConversationEvent[]): Outcome {
	return { send: [], events };
}

export function refused(refusal: Refusal): Outcome {
	return event({ kind: "refused", refusal });
}
