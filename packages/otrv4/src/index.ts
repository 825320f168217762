export {
	Account,
	type AccountContent,
	type AccountOptions,
	createAccount,
	type Publication,
} from "./account/account.ts";
export { Conversation, type ConversationOptions, type Session } from "./conversation/conversation.ts";
export { chooseEnsembles, type EnsembleChoice } from "./conversation/choose-ensembles.ts";
export type { Delivery } from "./conversation/delivery.ts";
export type { EncryptedSession, FinishedSession } from "./conversation/encrypted-session.ts";
export type { AgreedKey, ConversationEvent, Outcome, Peer } from "./conversation/events.ts";
export { DEFAULT_POLICY, DEFAULT_TIMING, type Policy, type Timing } from "./conversation/policy.ts";
export type { Reading } from "./interoperability.ts";
export type { Mode } from "./mode.ts";
export type { VerifiedEnsemble } from "./prekey-server/ensemble.ts";
export type { VerifiedClientProfile } from "./profile/client-profile.ts";
export { formatFingerprint } from "./profile/fingerprint.ts";
export type { TransitionalKey } from "./profile/transitional-signature.ts";
export type { OtrVersion } from "./profile/versions.ts";
export type { Random } from "./random.ts";
export type { Blame, Reason, Refusal } from "./refusal.ts";
export { restoreAccount, storeAccount } from "./storage/account-storage.ts";
