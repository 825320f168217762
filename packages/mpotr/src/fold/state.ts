import { compare, encode, hex } from "@clowder/bytes";
import type { Suite, VerifyKey } from "@clowder/crypto";
import type { Departure, Handle, Refusal, RuleId } from "../api.ts";
import { type PublicKeySet, writeKeySetByHash } from "../key-set.ts";
import { type Aid, LABELS, type MessageHash, name, type StateHash, u32 } from "../labels.ts";
import { encodeParameters, type RoomParameters } from "../parameters.ts";
import { Lookup } from "./lookup.ts";
import type { VerifiedMessage } from "../wire/envelope.ts";
import type {
	Complain,
	Confirm,
	DenyReason,
	Dropped,
	Join,
	Message,
	Offer,
	Ok,
	Reveal,
	Share,
} from "../wire/messages.ts";

/**
 * The agreed state of a room (design section 6): a function of signed messages and notices in their places, the same
 * for everyone who reads the same order. Nothing in it is secret and nothing in it is measured by a clock.
 */

/** A `v` as a map key: 64 hexadecimal digits. */
export type KeyName = string;

/** Names of what is in use: they are asked for at every place of the order, for everyone in the room. */
const knownNames = new WeakMap<VerifyKey | Uint8Array, KeyName>();

/** Of bytes that never change, like all that was read from a message. */
export function keyName(v: VerifyKey | Uint8Array): KeyName {
	const known = knownNames.get(v);
	if (known !== undefined) return known;
	const name = hex(v instanceof Uint8Array ? v : v.bytes);
	knownNames.set(v, name);
	return name;
}

/** One of L. */
export interface Member {
	/** Signs in the running session. */
	readonly v: VerifyKey;
	/** For the next attempt. */
	readonly next: PublicKeySet;
}

/** The running session, as everyone sees it: `base (aid, L)`. */
export interface Base {
	readonly aid: Aid;
	/** L, sorted by `v`. */
	readonly members: readonly Member[];
}

/** A newcomer whose JOIN is placed. */
export interface PendingJoin {
	/** Names the JOIN. */
	readonly hash: MessageHash;
	/** Its present key set; replaced by the next one when an attempt with its SHARE dies. */
	readonly keySet: PublicKeySet;
	readonly introduced: boolean;
	/** The JOIN itself; undefined for those who know of it by a STATE only. */
	readonly message: VerifiedMessage<Join> | undefined;
	/** Members who said yes, and who said no, to letting it in. */
	readonly approvals: ReadonlySet<KeyName>;
	readonly denials: ReadonlySet<KeyName>;
	/** It was in an attempt of this base that died. */
	readonly attempted: boolean;
}

/** A member's newest vote: whom it would leave out. */
export interface CastVote {
	readonly drop: readonly Dropped[];
	readonly late: boolean;
}

/** A place in the list of an attempt. */
export interface Slot {
	readonly keySet: PublicKeySet;
	/** The `v` of L it continues, or the JOIN it came by; both undefined for a founder. */
	readonly member: VerifyKey | undefined;
	readonly join: PendingJoin | undefined;
}

/** The way from one session to the next, and what has come for it. */
export interface Attempt {
	readonly aid: Aid;
	readonly k: number;
	/** M, sorted by `v`. */
	readonly slots: readonly Slot[];
	/** Who opened it by OPEN; undefined where a removal or the founding did. */
	readonly opener: VerifyKey | undefined;
	/** It was opened for new keys' sake: it goes on though nobody comes in or goes. */
	readonly rekey: boolean;
	/** Who gave this newcomer a ROSTER: each member once, so that one who lies does not keep the others from it. */
	readonly rosters: ReadonlyMap<KeyName, ReadonlySet<KeyName>>;
	readonly keys: ReadonlySet<KeyName>;
	readonly offers: ReadonlyMap<KeyName, VerifiedMessage<Offer>>;
	readonly shares: ReadonlyMap<KeyName, VerifiedMessage<Share>>;
	readonly oks: ReadonlyMap<KeyName, VerifiedMessage<Ok>>;
	readonly confirms: ReadonlyMap<KeyName, VerifiedMessage<Confirm>>;
	/** By author and accused. */
	readonly complaints: ReadonlyMap<PairName, VerifiedMessage<Complain>>;
	/** By author and peer. */
	readonly reveals: ReadonlyMap<PairName, VerifiedMessage<Reveal>>;
}

/** Two `v`s as a map key, in the order that the use says. */
export type PairName = string;

export function pairName(one: VerifyKey | Uint8Array, other: VerifyKey | Uint8Array): PairName {
	return `${keyName(one)}:${keyName(other)}`;
}

/** What is known of the writer of a `v`. */
export interface Author {
	/** Of the last verified message; -1 before the first. */
	readonly number: number;
	/** Which handle it came from. */
	readonly handle: Handle;
	/** The carrier said that this handle left, and nothing came since. */
	readonly left: boolean;
	/** Has sent a JOIN under this base: remembered after it left, so that the JOIN cannot be replayed. */
	readonly joined: boolean;
}

/** An attempt of this base that died: late shares of it still burn key sets. */
export interface DeadAttempt {
	readonly aid: Aid;
	/** Those whose SHARE for it was not placed. */
	readonly unshared: ReadonlyMap<KeyName, VerifyKey>;
}

/** A KNOCK that no STATE answered yet. */
export interface WaitingKnock {
	readonly v: VerifyKey;
	readonly hash: MessageHash;
	readonly handle: Handle;
}

export interface FoldState {
	readonly parameters: RoomParameters;
	/** Undefined while the room is being founded. */
	readonly base: Base | undefined;
	/** The sessions before, newest first, for their CLOSE and PUBLISH messages. */
	readonly previous: readonly Base[];
	/** The number of the next attempt on this base. */
	readonly k: number;
	readonly pending: readonly PendingJoin[];
	readonly removed: ReadonlyMap<KeyName, Departure>;
	readonly votes: ReadonlyMap<KeyName, CastVote>;
	/** Wrong passphrases, and runs of which nobody knows yet whether they were right (rule PASS-4). */
	readonly failures: number;
	/** Re-keys that each member opened in a row, through the bases (rule REKEY-2). */
	readonly rekeys: ReadonlyMap<KeyName, number>;
	readonly attempt: Attempt | undefined;
	readonly dead: readonly DeadAttempt[];
	readonly authors: ReadonlyMap<KeyName, Author>;
	/** Duties only: not part of what is agreed on. */
	readonly knocks: readonly WaitingKnock[];
}

/** What a message or notice did. The fold reports; what to do about it is the client's part. */
export type Effect =
	/** Changed nothing that is agreed on. */
	| { readonly type: "void"; readonly refusal: Refusal }
	/** Messages of this author are missing before this one. */
	| { readonly type: "gap"; readonly v: VerifyKey; readonly expected: number; readonly got: number }
	| { readonly type: "knocked"; readonly knock: WaitingKnock }
	| { readonly type: "stated" }
	| { readonly type: "pending"; readonly join: PendingJoin }
	| { readonly type: "introduced"; readonly join: PendingJoin }
	| { readonly type: "denied"; readonly join: PendingJoin; readonly by: VerifyKey; readonly reason: DenyReason }
	/** A join ended without getting in. */
	| { readonly type: "dropped"; readonly join: PendingJoin; readonly why: DropReason }
	| { readonly type: "opened"; readonly attempt: Attempt }
	| { readonly type: "died"; readonly attempt: Attempt }
	/** The holder of `from` uses `to` from here on. */
	| { readonly type: "renewed"; readonly from: VerifyKey; readonly to: PublicKeySet }
	/** A piece of the running attempt came. */
	| { readonly type: "contributed"; readonly v: VerifyKey; readonly attempt: Attempt }
	/** A list came; `to` are the newcomers whom it was owed to. */
	| { readonly type: "rostered"; readonly attempt: Attempt; readonly to: ReadonlySet<KeyName> }
	| { readonly type: "removed"; readonly v: VerifyKey; readonly how: Departure }
	/** Nobody of L is left. */
	| { readonly type: "deserted" }
	| { readonly type: "activated"; readonly attempt: Attempt; readonly from: Base | undefined; readonly base: Base }
	/** A member's vote stands. */
	| { readonly type: "voted"; readonly by: VerifyKey; readonly vote: CastVote }
	/** The members of these `v` went on without us and those with us. */
	| { readonly type: "split"; readonly others: readonly VerifyKey[] }
	/** A member said yes or no to a newcomer. */
	| { readonly type: "answered"; readonly join: PendingJoin; readonly by: VerifyKey; readonly yes: boolean }
	/** A verdict: this one broke the key agreement, or said two things in one place. */
	| { readonly type: "blamed"; readonly v: VerifyKey; readonly rule: RuleId }
	/** There is a verdict, and we lack the secrets to follow it. */
	| { readonly type: "cannot-tell" }
	| { readonly type: "published"; readonly base: Base; readonly v: VerifyKey; readonly seed: Uint8Array }
	| { readonly type: "received"; readonly base: Base; readonly by: VerifyKey; readonly of: ReadonlySet<KeyName> }
	/** Someone on the list of the attempt wrote to those who come in, or the other way. */
	| { readonly type: "beside"; readonly attempt: Attempt; readonly slot: Slot }
	/** Someone who comes in asks a member for a run of CPace, or a member answers. */
	| { readonly type: "pake"; readonly answers: boolean }
	/** Text or acknowledgement: the client decrypts. */
	| { readonly type: "content"; readonly v: VerifyKey }
	| { readonly type: "closed"; readonly base: Base; readonly v: VerifyKey };

/** Why a join ended without getting in. */
export type DropReason = "left" | "session-changed" | "replaced" | "silent" | "misbehaved" | "not-admitted";

export interface Folded {
	readonly state: FoldState;
	readonly effects: readonly Effect[];
}

/** A step of the fold for one message type. */
export type Step<M extends Message> = (suite: Suite, state: FoldState, placed: VerifiedMessage<M>) => Folded;

export function unchanged(state: FoldState, ...effects: readonly Effect[]): Folded {
	return { state, effects };
}

/** Void because of its place: its author was not wrong to send it when it did. */
export function late(state: FoldState, rule: RuleId, expected: string, got: string): Folded {
	return unchanged(state, { type: "void", refusal: { blame: "timing", rule, expected, got } });
}

/** Void because its author broke a rule. */
export function broken(state: FoldState, rule: RuleId, expected: string, got: string): Folded {
	return unchanged(state, { type: "void", refusal: { blame: "sender", rule, expected, got } });
}

/** L - removed. */
export function presentMembers(state: FoldState): readonly Member[] {
	const { base, removed } = state;
	if (base === undefined) return [];
	const known = present.get(base);
	if (known !== undefined && known.removed === removed) return known.members;
	const members = base.members.filter((member) => !removed.has(keyName(member.v)));
	present.set(base, { removed, members });
	return members;
}

const present = new WeakMap<Base, Pick<FoldState, "removed"> & { readonly members: readonly Member[] }>();

export function isPresent(state: FoldState, v: VerifyKey | Uint8Array): boolean {
	const key = keyName(v);
	return !state.removed.has(key) && memberOf(state.base, v) !== undefined;
}

const members = new Lookup<Member>(({ v }) => keyName(v));
const successors = new Lookup<Member>(({ next }) => keyName(next.v));
const slots = new Lookup<Slot>(({ keySet }) => keyName(keySet.v));

/** The member of L with this `v`, removed or not. */
export function memberOf(base: Base | undefined, v: VerifyKey | Uint8Array): Member | undefined {
	return base && members.in(base.members, keyName(v));
}

/** The member of L whose next key set has this `v`. */
export function memberOfNext(base: Base | undefined, v: VerifyKey | Uint8Array): Member | undefined {
	return base && successors.in(base.members, keyName(v));
}

/** The newcomers of an attempt. */
export function newcomers(attempt: Attempt): readonly PendingJoin[] {
	const known = entering.get(attempt.slots);
	if (known !== undefined) return known;
	const joins = attempt.slots.flatMap((slot) => (slot.join ? [slot.join] : []));
	entering.set(attempt.slots, joins);
	return joins;
}

/** What follows from lists that never change is computed once. */
const entering = new WeakMap<Attempt["slots"], readonly PendingJoin[]>();

export function slotOf(attempt: Attempt, v: VerifyKey | Uint8Array): Slot | undefined {
	return slotNamed(attempt, keyName(v));
}

export function slotNamed(attempt: Attempt, key: KeyName): Slot | undefined {
	return slots.in(attempt.slots, key);
}

function keySetBytes(keys: PublicKeySet): Uint8Array {
	return encode((w) => writeKeySetByHash(w, keys));
}

export function byKey(a: { readonly keySet: PublicKeySet }, b: { readonly keySet: PublicKeySet }): number {
	return compare(a.keySet.v.bytes, b.keySet.v.bytes);
}

/** `aid = H("attempt", k, parameters, key sets sorted by v)`: names an attempt and nobody in it (design section 3). */
export function attemptId(suite: Suite, k: number, parameters: RoomParameters, slots: readonly Slot[]): Aid {
	const keySets = [...slots].sort(byKey).map((slot) => keySetBytes(slot.keySet));
	return name<Aid>(suite, LABELS.attempt, u32(k), encodeParameters(parameters), ...keySets);
}

/** `H("state", base aid, L's next key sets, parameters)`: what a JOIN answers to, and no more than that. */
export function stateHash(suite: Suite, state: FoldState): StateHash | undefined {
	const { base, parameters } = state;
	if (base === undefined) return undefined;
	const known = stateHashes.get(base);
	if (known !== undefined && known.parameters === parameters) return known.hash;
	const next = base.members.map((member) => keySetBytes(member.next));
	const hash = name<StateHash>(suite, LABELS.state, base.aid, ...next, encodeParameters(parameters));
	stateHashes.set(base, { parameters, hash });
	return hash;
}

const stateHashes = new WeakMap<Base, { readonly parameters: RoomParameters; readonly hash: StateHash }>();

/** Every key set somebody holds for what comes next; a new one has to differ from all of them (rule KEYS-1). */
export function heldKeySets(state: FoldState): PublicKeySet[] {
	const held = new Map<KeyName, PublicKeySet>();
	const add = (keys: PublicKeySet): void => void held.set(keyName(keys.v), keys);
	for (const member of state.base?.members ?? []) add(member.next);
	for (const join of state.pending) add(join.keySet);
	for (const slot of state.attempt?.slots ?? []) add(slot.keySet);
	for (const share of state.attempt?.shares.values() ?? []) add(share.message.next);
	return [...held.values()];
}
