import type { Bytes, Result } from "@clowder/bytes";
import type { Conversation } from "../conversation/conversation.ts";
import type { EncryptedSession } from "../conversation/encrypted-session.ts";
import type { PrekeyClient } from "../prekey-server/client.ts";
import type { Refusal } from "../refusal.ts";
import type { AccountData, NewAccount, NewConversation, OutcomeData, PrekeyOptions, Status } from "./data.ts";

/** The messages of the port: a page asks, the worker answers every request in the order in which they came. */

/** What is asked of the worker as a whole: arguments, and what comes back. */
export interface WorkerCalls {
	createAccount: { readonly args: [options: NewAccount, nowMs: number]; readonly value: AccountData };
	account: { readonly args: []; readonly value: AccountData };
	open: { readonly args: [options: NewConversation]; readonly value: number };
	openPrekeys: { readonly args: [options: PrekeyOptions]; readonly value: undefined };
	close: { readonly args: []; readonly value: undefined };
}

/** What is asked of one conversation: the methods of `Conversation` with their arguments. All give an outcome. */
export interface ConversationCalls {
	start: Parameters<Conversation["start"]>;
	query: Parameters<Conversation["query"]>;
	send: Parameters<Conversation["send"]>;
	sendWaiting: Parameters<Conversation["sendWaiting"]>;
	copy: Parameters<Conversation["copy"]>;
	sendUnencrypted: Parameters<Conversation["sendUnencrypted"]>;
	receive: Parameters<Conversation["receive"]>;
	tick: Parameters<Conversation["tick"]>;
	/** The ensembles by their numbers. */
	sendOffline: [ensembles: readonly number[], text: string, nowMs: number];
	goOnline: Parameters<Conversation["goOnline"]>;
	close: Parameters<Conversation["close"]>;
	end: Parameters<Conversation["end"]>;
	/** `end`, and the worker forgets the conversation. */
	leave: Parameters<Conversation["end"]>;
}

/** What is asked of one session: the methods of `EncryptedSession` that are its user's. */
export interface SessionCalls {
	send: Parameters<EncryptedSession["send"]>;
	sendCopy: Parameters<EncryptedSession["sendCopy"]>;
	startSmp: Parameters<EncryptedSession["startSmp"]>;
	answerSmp: Parameters<EncryptedSession["answerSmp"]>;
	abortSmp: Parameters<EncryptedSession["abortSmp"]>;
	agreeKey: Parameters<EncryptedSession["agreeKey"]>;
	heartbeat: Parameters<EncryptedSession["heartbeat"]>;
	end: Parameters<EncryptedSession["end"]>;
}

/** What is asked of the account's side of the prekey protocol: the methods of `PrekeyClient`. */
export interface PrekeyCalls {
	publish: [count: number, nowMs: number];
	storageInformation: Parameters<PrekeyClient["storageInformation"]>;
	retrieve: Parameters<PrekeyClient["retrieve"]>;
	receive: Parameters<PrekeyClient["receive"]>;
	expire: Parameters<PrekeyClient["expire"]>;
}

/** The outcome of a session's call; the key only of `agreeKey`. */
export type SessionOutcome = OutcomeData & { readonly key?: Bytes<"extra_symm_key"> };

export interface WorkerRequest<K extends keyof WorkerCalls = keyof WorkerCalls> {
	readonly on: "worker";
	readonly call: K;
	readonly args: WorkerCalls[K]["args"];
}

export interface ConversationRequest<K extends keyof ConversationCalls = keyof ConversationCalls> {
	readonly on: "conversation";
	readonly conversation: number;
	readonly call: K;
	readonly args: ConversationCalls[K];
}

export interface SessionRequest<K extends keyof SessionCalls = keyof SessionCalls> {
	readonly on: "session";
	readonly conversation: number;
	readonly session: number;
	readonly call: K;
	readonly args: SessionCalls[K];
}

export interface PrekeyRequestData<K extends keyof PrekeyCalls = keyof PrekeyCalls> {
	readonly on: "prekeys";
	readonly call: K;
	readonly args: PrekeyCalls[K];
}

export type Request = WorkerRequest | PrekeyRequestData | ConversationRequest | SessionRequest;

/** A request, numbered: 0, 1, 2 … */
export interface Asked {
	readonly id: number;
	readonly request: Request;
}

/** Of the request with this number. `status` of the conversation that it was about, if it is still there. */
export interface Answered {
	readonly id: number;
	readonly result: Result<unknown, Refusal>;
	readonly status?: Status;
}

/** The worker has a bug, and has forgotten everything. `failed` is the kind of error: its text may hold anything. */
export interface Failed {
	readonly id: number;
	readonly failed: string;
}
