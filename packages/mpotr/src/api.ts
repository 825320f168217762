import type { Branded, DecodeError, Result } from "@clowder/bytes";
import type { IdentitySecretKey, KeyError, Passphrase, Suite } from "@clowder/crypto";
import type { AdmissionPolicy } from "./parameters.ts";
import type { VoteReason } from "./wire/messages.ts";
import type { Nickname, NicknameError } from "./nickname.ts";

/** A name the carrier gives to someone in the place; says nothing about who it is. */
export type Handle = string;

/** Milliseconds on a clock of the caller's that never goes back. */
export type Millis = number;

/** A person in this room: the long-term public key as 64 hexadecimal digits. Trust hangs on this, never on a name. */
export type PersonId = Branded<string, "PersonId">;

/** One message of a timeline, the same on every screen once it is placed; own messages keep it from typing to placing. */
export type MessageId = Branded<string, "MessageId">;

/** What reaches the participant from the carrier, in the carrier's order. */
export type CarrierInput =
	| { readonly type: "entered"; readonly self: Handle; readonly occupants: readonly Handle[]; readonly binding: string }
	| { readonly type: "joined"; readonly handle: Handle }
	| { readonly type: "left"; readonly handle: Handle }
	| { readonly type: "text"; readonly from: Handle; readonly text: string }
	| { readonly type: "interrupted" }
	| { readonly type: "resumed" }
	| { readonly type: "closed" };

export interface Person {
	readonly id: PersonId;
	readonly nickname: Nickname;
	/** 32 bytes: the long-term public key. */
	readonly identityKey: Uint8Array;
	readonly self: boolean;
}

/** A session that is running: who can read what is written now. */
export interface SessionView {
	/** 16 hexadecimal digits that everyone in the session computes alike; safe to show, opens nothing. */
	readonly fingerprint: string;
	/** Everyone in it, oneself included, sorted by `id`. */
	readonly people: readonly Person[];
	/** Where it was activated, on the local clock. */
	readonly since: Millis;
}

/** What a participant of a running attempt still owes before the next session can start. */
export type Owed = "roster" | "key" | "offer" | "share" | "ok" | "confirm";

/** The way from one session to the next, while it runs. */
export interface AttemptView {
	/** Who comes in with it (names only once this client is told them). */
	readonly joining: readonly Person[];
	/** Who goes out with it. */
	readonly leaving: readonly Person[];
	/** Whom it waits for; `person` is undefined where this client does not know yet who it is. */
	readonly waitingFor: readonly { readonly person: Person | undefined; readonly owes: Owed }[];
	/** Contributions that have come, of how many in all, for a progress bar. */
	readonly done: number;
	readonly total: number;
	/** How many of the others have sent their share of the key, which for a newcomer means: have let it in. */
	readonly answered: number;
	readonly others: number;
}

/** Where this client stands. */
export type Phase =
	/** Not in the place. */
	| "outside"
	/** In the place, nobody has a session yet or nobody answers: making one. */
	| "founding"
	/** Has asked those inside; waits for their answer. */
	| "knocking"
	/** Has sent who it is to one of them; waits to be introduced. */
	| "asking"
	/** Those inside let it in; the keys are being agreed on. */
	| "agreeing"
	/** In a session. */
	| "inside"
	/** Connection lost while inside; the session may go on if the carrier resumes. */
	| "interrupted"
	/** Said goodbye; waits until our signing key can be published. */
	| "leaving"
	| "over";

/** Why what is typed now is not sent now. Words are the application's. */
export type Waiting =
	/** No session yet. */
	| "no-session"
	/** Someone left or vanished; new keys first, so that they cannot read it. */
	| "re-keying"
	/** The session is frozen (event `frozen`): new keys first. */
	| "frozen"
	| "interrupted"
	| "over";

/** A snapshot, cheap to take; nothing in it is secret. */
export interface RoomView {
	readonly phase: Phase;
	readonly self: Person;
	readonly session: SessionView | undefined;
	readonly attempt: AttemptView | undefined;
	/** Introduced, not in an attempt yet. */
	readonly joining: readonly Person[];
	/** Of those: whom the room's policy asks those inside about, and what was said so far. */
	readonly asking: readonly Asking[];
	/** What the room is, once there is one. */
	readonly room: RoomTerms | undefined;
	/** In the session, but left or vanished; out with the next session. */
	readonly leaving: readonly { readonly person: Person; readonly how: Departure }[];
	/** Undefined: what is written now is sent now. */
	readonly waiting: Waiting | undefined;
	/** Written, not placed yet. */
	readonly outbox: readonly OutboxItem[];
}

/** Who may come in, and how long someone may be silent: agreed on by everyone in the session. */
export interface RoomTerms {
	readonly policy: AdmissionPolicy;
	readonly passphrase: boolean;
	readonly timeoutSeconds: number;
}

/** Someone who wants in, where the policy asks those inside. */
export interface Asking {
	readonly person: Person;
	readonly approvedBy: readonly PersonId[];
	readonly refusedBy: readonly PersonId[];
	/** What this client's user said. */
	readonly own: "yes" | "no" | undefined;
}

export type Departure =
	/** Said goodbye. */
	| "left"
	/** The carrier said that their connection is gone. */
	| "gone"
	/** Broke the protocol, provably for everyone in the room. */
	| "misbehaved"
	/** Did not do their part in time; that looks the same when the carrier suppresses them. */
	| "silent"
	/** Sees another conversation than we do. */
	| "diverged"
	/** Went on without us. */
	| "split"
	/** Lost the place and is coming back. */
	| "returning";

export interface OutboxItem {
	readonly id: MessageId;
	readonly text: string;
	/** Set when someone came in whom the writer could not know of: needs `release` or `discard`. */
	readonly heldFor: readonly Person[];
}

/** One's own message or another's, placed in the transcript of a session. */
export interface PlacedMessage {
	readonly id: MessageId;
	readonly author: Person;
	readonly text: string;
	readonly at: Millis;
	/** Fingerprint of the session in which it stands, and its entry number there, the same on every screen. */
	readonly session: string;
	readonly entry: number;
	/** Who was in the session, without the author: those who can confirm it. */
	readonly audience: readonly PersonId[];
}

/** Why one's own way in ended. */
export type JoinRefusal =
	| "name-taken"
	| "name-invalid"
	| "bad-authenticator"
	| "already-here"
	| "room-full"
	/** Those inside did not let us in. */
	| "not-admitted"
	| "wrong-passphrase"
	/** The room asks for a passphrase, and we have none. */
	| "passphrase-needed"
	/** We have a passphrase, and the room asks for none: it is not the room that was meant. */
	| "passphrase-unused"
	/** Did not do one's part in time. */
	| "silent"
	| "misbehaved";

export type Frozen =
	/** For too long nothing proves that these saw what we wrote. */
	| "unheard"
	/** The key is past its lifetime. */
	| "expired"
	/** These see another conversation. */
	| "diverged";

/**
 * A text written to or by someone who is still on the way in (design section 9). It passes by: it has no id, no place and
 * no confirmation. What its author writes on the way in comes as a message too once they are inside: a screen drops the
 * previews of a person when their first message comes.
 */
export interface Preview {
	readonly author: Person;
	readonly text: string;
	readonly at: Millis;
	/** `not-in-yet`: we are not in the session; `newcomer`: its author is not. */
	readonly disclaimer: "not-in-yet" | "newcomer";
}

/** Why someone on the way in did not make it. */
export type JoinEnd = JoinRefusal | "left" | "session-changed";

export type RoomEvent =
	/** `view()` differs from before. */
	| { readonly type: "changed" }
	/** A new session is active. */
	| {
			readonly type: "session";
			readonly session: SessionView;
			readonly joined: readonly Person[];
			readonly left: readonly { readonly person: Person; readonly how: Departure }[];
			/** Of those who joined: who was here before, in a session of this client's. */
			readonly back: readonly PersonId[];
	  }
	/** Someone wants in and the policy asks: `approve` or `refuse`. */
	| { readonly type: "asking"; readonly person: Person }
	/** Someone inside answered for a newcomer. */
	| { readonly type: "answered"; readonly person: Person; readonly by: Person; readonly yes: boolean }
	/** Someone inside would leave others out. */
	| { readonly type: "vote"; readonly by: Person; readonly against: readonly Person[]; readonly over: VoteReason }
	/** Broke the protocol, provably for all who share our view: out with the next session. */
	| { readonly type: "blamed"; readonly person: Person; readonly rule: RuleId }
	/** Nothing more is sent or accepted in this session: someone could be made to believe a forgery. New keys follow. */
	| { readonly type: "frozen"; readonly why: Frozen; readonly people: readonly Person[] }
	/** These went on without us; we go on with the others. */
	| { readonly type: "split"; readonly others: readonly Person[] }
	/** Another session lives in this place, of higher rank: we are moving over to it. */
	| { readonly type: "merging"; readonly people: number }
	/** The signing key of a session that is over is published: what it signed proves nothing any more. */
	| { readonly type: "published"; readonly session: string; readonly by: Person }
	/** Messages are missing; asking for them. */
	| { readonly type: "gap" }
	/** They came, this many; what is missing still when `complete` is false is lost here. */
	| { readonly type: "repaired"; readonly messages: number; readonly complete: boolean }
	/** A repair put messages before this one, which was shown already: it stands after them, at this entry of its session. */
	| { readonly type: "moved"; readonly message: MessageId; readonly entry: number }
	/** A text outside of any session, shown with the disclaimer; it counts for no transcript. */
	| { readonly type: "preview"; readonly preview: Preview }
	/** Someone proved who they are and is on the way in. */
	| { readonly type: "joining"; readonly person: Person }
	/** Someone on the way in did not make it. */
	| { readonly type: "join-ended"; readonly person: Person; readonly why: JoinEnd }
	/** Someone left or vanished; new keys are being made. */
	| { readonly type: "leaving"; readonly person: Person; readonly how: Departure }
	| { readonly type: "message"; readonly message: PlacedMessage }
	/** `by` confirmed (with a digest over the whole transcript so far) that they see these messages, in this order. */
	| { readonly type: "confirmed"; readonly messages: readonly MessageId[]; readonly by: PersonId }
	/** `with_` sees another transcript; everything after the entry `agreedUntil` of that session is disputed. */
	| {
			readonly type: "divergence";
			readonly person: Person;
			readonly session: string;
			readonly agreedUntil: number;
			readonly disputed: readonly MessageId[];
	  }
	/** `person` went on into a later session with us, and never said how that one ended: whether they see these stays open. */
	| {
			readonly type: "unconfirmed-end";
			readonly person: Person;
			readonly session: string;
			readonly messages: readonly MessageId[];
	  }
	/** Messages could not be placed before someone unknown to their writer came in: ask. */
	| { readonly type: "held"; readonly messages: readonly MessageId[]; readonly newcomers: readonly Person[] }
	/** Our own way in was refused by someone inside. */
	| { readonly type: "refused-entry"; readonly why: JoinRefusal }
	/** A text was not accepted: what was wrong with it and why. It changed nothing and is never shown as a message. */
	| { readonly type: "refused"; readonly from: Handle; readonly refusal: Refusal }
	| { readonly type: "over"; readonly why: "left" | "closed" | "removed" | "refused" };

/** Why a text was not accepted, by who is to blame. */
export type Refusal =
	/** Not of this protocol: other people's plain chat, another type tag. */
	| { readonly blame: "foreign"; readonly what: "plain-text" | "unknown-type" | "unknown-version" }
	/** Its sender broke the protocol. */
	| { readonly blame: "sender"; readonly rule: RuleId; readonly expected: string; readonly got: string }
	/** Well-formed, but not for the present session or attempt: late, early or replayed. */
	| { readonly blame: "timing"; readonly rule: RuleId; readonly expected: string; readonly got: string }
	/** A limit of ours (parameters, participants, suite) is exceeded. */
	| { readonly blame: "limits"; readonly rule: RuleId; readonly expected: string; readonly got: string };

/** The id of a rule of `spec/protocol.md`, such as `WIRE-3`. */
export type RuleId = string;

/** We were called wrongly: a bug of the application's, never of a peer's. */
export interface UsageError {
	readonly kind: "usage";
	readonly detail: string;
}

export interface ParticipantOptions {
	readonly suite: Suite;
	/** The long-term identity. Not erased by the participant. */
	readonly identity: IdentitySecretKey;
	readonly nickname: Nickname;
	/** `length` fresh random bytes from a cryptographic generator (in tests: seeded). */
	readonly random: (length: number) => Uint8Array;
	/** For a room that we found; a room that is here already has its own. */
	readonly terms?: Partial<Pick<RoomTerms, "policy" | "timeoutSeconds">>;
	/** What those who come in have to know; with it we found only rooms that ask for it, and enter no others. */
	readonly passphrase?: Passphrase;
	/** Whether texts are shared with those who are on the way in, and theirs are shown: true unless it is said. */
	readonly previews?: boolean;
	/** How long to wait for what; defaults are in `timing.ts`. */
	readonly timing?: Partial<Timing>;
}

/** Durations in milliseconds. Local: no clock is agreed on. */
export interface Timing {
	/** Without an answer to KNOCK: knock again, and after `knockTries` found the room. */
	readonly knockTimeoutMs: number;
	readonly knockTries: number;
	/** Between ranks, where the next one steps in if the one before does not do its duty. */
	readonly backOffMs: number;
	/** Joins introduced within this time share one attempt. */
	readonly batchMs: number;
	/** The least of the window in which an idle client acknowledges; grows with the number of people. */
	readonly acknowledgeMs: number;
	/** New keys after this long in a session in which anything was said. */
	readonly rekeyMs: Millis;
	/** New keys after this many texts. */
	readonly rekeyTexts: number;
	/** Past this age a session is frozen. */
	readonly lifetimeMs: Millis;
	/** The pieces of a re-key wait this long for a message to ride along with. */
	readonly rideMs: Millis;
	/** What was sent and did not come back is sent anew. */
	readonly resendMs: Millis;
	/** How long to wait for missing messages. */
	readonly repairMs: Millis;
	/** How long to wait, after a goodbye, for what the publication of our key needs. */
	readonly leaveMs: Millis;
}

/**
 * One person's side of one room: a state machine without I/O. Feed it what the carrier brings, commands and the time;
 * take out texts to send and events; call `wake` when `nextWake` has come.
 */
export interface ParticipantApi {
	/**
	 * Feeds one carrier event, in the carrier's order. Never throws for what came from elsewhere. A further `entered` is
	 * a return under another handle: it starts as a newcomer with fresh keys and the texts that were not placed. After
	 * `refused-entry` the participant is over; another try, or another name, takes another one.
	 */
	receive(input: CarrierInput, now: Millis): void;
	/** Runs what is due. */
	wake(now: Millis): void;
	/** Puts a text into the outbox; it is sent as soon as that is safe. Allowed in every phase but "over". */
	send(text: string, now: Millis): Result<MessageId, TextError | UsageError>;
	/** Sends a held message to the people who are here now. */
	release(id: MessageId, now: Millis): void;
	/** Takes a message that is not placed yet out of the outbox. False if it is placed already. */
	discard(id: MessageId): boolean;
	/** New keys now, for everyone. */
	rekey(now: Millis): void;
	/** Lets someone in who asks; `refuse` does not. */
	approve(person: PersonId, now: Millis): void;
	refuse(person: PersonId, now: Millis): void;
	/** Whether texts are shared with those who are on the way in. */
	setPreviews(on: boolean): void;
	/**
	 * Says goodbye. The phase is "leaving" until the others have closed the session and our signing key is published, so
	 * that what we wrote can be denied; then, or after `leaveMs`, it is "over" and the carrier's place can be left. With
	 * `atOnce` it is over now, and the key is erased unpublished.
	 */
	leave(now: Millis, atOnce?: boolean): void;
	/** Texts for the carrier, oldest first; each is returned once. */
	takeTexts(): string[];
	/** What happened, oldest first; each is returned once. */
	takeEvents(): RoomEvent[];
	/** When `wake` should be called next, if nothing else happens. */
	nextWake(): Millis | undefined;
	view(): RoomView;
}

export type TextError =
	| { readonly kind: "text-too-long"; readonly limitBytes: number; readonly bytes: number }
	| { readonly kind: "text-empty" };

export type { DecodeError, KeyError, Nickname, NicknameError };
