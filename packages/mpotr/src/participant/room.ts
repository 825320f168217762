import { compare } from "@clowder/bytes";
import type { IdentitySecretKey, Passphrase, Suite, VerifyKey } from "@clowder/crypto";
import type { Millis, Person, PersonId, RoomTerms, Timing } from "../api.ts";
import {
	type Attempt,
	type FoldState,
	isPresent,
	type KeyName,
	keyName,
	type PendingJoin,
	presentMembers,
	type Slot,
	slotNamed,
} from "../fold/state.ts";
import { type Identity, personId, toPerson } from "../identity.ts";
import { eraseKeySet, type OwnKeySet } from "../key-set.ts";
import { type Aid, LABELS, type MessageHash, name, type StateHash } from "../labels.ts";
import type { Nickname } from "../nickname.ts";
import type { LiveSession } from "../session/live-session.ts";
import type { BoxKeys, DenyReason, Message } from "../wire/messages.ts";
import type { AgreementWork } from "./agreement-work.ts";
import type { Word } from "./blame.ts";
import type { Closing } from "./closing.ts";
import { Beside } from "./beside.ts";
import type { Desk } from "./desk.ts";
import { Gate } from "./gate.ts";
import { eraseRun, type OwnRun } from "./own-run.ts";
import { Repairs } from "./repairs.ts";
import type { Outbox } from "./send.ts";
import { Watch } from "./watch.ts";
import { Witness } from "./witness.ts";

/** Who we are, for as long as this participant lives. */
export interface Self {
	readonly suite: Suite;
	readonly identity: IdentitySecretKey;
	readonly nickname: Nickname;
	readonly timing: Timing;
	readonly terms: Pick<RoomTerms, "policy" | "timeoutSeconds">;
	readonly passphrase: Passphrase | undefined;
	/** Whom we were in a session with, in this place. */
	readonly met: Set<PersonId>;
	/** Texts are shared with those who are on the way in. */
	previews: boolean;
}

/** What we know of someone's JOIN beside what the fold says. */
export interface JoinKnowledge {
	/** The state it answers to. */
	readonly state: StateHash;
	/** Our next key set when it was placed: its authenticator for us is made with that. */
	readonly ownNext: KeyName | undefined;
	identity: Identity | undefined;
	/** Why we refuse it. */
	objection: DenyReason | undefined;
	/** The newcomer's key is proved to us. */
	proved: boolean;
	/** Our user was told that they are coming. */
	announced: boolean;
}

/** What our user said about someone who wants in. */
export interface Answer {
	readonly yes: boolean;
	/** Since when they do not wait, because of a new session; undefined while they do. */
	readonly awaySince: Millis | undefined;
}

/** What our user wants of the room. */
export interface Wishes {
	rekey: boolean;
	/** What was said about someone who wants in: kept while they wait, through as many sessions as that takes. */
	readonly answers: Map<PersonId, Answer>;
}

/** Our own way in, while we are a newcomer. */
export interface Entry {
	/** Of the state we were told. */
	readonly sponsor: VerifyKey;
	readonly sponsorBox: BoxKeys;
	/** Our KNOCK, if the STATE answers one, and the STATE: what a run of CPace is named by. */
	readonly knock: MessageHash | undefined;
	readonly state: MessageHash;
	run: OwnRun | undefined;
	/** How often we asked anew though we were introduced. */
	waits: number;
}

/**
 * A room that we read the order of: the agreed state (the fold), and our private part. The fold decides what is; the
 * functions beside this file decide what we do about it.
 */
export class Room {
	readonly self: Self;
	readonly desk: Desk;
	readonly outbox: Outbox;
	fold: FoldState;
	/** Our own key sets, by `v`. */
	readonly vault: Map<KeyName, OwnKeySet> = new Map();
	/** Key sets that we sent a SHARE with, and for which attempt: good for no other (rule BURN-1). */
	readonly shared: Map<KeyName, string> = new Map();
	/** The SHAREs that were sent with them, should they be lost. */
	readonly sharesMade: Map<KeyName, { readonly aid: Aid; readonly share: Message }> = new Map();
	/** Who holds a `v`, as of that key set. */
	readonly identities: Map<KeyName, Identity> = new Map();
	readonly joins: Map<string, JoinKnowledge> = new Map();
	session: LiveSession | undefined;
	/** Sessions before, until their signing keys are published; the oldest first. */
	readonly closings: Closing[] = [];
	readonly watch: Watch = new Watch();
	/** Whom our vote would leave out, since when it says so, and since when it says that it waited longer. */
	cast: { readonly name: string; readonly at: Millis; lateAt: Millis | undefined } | undefined;
	work: AgreementWork | undefined;
	/** What we said of attempts, by name: a key, or secrets (rule BLAME-7). */
	readonly words: Map<string, Word> = new Map();
	/** Own key sets in the vault that have a successor. */
	readonly spent: Set<KeyName> = new Set();
	readonly witness: Witness = new Witness();
	entry: Entry | undefined;
	/** The sponsor's side of a room with a passphrase. */
	readonly gate: Gate = new Gate();
	/** Texts that go past the session, from and to those who come in. */
	readonly beside: Beside = new Beside();
	/** OPENs of ours that were void: with others, or later, they may do. */
	voidOpens = 0;
	/** The order as we took it, and what is missing in it. */
	readonly repairs: Repairs = new Repairs();
	/** The last message we counted: where a STATE of ours says it holds. */
	lastPlaced: MessageHash | undefined;
	/** KNOCKs to which we said otherwise than a STATE of another member did. */
	readonly contradicted: Set<string> = new Set();
	/** When we last sent a STATE. */
	lastStateAt: Millis = Number.NEGATIVE_INFINITY;
	/** We said goodbye to the running session, and its key is public. */
	goodbyePublished = false;
	/** Who was on the screen before this room: they do not join, they move over with us. */
	readonly before: Set<PersonId> = new Set();
	/** What our user asked for and the room does not have yet; duties follow from it. */
	readonly wishes: Wishes = { rekey: false, answers: new Map() };
	/** Fold states after the last few places, to compare STATEs of others with. */
	readonly recent: Map<string, FoldState> = new Map();

	constructor(self: Self, desk: Desk, outbox: Outbox, state: FoldState) {
		this.self = self;
		this.desk = desk;
		this.outbox = outbox;
		this.fold = state;
	}

	get suite(): Suite {
		return this.self.suite;
	}

	/** True while the running session is ours and we are not out of it. */
	get inside(): boolean {
		return this.session !== undefined && isPresent(this.fold, this.session.own.public.v);
	}

	/** Our place in the running attempt. */
	ownSlot(attempt: Attempt): Slot | undefined {
		for (const key of this.vault.keys()) {
			const slot = slotNamed(attempt, key);
			if (slot !== undefined) return slot;
		}
		return undefined;
	}

	ownJoin(): PendingJoin | undefined {
		return this.fold.pending.find((join) => this.vault.has(keyName(join.keySet.v)));
	}

	identityOf(v: VerifyKey | Uint8Array): Identity | undefined {
		return this.identities.get(keyName(v));
	}

	personOf(v: VerifyKey | Uint8Array): Person | undefined {
		const identity = this.identityOf(v);
		return identity && this.person(identity);
	}

	person(identity: Identity): Person {
		return toPerson(identity, personId(identity.lpk) === personId(this.self.identity.publicKey));
	}

	joinIdentity(join: PendingJoin): Identity | undefined {
		return this.joins.get(keyName(join.hash))?.identity ?? this.identityOf(join.keySet.v);
	}

	/**
	 * Our rank among the present members for a duty named by `seed`: the first acts at once, each next one a back-off
	 * later, if the duty is not done by then.
	 */
	backOff(seed: Uint8Array, first?: VerifyKey): number {
		const own = this.session?.own.public.v;
		if (own === undefined) return 0;
		const order = presentMembers(this.fold)
			.map(({ v }) => ({ v, rank: name(this.suite, LABELS.rank, seed, v.bytes) }))
			.sort((a, b) => compare(a.rank, b.rank))
			.map(({ v }) => keyName(v));
		const firstKey = first && keyName(first);
		const ranked = firstKey ? [firstKey, ...order.filter((key) => key !== firstKey)] : order;
		return Math.max(ranked.indexOf(keyName(own)), 0) * this.self.timing.backOffMs;
	}

	/** Erases every secret of ours. */
	erase(): void {
		this.work?.erase();
		this.session?.erase();
		this.gate.clear();
		if (this.entry !== undefined) eraseRun(this.entry);
		for (const { session } of this.closings) session.erase();
		this.closings.length = 0;
		for (const keys of this.vault.values()) eraseKeySet(keys);
		this.vault.clear();
	}
}
