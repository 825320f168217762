import type { Handle } from "./contract.ts";
import {
	SEQUENCED_ANSWER_MAX_BYTES,
	SEQUENCED_MISSING_MAX_COUNT,
	SEQUENCED_PROBES_TO_GIVE_UP,
	SEQUENCED_PROBES_TO_PRESUME,
	SEQUENCED_PROBES_TO_SUSPECT,
	SEQUENCED_RESENT_MAX_COUNT,
} from "./limits.ts";
import { isSettled, wantedTexts } from "./sequencing-following.ts";
import { canJoin, leavers, wholeOrder } from "./sequencing-leading.ts";
import type { Digest } from "./sequencing-names.ts";
import { type Entry, entryBytes, type Statement } from "./sequencing-statement.ts";
import type { Insider } from "./sequencing-insider.ts";
import { nextCandidate, repeatVote } from "./sequencing-takeover.ts";
import { textBytes } from "./text.ts";

type Ask = Statement & { readonly type: "ask" };

/** Answers who asks us: the settled entries they lack, the order if it is ours, and texts (SEQ-11). */
export function onAsk(insider: Insider, from: Handle, ask: Ask, now: number): void {
	const { state, ledger } = insider;
	if (ask.whom !== state.selfTag) return;
	const last = state.answeredMs.get(from);
	if (last !== undefined && now < last + state.times.answerMs) return;
	state.answeredMs.set(from, now);
	const chain = ledger.chainAt(ask.number);
	const history = chain === undefined ? [] : fitting(insider, ledger.after(ask.number, ledger.delivered));
	if (history.length > 0) {
		const settled = history.length;
		const epoch = insider.adopted;
		state.say({
			type: "order",
			epoch,
			whole: false,
			base: ask.number,
			chain: chain as Digest,
			settled,
			entries: history,
		});
	}
	if (insider.isLeading) state.say(wholeOrder(insider));
	else if (history.length === 0) state.say(insider.isBound ? insider.vote(insider.promised, true) : insider.ack());
	let bytes = 0;
	for (const number of ask.missing) {
		const entry = ledger.entry(number);
		const text = insider.textOf(number);
		if (entry?.kind !== "text" || text === undefined) continue;
		bytes += textBytes(text);
		if (bytes > SEQUENCED_ANSWER_MAX_BYTES && bytes > textBytes(text)) return;
		state.say({ type: "forward", author: entry.author, counter: entry.counter, text });
	}
}

function fitting(insider: Insider, entries: readonly Entry[]): readonly Entry[] {
	let left = insider.state.capacity;
	const end = entries.findIndex((entry) => {
		left -= entryBytes(entry);
		return left < 0;
	});
	return end < 0 ? entries : entries.slice(0, end);
}

/**
 * What is owed and late is asked for, again and again after twice the time; after a few times the sequencer is taken
 * to have failed, after some more whoever said nothing since to be gone (SEQ-10). Each step comes only a while after the
 * one before, so that a clock that jumps, as after a sleep, costs nobody their place.
 */
export class Patience {
	#probes = 0;
	#dueMs: number | undefined;
	#mark = "";
	#hungry = false;

	/** When to attend next. */
	get dueMs(): number | undefined {
		return this.#dueMs;
	}

	attend(insider: Insider, now: number): void {
		const { state, ledger } = insider;
		const behind = laggards(insider).length;
		const mark = [ledger.delivered, ledger.end, insider.held, state.aheadTo, insider.adopted.counter, behind].join();
		const isProgress = mark !== this.#mark;
		this.#mark = mark;
		if (this.#dueMs !== undefined && now > this.#dueMs + state.times.patienceMaxMs) this.restart(insider, now);
		const neglectMs = neglectedAt(insider);
		if (isProgress) giveCredit(insider, neglectMs !== undefined && neglectMs <= now);
		if (neglectMs !== undefined && neglectMs <= now && !insider.isLeading) state.suspicious = true;
		const isLate = neglectMs !== undefined || isOwed(insider);
		// Those behind keep nobody waiting, so they are told a few times and no more.
		if (!isLate && (behind === 0 || (!isProgress && this.#probes >= SEQUENCED_PROBES_TO_PRESUME))) {
			if (behind === 0) this.#probes = 0;
			this.#dueMs = undefined;
			return;
		}
		if (isProgress || this.#dueMs === undefined) {
			this.#probes = 0;
			this.#hungry = isHungry(insider);
			// Whoever catches up asks for the next at once.
			const soonMs = Math.max(now, state.askedMs + 2 * state.times.answerMs);
			this.#dueMs = this.#hungry ? soonMs : now + state.times.patienceMs + (isLate ? 0 : state.times.lateAckMs);
		}
		if (now < this.#dueMs) return;
		if (this.#hungry) this.#hungry = false;
		else if (isLate) this.#probe(insider, now);
		else {
			this.#probes++;
			state.say(wholeOrder(insider));
		}
		if (isLate) ask(insider, this.#probes, now);
		this.#dueMs = now + Math.min(state.times.patienceMs * 2 ** this.#probes, state.times.patienceMaxMs);
	}

	/** The line or the clock was away: nothing is late any more. */
	restart(insider: Insider, now: number): void {
		this.#dueMs = undefined;
		insider.restartWaiting(now);
	}

	#probe(insider: Insider, now: number): void {
		const { state } = insider;
		const probes = ++this.#probes;
		if (probes === 1) state.heard.clear();
		const late = state.own.filter(({ sent }) => sent).slice(0, SEQUENCED_RESENT_MAX_COUNT);
		for (const { counter, text } of late) state.say({ type: "submit", counter, text });
		if (insider.isLeading) state.say(wholeOrder(insider));
		if (state.candidacy !== undefined) {
			if (probes % 2 === 0) nextCandidate(insider);
			else repeatVote(insider);
		}
		if (probes === SEQUENCED_PROBES_TO_SUSPECT && !insider.isLeading) state.suspicious = true;
		if (probes >= SEQUENCED_PROBES_TO_PRESUME) {
			for (const handle of insider.present) {
				if (handle !== state.self && !state.heard.has(handle)) state.presumed.add(handle);
			}
		}
		if (probes >= SEQUENCED_PROBES_TO_GIVE_UP) state.break("progress of the order", `none by ${now} ms`);
	}
}

/** Whether anything is due from others, or from us with their help. */
function isOwed(insider: Insider): boolean {
	const { state, ledger } = insider;
	return (
		ledger.end > ledger.delivered ||
		state.aheadTo > ledger.end ||
		state.own.length > 0 ||
		state.candidacy !== undefined ||
		state.suspicious ||
		[...state.hellos.keys()].some((handle) => canJoin(state, insider.roster, handle)) ||
		leavers(insider).length > 0
	);
}

/** The sequencer works after all: a vote that binds nobody is over. */
function giveCredit(insider: Insider, isNeglected: boolean): void {
	const { state, leader } = insider;
	if (state.candidacy?.bound === true || isNeglected || leader === undefined || state.isGone(leader)) return;
	state.suspicious = false;
	state.candidacy = undefined;
}

/** Who has not acknowledged all that is settled, as the sequencer knows. */
function laggards(insider: Insider): readonly Handle[] {
	const { state, ledger } = insider;
	if (!insider.isLeading) return [];
	return insider.present.filter((handle) => {
		if (handle === state.self || state.starts.has(handle)) return false;
		return (state.acks.get(handle)?.number ?? 0) < ledger.delivered;
	});
}

/** When the oldest submission or greeting that could be placed will have waited too long. */
function neglectedAt(insider: Insider): number | undefined {
	const { state, ledger } = insider;
	let oldest: number | undefined;
	for (const author of state.submissions.authors) {
		const placed = ledger.placedAtEnd(author);
		const since = placed === undefined ? undefined : state.submissions.get(author, placed + 1)?.since;
		if (since !== undefined && (oldest === undefined || since < oldest)) oldest = since;
	}
	for (const [handle, since] of state.hellos) {
		const isWaiting = canJoin(state, insider.roster, handle) && !ledger.joinsAtEnd(handle);
		if (isWaiting && (oldest === undefined || since < oldest)) oldest = since;
	}
	return oldest === undefined ? undefined : oldest + state.times.neglectMs;
}

/** Whether something settled is missing here, which somebody has. */
function isHungry(insider: Insider): boolean {
	const { state, ledger } = insider;
	if (state.aheadTo > ledger.end) return true;
	const next = ledger.delivered + 1;
	return next <= ledger.end && next <= state.settledTo && !insider.holds(next) && isSettled(insider, next);
}

function ask(insider: Insider, probes: number, now: number): void {
	const { state, ledger } = insider;
	const whom = whomToAsk(insider, probes);
	if (whom === undefined) return;
	const missing = wantedTexts(insider)
		.slice(0, SEQUENCED_MISSING_MAX_COUNT)
		.map(({ number }) => number);
	state.asked = whom;
	state.askedMs = now;
	state.say({ type: "ask", whom: state.naming.tag(whom), number: ledger.delivered, missing });
}

/** Whoever we inherit from, or the sequencer, at first; then the others in turn. */
function whomToAsk(insider: Insider, probes: number): Handle | undefined {
	const { state, leader } = insider;
	const others = insider.present.filter((handle) => handle !== state.self);
	const first = state.inherited?.from ?? leader;
	if (probes <= 2 && first !== undefined && others.includes(first)) return first;
	return others[probes % Math.max(1, others.length)];
}
