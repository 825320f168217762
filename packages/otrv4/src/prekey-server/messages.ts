import type { Bytes } from "@clowder/bytes";
import type { ClientProfile } from "../profile/client-profile.ts";
import type { PrekeyProfile } from "../profile/prekey-profile.ts";
import type { PrekeyMessage, RingSignature } from "../wire/messages.ts";
import type { CompositeIdentity } from "./composite-identity.ts";

/** "DAKE-1 Message". Like all of these parsed only: nothing in it is verified. */
export interface Dake1Message {
	readonly type: "dake-1";
	readonly senderTag: number;
	readonly clientProfile: ClientProfile;
	readonly i: Bytes<"POINT">;
}

/** "DAKE-2 Message". */
export interface Dake2Message {
	readonly type: "dake-2";
	readonly receiverTag: number;
	readonly server: CompositeIdentity;
	readonly s: Bytes<"POINT">;
	readonly sigma: RingSignature;
}

/** "DAKE-3 Message". */
export interface Dake3Message {
	readonly type: "dake-3";
	readonly senderTag: number;
	readonly sigma: RingSignature;
	/** An encoded Prekey Publication or Storage Information Request message. */
	readonly attached: Uint8Array;
}

/** `PROOF-ECDH`. */
export interface EcdhProof {
	/** 64 bytes. */
	readonly c: Bytes<"PROOF-C">;
	readonly v: Bytes<"SCALAR">;
}

/** `PROOF-DH`. */
export interface DhProof {
	/** 64 bytes. */
	readonly c: Bytes<"PROOF-C">;
	readonly v: Bytes<"MPI">;
}

/** What is published: what a Prekey Publication message says before its MAC. */
export interface PublishedValues {
	/** At most 255. */
	readonly prekeyMessages: readonly PrekeyMessage[];
	readonly clientProfile: ClientProfile | undefined;
	readonly prekeyProfile: PrekeyProfile | undefined;
	/** There where a Prekey Message is. */
	readonly prekeyMessageProofs: { readonly ecdh: EcdhProof; readonly dh: DhProof } | undefined;
	/** There where a Prekey Profile is. */
	readonly prekeyProfileProof: EcdhProof | undefined;
}

/** "Prekey Publication Message". */
export interface PublicationMessage extends PublishedValues {
	readonly type: "publication";
	readonly mac: Bytes<"MAC">;
}

/** "Storage Information Request Message". */
export interface StorageInformationRequest {
	readonly type: "storage-information-request";
	readonly mac: Bytes<"MAC">;
}

/** "Storage Status Message". */
export interface StorageStatus {
	readonly type: "storage-status";
	readonly receiverTag: number;
	readonly count: number;
	readonly mac: Bytes<"MAC">;
}

/** "Success Message" and "Failure Message". */
export interface Acknowledgment {
	readonly type: "success" | "failure";
	readonly receiverTag: number;
	readonly mac: Bytes<"MAC">;
}

/** "Prekey Ensemble Query Retrieval Message". */
export interface EnsembleQuery {
	readonly type: "ensemble-query";
	readonly senderTag: number;
	readonly identity: string;
	/** Digits of versions in any order; those that nobody knows are ignored. */
	readonly versions: string;
}

/** A Prekey Ensemble: one of each. */
export interface Ensemble {
	readonly clientProfile: ClientProfile;
	readonly prekeyProfile: PrekeyProfile;
	readonly prekeyMessage: PrekeyMessage;
}

/** "Prekey Ensemble Retrieval Message". */
export interface EnsembleRetrieval {
	readonly type: "ensembles";
	readonly receiverTag: number;
	readonly identity: string;
	/** At least one. */
	readonly ensembles: readonly Ensemble[];
}

/** "No Prekey Ensembles in Storage Message". */
export interface NoEnsembles {
	readonly type: "no-ensembles";
	readonly receiverTag: number;
	readonly identity: string;
	/** For people to read. */
	readonly note: string;
}

/** What a client sends to a server. */
export type ClientMessage = Dake1Message | Dake3Message | EnsembleQuery;
/** What is attached to a DAKE-3 message. */
export type AttachedMessage = PublicationMessage | StorageInformationRequest;
/** What a server sends to a client. */
export type ServerMessage = Dake2Message | StorageStatus | Acknowledgment | EnsembleRetrieval | NoEnsembles;
