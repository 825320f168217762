import type { KemCiphertext, KemPublicKey, VerifyKey } from "@clowder/crypto";
import type { KemKeyRef, PublicKeySet } from "../key-set.ts";
import type { Aid, Mac, MessageHash, TranscriptDigest } from "../labels.ts";
import type { Owed } from "../api.ts";
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
	/** Members who said yes, and who said no. */
	readonly approvals: Seats;
	readonly denials: Seats;
}

/** A set of members: bit i, from the most significant of the first byte on, is the i-th of the list. */
export type Seats = Uint8Array;

/** The newest votes for one keep-list, as STATE tells of them. */
export interface StateVotes {
	/** By place in the members and then the pending joins of the STATE, ascending. */
	readonly drop: readonly { readonly place: number; readonly owes: VoteReason }[];
	readonly voters: Seats;
	/** Of those, the ones whose vote is late. */
	readonly late: Seats;
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
	/** Oldest list first. */
	readonly votes: readonly StateVotes[];
	/** Wrong passphrases, and runs of which nobody knows yet whether they were right. */
	readonly failures: number;
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
	/** In a room with a passphrase: the proof to the sponsor that the newcomer knows it (design section 6, JOIN). */
	readonly passphrase: Mac | undefined;
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

export type DenyReason =
	| "name-taken"
	| "name-invalid"
	| "bad-authenticator"
	| "already-here"
	/** A vote against, under a policy that asks; the others end the join at once. */
	| "not-admitted"
	| "wrong-passphrase";

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
	/** New keys are wanted though nobody comes in. */
	readonly rekey: boolean;
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

/** What someone is late with, or what is wrong, in a VOTE. */
export type VoteReason = Owed | "heartbeat" | "reveal" | "vote" | "diverged";

/** Someone whom a VOTE leaves out: a member's `v` of the session, or a newcomer's `v` of the attempt. */
export interface Dropped {
	readonly v: Uint8Array;
	readonly owes: VoteReason;
}

/** VOTE: whom its author would leave out, all others being the keep-list K (design section 6). */
export interface Vote {
	readonly type: "VOTE";
	/** Sorted by `v`, each once, at least one. */
	readonly drop: readonly Dropped[];
	/** A further timeout has passed since the author first named this K. */
	readonly late: boolean;
}

/** PUBLISH: the author's signing key `e` of a session that is over, as its seed. */
export interface Publish {
	readonly type: "PUBLISH";
	readonly seed: Uint8Array;
}

/** RECEIVED: the author has the published keys of these members (seed 000: receipt is acknowledged). */
export interface Received {
	readonly type: "RECEIVED";
	/** Of the list of the session that is over. */
	readonly of: Seats;
}

/** Secrets of one pair in an attempt that has failed, for a verdict that everyone can repeat (design section 8). */
export interface Revealed {
	/** The secret of `y`, as its seed. */
	readonly x: Uint8Array;
	/** The seed of `ek`, where the other one encapsulated to it: 64 bytes. */
	readonly kemSeed: Uint8Array | undefined;
	/** The coins of one's own encapsulation to the other one: 32 bytes. */
	readonly coins: Uint8Array | undefined;
}

/** COMPLAIN: the confirmation of `accused` to the author does not fit; the author reveals first. */
export interface Complain {
	readonly type: "COMPLAIN";
	readonly accused: Uint8Array;
	readonly revealed: Revealed;
}

/** REVEAL: one's secrets with `peer`, where two commitments contradict each other or a complaint asks for it. */
export interface Reveal {
	readonly type: "REVEAL";
	readonly peer: Uint8Array;
	readonly revealed: Revealed;
}

/** FAULT: evidence that needs nobody's answer. */
export interface Fault {
	readonly type: "FAULT";
	readonly evidence: /** `d_{j-1}` opens `cL_j`, and `z_j XOR d_{j-1}` does not open `cR_j`. */
		| { readonly kind: "share"; readonly accused: Uint8Array; readonly d: Uint8Array }
		/** Two whole messages of one author under one number and context. */
		| { readonly kind: "equivocation"; readonly first: Uint8Array; readonly second: Uint8Array };
}

/** APPROVE: a member would let a newcomer in. */
export interface Approve {
	readonly type: "APPROVE";
	readonly join: MessageHash;
}

/** ASK: the author misses messages after this many valid ones under the present base. */
export interface Ask {
	readonly type: "ASK";
	readonly have: number;
}

/** REPLY: the valid messages after `have`, in their places, with the handles they came from. */
export interface Reply {
	readonly type: "REPLY";
	readonly ask: MessageHash;
	readonly have: number;
	/** There is more after these: whoever needs it asks again. */
	readonly more: boolean;
	readonly messages: readonly { readonly handle: string; readonly whole: Uint8Array }[];
}

/** COPY: a text for those who are on the way in, under the attempt's keys (design section 9). */
export interface Copy {
	readonly type: "COPY";
	readonly boxes: readonly { readonly newcomer: Uint8Array; readonly box: SealedBox }[];
}

/** WHISPER: a newcomer's text, for its sponsor to relay. */
export interface Whisper {
	readonly type: "WHISPER";
	readonly sponsor: Uint8Array;
	readonly box: SealedBox;
}

/** PAKE: CPace, the newcomer's part first, then the sponsor's with its confirmation (design section 6, JOIN). */
export interface Pake {
	readonly type: "PAKE";
	/** The other one's `v`. */
	readonly peer: Uint8Array;
	readonly share: Uint8Array;
	/** The sponsor's; a newcomer's is in its JOIN. */
	readonly confirm: Mac | undefined;
}

/** RETURN: a member that lost the place comes back as the newcomer of this `v`, and is out as who it was. */
export interface Return {
	readonly type: "RETURN";
	readonly v: Uint8Array;
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
	| Close
	| Vote
	| Publish
	| Received
	| Complain
	| Reveal
	| Fault
	| Approve
	| Ask
	| Reply
	| Copy
	| Whisper
	| Pake
	| Return;

export type MessageType = Message["type"];
