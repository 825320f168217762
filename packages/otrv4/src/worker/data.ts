import type { AccountOptions } from "../account/account.ts";
import type { ConversationOptions } from "../conversation/conversation.ts";
import type { FinishedSession } from "../conversation/encrypted-session.ts";
import type { ConversationEvent, Peer } from "../conversation/events.ts";
import type { PrekeyClientEvent, PrekeyClientOptions } from "../prekey-server/client.ts";
import type { Refusal } from "../refusal.ts";
import type { Mode } from "../mode.ts";
import type { ClientProfile } from "../profile/client-profile.ts";

/** What passes between a page and a worker: the package's own types, with plain data where they have objects. */

/** A new account as a page asks for it. One with an OTRv3 key is made by the worker's own script, as that key is secret. */
export type NewAccount = Omit<AccountOptions, "primitives" | "random" | "transitional">;

/** What a page may know of the account. */
export interface AccountData {
	readonly mode: Mode;
	readonly instanceTag: number;
	/** 56 bytes. */
	readonly fingerprint: Uint8Array;
	/** As `Account.renewals`: publish when it grows. */
	readonly renewals: number;
}

/**
 * As `ConversationOptions`; account, primitives and randomness are the worker's. A `maxChars` that cannot be is a bug, as it is
 * without a worker: it ends this one.
 */
export interface NewConversation extends Omit<ConversationOptions, "primitives" | "random" | "account" | "isTrusted"> {
	/** In the place of `isTrusted`: the fingerprints to which texts that wait may go. To anybody if not said. */
	readonly trusted?: readonly Uint8Array[];
}

/** As `Peer`, with the profile as it was verified. */
export type PeerData = Omit<Peer, "profile"> & { readonly profile: ClientProfile };

/** As `ConversationEvent`. */
export type EventData =
	| Exclude<ConversationEvent, { readonly kind: "established" }>
	| ({ readonly kind: "established" } & PeerData);

/** As `Outcome`: texts to hand to the network, in this order, and what happened. */
export interface OutcomeData {
	readonly send: readonly string[];
	readonly events: readonly EventData[];
}

/** As `Conversation.state()`. */
export type ConversationState = "START" | "WAITING_AUTH_R" | "WAITING_AUTH_I" | "ENCRYPTED_MESSAGES" | "FINISHED";

/** An encrypted session and the number it goes by on the port. A later session with the same device has another. */
export interface SessionData {
	readonly state: "encrypted";
	readonly id: number;
	readonly peer: PeerData;
}

/** What can be asked of a conversation without changing it, as it was after a call. */
export interface Status {
	readonly state: ConversationState;
	readonly deadlineMs: number | undefined;
	readonly sessions: readonly (readonly [instance: number, session: SessionData | FinishedSession])[];
	/** The number of the session that a text would go to, by `Delivery`. */
	readonly best: number | undefined;
	readonly recent: number | undefined;
}

/** As `PrekeyClientOptions`; the account's part is the worker's. */
export type PrekeyOptions = Omit<PrekeyClientOptions, "primitives" | "random" | "mode" | "key" | "clientProfile">;

/** A prekey ensemble in the worker, and the number it goes by. Whom to trust is for the page to choose. */
export interface EnsembleData {
	readonly id: number;
	readonly instance: number;
	readonly fingerprint: Uint8Array;
	readonly profile: ClientProfile;
}

/** As `PrekeyClientEvent`, and why a text of the server's was refused. */
export type PrekeyEventData =
	| Exclude<PrekeyClientEvent, { readonly type: "ensembles" }>
	| {
			readonly type: "ensembles";
			readonly identity: string;
			readonly ensembles: readonly EnsembleData[];
			readonly discarded: readonly Refusal[];
	  }
	| { readonly type: "refused"; readonly refusal: Refusal };

/** Texts to send to the prekey server, in this order, what happened, and when to call `expire`, if ever. */
export interface PrekeyOutcome {
	readonly send: readonly string[];
	readonly events: readonly PrekeyEventData[];
	readonly deadlineMs: number | undefined;
}
