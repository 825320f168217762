import type { Handle } from "./contract.ts";
import type { Ledger } from "./sequencing-ledger.ts";
import { compareEpochs, type Digest, type Epoch } from "./sequencing-names.ts";
import { isQuorum } from "./sequencing-quorum.ts";
import type { Roster } from "./sequencing-roster.ts";
import type { Ack, State, Vote } from "./sequencing-state.ts";
import type { Entry } from "./sequencing-statement.ts";

/** An occupant who has a place in the sequence. */
export class Insider {
	readonly state: State;
	readonly ledger: Ledger;
	/** The epoch whose orders are in the ledger. */
	adopted: Epoch;
	adoptedMs: number;
	/** What is acknowledged belongs to no earlier epoch than this (SEQ-9). */
	promised: Epoch;
	/** What a promise covered: nothing after it is acknowledged before the next epoch is adopted. */
	#promisedTo: number = Number.POSITIVE_INFINITY;

	constructor(state: State, ledger: Ledger, epoch: Epoch, now: number) {
		this.state = state;
		this.ledger = ledger;
		this.adopted = epoch;
		this.adoptedMs = now;
		this.promised = epoch;
		state.ackedTo = ledger.delivered;
	}

	get roster(): Roster {
		return this.ledger.roster;
	}

	get isLeading(): boolean {
		return this.adopted.leader === this.state.selfTag && !this.isBound;
	}

	/** Has promised another epoch, which has not begun. */
	get isBound(): boolean {
		return compareEpochs(this.promised, this.adopted) > 0;
	}

	get leader(): Handle | undefined {
		return this.roster.handleOf(this.adopted.leader);
	}

	/** Those who are there, in the order in which they came. */
	get present(): readonly Handle[] {
		return this.roster.handles.filter((handle) => handle === this.state.self || !this.state.isGone(handle));
	}

	promise(epoch: Epoch): void {
		this.#promisedTo = this.held;
		this.promised = epoch;
	}

	adopt(epoch: Epoch, now: number): void {
		const { state } = this;
		this.adopted = epoch;
		this.promised = epoch;
		this.#promisedTo = Number.POSITIVE_INFINITY;
		state.acks.clear();
		state.candidacy = undefined;
		state.suspicious = false;
		state.ordersOut = 0;
		state.ackedTo = 0;
		state.ackDueMs = undefined;
		state.lateAckDueMs = undefined;
		for (const [handle, vote] of state.votes) if (compareEpochs(vote.epoch, epoch) <= 0) state.votes.delete(handle);
		for (const [handle, order] of state.claims) if (compareEpochs(order.epoch, epoch) <= 0) state.claims.delete(handle);
		state.inherited = undefined;
		this.adoptedMs = now;
		this.restartWaiting(now);
	}

	/** Nobody has waited for a number yet. */
	restartWaiting(now: number): void {
		const { submissions, hellos } = this.state;
		submissions.restart(now);
		for (const handle of hellos.keys()) hellos.set(handle, now);
	}

	/** The text of an entry, if it is here. */
	textOf(number: number): string | undefined {
		const kept = this.ledger.textAt(number);
		if (kept !== undefined) return kept;
		const entry = this.ledger.entry(number);
		return entry?.kind === "text" ? this.submitted(entry) : undefined;
	}

	submitted(entry: Entry & { readonly kind: "text" }): string | undefined {
		const submission = this.state.submissions.get(entry.author, entry.counter);
		return submission?.digest === entry.digest ? submission.text : undefined;
	}

	/** Whether all that is needed to deliver an entry, and to say it again, is here. */
	holds(number: number): boolean {
		return this.ledger.entry(number)?.kind === "roster" || this.textOf(number) !== undefined;
	}

	/** How far entries and texts are here without a gap. */
	get held(): number {
		const { ledger } = this;
		let number = ledger.delivered;
		while (number < ledger.end && this.holds(number + 1)) number++;
		return number;
	}

	/** How far this occupant's own acknowledgement goes. */
	get ackable(): number {
		return Math.min(this.held, this.#promisedTo);
	}

	ack(): Ack {
		const number = this.ackable;
		const chain = this.ledger.chainAt(number) as Digest;
		return { type: "ack", epoch: this.adopted, number, chain, present: this.present.length };
	}

	/** All that is not delivered and may have to survive this epoch. */
	vote(epoch: Epoch, bound: boolean): Vote {
		const base = this.ledger.delivered;
		const chain = this.ledger.chainAt(base) as Digest;
		const entries = this.ledger.after(base, this.ackable);
		return { type: "vote", epoch, bound, under: this.adopted, base, chain, entries };
	}

	/** Says where one stands; a while later, if that was done a moment ago: others may have come since. */
	stand(now: number): void {
		const { state } = this;
		const soonestMs = state.standMs + state.times.standMs;
		if (now < soonestMs) {
			state.standDueMs = soonestMs;
			return;
		}
		state.standMs = now;
		state.standDueMs = undefined;
		state.say(this.isBound ? this.vote(this.promised, true) : this.ack());
	}

	hasQuorum(has: (handle: Handle) => boolean, roster: Roster = this.roster): boolean {
		return isQuorum(roster, this.state.isGone, has);
	}
}
