import type { Ed448KeyPair } from "@clowder/crypto/otr";
import type { DakeKeys } from "./dake.ts";
import type { OwnPublication } from "./own-publication.ts";

/** What a client can ask of a server after a DAKE. */
export type DakeRequest =
	| { readonly type: "publication"; readonly publication: OwnPublication }
	| { readonly type: "storage-information" };

/** `NOT_IN_DAKE`, and nothing is asked. */
export interface Idle {
	readonly name: "idle";
}

/** `IN_DAKE`: a DAKE-1 message was sent. */
export interface InDake {
	readonly name: "in-dake";
	readonly request: DakeRequest;
	/** `i`, `I`. */
	readonly ephemeral: Ed448KeyPair;
	readonly deadlineMs: number;
}

/** `NOT_IN_DAKE` again: the DAKE-3 message was sent, with the request. */
export interface AwaitingAnswer {
	readonly name: "awaiting-answer";
	readonly request: DakeRequest["type"];
	readonly keys: DakeKeys;
	readonly deadlineMs: number;
}

/** `NOT_IN_DAKE`: Prekey Ensembles were asked for, which needs no DAKE. */
export interface AwaitingEnsembles {
	readonly name: "awaiting-ensembles";
	readonly identity: string;
	readonly deadlineMs: number;
}

export type ClientState = Idle | InDake | AwaitingAnswer | AwaitingEnsembles;

export const IDLE: Idle = { name: "idle" };
