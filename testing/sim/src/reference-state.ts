import { encode, hex, utf8 } from "@clowder/bytes";
import type { Message, ParsedMessage } from "@clowder/mpotr/testing";
import { createHash } from "node:crypto";

/**
 * The agreed state of a room, written down from the design (section 6) and `spec/protocol.md` alone, the obvious and slow way:
 * lists of plain values, searched from the front, bytes as hexadecimal. Not what the product has, on purpose.
 */

/** A key set by its hash encoding (section 3), and its parts. */
export interface RefKeys {
	readonly v: string;
	/** Every key in it: curve keys, and the names of KEM keys. */
	readonly keys: readonly string[];
	readonly bytes: Uint8Array;
}

export interface RefMember {
	readonly v: string;
	next: RefKeys;
}

export interface RefJoin {
	readonly name: string;
	keys: RefKeys;
	introduced: boolean;
	/** Undefined for those who know of it from a STATE. */
	readonly sponsor: string | undefined;
	approvals: string[];
	denials: string[];
}

export interface RefSlot {
	readonly keys: RefKeys;
	readonly member: string | undefined;
	readonly join: RefJoin | undefined;
}

export interface RefAttempt {
	readonly aid: string;
	readonly slots: readonly RefSlot[];
	readonly rekey: boolean;
	readonly opener: string | undefined;
	rosters: string[];
	/** Newcomer and member of each ROSTER that counted. */
	given: string[];
	eks: string[];
	/** `name` is that of the message. */
	offers: { readonly v: string; readonly list: string; readonly name: string }[];
	shares: { readonly v: string; readonly next: RefKeys; readonly name: string }[];
	oks: string[];
	confirms: string[];
}

export interface RefVote {
	readonly by: string;
	readonly drop: readonly { readonly v: string; readonly owes: string }[];
	readonly late: boolean;
}

/** What is known of who signs with a `v`. */
export interface RefAuthor {
	readonly v: string;
	number: number;
	handle: string;
	left: boolean;
	joined: boolean;
}

export interface RefState {
	readonly suite: 1 | 2;
	readonly suiteName: string;
	readonly parameters: Parameters;
	base: { readonly aid: string; readonly members: RefMember[] } | undefined;
	previous: { readonly aid: string; readonly members: readonly string[] }[];
	k: number;
	pending: RefJoin[];
	removed: string[];
	votes: RefVote[];
	attempt: RefAttempt | undefined;
	dead: { readonly aid: string; unshared: RefKeys[] }[];
	authors: RefAuthor[];
	rekeys: { readonly v: string; readonly count: number }[];
	/** Passphrases that nobody knows to be right (PASS-4). */
	failures: number;
}

type Parameters = Extract<Message, { type: "FOUND" }>["parameters"];
type KeySet = Extract<Message, { type: "FOUND" }>["keySet"];

const NAME_BYTES = 32;
const POLICIES = ["open", "any", "majority", "all"];

/** `H` cut to 32 bytes (rule HASH-1), as hexadecimal. */
export function refName(state: Pick<RefState, "suiteName">, label: string, ...parts: readonly Uint8Array[]): string {
	const hash = createHash("sha512");
	for (const part of [utf8("mpCAT/1"), utf8(state.suiteName), utf8(label), ...parts]) {
		hash.update(encode((w) => w.u32(part.length)));
		hash.update(part);
	}
	return hex(new Uint8Array(hash.digest()).subarray(0, NAME_BYTES));
}

export function bytesOf(name: string): Uint8Array {
	return new Uint8Array(Buffer.from(name, "hex"));
}

/** `y || b || v || name(ek) || name(bek)`. */
export function refKeys(keySet: KeySet): RefKeys {
	const parts = [keySet.y.bytes, keySet.b.bytes, keySet.v.bytes];
	for (const kem of [keySet.ek, keySet.bek]) if (kem !== undefined) parts.push(kem.hash);
	const bytes = new Uint8Array(Buffer.concat(parts));
	return { v: hex(keySet.v.bytes), keys: parts.map(hex), bytes };
}

/** Rule PARAM-1. */
export function parameterBytes(parameters: Parameters): Uint8Array {
	return encode((w) => {
		w.u8(parameters.suite).u8(POLICIES.indexOf(parameters.policy));
		w.u8(parameters.passphrase ? 1 : 0).u16(parameters.timeoutSeconds);
		w.variable(utf8(parameters.binding));
	});
}

/** An attempt with all OFFERs and SHAREs in it, by their names in the order of the list (VIEW-1); undefined before they are here. */
export function viewName(state: RefState): string | undefined {
	const { attempt } = state;
	if (attempt === undefined || attempt.shares.length < attempt.slots.length) return undefined;
	const namesOf = (pieces: readonly { readonly v: string; readonly name: string }[]): readonly Uint8Array[] =>
		attempt.slots.flatMap(({ keys }) => pieces.filter(({ v }) => v === keys.v).map(({ name }) => bytesOf(name)));
	const contributions = refName(state, "contributions", ...namesOf(attempt.offers), ...namesOf(attempt.shares));
	return refName(state, "view", bytesOf(attempt.aid), bytesOf(contributions));
}

/** `aid`: count, parameters, key sets sorted by `v`. */
export function attemptName(state: RefState, slots: readonly RefSlot[]): string {
	const sorted = [...slots].sort((a, b) => (a.keys.v < b.keys.v ? -1 : 1));
	const count = encode((w) => w.u32(state.k));
	return refName(state, "attempt", count, parameterBytes(state.parameters), ...sorted.map((slot) => slot.keys.bytes));
}

/** What a JOIN answers to. */
export function stateName(state: RefState): string {
	const { base } = state;
	const next = (base?.members ?? []).map((member) => member.next.bytes);
	return refName(state, "state", bytesOf(base?.aid ?? ""), ...next, parameterBytes(state.parameters));
}

/** L without those who are out. */
export function presentMembers(state: RefState): RefMember[] {
	return (state.base?.members ?? []).filter((member) => !state.removed.includes(member.v));
}

export function newcomersOf(attempt: RefAttempt): RefJoin[] {
	return attempt.slots.flatMap((slot) => slot.join ?? []);
}

/** A state before anything: nobody is in it. */
export function emptyState(parameters: Parameters): RefState {
	const suiteName =
		parameters.suite === 1 ? "X25519_ED25519_AES256CTR_SHA512" : "X25519MLKEM768_ED25519_AES256CTR_SHA512";
	return {
		suite: parameters.suite,
		suiteName,
		parameters,
		base: undefined,
		previous: [],
		k: 0,
		pending: [],
		removed: [],
		votes: [],
		attempt: undefined,
		dead: [],
		authors: [],
		rekeys: [],
		failures: 0,
	};
}

/** FOUND opens the attempt with the founder alone (rule FOUND-1). */
export function refFound(parsed: ParsedMessage, from: string): RefState | undefined {
	const { message, header } = parsed;
	if (message.type !== "FOUND") return undefined;
	const state = emptyState(message.parameters);
	const keys = refKeys(message.keySet);
	state.authors.push({ v: keys.v, number: header.number, handle: from, left: false, joined: false });
	openAttempt(state, [], { by: undefined, rekey: false }, [{ keys, member: undefined, join: undefined }]);
	return state;
}

/** The attempt with all who are present, and these joins. */
export function openAttempt(
	state: RefState,
	joins: readonly RefJoin[],
	opened: { readonly by: string | undefined; readonly rekey: boolean },
	founder: readonly RefSlot[] = [],
): void {
	const members = presentMembers(state).map((m): RefSlot => ({ keys: m.next, member: m.v, join: undefined }));
	const entering = joins.map((join): RefSlot => ({ keys: join.keys, member: undefined, join }));
	const slots = [...founder, ...members, ...entering];
	if (slots.length === entering.length) return;
	state.pending = state.pending.filter((join) => !joins.includes(join));
	state.attempt = {
		aid: attemptName(state, slots),
		slots: [...slots].sort((a, b) => (a.keys.v < b.keys.v ? -1 : 1)),
		rekey: opened.rekey,
		opener: opened.by,
		rosters: [],
		given: [],
		eks: [],
		offers: [],
		shares: [],
		oks: [],
		confirms: [],
	};
}

/** Which of some are in a set of seats: bit i, from the most significant on. */
function seated(members: readonly { readonly v: string }[], seats: Uint8Array): string[] {
	return members.filter((_, i) => ((seats[Math.floor(i / 8)] ?? 0) & (0x80 >> (i % 8))) !== 0).map(({ v }) => v);
}

/** What a newcomer starts from (rule STATE-2). */
export function refFromState(parsed: ParsedMessage): RefState | undefined {
	const { message, header } = parsed;
	if (message.type !== "STATE") return undefined;
	const state = emptyState(message.parameters);
	const members = message.members.map((one): RefMember => ({ v: hex(one.v.bytes), next: refKeys(one.next) }));
	state.base = { aid: hex(header.context), members };
	state.k = message.k;
	state.failures = message.failures;
	for (const [i, one] of message.members.entries()) {
		const v = members[i]?.v as string;
		state.authors.push({ v, number: one.number, handle: one.handle, left: one.left, joined: false });
		if (one.removed) state.removed.push(v);
	}
	for (const one of message.pending) {
		const keys = refKeys(one.keySet);
		state.authors.push({ v: keys.v, number: one.number, handle: one.handle, left: one.left, joined: true });
		const [approvals, denials] = [seated(members, one.approvals), seated(members, one.denials)];
		const join = { name: hex(one.join), keys, introduced: one.introduced, sponsor: undefined, approvals, denials };
		state.pending.push(join);
	}
	const places = [...members.map(({ v }) => v), ...state.pending.map(({ keys }) => keys.v)];
	for (const one of message.votes) {
		const late = seated(members, one.late);
		const drop = one.drop.map(({ place, owes }) => ({ v: places[place] as string, owes }));
		drop.sort((a, b) => (a.v < b.v ? -1 : 1));
		for (const by of seated(members, one.voters)) state.votes.push({ by, drop, late: late.includes(by) });
	}
	for (const one of message.dead) {
		const held = [...members.map(({ next }) => next), ...state.pending.map(({ keys }) => keys)];
		const unshared = one.unshared.map(({ bytes }) => {
			const v = hex(bytes);
			return held.find((keys) => keys.v === v) ?? { v, keys: [v], bytes };
		});
		state.dead.push({ aid: hex(one.aid), unshared });
	}
	return state;
}
