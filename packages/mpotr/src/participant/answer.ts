import { equal, hex } from "@clowder/bytes";
import type { Handle, Millis } from "../api.ts";
import { fold } from "../fold/fold.ts";
import { type KeyName, keyName } from "../fold/state.ts";
import { MAX_OPEN_ASKS, MAX_REPLY_BYTES, MAX_REPLY_MESSAGES, MIN_REPLY_INTERVAL_MS } from "../limits.ts";
import type { LiveSession } from "../session/live-session.ts";
import { type VerifiedMessage, wholeMessage } from "../wire/envelope.ts";
import type { Ask, Reply } from "../wire/messages.ts";
import { dropOldest } from "./desk.ts";
import type { Duty } from "./duties.ts";
import type { Log } from "./log.ts";
import type { Room } from "./room.ts";
import { standing, verified } from "./supplement.ts";

/** An ASK that was placed. */
interface Asked {
	readonly hash: Uint8Array;
	readonly by: Uint8Array;
	/** The session it is about. */
	readonly aid: Uint8Array;
	readonly have: number;
	readonly replies: Set<KeyName>;
	/** It is the newest of who asked: an older one is answered no more. */
	open: boolean;
}

/** What others ask for. */
export interface Answering {
	/** By the ASK's name. */
	readonly asks: Map<string, Asked>;
	/** When we last answered each of those who asked. */
	readonly repliedAt: Map<KeyName, Millis>;
}

/** REPLYs to one ASK: two that agree are enough, so others answer only where one of these does not come. */
const REPLIES = 2;

/** ASK: someone lacks something (rule REPAIR-2). */
export function noteAsked(room: Room, placed: VerifiedMessage<Ask>): void {
	const { asks } = room.repairs.answering;
	const name = hex(placed.hash);
	if (asks.has(name)) return;
	const { v, context } = placed.header;
	for (const asked of asks.values()) if (equal(asked.by, v)) asked.open = false;
	const { have } = placed.message;
	asks.set(name, { hash: placed.hash, by: v, aid: context, have, replies: new Set(), open: true });
	dropOldest(asks, MAX_OPEN_ASKS);
}

/** REPLY: gives the ASK that it answers, if we saw one. */
export function noteReplied({ asks }: Answering, placed: VerifiedMessage<Reply>): Asked | undefined {
	const asked = asks.get(hex(placed.message.ask));
	const sameSession = asked !== undefined && equal(asked.aid, placed.header.context);
	if (!sameSession || equal(asked.by, placed.header.v)) return undefined;
	asked.replies.add(keyName(placed.header.v));
	return asked;
}

/** The log and the keys of the session that an ASK is about: the running one, or the last one, until its key is published. */
function source(room: Room, asked: Asked): { readonly log: Log; readonly session: LiveSession } | undefined {
	const { log, past } = room.repairs;
	const { session } = room;
	if (session !== undefined && log !== undefined && equal(log.aid, asked.aid)) {
		return equal(session.aid, asked.aid) && room.inside ? { log, session } : undefined;
	}
	const closing = room.closings.find((one) => equal(one.session.aid, asked.aid));
	if (past === undefined || closing === undefined || closing.published || !equal(past.aid, asked.aid)) return undefined;
	return { log: past, session: closing.session };
}

/** What came while we miss something ourselves, as far as it stands without that. */
function held(room: Room, log: Log): readonly { readonly from: Handle; readonly message: VerifiedMessage }[] {
	const { gap, holds, log: running } = room.repairs;
	if (gap === undefined || !holds || log !== running) return [];
	let state = room.fold;
	return gap.held.flatMap((input) => {
		const placed = input.type === "left" ? undefined : verified(room.suite, state, input);
		if (placed === undefined) return [];
		const folded = fold(room.suite, state, placed);
		state = folded.state;
		return standing(placed.message, folded).tells ? [placed] : [];
	});
}

/** What we have after `have` valid messages, as far as one REPLY holds it. */
function makeReply(room: Room, log: Log, asked: Asked): Reply | undefined {
	const start = log.startAfter(asked.have);
	if (start === undefined) return undefined;
	const messages: { handle: string; whole: Uint8Array }[] = [];
	let bytes = 0;
	let more = false;
	const taken = log.taken.slice(start).flatMap(({ place, tells }) => (place.type === "left" || !tells ? [] : [place]));
	for (const { from, message } of [...taken, ...held(room, log)]) {
		const whole = wholeMessage(room.suite, message);
		bytes += whole.length + from.length * 3 + 8;
		more = bytes > MAX_REPLY_BYTES || messages.length === MAX_REPLY_MESSAGES;
		if (more) break;
		messages.push({ handle: from, whole });
	}
	return { type: "REPLY", ask: asked.hash as Reply["ask"], have: asked.have, more, messages };
}

/**
 * REPLY, once to each ASK: the first two in rank at once, each next one a back-off later unless two have come. One who asks
 * over and over gets one answer a second of each of us, to what they asked last (rule REPAIR-2).
 */
export function answerDuties(room: Room): readonly Duty[] {
	const { answering } = room.repairs;
	const { backOffMs } = room.self.timing;
	return [...answering.asks.values()].flatMap((asked): readonly Duty[] => {
		const from = source(room, asked);
		const isOwn = from !== undefined && equal(asked.by, from.session.own.public.v.bytes);
		const done = asked.replies.size >= REPLIES || (from !== undefined && asked.replies.has(from.session.ownKey));
		if (from === undefined || isOwn || done || !asked.open) return [];
		const by = keyName(asked.by);
		const reply = (at: Millis): void => {
			const made = makeReply(room, from.log, asked);
			asked.open = false;
			if (made === undefined) return;
			answering.repliedAt.set(by, at);
			dropOldest(answering.repliedAt, MAX_OPEN_ASKS);
			room.desk.post(from.session.own.e, from.session.aid, made);
		};
		const delayMs = (at: Millis): number => {
			const rank = room.backOff(asked.hash, from.session.participant(by)?.keySet.v);
			const last = answering.repliedAt.get(by) ?? Number.NEGATIVE_INFINITY;
			return Math.max(rank - REPLIES * backOffMs, last + MIN_REPLY_INTERVAL_MS - at, 0);
		};
		return [{ key: `reply:${hex(asked.hash)}`, delayMs, run: reply }];
	});
}
