import type { LoginWay } from "@clowder/carrier-xmpp";
import type { Departure, Frozen, JoinRefusal, MessageId, Owed, PersonId, Preview, RoomTerms } from "@clowder/mpotr";
import type { DisplayPart } from "../display-text.ts";
import type { Fingerprint } from "../identity/fingerprint.ts";
import type { Mark } from "../identity/picture.ts";

/** Milliseconds since 1970, for showing to people. */
export type WallTime = number;

/** Enough of a person to name them in a line. */
export interface PersonRef {
	readonly id: PersonId;
	readonly nickname: string;
	readonly self: boolean;
	readonly mark: Mark;
}

export type PersonState = "in-session" | "asking" | "joining" | "leaving";

export interface PersonView extends PersonRef {
	readonly state: PersonState;
	/** Set in the state "leaving". */
	readonly how: Departure | undefined;
	/** Others in the list whose names look like this one's. */
	readonly lookAlikes: readonly PersonRef[];
	readonly fingerprint: Fingerprint;
	/** What they write is folded away, on this screen only. */
	readonly muted: boolean;
}

/** Someone who asks to come in, where the room's policy leaves that to those inside. */
export interface RequestView {
	readonly person: PersonRef;
	readonly fingerprint: Fingerprint;
	/** Others here whose names look like this one's. */
	readonly lookAlikes: readonly PersonRef[];
	/** Sat in a session of this visit, under this key. */
	readonly seenBefore: boolean;
	readonly approvedBy: readonly PersonRef[];
	readonly refusedBy: readonly PersonRef[];
	/** So many have to say yes ... */
	readonly needed: number;
	/** ... of so many. */
	readonly of: number;
	/** What was said here. */
	readonly own: "yes" | "no" | undefined;
}

/** Who has confirmed a message, of those who can. */
export interface ProgressView {
	/**
	 * - waiting: not sent, because new keys or the line come first
	 * - sending: on its way, not placed yet
	 * - sent: placed, nobody has confirmed it
	 * - some: confirmed by `by.length` of `by.length + open.length`
	 * - all: confirmed by all
	 * - alone: placed while nobody else was here
	 * - disputed: someone sees another transcript from here on
	 */
	readonly state: "waiting" | "sending" | "sent" | "some" | "all" | "alone" | "disputed";
	readonly by: readonly PersonRef[];
	readonly open: readonly PersonRef[];
	/** Who sees something else. */
	readonly disputedBy: readonly PersonRef[];
}

export interface MessageView {
	readonly id: MessageId;
	readonly author: PersonRef;
	readonly parts: readonly DisplayPart[];
	/** When it was placed here; when it was written, while it is not. */
	readonly at: WallTime;
	readonly progress: ProgressView;
}

/** What a line of the timeline that nobody wrote says; the catalogue has the words. */
export type SystemLine =
	/** The first session of this visit: what was written before cannot be shown. */
	| { readonly code: "started"; readonly others: readonly PersonRef[] }
	/** `known`: was here before. `sharing`: we show them what we write before they are in. */
	| { readonly code: "joining"; readonly person: PersonRef; readonly known: boolean; readonly sharing: boolean }
	| { readonly code: "join-ended"; readonly person: PersonRef; readonly why: JoinRefusal | "left" | "session-changed" }
	| { readonly code: "joined"; readonly people: readonly PersonRef[] }
	| { readonly code: "leaving"; readonly person: PersonRef; readonly how: Departure }
	| { readonly code: "left"; readonly person: PersonRef; readonly how: Departure }
	| { readonly code: "new-keys"; readonly others: readonly PersonRef[] }
	/** New keys for the same people. */
	| { readonly code: "rekeyed" }
	/** They were here before, under the same key. */
	| { readonly code: "back"; readonly people: readonly PersonRef[] }
	/** Those inside are asked about someone. */
	| { readonly code: "asking"; readonly person: PersonRef }
	| { readonly code: "answered"; readonly person: PersonRef; readonly by: PersonRef; readonly yes: boolean }
	| {
			readonly code: "vote";
			readonly by: PersonRef;
			readonly against: readonly PersonRef[];
			readonly over: "silent" | "diverged";
	  }
	| { readonly code: "blamed"; readonly person: PersonRef; readonly what: Offence }
	| { readonly code: "frozen"; readonly why: Frozen; readonly people: readonly PersonRef[] }
	/** We are out of the session, and ask to come in again: the others went on without us. */
	| { readonly code: "taken-out"; readonly how: Departure }
	/** These and we do not hear each other any more; each goes on with who is left. */
	| { readonly code: "split"; readonly others: readonly PersonRef[] }
	/** We are moving over to the room's other half. */
	| { readonly code: "merging"; readonly people: number }
	/** There: what stands above, they have not seen; what they wrote before, we have not. */
	| { readonly code: "moved-over"; readonly others: readonly PersonRef[] }
	| { readonly code: "gap" }
	| { readonly code: "repaired"; readonly messages: number; readonly complete: boolean }
	| { readonly code: "divergence"; readonly person: PersonRef; readonly since: WallTime | undefined }
	/** They never said how an earlier session ended: whether they saw so many of its last messages stays unknown. */
	| { readonly code: "unconfirmed-end"; readonly person: PersonRef; readonly messages: number }
	| { readonly code: "interrupted" }
	| { readonly code: "resumed" }
	/** Back under a new connection: what was written in between is not shown. */
	| { readonly code: "reconnected" }
	| { readonly code: "earlier-dropped" };

/**
 * What someone did who is out for breaking the rules. `share`: what they gave for the new keys, or said of what others gave,
 * is wrong; `key`: they confirmed another key than the one agreed on; `opened`: what they opened to be checked is not
 * theirs; `contradiction`: two statements that exclude each other; `other`: none that we have words for.
 */
export type Offence = "share" | "key" | "opened" | "contradiction" | "other";

/**
 * Who of a session that is over has published the key that they signed with there. Once all have, nobody can prove any
 * more who wrote what in it.
 */
export interface ClosedSession {
	readonly published: readonly PersonRef[];
	readonly open: readonly PersonRef[];
}

/** A text outside of any session, with what has to be said about it. */
export interface PreviewView {
	readonly author: PersonRef;
	readonly parts: readonly DisplayPart[];
	readonly at: WallTime;
	readonly disclaimer: Preview["disclaimer"];
}

export type TimelineItem =
	| { readonly kind: "message"; readonly key: string; readonly message: MessageView }
	| { readonly kind: "preview"; readonly key: string; readonly preview: PreviewView }
	| {
			readonly kind: "system";
			readonly key: string;
			readonly at: WallTime;
			readonly line: SystemLine;
			/** The session that ended at this line, where others were in it. */
			readonly closed: ClosedSession | undefined;
	  };

export type StepState = "todo" | "now" | "done";
export type JoinStepId = "connect" | "keys" | "enter" | "ask" | "agree";
/** What exactly a step is at. */
export type JoinDetail = "registering" | "entering" | "founding" | "knocking" | "asking" | "admission" | "passphrase";

export interface JoinStep {
	readonly id: JoinStepId;
	readonly state: StepState;
	readonly detail: JoinDetail | undefined;
	/** Contributions to the key that have come, of how many; in the step "agree" only. */
	readonly count: { readonly done: number; readonly total: number } | undefined;
}

export interface JoiningView {
	readonly steps: readonly JoinStep[];
	/** Of all that has to be done, from 0 to 1. */
	readonly fraction: number;
	/** Whom we wait for; empty until it takes long. Undefined: someone whose name we are not told yet. */
	readonly waitingFor: readonly { readonly person: PersonRef | undefined; readonly owes: Owed }[];
	/** It takes longer than usual. */
	readonly slow: boolean;
	/** The room asks for a passphrase: we have none, or the one we gave is wrong. */
	readonly passphrase: "needed" | "wrong" | undefined;
}

/** The sentence at the top: who can read what is written now. */
export type TrustView =
	/** `early`: not in it yet, but shown already what we write. */
	| { readonly state: "private"; readonly others: readonly PersonRef[]; readonly early: readonly PersonRef[] }
	/** Still that session, but someone in it has gone: nothing is sent until there are new keys. */
	| { readonly state: "re-keying"; readonly leaving: readonly PersonRef[] }
	/**
	 * Nothing is sent: for too long nothing has proved that these see what we wrote (`why` undefined: they may yet answer),
	 * or nothing more is believed in this session either, and new keys follow.
	 */
	| { readonly state: "frozen"; readonly why: Frozen | undefined; readonly people: readonly PersonRef[] }
	| { readonly state: "interrupted" }
	| { readonly state: "not-yet" }
	| { readonly state: "over" };

export type ComposerView =
	/** What is written now is sent now. */
	| { readonly state: "open" }
	/** What is written now is sent when `until` has come. */
	| { readonly state: "waits"; readonly until: "new-keys" | "unfrozen" | "connection" }
	/** Not in the session yet: what is written now is passed on by someone inside, marked, and sent once we are in. */
	| { readonly state: "early" }
	/** Nothing can be written. */
	| { readonly state: "closed"; readonly why: "no-session" | "over" };

/** A message of ours that is sent only when its writer says so. */
export interface HeldView {
	readonly id: MessageId;
	readonly parts: readonly DisplayPart[];
	/** Someone came in whom its writer could not know of; or the connection was made anew. */
	readonly why: "newcomers" | "reconnected";
	readonly newcomers: readonly PersonRef[];
}

/** A text that was not accepted, as the details list it. */
export interface RefusalView {
	readonly at: WallTime;
	/** The carrier's name of the sender, which says nothing about who it is. */
	readonly from: string;
	readonly blame: "foreign" | "sender" | "timing" | "limits" | "carrier";
	/** For experts: the rule, what was expected and what came. */
	readonly detail: string;
}

export interface DetailsView {
	readonly session:
		| {
				/** 4 groups of 4 hexadecimal digits, the same for everyone in the session. */
				readonly fingerprintGroups: readonly string[];
				readonly since: WallTime;
				readonly size: number;
		  }
		| undefined;
	readonly suite: string;
	/** How we are logged in to the server; undefined before, and where there is no login. */
	readonly login: LoginWay | undefined;
	/** Who may come in, and how long someone may be silent; undefined before there is a room. */
	readonly terms: RoomTerms | undefined;
	/** Of the sessions that are over: how many there are, and of how many all signing keys are published. */
	readonly closed: { readonly total: number; readonly deniable: number };
	/** Who broke which rule of the protocol. */
	readonly blamed: readonly { readonly at: WallTime; readonly person: PersonRef; readonly rule: string }[];
	/** How far the next session is. */
	readonly attempt: { readonly done: number; readonly total: number } | undefined;
	readonly refusals: { readonly total: number; readonly latest: readonly RefusalView[] };
}

/** Why a visit ended, or did not begin. */
export type EndReason =
	| { readonly code: "left" }
	/** Left, and waited in vain: the key that we signed with could not be published. */
	| { readonly code: "left-unpublished" }
	| { readonly code: "cancelled" }
	| { readonly code: "unreachable" }
	| { readonly code: "server-refused"; readonly condition: string }
	| { readonly code: "server-protocol" }
	| { readonly code: "connection-lost" }
	| { readonly code: "removed" }
	| { readonly code: "entry-refused"; readonly why: JoinRefusal }
	| { readonly code: "flooded" }
	/** Our own mistake. `detail` is for a report and holds no secret. */
	| { readonly code: "bug"; readonly detail: string };

/** All that a screen needs, immutable. Parts that did not change are the same objects as before. */
export interface RoomSnapshot {
	readonly room: string;
	/** "leaving": said goodbye, and waits until what was written can be denied. */
	readonly stage: "joining" | "room" | "leaving" | "ended";
	/** Set in the stage "ended". */
	readonly end: EndReason | undefined;
	readonly joining: JoiningView;
	readonly trust: TrustView;
	/** Oneself first, then by name. */
	readonly people: readonly PersonView[];
	readonly requests: readonly RequestView[];
	readonly timeline: readonly TimelineItem[];
	/** Whose messages are folded away here. */
	readonly muted: readonly PersonId[];
	readonly composer: ComposerView;
	readonly held: readonly HeldView[];
	readonly disputes: readonly { readonly person: PersonRef; readonly since: WallTime | undefined }[];
	readonly details: DetailsView;
}
