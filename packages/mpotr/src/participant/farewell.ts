import type { VerifyKey } from "@clowder/crypto";
import { anyoneLeft } from "../fold/authors.ts";
import { keyName, newcomers, presentMembers } from "../fold/state.ts";
import type { Millis } from "../api.ts";
import type { LiveSession } from "../session/live-session.ts";
import { closingOf, mayPublishAndGo } from "./closing.ts";
import { type Duty, now } from "./duties.ts";
import type { Room } from "./room.ts";

/** Shrink on Leave (seed 004): our last message under the running session. */
export function sayGoodbye(room: Room): void {
	const { session } = room;
	if (session === undefined || !room.inside) return;
	const { entries, digest } = session.seen;
	room.desk.post(session.own.e, session.aid, { type: "LEAVE", entries, digest });
}

/** A session that we said goodbye to, until our key can be published (design section 7, a leaver). */
export interface Farewell {
	readonly room: Room;
	readonly session: LiveSession;
	/** From when on we wait no longer, and the key is erased unpublished. */
	readonly until: Millis;
}

export function startFarewell(room: Room, session: LiveSession, at: Millis): Farewell {
	session.left = true;
	return { room, session, until: at + room.self.timing.leaveMs };
}

/**
 * PUBLISH by a leaver: once all others have closed the session, which covers our goodbye, or have said goodbye themselves (rule
 * PUBLISH-4).
 */
export function farewellDuties({ room, session, until }: Farewell, finish: () => void): readonly Duty[] {
	const { aidName } = session;
	if (room.goodbyePublished || closingOf(room, session)?.published) return [now(`gone:${aidName}`, finish)];
	const end: Duty = { key: `give-up:${aidName}`, delayMs: (at) => Math.max(until - at, 0), run: finish };
	if (!mayPublishAndGo(room, session)) return [end];
	const { e } = session.own;
	const publish = (): void => void room.desk.post(e, session.aid, { type: "PUBLISH", seed: e.reveal() });
	return [{ ...now(`publish:${aidName}`, publish), againMs: room.self.timing.resendMs }, end];
}

/** GONE for everyone whose handle left, by the first in rank, the others after a back-off. */
export function goneDuties(room: Room): readonly Duty[] {
	const { session, fold } = room;
	if (session === undefined || !room.inside || !anyoneLeft(fold.authors)) return [];
	const duties: Duty[] = [];
	const note = (v: VerifyKey): void => {
		if (!fold.authors.get(keyName(v))?.left || keyName(v) === session.ownKey) return;
		duties.push({
			key: `gone:${keyName(v)}`,
			delayMs: () => room.backOff(v.bytes),
			run: () => void room.desk.post(session.own.e, session.aid, { type: "GONE", v: v.bytes }),
		});
	};
	for (const { v } of presentMembers(fold)) note(v);
	for (const { keySet } of fold.pending) note(keySet.v);
	for (const { keySet } of fold.attempt ? newcomers(fold.attempt) : []) note(keySet.v);
	return duties;
}
