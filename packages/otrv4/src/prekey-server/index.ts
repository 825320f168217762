/**
 * The prekey protocol of OTRv4 (otrv4-prekey-server), both sides, without I/O: `PrekeyClient` for a device that publishes,
 * counts and retrieves; `PrekeyServer` and `PrekeyStorage` for whoever hosts. All times are in milliseconds since 1970
 * unless a name says seconds; refusals say who is to blame, what was expected and what came.
 */
export {
	PrekeyClient,
	type PrekeyClientEvent,
	type PrekeyClientOptions,
	type PrekeyReceived,
	type PrekeyRequest,
} from "./client.ts";
export type { DakeParties } from "./client-dake.ts";
export {
	formatServerFingerprint,
	parseServerFingerprint,
	type ServerFingerprint,
	serverFingerprint,
} from "./composite-identity.ts";
export type { VerifiedEnsemble, VerifiedPrekeyMessage } from "./ensemble.ts";
export { type ForgedEnsembles, withForgedEnsembles } from "./forged-ensembles.ts";
export {
	DEFAULT_SERVER_LIMITS,
	DEFAULT_STORAGE_LIMITS,
	PREKEY_MESSAGES_PER_PUBLICATION_MAX,
	type PrekeyServerLimits,
	type PrekeyStorageLimits,
} from "./limits.ts";
export { MemoryPrekeyStorage } from "./memory-storage.ts";
export { newPrekeyMessage, type OwnPrekeyProfile, type OwnPublication } from "./own-publication.ts";
export { PrekeyServer, type PrekeyServerAnswer, type PrekeyServerEvent, type PrekeyServerOptions } from "./server.ts";
export type {
	DeviceKey,
	EnsembleRequest,
	PrekeyStorage,
	StorageError,
	StoredEnsemble,
	StoredPrekeyMessage,
	StoredProfile,
	StoredPublication,
} from "./storage.ts";
export { CARRIED_CHARS_MIN } from "./texts.ts";
