import type { Asking, AttemptView, Departure, Person, PersonId, Phase, RoomView, SessionView } from "../api.ts";
import { keyAgreement } from "../fold/key-agreement.ts";
import { type Attempt, type KeyName, keyName, newcomers, presentMembers } from "../fold/state.ts";
import { personId } from "../identity.ts";
import type { LiveSession } from "../session/live-session.ts";
import type { Room } from "./room.ts";

/** What the application may show; nothing in it is secret. */

export function viewSession(room: Room, session: LiveSession): SessionView {
	const people = session.plist.map((p) => room.person(p.identity)).sort((a, b) => (a.id < b.id ? -1 : 1));
	return { fingerprint: session.fingerprint, people, since: session.since };
}

function viewAttempt(room: Room, attempt: Attempt): AttemptView {
	const joins = newcomers(attempt);
	const size = attempt.slots.length;
	const waitingFor = keyAgreement.owed(room.suite, attempt).map(({ slot, owes }) => {
		// A roster is owed to a newcomer by whoever opened the attempt.
		const v = owes === "roster" ? (attempt.opener ?? slot.keySet.v) : slot.keySet.v;
		return { person: room.personOf(v), owes };
	});
	const rings = size > 1 ? attempt.offers.size : 0;
	const oks = joins.length > 0 ? size : 0;
	const own = room.ownSlot(attempt);
	const answered = [...attempt.shares.keys()].filter((key) => own === undefined || key !== keyName(own.keySet.v));
	return {
		answered: answered.length,
		others: own === undefined ? size : size - 1,
		joining: joins.flatMap((join) => room.joinIdentity(join) ?? []).map((identity) => room.person(identity)),
		leaving: viewLeaving(room).map(({ person }) => person),
		waitingFor,
		done: rings + attempt.shares.size + attempt.oks.size + attempt.confirms.size,
		total: (size > 1 ? size : 0) + size + oks + size,
	};
}

function viewLeaving(room: Room): readonly { readonly person: Person; readonly how: Departure }[] {
	const { session, fold } = room;
	if (session === undefined) return [];
	return session.plist.flatMap((p) => {
		const how = fold.removed.get(keyName(p.keySet.v));
		return how === undefined ? [] : [{ person: room.person(p.identity), how }];
	});
}

export function roomPhase(room: Room, interrupted: boolean): Phase {
	if (room.session !== undefined) return interrupted ? "interrupted" : "inside";
	if (room.entry === undefined) return "founding";
	const { attempt } = room.fold;
	return attempt !== undefined && room.ownSlot(attempt) !== undefined ? "agreeing" : "asking";
}

/** What a room adds to the view. */
export function viewRoom(
	room: Room,
): Pick<RoomView, "session" | "attempt" | "joining" | "leaving" | "asking" | "room"> {
	const { fold, session } = room;
	const waiting = fold.pending.filter((join) => join.introduced);
	return {
		session: session && viewSession(room, session),
		attempt: fold.attempt && viewAttempt(room, fold.attempt),
		joining: waiting.flatMap((join) => room.joinIdentity(join) ?? []).map((identity) => room.person(identity)),
		leaving: viewLeaving(room),
		asking: viewAsking(room),
		room: fold.base && fold.parameters,
	};
}

/** Whom the policy asks about, as far as this client's user may know of them. */
function viewAsking(room: Room): readonly Asking[] {
	const { fold } = room;
	if (fold.parameters.policy === "open" || !room.inside) return [];
	const people = (voices: ReadonlySet<KeyName>): PersonId[] =>
		presentMembers(fold)
			.filter(({ v }) => voices.has(keyName(v)))
			.flatMap(({ v }) => room.personOf(v)?.id ?? []);
	return fold.pending
		.filter((join) => join.introduced && room.joins.get(keyName(join.hash))?.announced)
		.flatMap((join) => {
			const identity = room.joinIdentity(join);
			if (identity === undefined) return [];
			const wish = room.wishes.answers.get(personId(identity.lpk));
			const own = wish === undefined ? undefined : wish.yes ? "yes" : "no";
			const [approvedBy, refusedBy] = [people(join.approvals), people(join.denials)];
			return [{ person: room.person(identity), approvedBy, refusedBy, own }];
		});
}
