/**
 * OTRv4 in a worker, so that nothing blocks an interface: this is what the worker imports. The page imports
 * `@clowder/otrv4/worker-proxy`, which has no cryptography in it.
 */
export type { AccountData, EventData, NewAccount, NewConversation, OutcomeData, PeerData } from "./data.ts";
export type { Port } from "./port.ts";
export { serveConversations, type ServeOptions, type StoredConversation } from "./serve.ts";
