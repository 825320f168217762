import { equal, hex } from "@clowder/bytes";
import type { Millis } from "../api.ts";
import { type Missing, missingBefore } from "../fold/repair.ts";
import { type FoldState, type KeyName, keyName, presentMembers } from "../fold/state.ts";
import { MAX_ASKS, MAX_BLANK_GAPS, MAX_BUFFERED_BYTES, MAX_BUFFERED_TEXTS } from "../limits.ts";
import type { Judgement } from "../fold/fold.ts";
import type { LiveSession } from "../session/live-session.ts";
import { parseWhole, type VerifiedMessage } from "../wire/envelope.ts";
import type { Reply } from "../wire/messages.ts";
import { answerDuties, noteReplied } from "./answer.ts";
import type { Duty } from "./duties.ts";
import type { Buffered } from "./join.ts";
import type { Taken } from "./log.ts";
import type { Turn } from "./place.ts";
import type { Gap } from "./repairs.ts";
import type { Room } from "./room.ts";
import { sendAcknowledgement } from "./send.ts";
import { agree, contains, type Quoted, readList, type Reading, type Step } from "./supplement.ts";

/** How a place is taken, as repair asks for it: `place.ts` knows. */
export interface Hands {
	/** Takes a place for the first time; `anyway`: over whatever is missing before it. */
	readonly take: (room: Room, input: Buffered, now: Millis, anyway: boolean) => Turn;
	/** Takes a place again that was taken before. */
	readonly again: (room: Room, taken: Taken, now: Millis) => void;
	readonly judge: (room: Room, message: VerifiedMessage) => Judgement;
}

/** Whether we are one who can ask: in a session, and not on the way out of it. */
export function canAsk(room: Room): boolean {
	return room.inside && room.session !== undefined && !room.session.left && room.session.plist.length > 1;
}

/** Keeps a place for later while a gap is open; false if it is to be read now. */
export function hold(room: Room, input: Buffered, now: Millis, hands: Hands): Turn | undefined {
	const { gap } = room.repairs;
	if (gap === undefined || !room.repairs.holds) return undefined;
	if (input.type === "message" && (input.parsed.message.type === "ASK" || input.parsed.message.type === "REPLY")) {
		return undefined;
	}
	keep(gap, input);
	const over = gap.held.length > MAX_BUFFERED_TEXTS || gap.heldBytes > MAX_BUFFERED_BYTES;
	return over ? giveUp(room, now, hands) : "stays";
}

function keep(gap: Gap, input: Buffered): void {
	gap.held.push(input);
	gap.heldBytes += input.type === "message" ? input.parsed.textLength : 0;
}

/** What a verified message shows to be missing before it, if that is worth asking for. */
export function gapBefore(room: Room, placed: VerifiedMessage): Missing | undefined {
	const { repairs, session } = room;
	if (session === undefined) return room.entry && missingBefore(room.suite, room.fold, placed, repairs.heard);
	if (!canAsk(room) || repairs.log === undefined) return undefined;
	const missing = missingBefore(room.suite, room.fold, placed, repairs.log);
	if (missing === undefined || (repairs.blanks.get(missing.by) ?? 0) >= MAX_BLANK_GAPS) return undefined;
	return missing;
}

/** A gap shows: what comes waits until it is filled (rules GAP-1 to GAP-4). */
export function openGap(room: Room, missing: Missing | undefined, input: Buffered | undefined): void {
	const { repairs } = room;
	const have = agreedBefore(room, missing?.by);
	const cause = missing && input?.type === "message" ? { missing, name: hex(input.parsed.hash) } : undefined;
	const now = room.desk.now;
	if (repairs.gap === undefined) {
		repairs.gap = {
			since: now,
			cause,
			have,
			asked: 0,
			conflict: false,
			held: [],
			heldBytes: 0,
			lists: new Map(),
			reading: false,
			again: false,
			filled: 0,
			complete: true,
		};
		room.desk.emit({ type: "gap" });
	} else {
		Object.assign(repairs.gap, { since: now, cause, have, asked: 0, conflict: false, again: true });
		repairs.gap.lists.clear();
	}
	if (input !== undefined) repairs.gap.held.unshift(input);
}

/** Where we know that everyone agrees with us, before a gap that this one's message shows. */
function agreedBefore(room: Room, by: KeyName | undefined): number {
	const { log } = room.repairs;
	const { session } = room;
	if (log === undefined || session === undefined) return 0;
	const keys = session.plist.map((p) => keyName(p.keySet.v)).filter((key) => key !== session.ownKey);
	const agreed = Math.max(...keys.map((key) => session.confirmedUntil(key)), 0);
	const last = by === undefined ? undefined : log.lastOf(by);
	const have = log.indexOfEntry(agreed);
	return Math.max(log.oldest() ?? 0, Math.min(have, last ?? have));
}

/** How many of the others have to report the same: two, or the only other one (rule REPAIR-3). */
function witnesses(room: Room): number {
	return Math.min(2, presentMembers(room.fold).length - 1);
}

/** A REPLY: if it answers what we ask, and agrees with another, it fills our gap. */
export function receiveReply(room: Room, placed: VerifiedMessage<Reply>, now: Millis, hands: Hands): Turn {
	const { repairs } = room;
	const ask = noteReplied(repairs.answering, placed);
	const { gap, log } = repairs;
	const isOurs = ask !== undefined && log !== undefined && equal(placed.header.context, log.aid);
	if (gap === undefined || !isOurs || ask.have !== placed.message.have || ask.have > gap.have) return "stays";
	const list: Quoted[] = [];
	for (const { handle, whole } of placed.message.messages) {
		const parsed = parseWhole(room.suite, whole);
		if (!parsed.ok) return "stays";
		list.push({ from: handle, parsed: parsed.value, name: hex(parsed.value.hash) });
	}
	gap.lists.set(keyName(placed.header.v), { have: ask.have, list, whole: !placed.message.more });
	return tryToFill(room, gap, now, hands);
}

/** The lists as they follow what we have. */
function candidates(gap: Gap): readonly { readonly list: readonly Quoted[]; readonly whole: boolean }[] {
	return [...gap.lists.values()]
		.filter(({ have }) => have <= gap.have)
		.map(({ have, list, whole }) => ({ list: list.slice(gap.have - have), whole }));
}

function read(room: Room, gap: Gap, hands: Hands, list: readonly Quoted[], whole: boolean): Reading {
	const { log } = room.repairs;
	const { session } = room;
	if (log === undefined || session === undefined) return { type: "nothing" };
	const { validMessages } = session;
	const now = { fold: room.fold, validMessages, entries: session.transcript.latest.entries };
	const judge = (message: VerifiedMessage): Judgement => hands.judge(room, message);
	return readList({ suite: room.suite, log, now, held: gap.held, have: gap.have, judge }, list, whole);
}

function tryToFill(room: Room, gap: Gap, now: Millis, hands: Hands): Turn {
	const all = candidates(gap);
	const needed = witnesses(room);
	const lists = all.filter(({ list }) => covers(room, gap, list)).sort((a, b) => b.list.length - a.list.length);
	for (const one of lists) {
		const others = lists.filter(
			(other) => other !== one && (agree(one.list, other.list) || fills(gap, one.list, other.list)),
		);
		if (others.length + 1 < needed) continue;
		const reading = read(room, gap, hands, one.list, one.whole);
		if (reading.type === "supplement") return supplement(room, gap, reading, now, hands);
		if (reading.type === "nothing") return goOn(room, gap, now, hands, true);
	}
	// Others who have nothing that we lack may lack something that we have: that is theirs to ask for.
	const within = all.filter(({ list, whole }) => read(room, gap, hands, list, whole).type === "nothing");
	if (gap.cause === undefined && within.length >= needed) return goOn(room, gap, now, hands, true);
	if (all.length >= needed) gap.conflict = true;
	return "stays";
}

/** Whether a list goes as far as we need it: to what showed the gap, or to the last that we have. */
function covers(room: Room, gap: Gap, list: readonly Quoted[]): boolean {
	const last = room.repairs.log?.lastTold(gap.have);
	const name = gap.cause?.name ?? last;
	return name === undefined || list.some((quoted) => quoted.name === name);
}

/** Whether one list is the other with just those messages in it whose numbers are known to be missing. */
function fills(gap: Gap, one: readonly Quoted[], other: readonly Quoted[]): boolean {
	const missing = gap.cause?.missing;
	if (missing?.numbers === undefined || !contains(one, other)) return false;
	const { from, before } = missing.numbers;
	const names = new Set(other.map(({ name }) => name));
	return one.every(({ name, parsed: { header } }) => {
		const isMissing = keyName(header.v) === missing.by && header.number >= from && header.number < before;
		return names.has(name) || isMissing;
	});
}

/** The time is over: what one reports alone is better than nothing, if nobody contradicts it (rule REPAIR-5). */
export function giveUp(room: Room, now: Millis, hands: Hands): Turn {
	const { gap } = room.repairs;
	if (gap === undefined || gap.reading) return "stays";
	const lists = candidates(gap);
	const widest = lists.find((one) => lists.every((other) => contains(one.list, other.list)));
	const reading = widest && read(room, gap, hands, widest.list, widest.whole);
	if (reading?.type === "supplement") return supplement(room, gap, reading, now, hands);
	// Whoever does not tell of what showed the gap does not tell that nothing is missing before it.
	const explained = reading?.type === "nothing" && (gap.cause === undefined || covers(room, gap, widest?.list ?? []));
	if (!explained) {
		gap.complete = false;
		room.repairs.failedAt = now;
	}
	return goOn(room, gap, now, hands, true);
}

type Supplement = Extract<Reading, { type: "supplement" }>;

/** Goes back to the last place that all agree on, and reads on from there with what was missing (rule REPAIR-4). */
function supplement(room: Room, gap: Gap, reading: Supplement, now: Millis, hands: Hands): Turn {
	const { repairs, session } = room;
	const { log } = repairs;
	if (log === undefined || session === undefined || !session.rewind(reading.point)) return "stays";
	const before = room.fold;
	log.cut(reading.start);
	forgetAfter(room, reading.point.fold);
	// Knocks are not of the session's order: they stay.
	room.fold = { ...reading.point.fold, knocks: before.knocks };
	gap.held.splice(0, reading.held);
	gap.reading = true;
	gap.filled += reading.missed;
	for (const step of reading.steps) {
		const turn = takeStep(room, step, now, hands);
		if (turn !== "stays") return turn;
		// The end of the session was among what was missing.
		if (repairs.log !== log) break;
	}
	keepNumbers(room, before);
	gap.reading = false;
	return goOn(room, gap, now, hands, false);
}

/** What we remembered of places that are taken anew. */
function forgetAfter(room: Room, point: FoldState): void {
	const { recent } = room;
	const places = [...recent];
	const last = places.findLastIndex(([, state]) => state === point);
	for (const [place] of places.slice(last + 1)) recent.delete(place);
}

/** Messages that are of no session's order counted too: each number counts once (rule REPLAY-1). */
function keepNumbers(room: Room, before: FoldState): void {
	const knocking = new Set(room.fold.knocks.map((knock) => keyName(knock.v)));
	const authors = new Map(room.fold.authors);
	for (const [key, author] of before.authors) {
		const now = authors.get(key);
		if (now === undefined && knocking.has(key)) authors.set(key, author);
		else if (now !== undefined && now.number < author.number) authors.set(key, { ...now, number: author.number });
	}
	room.fold = { ...room.fold, authors };
}

function takeStep(room: Room, step: Step, now: Millis, hands: Hands): Turn {
	switch (step.type) {
		case "taken":
			hands.again(room, step.taken, now);
			return "stays";
		case "held":
			return hands.take(room, step.input, now, true);
		case "missed": {
			const { from, parsed } = step.quoted;
			const sentAt = room.desk.echoed(parsed.hash);
			return hands.take(room, { type: "message", from, parsed, sentAt }, now, true);
		}
	}
}

/** Reads what was held; the first of it whatever is missing before it, if nobody has that (rule GAP-5). */
function goOn(room: Room, gap: Gap, now: Millis, hands: Hands, over: boolean): Turn {
	const { repairs } = room;
	const by = gap.cause?.missing.by;
	if (over && by !== undefined) repairs.blanks.set(by, (repairs.blanks.get(by) ?? 0) + 1);
	gap.reading = true;
	gap.again = false;
	let anyway = over && by !== undefined;
	for (let input = gap.held.shift(); input !== undefined; input = gap.held.shift()) {
		gap.heldBytes -= input.type === "message" ? input.parsed.textLength : 0;
		const turn = hands.take(room, input, now, anyway);
		if (turn !== "stays") return turn;
		anyway = false;
		if (gap.again) break;
	}
	gap.reading = false;
	if (gap.again) {
		gap.again = false;
		return "stays";
	}
	repairs.gap = undefined;
	repairs.count++;
	room.desk.emit({ type: "repaired", messages: gap.filled, complete: gap.complete });
	return "stays";
}

/** Oneself asks after a random part of this for each person: where many miss the same, the REPLY to one serves all. */
const ASK_WINDOW_PER_PERSON_MS = 10;

function askDuties(room: Room, session: LiveSession, gap: Gap): readonly Duty[] {
	if (gap.asked >= MAX_ASKS) return [];
	const { repairMs } = room.self.timing;
	const ask = (): void => {
		// What we took for agreed may not be: the next time we ask for all that we can go back to.
		if (gap.asked > 0) gap.have = Math.min(gap.have, room.repairs.log?.oldest() ?? gap.have);
		gap.asked++;
		gap.conflict = false;
		room.desk.post(session.own.e, session.aid, { type: "ASK", have: gap.have });
	};
	const window = ASK_WINDOW_PER_PERSON_MS * session.plist.length;
	const later = gap.conflict ? 0 : repairMs / MAX_ASKS;
	const delayMs = (): number => (gap.asked === 0 ? room.desk.someOf(window) : later);
	return [{ key: `ask:${session.aidName}:${gap.since}:${gap.asked}:${gap.conflict}`, delayMs, run: ask }];
}

/** What is due about gaps, ours and others'. `goOver` is done when the time for one is over. */
export function repairDuties(room: Room, goOver: (now: Millis) => void): readonly Duty[] {
	const { repairs, session } = room;
	if (session === undefined) return [];
	const duties: Duty[] = [...answerDuties(room)];
	const { gap } = repairs;
	if (gap !== undefined && repairs.holds) {
		duties.push(...askDuties(room, session, gap), {
			key: `go-over:${session.aidName}:${gap.since}`,
			delayMs: (at) => Math.max(gap.since + room.self.timing.repairMs - at, 0),
			run: goOver,
		});
	} else if (repairs.acknowledged < repairs.count && canAsk(room) && !session.hushed) {
		// What we see now is news to those who saw us fall behind.
		duties.push({
			key: `acknowledge:repaired:${repairs.count}`,
			delayMs: () => room.desk.someOf(ASK_WINDOW_PER_PERSON_MS * session.plist.length),
			run: () => {
				repairs.acknowledged = repairs.count;
				sendAcknowledgement(room, session);
			},
		});
	}
	return duties;
}
