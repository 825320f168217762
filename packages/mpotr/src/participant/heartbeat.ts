import type { Frozen, Millis, Person } from "../api.ts";
import { type KeyName, keyName, type Member, presentMembers } from "../fold/state.ts";
import type { LiveSession } from "../session/live-session.ts";
import { type Duty, now } from "./duties.ts";
import type { Room } from "./room.ts";
import { sendAcknowledgement } from "./send.ts";

/** The least time between two heartbeats of one person for each person in the room: two a second in all. */
const HEARTBEAT_PER_PERSON_MS = 500;
/** Heartbeats in a timeout: one may come late, and one be lost, before anyone is taken for silent. */
const HEARTBEATS_IN_TIMEOUT = 4;

/** How long an idle client waits before it says what it has seen (rule HEART-1). */
export function heartbeatMs(room: Room): Millis {
	const people = room.fold.base?.members.length ?? 1;
	const timeout = room.fold.parameters.timeoutSeconds * 1000;
	return Math.max(timeout / HEARTBEATS_IN_TIMEOUT, people * HEARTBEAT_PER_PERSON_MS);
}

/** The timeout of a room of this size: after this long someone counts as silent (rule HEART-1). */
export function silenceMs(room: Room): Millis {
	return HEARTBEATS_IN_TIMEOUT * heartbeatMs(room);
}

/** Nothing is sent once nothing proves for this long that all of the others hear us (rule FREEZE-1). */
export function hushMs(room: Room): Millis {
	return silenceMs(room);
}

/**
 * And nothing is accepted after this long. It is later than the end of sending, so that what was on its way is not lost, and
 * earlier than twice the timeout, when keys of a session are published that not everyone has closed (rule PUBLISH-2).
 */
export function freezeMs(room: Room): Millis {
	return 1.5 * silenceMs(room);
}

/** Those whose word we need to be fresh: everyone in the session who is not out of it, ourselves excepted. */
function needed(room: Room, session: LiveSession): ReadonlySet<KeyName> {
	const members = presentMembers(room.fold);
	const known = neededAmong.get(members);
	if (known?.own === session.ownKey) return known.others;
	const keys = members.map((member) => keyName(member.v));
	const others = new Set(keys.filter((key) => key !== session.ownKey));
	neededAmong.set(members, { own: session.ownKey, others });
	return others;
}

/** Asked at every place; those who are here are one list until someone goes. */
const neededAmong = new WeakMap<readonly Member[], { readonly own: KeyName; readonly others: ReadonlySet<KeyName> }>();

/** Says nothing more in a session, and believes nothing more, for good (design section 8). */
export function freeze(room: Room, session: LiveSession, why: Frozen, people: readonly Person[]): void {
	if (session.frozen !== undefined) return;
	session.freeze(why);
	session.hushed = true;
	// Where views differ, new keys for the same people would not bring them together: votes do (rule VOTE-7).
	if (why !== "diverged") room.wishes.rekey = true;
	room.desk.emit({ type: "frozen", why, people });
}

function peopleOf(room: Room, who: readonly KeyName[], session: LiveSession): readonly Person[] {
	return who.flatMap((key) => {
		const participant = session.participant(key);
		return participant ? [room.person(participant.identity)] : [];
	});
}

/** The heartbeat, and the moments at which we stop sending and accepting if nothing fresh comes (rules FREEZE-1, FREEZE-2). */
export function heartbeatDuties(room: Room): readonly Duty[] {
	const { session } = room;
	if (session === undefined || !room.inside) return [];
	// Alone in a session, but not in the place: others may look for one there (rule MERGE-1).
	if (session.plist.length === 1 && room.desk.occupants.size === 0) return [];
	const duties: Duty[] = [];
	// While something is missing we have nothing to say about what we have seen.
	if (!room.repairs.holds) {
		duties.push({
			key: `heartbeat:${session.aidName}:${session.spoken}`,
			delayMs: () => 0.9 * heartbeatMs(room) + room.desk.someOf(0.2 * heartbeatMs(room)),
			run: () => sendAcknowledgement(room, session),
		});
	}
	const { aidName } = session;
	// Alone there is nobody to be deceived by, and nobody to agree on new keys with.
	if (session.frozen !== undefined || session.plist.length === 1) return duties;
	// A key past its lifetime ends the session rather than going on (rule FREEZE-3).
	const { lifetimeMs } = room.self.timing;
	const expire = (): void => freeze(room, session, "expired", []);
	duties.push({ key: `expire:${aidName}`, delayMs: (at) => session.since + lifetimeMs - at, run: expire });
	const oldest = session.freshness.oldest(needed(room, session));
	if (oldest === undefined) return duties;
	const hush = hushMs(room);
	if (session.hushed && room.desk.now < oldest.at + hush) {
		return [...duties, now(`speak:${aidName}:${oldest.at}`, () => void (session.hushed = false))];
	}
	const at = (when: Millis) => (present: Millis) => Math.max(oldest.at + when - present, 0);
	if (!session.hushed) {
		duties.push({
			key: `hush:${aidName}:${oldest.at}`,
			delayMs: at(hush),
			run: () => void (session.hushed = true),
		});
	}
	duties.push({
		key: `freeze:${aidName}:${oldest.at}`,
		delayMs: at(freezeMs(room)),
		run: () => freeze(room, session, "unheard", peopleOf(room, oldest.who, session)),
	});
	return duties;
}
