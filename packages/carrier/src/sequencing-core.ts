import { err, ok, type Result } from "@clowder/bytes";
import type { CarrierError, CarrierEvent, Handle } from "./contract.ts";
import {
	SEQUENCED_BACKLOG_MAX_BYTES,
	SEQUENCED_HANDLE_MAX_BYTES,
	SEQUENCED_OCCUPANTS_MAX_COUNT,
	SEQUENCED_WINDOW_MAX_BYTES,
	SEQUENCED_WINDOW_MAX_COUNT,
} from "./limits.ts";
import { Entrance } from "./sequencing-entrance.ts";
import {
	acknowledge,
	considerClaims,
	deliver,
	onAck,
	onForward,
	onOrder,
	onSubmission,
} from "./sequencing-following.ts";
import { isHost, place, sayWelcome } from "./sequencing-leading.ts";
import { compareEpochs } from "./sequencing-names.ts";
import { onAsk, Patience } from "./sequencing-repair.ts";
import { looksLikeStatement, parseStatement, type Statement } from "./sequencing-statement.ts";
import type { Insider } from "./sequencing-insider.ts";
import { type Ack, State, type StateOptions } from "./sequencing-state.ts";
import { considerVotes, onVote } from "./sequencing-takeover.ts";
import { textBytes } from "./text.ts";

/** What came out since it was last taken. */
export interface Effects {
	/** For the carrier below, in this order. */
	readonly texts: readonly string[];
	/** For those above. */
	readonly events: readonly CarrierEvent[];
	/** This presence cannot go on: what was expected, and what came. */
	readonly broken: { readonly expected: string; readonly got: string } | undefined;
	/** When to be woken. */
	readonly wakeMs: number | undefined;
}

/** One presence in a sequenced place, without I/O: what comes and the time go in, statements and events come out. */
export class SequenceCore {
	readonly #state: State;
	readonly #patience: Patience = new Patience();
	#entrance: Entrance | undefined;
	#insider: Insider | undefined;

	/** `others`: those whom the carrier shows at our entrance. */
	constructor(options: StateOptions, others: readonly Handle[], now: number) {
		this.#state = new State(options);
		for (const handle of others) this.#state.arrive(handle);
		this.#entrance = new Entrance(this.#state, now);
		this.wake(now);
	}

	/** UTF-8 bytes of own texts that have not come back. */
	get backlog(): number {
		return this.#state.ownBytes;
	}

	/** Takes an own text; it goes out at the next `wake`. */
	submit(text: string): Result<void, CarrierError> {
		const state = this.#state;
		const bytes = textBytes(text);
		if (state.ownBytes + bytes > SEQUENCED_BACKLOG_MAX_BYTES) {
			const detail = `at most ${SEQUENCED_BACKLOG_MAX_BYTES} bytes under way expected, ${bytes} more came`;
			return err({ kind: "usage", detail });
		}
		state.own.push({ counter: ++state.ownCounter, text, bytes, sent: false });
		state.ownBytes += bytes;
		return ok(undefined);
	}

	joined(handle: Handle, now: number): void {
		this.#state.arrive(handle);
		// After a split of the carrier two sequences meet, and only one goes on (SEQ-14).
		if (this.#insider?.isLeading) this.#insider.stand(now);
		this.wake(now);
	}

	left(handle: Handle, now: number): void {
		this.#state.depart(handle);
		this.wake(now);
	}

	receive(from: Handle, text: string, now: number): void {
		if (from === this.#state.self || this.#state.departed(from)) return;
		if (textBytes(from) > SEQUENCED_HANDLE_MAX_BYTES) return;
		const statement = looksLikeStatement(text) ? parseStatement(text) : err("a statement of a sequence expected");
		if (statement.ok) this.#hear(from, statement.value, now);
		// Before `entered` nothing is told (CARRIER-3).
		else if (this.#insider !== undefined) this.#state.tell({ type: "refused", from, reason: statement.error });
		this.wake(now);
	}

	/** The line was away for a while: nobody is late. */
	resume(now: number): void {
		if (this.#insider !== undefined) this.#patience.restart(this.#insider, now);
		this.wake(now);
	}

	/** Does all that is due. */
	wake(now: number): void {
		const state = this.#state;
		if (state.broken !== undefined) return;
		if (this.#insider === undefined) {
			this.#admit(this.#entrance?.wake(now));
			if (this.#insider === undefined) return;
		}
		const insider = this.#insider;
		do {
			considerClaims(insider, now);
			considerVotes(insider, now);
			this.#submitOwn(insider, now);
			place(insider);
			acknowledge(insider, now);
		} while (deliver(insider) && state.broken === undefined);
		if (state.broken !== undefined) return;
		if (state.standDueMs !== undefined && now >= state.standDueMs) insider.stand(now);
		this.#patience.attend(insider, now);
		if (state.suspicious && state.candidacy === undefined) considerVotes(insider, now);
	}

	take(): Effects {
		const state = this.#state;
		const { texts, events, broken } = state;
		state.texts = [];
		state.events = [];
		return { texts, events, broken, wakeMs: broken === undefined ? this.#wakeMs() : undefined };
	}

	#wakeMs(): number | undefined {
		if (this.#insider === undefined) return this.#entrance?.dueMs;
		const { ackDueMs, lateAckDueMs, standDueMs } = this.#state;
		const due = [ackDueMs, lateAckDueMs, standDueMs, this.#patience.dueMs].filter((at) => at !== undefined);
		return due.length === 0 ? undefined : Math.min(...due);
	}

	#admit(insider: Insider | undefined): void {
		if (insider === undefined) return;
		this.#insider = insider;
		this.#entrance = undefined;
		// What was handed over before belongs to an earlier presence (CARRIER-12).
		this.#state.own = [];
		this.#state.ownBytes = 0;
		this.#state.ownCounter = 0;
	}

	#hear(from: Handle, statement: Statement, now: number): void {
		const state = this.#state;
		state.heard.add(from);
		if (statement.type !== "hello") {
			state.presumed.delete(from);
			state.strays.delete(from);
		}
		const insider = this.#insider;
		if (insider === undefined) {
			this.#admit(this.#entrance?.receive(from, statement, now));
			return;
		}
		if (statement.type === "hello") this.#onHello(insider, from, now);
		else if (insider.roster.has(from)) this.#hearOccupant(insider, from, statement, now);
		else this.#hearStranger(insider, from, statement, now);
	}

	#hearOccupant(insider: Insider, from: Handle, statement: Statement, now: number): void {
		this.#state.starts.delete(from);
		switch (statement.type) {
			case "submit":
				return onSubmission(insider, from, statement.counter, statement.text, now);
			case "forward":
				return onForward(insider, statement, now);
			case "order":
				return onOrder(insider, from, statement, now);
			case "ack":
				onAck(insider, from, statement);
				if (insider.isLeading && compareEpochs(statement.epoch, insider.adopted) !== 0) insider.stand(now);
				return;
			case "vote":
				return onVote(insider, from, statement, now);
			case "ask":
				return onAsk(insider, from, statement, now);
			default:
				return;
		}
	}

	/** Somebody who is not in our sequence speaks as if they were in one: theirs or ours has to end (SEQ-14). */
	#hearStranger(insider: Insider, from: Handle, statement: Statement, now: number): void {
		if (statement.type === "submit" && this.#state.hellos.has(from)) {
			onSubmission(insider, from, statement.counter, statement.text, now);
			return;
		}
		if (statement.type === "ack" && isStrangers(insider, statement) && isBetter(statement, insider.ack())) {
			this.#state.break(`one sequence, of ${insider.present.length} occupants`, `another, of ${statement.present}`);
			return;
		}
		if (insider.isLeading) insider.stand(now);
	}

	#onHello(insider: Insider, from: Handle, now: number): void {
		const state = this.#state;
		const start = state.starts.get(from);
		if (start !== undefined) {
			if (isHost(insider)) sayWelcome(state, insider.adopted, start);
		} else if (insider.roster.has(from)) {
			// Nobody is left who knows where they begin: they have to be given another place (SEQ-12).
			const since = state.strays.get(from) ?? now;
			state.strays.set(from, since);
			if (isHost(insider) && now >= since + state.times.patienceMs) state.presumed.add(from);
		} else if (!insider.roster.has(from) && state.hellos.size < SEQUENCED_OCCUPANTS_MAX_COUNT) {
			if (!state.hellos.has(from)) state.hellos.set(from, now);
		}
	}

	/** Sends own texts, so many at a time as everyone keeps. */
	#submitOwn(insider: Insider, now: number): void {
		const state = this.#state;
		let bytes = 0;
		for (const own of state.own.slice(0, SEQUENCED_WINDOW_MAX_COUNT)) {
			bytes += own.bytes;
			if (bytes > SEQUENCED_WINDOW_MAX_BYTES && bytes > own.bytes) break;
			if (own.sent) continue;
			own.sent = true;
			state.say({ type: "submit", counter: own.counter, text: own.text });
			onSubmission(insider, state.self, own.counter, own.text, now);
		}
	}
}

/** Whether an acknowledgement speaks of another sequence than ours. */
function isStrangers(insider: Insider, { epoch }: Ack): boolean {
	return compareEpochs(epoch, insider.adopted) !== 0 && insider.roster.handleOf(epoch.leader) === undefined;
}

/** Which of two sequences goes on: the larger one, or else the later epoch. */
function isBetter(theirs: Ack, ours: Ack): boolean {
	if (theirs.present !== ours.present) return theirs.present > ours.present;
	return compareEpochs(theirs.epoch, ours.epoch) > 0;
}
