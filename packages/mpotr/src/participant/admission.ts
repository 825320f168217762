import { concat, hex } from "@clowder/bytes";
import type { JoinEnd, Person, PersonId } from "../api.ts";
import { isAdmitted } from "../fold/admission.ts";
import { type Effect, keyName, type PendingJoin, presentMembers } from "../fold/state.ts";
import { type Identity, personId } from "../identity.ts";
import { u32 } from "../labels.ts";
import { ANSWER_HOLDS_MS, MAX_PARTICIPANTS, MAX_PENDING } from "../limits.ts";
import type { LiveSession } from "../session/live-session.ts";
import { dropOldest } from "./desk.ts";
import { type Duty, now } from "./duties.ts";
import type { Room } from "./room.ts";

/** Who may come in: what our user is asked and answers, and the OPEN that lets people in. */

/**
 * Asks our user about someone who proved who they are, where the policy asks; not again while they wait (rule ADMIT-3). A new
 * session drops all who wait, and they come again: an answer holds if they do so soon.
 */
export function askAbout(room: Room, person: Person): void {
	const { answers } = room.wishes;
	const answer = answers.get(person.id);
	if (room.fold.parameters.policy === "open") return;
	if (answer !== undefined && room.desk.now - (answer.awaySince ?? room.desk.now) <= ANSWER_HOLDS_MS) {
		answers.set(person.id, { ...answer, awaySince: undefined });
		return;
	}
	answers.delete(person.id);
	room.desk.emit({ type: "asking", person });
}

/** Joins our user was told of, which the policy asks about. */
function askedAbout(room: Room): readonly { readonly join: PendingJoin; readonly identity: Identity }[] {
	if (room.fold.parameters.policy === "open") return [];
	return room.fold.pending.flatMap((join) => {
		const identity = room.joinIdentity(join);
		if (identity === undefined || !join.introduced || !room.joins.get(keyName(join.hash))?.announced) return [];
		return [{ join, identity }];
	});
}

/** What our user says about someone who waits; only those whom the room told us of can be answered for. */
export function setAnswer(room: Room | undefined, person: PersonId, yes: boolean): void {
	if (room === undefined || !askedAbout(room).some(({ identity }) => personId(identity.lpk) === person)) return;
	room.wishes.answers.delete(person);
	room.wishes.answers.set(person, { yes, awaySince: undefined });
	dropOldest(room.wishes.answers, MAX_PENDING);
}

/** Someone does not wait any more: if they come again, our user is asked again, unless a new session is all that came between. */
export function endAnswer(room: Room, identity: Identity | undefined, why: JoinEnd): void {
	if (identity === undefined) return;
	const { answers } = room.wishes;
	const person = personId(identity.lpk);
	const answer = answers.get(person);
	if (answer === undefined) return;
	if (why === "session-changed") answers.set(person, { ...answer, awaySince: room.desk.now });
	else answers.delete(person);
}

/** APPROVE or DENY as our user said, as long as that is not what stands (rule ADMIT-1). */
export function answerDuties(room: Room, session: LiveSession): readonly Duty[] {
	return askedAbout(room).flatMap(({ join, identity }): readonly Duty[] => {
		const answer = room.wishes.answers.get(personId(identity.lpk));
		if (answer === undefined) return [];
		const { yes } = answer;
		const stands = yes ? join.approvals : join.denials;
		if (stands.has(session.ownKey)) return [];
		const name = keyName(join.hash);
		if (yes) {
			const approve = (): void => void room.desk.post(session.own.e, session.aid, { type: "APPROVE", join: join.hash });
			return [now(`approve:${name}`, approve)];
		}
		const deny = (): void =>
			void room.desk.post(session.own.e, session.aid, { type: "DENY", join: join.hash, reason: "not-admitted" });
		return [now(`refuse:${name}`, deny)];
	});
}

/** Tells our user what someone inside said about someone who wants in. */
export function answered(room: Room, { join, by, yes }: Extract<Effect, { type: "answered" }>): void {
	const identity = room.joinIdentity(join);
	const member = room.personOf(by);
	if (!room.inside || identity === undefined || member === undefined) return;
	room.desk.emit({ type: "answered", person: room.person(identity), by: member, yes });
}

/**
 * The joins that an attempt can be opened with, as far as we see. Those who were in one that died go first, and by
 * themselves: ghosts that join and vanish can hold them up only as many times as there were ghosts with them (OPEN-4).
 */
export function joinsToOpen(room: Room): readonly PendingJoin[] {
	const ready = room.fold.pending.filter(
		(join) => join.introduced && isAdmitted(room.fold, join) && !room.joins.get(keyName(join.hash))?.objection,
	);
	const survivors = ready.filter((join) => join.attempted);
	const seats = MAX_PARTICIPANTS - presentMembers(room.fold).length;
	return (survivors.length > 0 ? survivors : ready).slice(0, seats);
}

/** OPEN, by the first in rank; what comes in the time of one batch shares it. One that came to nothing is sent anew. */
export function openDuty(room: Room, session: LiveSession): readonly Duty[] {
	const { fold } = room;
	if (fold.attempt !== undefined || fold.base === undefined || joinsToOpen(room).length === 0) return [];
	const { aid } = fold.base;
	const { k } = fold;
	return [
		{
			key: `open:${hex(aid)}:${k}:${room.voidOpens}`,
			delayMs: () => room.self.timing.batchMs + room.backOff(concat(aid, u32(k))),
			run: () => {
				const joins = joinsToOpen(room).map((join) => join.hash);
				room.desk.post(session.own.e, aid, { type: "OPEN", k, joins, rekey: false });
			},
		},
	];
}

/** At an activation: whoever is in is not asked about any more. */
export function forgetAnswered(room: Room, session: LiveSession): void {
	for (const { identity } of session.plist) room.wishes.answers.delete(personId(identity.lpk));
}
