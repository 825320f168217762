import { hex } from "@clowder/bytes";
import type { Handle, Millis } from "../api.ts";
import type { Judgement } from "../fold/fold.ts";
import type { Known } from "../fold/repair.ts";
import { type Effect, type FoldState, type KeyName, keyName } from "../fold/state.ts";
import type { Aid } from "../labels.ts";
import { MAX_LOG_BYTES, MAX_LOG_MESSAGES, MAX_RECENT_PLACES } from "../limits.ts";
import type { Post } from "../session/live-session.ts";
import type { VerifiedMessage } from "../wire/envelope.ts";

/** Where a base stood before a place: what can be gone back to. */
export interface Point {
	readonly fold: FoldState;
	readonly validMessages: number;
	readonly entries: number;
}

/** A place that we have taken. */
export interface Taken {
	readonly place:
		| { readonly type: "left"; readonly handle: Handle }
		| {
				readonly type: "message";
				readonly from: Handle;
				readonly message: VerifiedMessage;
				/** When we sent it, if it is ours. */
				readonly sentAt: Millis | undefined;
				readonly judged: Judgement;
		  };
	/** What stood before; only for the last places. */
	before: Point | undefined;
	/** It is valid and counts for everyone under the base. */
	stands: boolean;
	/** A REPLY tells of it: it counts, or is void and took someone out all the same. */
	tells: boolean;
	/** Valid messages up to it, itself included. */
	index: number;
	/** It is a text of the transcript, and how it is shown, if it is. */
	text: boolean;
	post: Post | undefined;
	/** What it did when it was taken first. */
	readonly did: ReadonlySet<Effect["type"]>;
}

/**
 * The places of one base in their order, since its activation: what members answer an ASK from, and what they go back in
 * when something was missing. Bounded: what is older cannot be repaired.
 */
export class Log implements Known {
	readonly aid: Aid;
	readonly aids: Set<string> = new Set();
	readonly joins: Set<string> = new Set();
	readonly whole = true;
	#taken: Taken[] = [];
	#bytes = 0;

	constructor(aid: Aid) {
		this.aid = aid;
	}

	get taken(): readonly Taken[] {
		return this.#taken;
	}

	add(taken: Taken): void {
		this.#taken.push(taken);
		this.#bytes += sizeOf(taken);
		const aged = this.#taken[this.#taken.length - 1 - MAX_RECENT_PLACES];
		if (aged !== undefined) aged.before = undefined;
		while (this.#taken.length > MAX_LOG_MESSAGES || this.#bytes > MAX_LOG_BYTES) {
			const dropped = this.#taken.shift();
			if (dropped !== undefined) this.#bytes -= sizeOf(dropped);
		}
		if (taken.place.type !== "message") return;
		if (taken.place.message.message.type === "JOIN") this.joins.add(hex(taken.place.message.hash));
	}

	/** Where what follows the `have`-th valid message begins; undefined if that is not kept any more. */
	startAfter(have: number): number | undefined {
		const at = this.#taken.findIndex(({ stands, index }) => stands && index > have);
		const last = this.#taken.at(-1);
		if (at < 0) return last === undefined || last.index <= have ? this.#taken.length : undefined;
		return (this.#taken[at] as Taken).index === have + 1 ? this.#behind(at) : undefined;
	}

	/** Notices and void messages before a place belong to it: what is missing comes before them. */
	#behind(at: number): number {
		let start = at;
		const reachable = (this.#taken[at] as Taken).before !== undefined;
		while (start > 0) {
			const { stands, before } = this.#taken[start - 1] as Taken;
			if (stands || (reachable && before === undefined)) break;
			start--;
		}
		return start;
	}

	/** The least `have` whose following places can be gone back to. */
	oldest(): number | undefined {
		const first = this.#taken.find(({ before }) => before !== undefined);
		return first?.before?.validMessages;
	}

	/** How many valid messages there are up to an entry of the transcript. */
	indexOfEntry(entry: number): number {
		const after = this.#taken.find(({ before }) => before !== undefined && before.entries > entry);
		const last = this.#taken.findLast(({ before }) => before !== undefined && before.entries <= entry);
		return (after?.before ?? last?.before)?.validMessages ?? 0;
	}

	/** How many valid messages there were when this key's last one was placed. */
	lastOf(by: KeyName): number | undefined {
		const last = this.#taken.findLast(
			({ place }) => place.type === "message" && keyName(place.message.header.v) === by,
		);
		return last?.index;
	}

	/** The name of the last message that a REPLY tells of, of those after the `have`-th valid one. */
	lastTold(have: number): string | undefined {
		const last = this.#taken.findLast(({ tells, index }) => tells && index > have);
		return last?.place.type === "message" ? hex(last.place.message.hash) : undefined;
	}

	/** Takes the places from `start` on back out. */
	cut(start: number): readonly Taken[] {
		const out = this.#taken.splice(start);
		for (const taken of out) this.#bytes -= sizeOf(taken);
		return out;
	}
}

function sizeOf({ place }: Taken): number {
	return place.type === "message" ? place.message.textLength : 0;
}
