/**
 * OTRv4 in a worker, seen from the page: no cryptography comes with this, and nothing that computes for long. The worker
 * imports `@clowder/otrv4/worker`.
 */
export type { CallRefusal, WorkerLost } from "./call-queue.ts";
export type { ConversationProxy } from "./conversation-proxy.ts";
export { ConversationsProxy } from "./conversations-proxy.ts";
export type {
	AccountData,
	ConversationState,
	EnsembleData,
	EventData,
	NewAccount,
	NewConversation,
	OutcomeData,
	PeerData,
	PrekeyEventData,
	PrekeyOptions,
	PrekeyOutcome,
} from "./data.ts";
export type { PrekeyProxy } from "./prekey-proxy.ts";
export type { Port } from "./port.ts";
export type { SessionProxy } from "./session-proxy.ts";
