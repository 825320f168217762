import { ok, type Result } from "@clowder/bytes";
import type { Handle, Millis, Refusal } from "../api.ts";
import { authorKey } from "../fold/authors.ts";
import { isEntry, isUnderBase } from "../fold/counting.ts";
import { fold, type Judgement } from "../fold/fold.ts";
import { type Effect, type Folded, type FoldState, type KeyName, keyName, type PendingJoin } from "../fold/state.ts";
import { MAX_RECENT_PLACES } from "../limits.ts";
import { type ParsedMessage, type VerifiedMessage, verifyMessage } from "../wire/envelope.ts";
import type {
	Ask,
	Close,
	Complain,
	Confirm,
	Fault,
	Introduce,
	Leave,
	Pake,
	Reply,
	Reveal,
	Roster,
	State,
	TextMessage,
} from "../wire/messages.ts";
import { answered } from "./admission.ts";
import { noteJoin, receiveIntroduce, receiveRoster } from "./accept.ts";
import { eraseSpent, judgeBlame } from "./blame.ts";
import { receiveBeside } from "./beside.ts";
import { receiveAnswer } from "./own-run.ts";
import { receivePake } from "./passphrase.ts";
import { dropWork, judgeConfirm, prepareWork } from "./contribute.ts";
import { dropOldest } from "./desk.ts";
import type { Buffered } from "./join.ts";
import { receiveLastView, receiveMessage } from "./receive.ts";
import type { LiveSession } from "../session/live-session.ts";
import type { Room } from "./room.ts";
import { gapBefore, giveUp, hold, type Hands, openGap, receiveReply } from "./repair.ts";
import { noteAsked } from "./answer.ts";
import type { Taken } from "./log.ts";
import { countAgain, note, pointOf, withdraw } from "./retake.ts";
import { standing } from "./supplement.ts";
import { receiveState } from "./doubts.ts";
import { closeSession, closingOf, noteClose, notePublish, noteReceived } from "./closing.ts";
import { joinEnded } from "./join-end.ts";
import { hear } from "./silence.ts";
import type { Aid } from "../labels.ts";
import { activateSession, renewIdentity } from "./update-session.ts";

/** What a place meant for us as a whole; the participant changes its mode by it. */
export type Turn = "stays" | "knock-again" | "in-vain" | "deserted" | "removed" | "refused";

/**
 * Takes one place of the carrier's order: verified, folded, and then acted on. What is refused on the way becomes one
 * event and changes nothing.
 */
export function place(room: Room, placeable: Buffered, now: Millis): Turn {
	return hold(room, placeable, now, HANDS) ?? take(room, placeable, now, false);
}

/** The time for filling a gap is over. */
export function goOver(room: Room, now: Millis): Turn {
	return giveUp(room, now, HANDS);
}

function take(room: Room, placeable: Buffered, now: Millis, anyway: boolean): Turn {
	if (placeable.type === "left") {
		room.gate.left(placeable.handle);
		return settle(room, fold(room.suite, room.fold, placeable), placeable, now);
	}
	const { parsed, from, sentAt } = placeable;
	const own = sentAt !== undefined;
	const verified = verify(room, parsed);
	if (!verified.ok) {
		// A newcomer was not told of sessions before the present one: their last words say nothing to it.
		const isLastWord = ["CLOSE", "PUBLISH", "RECEIVED"].includes(parsed.message.type);
		const fromBefore = verified.error.blame === "timing" && (room.session === undefined || isLastWord);
		if (!own && !fromBefore) refuse(room, from, verified.error);
		return "stays";
	}
	const message = verified.value;
	const missing = anyway ? undefined : gapBefore(room, message);
	if (missing !== undefined) {
		// Outside of a session there is nobody to ask in confidence: we ask for the state anew.
		if (room.session === undefined) return "knock-again";
		openGap(room, missing, placeable);
		return "stays";
	}
	room.witness.note(message);
	const placed = { type: "message", from, message, sentAt, judged: judge(room, message) } as const;
	const folded = fold(room.suite, room.fold, placed);
	const turn = settle(room, folded, placed, now);
	if (isVoid(folded)) return turn;
	if (message.message.type === "ASK") noteAsked(room, message as VerifiedMessage<Ask>);
	if (message.message.type === "REPLY") return receiveReply(room, message as VerifiedMessage<Reply>, now, HANDS);
	return turn;
}

/** Takes a place again after a repair: what it did is done, and what it says was read (rule REPAIR-4). */
function again(room: Room, taken: Taken, now: Millis): void {
	const { session } = room;
	const { place } = taken;
	if (session === undefined) return;
	const before = pointOf(room);
	const folded = fold(room.suite, room.fold, place);
	const state = room.fold;
	room.fold = folded.state;
	if (place.type === "message") {
		room.lastPlaced = place.message.hash;
		remember(room);
		const { stands } = standing(place.message, folded);
		if (stands && !taken.stands) receive(room, place, now);
		else if (stands) countAgain(room, session, taken, place);
		else if (taken.post !== undefined) withdraw(room, session, taken.post, session.transcript.latest.entries);
	}
	note(room, before, folded, place, taken);
	for (const effect of folded.effects) {
		const done = taken.did.has(effect.type) && effect.type !== "died" && effect.type !== "renewed";
		if (!done) act(room, state, effect, place.type === "message" ? place : undefined, now);
	}
	eraseSpent(room);
	prepareWork(room);
}

const HANDS: Hands = { take, again, judge };

/** What our secrets and our seat say about a message, for the fold. */
function judge(room: Room, message: VerifiedMessage): Judgement {
	switch (message.message.type) {
		case "CONFIRM":
			return { confirmFits: judgeConfirm(room, message as VerifiedMessage<Confirm>) };
		case "VOTE":
			return { side: room.session?.ownKey ?? (room.entry && keyName(room.entry.sponsor)) };
		case "COMPLAIN":
		case "REVEAL":
		case "FAULT":
			return { verdict: judgeBlame(room, message as VerifiedMessage<Complain | Reveal | Fault>) };
		default:
			return {};
	}
}

function verify(room: Room, parsed: ParsedMessage): Result<VerifiedMessage, Refusal> {
	const key = authorKey(room.suite, room.fold, parsed);
	if (!key.ok) return key;
	return verifyMessage(room.suite, room.fold.parameters.binding, key.value, parsed);
}

export function refuse(room: Room, from: Handle, refusal: Refusal): void {
	room.desk.emit({ type: "refused", from, refusal });
}

/** A message in its place. */
type Origin = Extract<Taken["place"], { type: "message" }>;

function isVoid(folded: Folded): boolean {
	return folded.effects.some((effect) => effect.type === "void");
}

/** Brings the fold's result into our private part. */
function settle(room: Room, folded: Folded, placed: Taken["place"], now: Millis): Turn {
	const before = room.fold;
	const point = pointOf(room);
	const origin = placed.type === "message" ? placed : undefined;
	room.fold = folded.state;
	let turn: Turn = "stays";
	if (origin !== undefined) {
		room.lastPlaced = origin.message.hash;
		remember(room);
		if (!isVoid(folded)) receive(room, origin, now);
	}
	note(room, point, folded, placed, undefined);
	for (const effect of folded.effects) {
		const after = act(room, before, effect, origin, now);
		if (after !== "stays") turn = after;
	}
	eraseSpent(room);
	prepareWork(room);
	room.repairs.follow(room.session);
	return turn;
}

function remember(room: Room): void {
	if (room.lastPlaced === undefined) return;
	room.recent.set(keyName(room.lastPlaced), room.fold);
	dropOldest(room.recent, MAX_RECENT_PLACES);
}

/** Receive (seed 004): what a valid message says to those in the session, and its entry in the transcript. */
function receive(room: Room, origin: Origin, now: Millis): void {
	const { message, from } = origin;
	const { type } = message.message;
	const read = readMessage(room, origin, now);
	if (!read.ok) refuse(room, from, read.error);
	if (room.session === undefined) return;
	if (isEntry(type)) room.session.transcript.append(message, message.body);
	if (!isUnderBase(type)) return;
	room.session.validMessages++;
	hear(room, message, now);
	if (origin.sentAt === undefined) return;
	room.watch.echoedSentAt = Math.max(room.watch.echoedSentAt, origin.sentAt);
	room.session.freshness.placed(room.session.validMessages, origin.sentAt);
}

function readMessage(room: Room, origin: Origin, now: Millis): Result<void, Refusal> {
	const placed = origin.message;
	switch (placed.message.type) {
		case "MESSAGE":
			return receiveMessage(room, placed as VerifiedMessage<TextMessage>, now);
		case "STATE":
			return receiveState(room, placed as VerifiedMessage<State>, origin.from);
		case "LEAVE":
			if (room.session !== undefined) receiveLastView(room, room.session, placed as VerifiedMessage<Leave>);
			return ok(undefined);
		case "CLOSE":
			receiveClose(room, placed as VerifiedMessage<Close>);
			return ok(undefined);
		default:
			return ok(undefined);
	}
}

function act(room: Room, before: FoldState, effect: Effect, origin: Origin | undefined, now: Millis): Turn {
	switch (effect.type) {
		case "void":
			// That our own message was overtaken is how things go; we send it anew where it is still due.
			if (origin !== undefined && origin.sentAt === undefined) refuse(room, origin.from, effect.refusal);
			return ownRefusal(room, effect.refusal, origin);
		case "gap":
			if (origin !== undefined) {
				const [expected, got] = [`number ${effect.expected}`, `${effect.got}`];
				refuse(room, origin.from, { blame: "timing", rule: "GAP-1", expected, got });
			}
			return "stays";
		case "pending":
			noteJoin(room, effect.join);
			return "stays";
		case "introduced":
			if (origin !== undefined) introduced(room, origin, effect.join);
			return "stays";
		case "denied":
			return joinEnded(room, before, effect.join, effect.reason);
		case "dropped":
			if (effect.why === "replaced") room.joins.delete(keyName(effect.join.hash));
			return effect.why === "replaced" ? "stays" : joinEnded(room, before, effect.join, effect.why);
		case "died":
			dropWork(room);
			return "stays";
		case "rostered":
			if (origin !== undefined) rostered(room, origin, effect.to);
			return "stays";
		case "renewed":
			renewIdentity(room, effect.from, effect.to);
			if (room.vault.has(keyName(effect.from))) room.spent.add(keyName(effect.from));
			return "stays";
		case "removed":
			return removed(room, effect);
		case "deserted":
			return "deserted";
		case "cannot-tell":
			return "knock-again";
		case "activated": {
			const outcome = activateSession(room, before, effect.attempt, effect.base, now);
			if (outcome === "in") return "stays";
			if (room.session?.left) {
				followToTheEnd(room, before, room.session, now);
				return "stays";
			}
			return room.session === undefined ? "knock-again" : "removed";
		}
		case "closed":
			noteClose(room, effect.base, effect.v);
			return "stays";
		case "published":
			notePublish(room, effect.base, effect.v);
			return "stays";
		case "received":
			noteReceived(room, effect.base, effect.by, effect.of);
			return "stays";
		case "voted":
			voted(room, effect);
			return "stays";
		case "split":
			room.desk.emit({ type: "split", others: effect.others.flatMap((v) => room.personOf(v) ?? []) });
			return "stays";
		case "blamed": {
			// A newcomer knows a member by its next keys only, from the list.
			const slot = before.attempt?.slots.find(({ member }) => member && keyName(member) === keyName(effect.v));
			const person = room.personOf(effect.v) ?? (slot && room.personOf(slot.keySet.v));
			if (person !== undefined) room.desk.emit({ type: "blamed", person, rule: effect.rule });
			return "stays";
		}
		case "answered":
			answered(room, effect);
			return "stays";
		case "beside":
			if (origin !== undefined) besideCame(room, origin, effect, now);
			return "stays";
		case "pake":
			return origin === undefined ? "stays" : pakeCame(room, origin, effect.answers);
		case "knocked":
		case "stated":
		case "opened":
		case "contributed":
		case "content":
			return "stays";
	}
}

/** Our own JOIN was over a limit: there is no room for us. */
function ownRefusal(room: Room, refusal: Refusal, origin: Origin | undefined): Turn {
	if (origin?.sentAt !== undefined && origin.message.message.type === "JOIN" && refusal.blame === "limits") {
		room.desk.emit({ type: "refused-entry", why: "room-full" });
		return "refused";
	}
	if (origin?.sentAt !== undefined && origin.message.message.type === "OPEN") room.voidOpens++;
	return "stays";
}

function besideCame(room: Room, origin: Origin, effect: Extract<Effect, { type: "beside" }>, now: Millis): void {
	const read = receiveBeside(room, origin.message, effect.attempt, effect.slot, now);
	if (!read.ok) refuse(room, origin.from, read.error);
}

/** A run of CPace; where our sponsor's proof does not fit, it is not the room that was meant. */
function pakeCame(room: Room, origin: Origin, answers: boolean): Turn {
	const placed = origin.message as VerifiedMessage<Pake>;
	const read = receivePake(room, placed, origin.from);
	if (!read.ok && origin.sentAt === undefined) refuse(room, origin.from, read.error);
	if (!answers || receiveAnswer(room, placed)) return "stays";
	room.desk.emit({ type: "refused-entry", why: "wrong-passphrase" });
	return "refused";
}

/** A list that was owed to us: what we made of one before is void. Any other is nothing to us (rule ROSTER-6). */
function rostered(room: Room, origin: Origin, to: ReadonlySet<KeyName>): void {
	if (room.entry === undefined || ![...to].some((key) => room.vault.has(key))) return;
	dropWork(room);
	const read = receiveRoster(room, origin.message as VerifiedMessage<Roster>);
	if (!read.ok) refuse(room, origin.from, read.error);
}

function introduced(room: Room, origin: Origin, join: PendingJoin): void {
	const read = receiveIntroduce(room, origin.message as VerifiedMessage<Introduce>, join);
	if (read.ok) return;
	refuse(room, origin.from, read.error);
	// Nobody can be let in whom the session was not told of.
	const knowledge = room.joins.get(keyName(join.hash));
	if (knowledge !== undefined) knowledge.objection = "bad-authenticator";
}

/** We said goodbye, and the others went on: what they say last about the session is all we still listen for. */
function followToTheEnd(room: Room, before: FoldState, session: LiveSession, now: Millis): void {
	if (closingOf(room, session) !== undefined) return;
	closeSession(room, before, session, now);
	const closing = closingOf(room, session);
	// Our LEAVE was our last word.
	if (closing !== undefined) closing.closed = true;
}

/** A CLOSE against our own last view of that session; who saw another one keeps our key unpublished for longer. */
function receiveClose(room: Room, placed: VerifiedMessage<Close>): void {
	const closing = closingOf(room, { aid: placed.header.context as Aid });
	if (closing === undefined) return;
	receiveLastView(room, closing.session, placed);
	closing.diverged ||= closing.session.diverged.size > 0;
}

/** Tells of a vote on others; one on us is told when it takes effect. */
function voted(room: Room, effect: Extract<Effect, { type: "voted" }>): void {
	const by = room.personOf(effect.by);
	const against = effect.vote.drop.flatMap(({ v }) => room.personOf(v) ?? []);
	const over = effect.vote.drop[0]?.owes;
	if (by === undefined || over === undefined || room.session === undefined || against.length === 0) return;
	room.desk.emit({ type: "vote", by, against, over });
}

function removed(room: Room, effect: Extract<Effect, { type: "removed" }>): Turn {
	if (room.session !== undefined && keyName(effect.v) === room.session.ownKey) return "removed";
	const person = room.personOf(effect.v);
	if (person !== undefined && room.session !== undefined) {
		room.desk.emit({ type: "leaving", person, how: effect.how });
	}
	return "stays";
}
