import { compare, encode, equal, err, erase, hex, ok, type Result } from "@clowder/bytes";
import type { VerifyKey } from "@clowder/crypto";
import type { Handle, Millis, Refusal } from "../api.ts";
import { type Author, type FoldState, type KeyName, keyName, type PendingJoin, stateHash } from "../fold/state.ts";
import { seated } from "../fold/seats.ts";
import { encodeIdentity, type Identity, identityCommitment } from "../identity.ts";
import { allDistinct, type OwnKeySet, writeKeySetInFull } from "../key-set.ts";
import { hash, LABELS, type Mac, mac, type MessageHash, type StateHash } from "../labels.ts";
import {
	INTRODUCED_KNOCK_TIMEOUTS,
	MAX_BUFFERED_BYTES,
	MAX_BUFFERED_TEXTS,
	MAX_INTRODUCED_WAIT_MS,
} from "../limits.ts";
import { newcomerProof } from "../session/pake.ts";
import { seal } from "../session/sealed-box.ts";
import { writeBox } from "../wire/fields.ts";
import { NO_CONTEXT, type ParsedMessage, verifyMessage } from "../wire/envelope.ts";
import type { Join, State } from "../wire/messages.ts";
import type { Desk } from "./desk.ts";
import { type Duty, now } from "./duties.ts";
import { answerDelayMs } from "./gate.ts";
import { ownRunDuties, useRun } from "./own-run.ts";
import type { Entry, Room, Self } from "./room.ts";

/** What a newcomer has seen since it came, until a STATE says from where on to read. */
export type Buffered =
	| { readonly type: "left"; readonly handle: Handle }
	| {
			readonly type: "message";
			readonly from: Handle;
			readonly parsed: ParsedMessage;
			/** When we had sent it, if it is ours. */
			readonly sentAt: Millis | undefined;
	  };

/** Outside of any room that we can read: we knock, and keep what we see. */
export class Knocking {
	/** Our keys; the same ones as long as no SHARE was sent with them. */
	readonly keys: OwnKeySet;
	readonly salt: Uint8Array;
	#buffer: Buffered[] = [];
	#bytes = 0;
	/** KNOCKs sent without an answer. */
	tries = 0;
	/** Our FOUND, if we sent one. */
	found: MessageHash | undefined;
	/** Everyone we could have asked is gone. */
	deserted = false;
	/** Names of our KNOCKs: in a room with a passphrase, a STATE has to answer one of them. */
	readonly knocks: MessageHash[] = [];
	/** How often we asked anew though we were introduced. */
	waits = 0;
	/** Counts signs that there is a session here whose members are busy: the wait starts anew. */
	activity = 0;

	constructor(keys: OwnKeySet, salt: Uint8Array) {
		this.keys = keys;
		this.salt = salt;
	}

	keep(input: Buffered): void {
		this.#buffer.push(input);
		this.#bytes += input.type === "message" ? input.parsed.textLength : 0;
		while (this.#buffer.length > MAX_BUFFERED_TEXTS || this.#bytes > MAX_BUFFERED_BYTES) {
			const dropped = this.#buffer.shift();
			this.#bytes -= dropped?.type === "message" ? dropped.parsed.textLength : 0;
		}
	}

	sawActivity(): void {
		this.activity++;
		this.tries = Math.min(this.tries, 1);
		this.deserted = false;
	}

	/** Which of our KNOCKs a STATE answers. */
	answeredBy(state: State): MessageHash | undefined {
		return this.knocks.find((own) => state.answers.some((answer) => equal(answer, own)));
	}

	/** What came after the message of this name; undefined if we did not see it. */
	after(at: MessageHash): readonly Buffered[] | undefined {
		const index = this.#buffer.findIndex((one) => one.type === "message" && equal(one.parsed.hash, at));
		return index < 0 ? undefined : this.#buffer.slice(index + 1);
	}
}

export function knock(desk: Desk, knocking: Knocking): void {
	knocking.tries++;
	knocking.knocks.push(desk.post(knocking.keys.e, NO_CONTEXT, { type: "KNOCK", keySet: knocking.keys.public }));
}

function stateError(expected: string, got: string): Result<never, Refusal> {
	return err({ blame: "sender", rule: "STATE-2", expected, got });
}

/** A STATE that we can start from: its author's place in it, and the fold it describes. */
export interface ReadState {
	readonly state: FoldState;
	readonly sponsor: VerifyKey;
	readonly message: State;
}

/**
 * Reads a STATE as a newcomer (rule STATE-2). Its author is one of those it tells of; who they are is proved later, by
 * the session's key confirmations.
 */
export function readState(self: Self, binding: string, parsed: ParsedMessage): Result<ReadState, Refusal> {
	const message = parsed.message as State;
	const sponsor = message.members.find((member) => equal(member.v.bytes, parsed.header.v));
	if (sponsor === undefined || sponsor.removed) return stateError("a member as its author", "someone else");
	if (message.parameters.binding !== binding) return stateError("this place", "another");
	for (let i = 1; i < message.members.length; i++) {
		const [a, b] = [message.members[i - 1], message.members[i]];
		if (a && b && compare(a.v.bytes, b.v.bytes) >= 0) return stateError("members sorted by v", "another order");
	}
	const keySets = [...message.members.map((m) => m.next), ...message.pending.map((join) => join.keySet)];
	if (!allDistinct(keySets).ok) return stateError("distinct keys", "one twice");
	const verified = verifyMessage(self.suite, binding, sponsor.v, parsed);
	if (!verified.ok) return verified;
	return ok({ state: stateOf(message, parsed.header.context), sponsor: sponsor.v, message });
}

function stateOf(message: State, aid: Uint8Array): FoldState {
	const authors = new Map<KeyName, Author>();
	for (const { v, number, handle, left } of message.members) {
		authors.set(keyName(v), { number, handle, left, joined: false });
	}
	for (const { keySet, number, handle, left } of message.pending) {
		authors.set(keyName(keySet.v), { number, handle, left, joined: true });
	}
	return {
		parameters: message.parameters,
		base: {
			aid: aid as NonNullable<FoldState["base"]>["aid"],
			members: message.members.map(({ v, next }) => ({ v, next })),
		},
		previous: [],
		k: message.k,
		pending: message.pending.map(({ join, keySet, introduced, approvals, denials }) => ({
			hash: join,
			keySet,
			introduced,
			message: undefined,
			approvals: seated(message.members, approvals),
			denials: seated(message.members, denials),
			attempted: false,
		})),
		votes: votesOf(message),
		failures: message.failures,
		rekeys: new Map(),
		removed: new Map(message.members.filter((m) => m.removed).map((m) => [keyName(m.v), "left"])),
		attempt: undefined,
		dead: message.dead.map(({ aid: dead, unshared }) => ({
			aid: dead,
			unshared: new Map(unshared.map((v) => [keyName(v), v])),
		})),
		authors,
		knocks: [],
	};
}

function votesOf(message: State): FoldState["votes"] {
	const places = [...message.members.map(({ v }) => v), ...message.pending.map(({ keySet }) => keySet.v)];
	return new Map(
		message.votes.flatMap(({ drop, voters, late }) => {
			const isLate = seated(message.members, late);
			const named = drop.flatMap(({ place, owes }) => {
				const v = places[place];
				return v ? [{ v: v.bytes, owes }] : [];
			});
			named.sort((a, b) => compare(a.v, b.v));
			return [...seated(message.members, voters)].map((by) => [by, { drop: named, late: isLate.has(by) }] as const);
		}),
	);
}

/** What a JOIN's authenticators cover: all of it but themselves. */
export function joinCore(join: Omit<Join, "authenticators" | "passphrase">): Uint8Array {
	return encode((w) => {
		writeKeySetInFull(w, join.keySet);
		w.fixed(join.commitment, 32).fixed(join.sponsor, 32);
		writeBox(w, join.sealed);
	});
}

/** `a_i` from the two shared secrets: `DH(LSK_N, y_i)` and `DH(x_N, y_i)` (design section 6, JOIN). */
export function joinAuthenticator(
	self: Pick<Self, "suite">,
	secrets: { readonly identity: Uint8Array; readonly ephemeral: Uint8Array },
	newcomer: Identity,
	core: Uint8Array,
	state: StateHash,
): Mac {
	const key = hash(self.suite, LABELS.joinAuth, secrets.identity, secrets.ephemeral, newcomer.lpk.bytes, newcomer.salt);
	const made = mac(self.suite, key, LABELS.joinAuth, core, state);
	erase(key);
	return made;
}

/** What was made with a key that its decoder took: there it would have been refused (rule KEYS-2). */
function usable<T>(made: Result<T, unknown>): T {
	if (!made.ok) throw new Error("a key that was read cannot be agreed on");
	return made.value;
}

/** Join (seed 004): who we are, sealed to the sponsor, and a proof of it for each member. */
function makeJoin(room: Room, entry: Entry, keys: OwnKeySet, own: Identity, state: StateHash): Join {
	const { suite, self } = room;
	const context = [state, keys.public.v.bytes];
	const bare = {
		type: "JOIN" as const,
		keySet: keys.public,
		commitment: identityCommitment(suite, own),
		sponsor: entry.sponsor.bytes,
		sealed: usable(seal(suite, entry.sponsorBox, context, encodeIdentity(own), room.desk.random)),
	};
	const core = joinCore(bare);
	const { run } = entry;
	const passphrase = run?.type === "agreed" ? newcomerProof(suite, run.key, core, state) : undefined;
	const authenticators = (room.fold.base?.members ?? []).map((member): Mac => {
		const identity = usable(suite.primitives.dhFromIdentity(self.identity, member.next.y));
		const ephemeral = usable(suite.primitives.dh(keys.x, member.next.y));
		const made = joinAuthenticator(self, { identity, ephemeral }, own, core, state);
		erase(identity, ephemeral);
		return made;
	});
	return { ...bare, passphrase, authenticators };
}

/** Our present key set as a newcomer. */
export function entryKeys(room: Room): OwnKeySet | undefined {
	const join = room.ownJoin();
	const slot = room.fold.attempt && room.ownSlot(room.fold.attempt);
	const current = join?.keySet.v ?? slot?.keySet.v;
	if (current !== undefined) return room.vault.get(keyName(current));
	return [...room.vault.values()].findLast((keys) => !room.shared.has(keyName(keys.public.v)));
}

/**
 * How long a newcomer waits before it asks anew for the room's state. Once it is introduced (rule ADMIT-4), those inside who
 * are asked about it may take their time, every question costs the room a STATE, and whoever asks hears nothing of an
 * attempt that begins meanwhile: it asks ever more rarely.
 */
function patienceMs(room: Room, entry: Entry, pending: PendingJoin | undefined): number {
	const { knockTimeoutMs } = room.self.timing;
	if (pending?.introduced) {
		return Math.min(INTRODUCED_KNOCK_TIMEOUTS * knockTimeoutMs * 2 ** entry.waits, MAX_INTRODUCED_WAIT_MS);
	}
	return entry.run?.type === "asked" ? knockTimeoutMs + answerDelayMs(room.fold.failures) : knockTimeoutMs;
}

/** A newcomer's own duties: its JOIN; and a new KNOCK if nobody lets it in for long. */
export function joinDuties(room: Room, knockAgain: () => void): readonly Duty[] {
	const { entry, fold } = room;
	if (entry === undefined || fold.attempt !== undefined) return [];
	const keys = entryKeys(room);
	const own = keys && room.identityOf(keys.public.v);
	const state = stateHash(room.suite, fold);
	if (keys === undefined || own === undefined || state === undefined) return [];
	const pending: PendingJoin | undefined = room.ownJoin();
	const step = `${pending?.introduced ?? "unknown"}:${entry.run?.type}:${fold.failures}`;
	const again: Duty = {
		key: `knock-again:${hex(state)}:${fold.k}:${step}`,
		delayMs: () => patienceMs(room, entry, pending),
		run: () => {
			if (pending?.introduced) entry.waits++;
			knockAgain();
		},
	};
	// One that the STATE told of waits for a sponsor who did not introduce us in all that time: we come to another (rule JOIN-8).
	if (pending?.introduced) return [again];
	if (fold.parameters.passphrase && entry.run?.type !== "agreed") return [...ownRunDuties(room, keys), again];
	const join = now(`join:${hex(state)}`, () => {
		const made = makeJoin(room, entry, keys, own, state);
		useRun(entry);
		room.desk.post(keys.e, state, made);
	});
	return [join, again];
}
