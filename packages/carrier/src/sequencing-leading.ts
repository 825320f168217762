import type { Handle } from "./contract.ts";
import {
	SEQUENCED_HANDLE_MAX_BYTES,
	SEQUENCED_OCCUPANTS_MAX_COUNT,
	SEQUENCED_ORDERS_MAX_COUNT,
	SEQUENCED_TAIL_MAX_COUNT,
} from "./limits.ts";
import { type Digest, type Epoch, TAG_BYTES } from "./sequencing-names.ts";
import type { Roster } from "./sequencing-roster.ts";
import { type Entry, entryBytes, type Member } from "./sequencing-statement.ts";
import type { Insider } from "./sequencing-insider.ts";
import type { Order, Start, State } from "./sequencing-state.ts";
import { textBytes } from "./text.ts";

/** Sequencing: giving numbers to submissions, to who joins and to who leaves. */

/** Kept free for an entry of occupants while someone waits for one: its kind and counts, and one of the longest handles. */
const ROSTER_RESERVE_BYTES: number = 5 + 4 + SEQUENCED_HANDLE_MAX_BYTES;

/** All that is ordered and not settled, which makes every order enough by itself. */
export function wholeOrder(insider: Insider): Order {
	const { ledger } = insider;
	const base = ledger.delivered;
	const chain = ledger.chainAt(base) as Digest;
	return { type: "order", epoch: insider.adopted, whole: true, base, chain, settled: 0, entries: ledger.after(base) };
}

/** Whether someone who asks to join can be given a place. */
export function canJoin(state: State, roster: Roster, handle: Handle): boolean {
	return (
		!state.isGone(handle) &&
		roster.size < SEQUENCED_OCCUPANTS_MAX_COUNT &&
		roster.placed(state.naming.tag(handle)) === undefined
	);
}

/** The occupants who are to be told as left. */
export function leavers(insider: Insider): readonly Handle[] {
	const { state, roster } = insider;
	return roster.handles.filter((handle) => handle !== state.self && state.isGone(handle));
}

/** Orders what waits, as far as a statement and the limits on what is unsettled take it (SEQ-6, SEQ-7). */
export function place(insider: Insider): void {
	const { state, ledger } = insider;
	if (!insider.isLeading || state.ordersOut >= SEQUENCED_ORDERS_MAX_COUNT) return;
	const tail = ledger.after(ledger.delivered);
	if (tail.at(-1)?.kind === "roster") return;
	const roster = ledger.rosterAtEnd();
	const joining = [...state.hellos.keys()].filter((handle) => canJoin(state, roster, handle));
	const isChanging = joining.length > 0 || leavers(insider).length > 0;
	const free = state.capacity - tail.reduce((sum, entry) => sum + entryBytes(entry), 0);
	const texts = placeTexts(insider, roster, SEQUENCED_TAIL_MAX_COUNT - 1 - tail.length, {
		free: free - (isChanging ? ROSTER_RESERVE_BYTES : 0),
		turn: ledger.end,
	});
	const used = texts.reduce((sum, entry) => sum + entryBytes(entry), 0);
	const change = isChanging ? placeChange(insider, roster, joining, free - used) : undefined;
	for (const entry of texts) ledger.append(entry);
	if (change !== undefined) ledger.append(change);
	if (texts.length === 0 && change === undefined) return;
	state.ordersOut++;
	state.say(wholeOrder(insider));
}

/** In turn, one of each author's at a time, so that nobody's flood keeps others waiting. */
function placeTexts(
	insider: Insider,
	roster: Roster,
	most: number,
	{ free, turn }: { readonly free: number; readonly turn: number },
): readonly Entry[] {
	const { submissions, naming } = insider.state;
	const entries: Entry[] = [];
	let left = free;
	let authors = roster.handles.map((handle) => naming.tag(handle));
	const start = authors.length === 0 ? 0 : turn % authors.length;
	authors = [...authors.slice(start), ...authors.slice(0, start)];
	while (authors.length > 0) {
		authors = authors.filter((author) => {
			const counter = (roster.placed(author) ?? 0) + 1;
			const submission = submissions.get(author, counter);
			if (submission === undefined || entries.length >= most) return false;
			const entry: Entry = { kind: "text", author, counter, digest: submission.digest };
			left -= entryBytes(entry);
			if (left < 0) return false;
			entries.push(entry);
			return roster.place(author, counter);
		});
	}
	return entries;
}

/** Who left goes after their last text that is here. */
function placeChange(
	insider: Insider,
	roster: Roster,
	joining: readonly Handle[],
	free: number,
): (Entry & { readonly kind: "roster" }) | undefined {
	const { state } = insider;
	let left = free - 5;
	const gone = leavers(insider)
		.map((handle) => state.naming.tag(handle))
		.filter((tag) => state.submissions.get(tag, (roster.placed(tag) ?? 0) + 1) === undefined)
		.filter(() => (left -= TAG_BYTES) >= 0);
	const came = joining.filter((handle) => (left -= 4 + textBytes(handle)) >= 0);
	return gone.length + came.length === 0 ? undefined : { kind: "roster", left: gone, joined: came };
}

/** Tells those who joined with one entry where they begin (SEQ-12). */
export function sayWelcome(state: State, epoch: Epoch, { number, chain, members, fresh }: Start): void {
	const size = members.length;
	for (let offset = 0; offset < size; ) {
		const page: Member[] = [];
		let left = state.capacity;
		for (const member of members.slice(offset)) {
			left -= 4 + textBytes(member.handle) + 4;
			if (left < 0) break;
			page.push(member);
		}
		state.say({ type: "welcome", epoch, number, chain, size, fresh, offset, members: page });
		offset += page.length;
	}
}

/** Who welcomes: the sequencer, or if it has failed the first who is there and has begun (SEQ-12). */
export function isHost(insider: Insider): boolean {
	const { state, leader, present } = insider;
	if (insider.isLeading) return true;
	const isLost = (handle: Handle): boolean => state.starts.has(handle) || state.strays.has(handle);
	return state.suspicious && present.find((handle) => handle !== leader && !isLost(handle)) === state.self;
}
