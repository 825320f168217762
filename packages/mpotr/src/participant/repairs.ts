import { equal } from "@clowder/bytes";
import type { Handle, Millis } from "../api.ts";
import type { Missing } from "../fold/repair.ts";
import type { KeyName } from "../fold/state.ts";
import type { LiveSession } from "../session/live-session.ts";
import type { ContentHeader } from "../session/content.ts";
import type { VerifiedMessage } from "../wire/envelope.ts";
import type { State } from "../wire/messages.ts";
import type { Answering } from "./answer.ts";
import type { Buffered } from "./join.ts";
import { Log } from "./log.ts";
import type { Quoted } from "./supplement.ts";

/** A message that could not have been sent without one that we lack. */
interface Cause {
	readonly missing: Missing;
	/** Its name. */
	readonly name: string;
}

/** A gap that we try to fill: nothing is read on until it is. */
export interface Gap {
	/** Since when we ask for what is asked at present. */
	since: Millis;
	/** What showed it; undefined for a digest or a STATE that differs. */
	cause: Cause | undefined;
	/** Valid messages up to where we know that all agree. */
	have: number;
	asked: number;
	/** Someone's list contradicts ours: we ask for more of it. */
	conflict: boolean;
	readonly held: Buffered[];
	heldBytes: number;
	readonly lists: Map<KeyName, { readonly have: number; readonly list: readonly Quoted[]; readonly whole: boolean }>;
	/** What is held is being read. */
	reading: boolean;
	/** Another gap showed while that was so. */
	again: boolean;
	/** Messages that came. */
	filled: number;
	complete: boolean;
}

/** Someone's view of the session differed. */
export interface Suspicion {
	since: Millis;
	/** How they last said it was. */
	view: ContentHeader;
	/** Whether a repair was begun since. */
	asked: boolean;
}

export type Suspects = Map<KeyName, Suspicion>;

/** What a room remembers of its order, and what it asks and answers (design section 8, gaps). */
export class Repairs {
	/** Of the running session. */
	log: Log | undefined;
	/** Of the session before, for those who missed its end. */
	past: Log | undefined;
	/** What a newcomer has read of, before it has a log. */
	readonly heard: { readonly aids: Set<string>; readonly joins: Set<string>; readonly whole: false } = {
		aids: new Set(),
		joins: new Set(),
		whole: false,
	};
	gap: Gap | undefined;
	readonly answering: Answering = { asks: new Map(), repliedAt: new Map() };
	readonly suspects: Suspects = new Map();
	/** STATEs that differ from what we saw, until a repair shows who is right; and whose made us ask. */
	readonly doubts: Map<string, { readonly placed: VerifiedMessage<State>; readonly from: Handle }> = new Map();
	readonly doubted: Set<KeyName> = new Set();
	/** Gaps that nobody could fill, by whose message showed them. */
	readonly blanks: Map<KeyName, number> = new Map();
	/** When the last one failed: for a while the same difference is not asked about again. */
	failedAt: Millis = Number.NEGATIVE_INFINITY;
	/** Repairs that are over: each is acknowledged. */
	count = 0;
	acknowledged = 0;

	/** Nothing is read on now. */
	get holds(): boolean {
		return this.gap !== undefined && !this.gap.reading;
	}

	/** The running session is another than the one of the log: what was asked about the one before is over. */
	follow(session: LiveSession | undefined): void {
		if (session === undefined || (this.log !== undefined && equal(this.log.aid, session.aid))) return;
		this.past = this.log;
		this.log = new Log(session.aid);
		// Pieces of the attempt that became this session may come late; they show nothing that is missing.
		for (const aid of (this.past ?? this.heard).aids) this.log.aids.add(aid);
		this.suspects.clear();
		this.doubts.clear();
		this.doubted.clear();
		this.blanks.clear();
		this.failedAt = Number.NEGATIVE_INFINITY;
	}
}
