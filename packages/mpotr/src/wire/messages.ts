import type { KemCiphertext, KemPublicKey, VerifyKey } from "@clowder/crypto";
import type { KemKeyRef, PublicKeySet } from "../key-set.ts";
import type { Aid, Mac, MessageHash, TranscriptDigest } from "../labels.ts";
import type { RoomParameters } from "../parameters.ts";

/** FOUND: the founder opens the attempt with base none, k = 0. */
export interface Found {
	readonly type: "FOUND";
	readonly parameters: RoomParameters;
	/** In full. */
	readonly keySet: PublicKeySet;
}

/** KNOCK: someone new asks for STATE. */
export interface Knock {
	readonly type: "KNOCK";
	/** KEM keys as hashes; JOIN gives them in full. */
	readonly keySet: PublicKeySet;
}

/** A member as STATE tells of them. */
export interface StateMember {
	/** Of the running session. */
	readonly v: VerifyKey;
	/** Number of their last valid message under `v`, -1 before the first (on the wire: number + 1). */
	readonly number: number;
	readonly handle: string;
	/** Their key set for the next session, KEM keys as hashes. */
	readonly next: PublicKeySet;
	readonly removed: boolean;
	/** The carrier said that their handle left, and nothing came since. */
	readonly left: boolean;
}

/** A pending join as STATE tells of it. */
export interface StateJoin {
	readonly join: MessageHash;
	readonly number: number;
	readonly handle: string;
	/** KEM keys as hashes. */
	readonly keySet: PublicKeySet;
	readonly introduced: boolean;
	readonly left: boolean;
}

/** A dead attempt as STATE tells of it. */
export interface StateDeadAttempt {
	readonly aid: Aid;
	readonly unshared: readonly VerifyKey[];
}

/** STATE: a sponsor tells newcomers where the room's fold stands (design section 6). */
export interface State {
	readonly type: "STATE";
	/** The message after whose place this holds; newcomers read on from there. */
	readonly at: MessageHash;
	readonly k: number;
	readonly parameters: RoomParameters;
	/** Sorted by `v`. */
	readonly members: readonly StateMember[];
	/** In the order of their places. */
	readonly pending: readonly StateJoin[];
	/** Attempts of this base that died, and whose SHAREs for them may still come. */
	readonly dead: readonly StateDeadAttempt[];
	/** The KNOCKs that this answers. */
	readonly answers: readonly MessageHash[];
	/** Where identities are sealed to: the sponsor's `b` and its KEM key, in full. */
	readonly sponsorBox: BoxKeys;
}

/** Public keys that a box can be sealed to. */
export interface BoxKeys {
	readonly b: PublicKeySet["b"];
	readonly bek: KemKeyRef | undefined;
}

/** A sealed box: only the holder of the secrets of `BoxKeys` opens it. */
export interface SealedBox {
	/** Ephemeral X25519 key. */
	readonly ephemeral: PublicKeySet["y"];
	/** To the KEM key; undefined in suite 1. */
	readonly kemCiphertext: KemCiphertext | undefined;
	readonly ciphertext: Uint8Array;
	readonly mac: Mac;
}

/** JOIN: the newcomer says who it is, to the sponsor only, and proves it to each member. */
export interface Join {
	readonly type: "JOIN";
	/** In full. */
	readonly keySet: PublicKeySet;
	/** `com`. */
	readonly commitment: Uint8Array;
	/** The sponsor's `v`. */
	readonly sponsor: Uint8Array;
	/** The identity. */
	readonly sealed: SealedBox;
	/** `a_i`, in the order of STATE's members. */
	readonly authenticators: readonly Mac[];
}

/** Content under a sender chain: encrypted, authenticated; the envelope signs it. */
export interface Encrypted {
	/** Place in the sender's chain. */
	readonly index: number;
	readonly iv: Uint8Array;
	readonly ciphertext: Uint8Array;
	readonly mac: Mac;
}

/** INTRODUCE: the sponsor tells the session who the newcomer is. */
export interface Introduce {
	readonly type: "INTRODUCE";
	readonly join: MessageHash;
	readonly content: Encrypted;
}

export type DenyReason = "name-taken" | "name-invalid" | "bad-authenticator" | "already-here";

/** DENY: a member refuses a join. */
export interface Deny {
	readonly type: "DENY";
	readonly join: MessageHash;
	readonly reason: DenyReason;
}

/** OPEN: a member opens the next attempt. */
export interface Open {
	readonly type: "OPEN";
	readonly k: number;
	readonly joins: readonly MessageHash[];
}

/** ROSTER: the members' and newcomers' identities, for the newcomers. */
export interface Roster {
	readonly type: "ROSTER";
	readonly aid: Aid;
	/** The key of `ciphertext`, sealed to each newcomer that needs it. */
	readonly boxes: readonly { readonly newcomer: Uint8Array; readonly box: SealedBox }[];
	/** All identities of the attempt, in the order of its list. */
	readonly ciphertext: Uint8Array;
	readonly mac: Mac;
}

/** EK: the KEM key of the ring in full, for a left neighbour that knows its hash only. */
export interface Ek {
	readonly type: "EK";
	readonly key: KemPublicKey;
}

/** OFFER: the encapsulation to the right neighbour, and the list as the author sees it. */
export interface Offer {
	readonly type: "OFFER";
	/** Undefined in suite 1 and for a list of one. */
	readonly kemCiphertext: KemCiphertext | undefined;
	/** `H("list", sid)`. */
	readonly list: Uint8Array;
}

/** The ring fields of a SHARE. */
export interface RingShare {
	readonly z: Uint8Array;
	readonly cL: Uint8Array;
	readonly cR: Uint8Array;
}

/** SHARE: the share of the key, confirmations between newcomers and everyone, and the next key set. */
export interface Share {
	readonly type: "SHARE";
	/** Undefined for a list of one. */
	readonly ring: RingShare | undefined;
	/** `kc`: of a newcomer to everyone else, of others to each newcomer, in the order of the list. */
	readonly confirmations: readonly Mac[];
	/** In full. */
	readonly next: PublicKeySet;
}

/** OK: all that came for this attempt fits. */
export interface Ok {
	readonly type: "OK";
}

/** CONFIRM: `MAC(sk, "confirm", ...)`; the last one activates the session. */
export interface Confirm {
	readonly type: "CONFIRM";
	readonly mac: Mac;
}

/** MESSAGE: text, or an acknowledgement; the carrier sees no difference. */
export interface TextMessage {
	readonly type: "MESSAGE";
	readonly content: Encrypted;
}

/** LEAVE: the last message of someone who goes. */
export interface Leave {
	readonly type: "LEAVE";
	readonly entries: number;
	readonly digest: TranscriptDigest;
}

/** GONE: the carrier said that the holder of `v` left. */
export interface Gone {
	readonly type: "GONE";
	readonly v: Uint8Array;
}

/** CLOSE: the last message under an old session: its final digest as the author sees it. */
export interface Close {
	readonly type: "CLOSE";
	readonly entries: number;
	readonly digest: TranscriptDigest;
}

export type Message =
	| Found
	| Knock
	| State
	| Join
	| Introduce
	| Deny
	| Open
	| Roster
	| Ek
	| Offer
	| Share
	| Ok
	| Confirm
	| TextMessage
	| Leave
	| Gone
	| Close;

export type MessageType = Message["type"];
