import type { CarrierEvent, Handle } from "./contract.ts";
import { SEQUENCED_GONE_MAX_COUNT } from "./limits.ts";
import type { Digest, Epoch, Naming, Tag } from "./sequencing-names.ts";
import { entriesCapacity, type Member, type Statement, writeStatement } from "./sequencing-statement.ts";
import { Submissions } from "./sequencing-submissions.ts";

export type Vote = Statement & { readonly type: "vote" };
export type Order = Statement & { readonly type: "order" };
export type Ack = Statement & { readonly type: "ack" };

/** Durations, in milliseconds. The defaults suit carriers that take up to half a second each way. */
export interface SequencingTimes {
	/** How long what is owed may be late before it is asked for; each further time takes twice as long. */
	readonly patienceMs: number;
	/** The most that the wait grows to. */
	readonly patienceMaxMs: number;
	/** How long one submission may wait while others are placed, before the sequencer is taken to be unfair. */
	readonly neglectMs: number;
	/** How long the acknowledgements that a quorum does not need are held back if it does not come about. */
	readonly spareAckMs: number;
	/** How long they are held back if it does; the sequencer wants them all the same, to know that nobody is behind. */
	readonly lateAckMs: number;
	/** The least time between two answers to one occupant. */
	readonly answerMs: number;
	/** The least time between two statements of where one stands. */
	readonly standMs: number;
}

export const SEQUENCING_TIMES: SequencingTimes = {
	patienceMs: 1000,
	patienceMaxMs: 8000,
	neglectMs: 15_000,
	spareAckMs: 300,
	lateAckMs: 2000,
	answerMs: 50,
	standMs: 1000,
};

/** Where everyone was after an entry that someone joined with, for as long as they have not begun (SEQ-12). */
export interface Start {
	readonly number: number;
	readonly chain: Digest;
	readonly members: readonly Member[];
	/** Those from here on joined with the entry. */
	readonly fresh: number;
}

/** A vote one takes part in. */
export interface Candidacy {
	readonly epoch: Epoch;
	bound: boolean;
}

export interface StateOptions {
	readonly self: Handle;
	readonly binding: string;
	readonly naming: Naming;
	readonly maxTextBytes: number;
	readonly times: SequencingTimes;
}

/** One's own text, from when it was handed over until it is delivered. */
export interface OwnText {
	readonly counter: number;
	readonly text: string;
	readonly bytes: number;
	sent: boolean;
}

/** What one occupant knows of the carrier's notices and of those who are there. */
export class State {
	readonly self: Handle;
	readonly binding: string;
	readonly selfTag: Tag;
	readonly naming: Naming;
	readonly times: SequencingTimes;
	readonly maxTextBytes: number;
	readonly capacity: number;
	/** What is to be said and told, since it was last taken. */
	texts: string[] = [];
	events: CarrierEvent[] = [];
	/** Why this presence cannot go on; another has to be begun. */
	broken: { readonly expected: string; readonly got: string } | undefined;

	/** The others whom the carrier shows. */
	readonly occupants: Set<Handle> = new Set();
	/** Those of whom the carrier said that they left; the oldest are forgotten. */
	readonly #departed: Set<Handle> = new Set();
	/** Those who owed something for so long that they are taken to be gone (SEQ-10). */
	readonly presumed: Set<Handle> = new Set();
	/** Occupants who greet though we cannot tell them where they begin, and since when. */
	readonly strays: Map<Handle, number> = new Map();
	/** Who said anything since what is owed first was late. */
	readonly heard: Set<Handle> = new Set();
	/** Those who want to join, and since when. */
	readonly hellos: Map<Handle, number> = new Map();
	readonly starts: Map<Handle, Start> = new Map();

	readonly submissions: Submissions = new Submissions();
	own: OwnText[] = [];
	ownCounter = 0;
	ownBytes = 0;

	/** Acknowledgements of the present epoch, and the latest epoch each has acknowledged or promised anything in. */
	readonly acks: Map<Handle, Ack> = new Map();
	readonly endorsed: Map<Handle, Epoch> = new Map();
	readonly votes: Map<Handle, Vote> = new Map();
	candidacy: Candidacy | undefined;
	/** Orders of epochs that not enough have endorsed yet, the last of each who claims to be the sequencer. */
	readonly claims: Map<Handle, Order> = new Map();
	/** What the epoch that we are about to begin has to begin with. */
	inherited: { readonly from: Handle; readonly vote: Vote } | undefined;
	/** How far the present sequencer, or one whom we asked, says that all is settled. */
	settledTo = 0;
	/** How far the sequencer is known to have gone: what we lack up to there is asked for. */
	aheadTo = 0;
	/** Whom we asked last. */
	asked: Handle | undefined;
	/** Whether and when we asked last. */
	askedMs: number = Number.NEGATIVE_INFINITY;
	/** Orders sent since something was last delivered. */
	ordersOut = 0;
	/** Set when a quorum may wait for our acknowledgement, from when on it is due. */
	ackDueMs: number | undefined;
	lateAckDueMs: number | undefined;
	ackedTo = 0;
	/** The sequencer is taken to have failed. */
	suspicious = false;
	standMs: number = Number.NEGATIVE_INFINITY;
	/** When to say again where one stands. */
	standDueMs: number | undefined;
	readonly answeredMs: Map<Handle, number> = new Map();

	constructor(options: StateOptions) {
		this.self = options.self;
		this.binding = options.binding;
		this.naming = options.naming;
		this.times = options.times;
		this.maxTextBytes = options.maxTextBytes;
		this.capacity = entriesCapacity(options.maxTextBytes);
		this.selfTag = this.naming.tag(this.self);
	}

	say(statement: Statement): void {
		this.texts.push(writeStatement(statement));
	}

	tell(event: CarrierEvent): void {
		this.events.push(event);
	}

	break(expected: string, got: string): void {
		this.broken ??= { expected, got };
	}

	departed(handle: Handle): boolean {
		return this.#departed.has(handle);
	}

	depart(handle: Handle): void {
		this.occupants.delete(handle);
		this.hellos.delete(handle);
		this.#departed.add(handle);
		if (this.#departed.size <= SEQUENCED_GONE_MAX_COUNT) return;
		for (const oldest of this.#departed) {
			this.#departed.delete(oldest);
			break;
		}
	}

	arrive(handle: Handle): void {
		this.#departed.delete(handle);
		this.presumed.delete(handle);
		this.occupants.add(handle);
	}

	readonly isGone = (handle: Handle): boolean => this.#departed.has(handle) || this.presumed.has(handle);
}
