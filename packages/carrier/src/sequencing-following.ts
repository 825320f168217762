import type { Handle } from "./contract.ts";
import { compareRun } from "./sequencing-ledger.ts";
import { compareEpochs, type Digest, type Tag } from "./sequencing-names.ts";
import type { Entry, Statement } from "./sequencing-statement.ts";
import { sayWelcome } from "./sequencing-leading.ts";
import type { Insider } from "./sequencing-insider.ts";
import type { Ack, Order, Start } from "./sequencing-state.ts";
import { textBytes } from "./text.ts";

/** Following the sequencer: taking orders in, acknowledging them, delivering what is settled. */

export function onOrder(insider: Insider, from: Handle, order: Order, now: number): void {
	const { state } = insider;
	const isSequencers = state.naming.tag(from) === order.epoch.leader;
	// Settled entries from whom we asked need no office (SEQ-11).
	if (!order.whole) {
		if (from === state.asked) takeRun(insider, order);
		return;
	}
	if (!isSequencers || compareEpochs(order.epoch, insider.promised) < 0) return;
	if (compareEpochs(order.epoch, insider.adopted) === 0) follow(insider, from, order, now);
	else claim(insider, from, order);
}

function claim(insider: Insider, from: Handle, order: Order): void {
	const { claims } = insider.state;
	const known = claims.get(from);
	const later = known === undefined ? 1 : compareEpochs(order.epoch, known.epoch);
	if (known === undefined || later > 0 || (later === 0 && endOf(order) >= endOf(known))) claims.set(from, order);
}

/** Adopts an epoch once enough others than its sequencer say that it has begun (SEQ-9). */
export function considerClaims(insider: Insider, now: number): void {
	for (const [from, order] of insider.state.claims) {
		if (compareEpochs(order.epoch, insider.promised) < 0) continue;
		if (isEndorsed(insider, from, order)) follow(insider, from, order, now);
	}
}

function endOf(order: Order): number {
	return order.base + order.entries.length;
}

function isEndorsed(insider: Insider, from: Handle, { epoch }: Order): boolean {
	const { state } = insider;
	return insider.hasQuorum((handle) => {
		if (handle === from) return true;
		// We count if we have promised it: fewer than half of the others cannot make us follow them.
		if (handle === state.self) return compareEpochs(insider.promised, epoch) >= 0;
		const endorsed = state.endorsed.get(handle);
		return endorsed !== undefined && compareEpochs(endorsed, epoch) >= 0;
	});
}

/** Takes the entries of an order in. False if they do not connect to what is here. */
function takeRun(insider: Insider, { base, chain, entries, settled }: Order): boolean {
	const { ledger, state } = insider;
	const agreement = compareRun(ledger, state.naming, base, chain, entries);
	if (agreement === undefined) return false;
	if (agreement.forked) {
		state.break(`one history up to entry ${ledger.delivered}`, `another one, from entry ${agreement.agreed} or before`);
		return false;
	}
	const fresh = entries.slice(Math.max(0, agreement.agreed - base));
	if (fresh.length > 0 && agreement.agreed < ledger.delivered) return false;
	if (fresh.length > 0) {
		ledger.truncate(agreement.agreed);
		for (const entry of fresh) ledger.append(entry);
	}
	state.settledTo = Math.max(state.settledTo, base + settled);
	return true;
}

function follow(insider: Insider, from: Handle, order: Order, now: number): void {
	const { ledger, state } = insider;
	const isNew = compareEpochs(order.epoch, insider.adopted) > 0;
	state.aheadTo = Math.max(state.aheadTo, order.base + order.settled);
	const agreement = compareRun(ledger, state.naming, order.base, order.chain, order.entries);
	const end = endOf(order);
	// Two orders of one sequencer that differ: the first was acknowledged, so the second is not (SEQ-4).
	if (!isNew && agreement !== undefined && !agreement.forked && agreement.agreed < Math.min(end, ledger.end)) return;
	if (isNew && end < ledger.delivered) return;
	if (!takeRun(insider, order)) return;
	if (isNew) {
		// What is left of an earlier tail was not settled, or it would be in this order.
		ledger.truncate(end);
		insider.adopt(order.epoch, now);
	}
	const chain = ledger.chainAt(end);
	if (chain !== undefined) onAck(insider, from, { type: "ack", epoch: order.epoch, number: end, chain, present: 0 });
	// Said again because our acknowledgement did not arrive.
	if (end === ledger.end && insider.ackable === end && end <= state.ackedTo) insider.stand(now);
}

/** Whoever is needed for a quorum acknowledges at once, the others only if it does not come about (SEQ-8). */
function requestAck(insider: Insider, now: number): void {
	const { state } = insider;
	if (state.ackDueMs !== undefined) return;
	const others = insider.present.filter((handle) => handle !== insider.leader);
	const needed = Math.floor(insider.roster.size / 2);
	state.ackDueMs = others.indexOf(state.self) < needed ? now : now + state.times.spareAckMs;
}

/** Sends the acknowledgement that is due. One that settles nothing any more may wait for later ones (SEQ-11). */
export function acknowledge(insider: Insider, now: number): void {
	const { state, ledger } = insider;
	if (insider.isBound || insider.isLeading || insider.ackable <= state.ackedTo) {
		state.ackDueMs = undefined;
		state.lateAckDueMs = undefined;
		return;
	}
	const isLate = ledger.delivered === ledger.end;
	if (isLate) {
		state.ackDueMs = undefined;
		state.lateAckDueMs ??= now + state.times.lateAckMs;
	} else {
		state.lateAckDueMs = undefined;
		requestAck(insider, now);
	}
	const due = isLate ? state.lateAckDueMs : state.ackDueMs;
	if (due === undefined || now < due) return;
	state.say(insider.ack());
	state.ackedTo = insider.ackable;
	state.ackDueMs = undefined;
	state.lateAckDueMs = undefined;
}

export function onAck(insider: Insider, from: Handle, ack: Ack): void {
	const { state } = insider;
	state.starts.delete(from);
	const endorsed = state.endorsed.get(from);
	if (endorsed === undefined || compareEpochs(ack.epoch, endorsed) > 0) state.endorsed.set(from, ack.epoch);
	if (compareEpochs(ack.epoch, insider.adopted) !== 0) return;
	// Whoever acknowledges in this epoch has no complaint any more.
	if (state.votes.get(from)?.bound === false) state.votes.delete(from);
	const known = state.acks.get(from);
	if (known === undefined || known.number < ack.number) state.acks.set(from, ack);
}

/** Whether an entry may be delivered: a quorum has it, or the sequencer, or whom we asked, says so. */
export function isSettled(insider: Insider, number: number): boolean {
	const { state, ledger } = insider;
	if (number <= state.settledTo) return true;
	return insider.hasQuorum((handle) => {
		// Ours counts once it is sent: what nobody else can know of settles nothing.
		if (handle === state.self) return (insider.isLeading ? insider.ackable : state.ackedTo) >= number;
		const ack = state.acks.get(handle);
		if (ack === undefined || ack.number < number) return false;
		const chain = ledger.chainAt(ack.number);
		return chain === undefined || chain === ack.chain;
	});
}

/** Delivers what is settled and here, in the order of the numbers (SEQ-1). True if anything was. */
export function deliver(insider: Insider): boolean {
	const { state, ledger, roster } = insider;
	const before = ledger.delivered;
	while (state.broken === undefined && ledger.delivered < ledger.end) {
		const number = ledger.delivered + 1;
		if (!insider.holds(number) || !isSettled(insider, number)) break;
		const entry = ledger.entry(number) as Entry;
		const text = insider.textOf(number);
		ledger.deliver(text);
		if (entry.kind === "text") deliverText(insider, entry, text as string);
		else deliverChange(insider, entry, number);
		if (!roster.has(state.self)) state.break("a place among the occupants", "an entry that says we left");
	}
	if (ledger.delivered === before) return false;
	state.ordersOut = 0;
	return true;
}

function deliverText(insider: Insider, entry: Entry & { readonly kind: "text" }, text: string): void {
	const { state, roster } = insider;
	const from = roster.handleOf(entry.author);
	if (from === undefined || !roster.place(entry.author, entry.counter)) return;
	state.submissions.settle(entry.author, entry.counter);
	if (from === state.self) {
		const index = state.own.findIndex(({ counter }) => counter === entry.counter);
		const own = state.own[index];
		if (own !== undefined) {
			state.own.splice(index, 1);
			state.ownBytes -= own.bytes;
		}
	}
	state.tell({ type: "text", from, text });
}

function deliverChange(insider: Insider, entry: Entry & { readonly kind: "roster" }, number: number): void {
	const { state, ledger, roster } = insider;
	const change = roster.change(entry);
	for (const handle of change.left) {
		forget(insider, handle);
		state.tell({ type: "left", handle });
	}
	for (const handle of change.joined) {
		state.hellos.delete(handle);
		state.tell({ type: "joined", handle });
	}
	if (change.joined.length === 0) return;
	const { members } = roster;
	const fresh = members.length - change.joined.length;
	const start: Start = { number, chain: ledger.chainAt(number) as Digest, members, fresh };
	for (const handle of change.joined) state.starts.set(handle, start);
	if (insider.isLeading) sayWelcome(state, insider.adopted, start);
}

function forget(insider: Insider, handle: Handle): void {
	const { state } = insider;
	state.submissions.drop(state.naming.tag(handle));
	for (const map of [state.acks, state.endorsed, state.votes, state.starts, state.strays, state.answeredMs])
		map.delete(handle);
	state.presumed.delete(handle);
	state.heard.delete(handle);
}

/** Takes a submission from its author, who is an occupant or about to be one (SEQ-6). */
export function onSubmission(insider: Insider, author: Handle, counter: number, text: string, now: number): void {
	const { state, roster } = insider;
	const tag = state.naming.tag(author);
	const placed = roster.placed(tag) ?? (state.hellos.has(author) ? 0 : undefined);
	if (placed === undefined || counter <= placed) return;
	const digest = state.naming.text(tag, counter, text);
	if (!isWanted(insider, tag, counter, digest)) {
		if (state.submissions.get(tag, counter) !== undefined) return;
		if (author !== state.self && !state.submissions.fits(tag, placed, counter, textBytes(text))) return;
	}
	state.submissions.put(tag, counter, { text, digest, since: now });
}

/** Takes a text that another says again: only one that has a number, by its digest (SEQ-11). */
export function onForward(
	insider: Insider,
	{ author, counter, text }: Statement & { readonly type: "forward" },
	now: number,
): void {
	const { state } = insider;
	const digest = state.naming.text(author, counter, text);
	if (isWanted(insider, author, counter, digest)) state.submissions.put(author, counter, { text, digest, since: now });
}

function isWanted(insider: Insider, author: Tag, counter: number, digest: Digest): boolean {
	return wantedTexts(insider).some(
		({ entry }) => entry.author === author && entry.counter === counter && entry.digest === digest,
	);
}

/** Entries whose text is not here: of the tail, and of the best vote if we are to lead. */
export function wantedTexts(
	insider: Insider,
): readonly { readonly number: number; readonly entry: Entry & { readonly kind: "text" } }[] {
	const { ledger, state } = insider;
	const wanted: { number: number; entry: Entry & { kind: "text" } }[] = [];
	const note = (number: number, entry: Entry | undefined): void => {
		if (entry?.kind === "text" && insider.submitted(entry) === undefined) wanted.push({ number, entry });
	};
	for (let number = ledger.delivered + 1; number <= ledger.end; number++) note(number, ledger.entry(number));
	const { inherited } = state;
	inherited?.vote.entries.forEach((entry, i) => {
		const number = inherited.vote.base + i + 1;
		if (number > ledger.delivered) note(number, entry);
	});
	return wanted;
}
