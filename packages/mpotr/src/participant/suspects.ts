import type { MessageId } from "../api.ts";
import { type KeyName, keyName } from "../fold/state.ts";
import { personId } from "../identity.ts";
import type { LiveSession, Post } from "../session/live-session.ts";
import type { Digest } from "../session/transcript.ts";
import type { Duty } from "./duties.ts";
import { freeze } from "./heartbeat.ts";
import { openGap } from "./repair.ts";
import type { Room } from "./room.ts";

/** The time for one repair of ours and one of theirs, before a difference is a divergence (rule DIGEST-3). */
const REPAIRS_BEFORE_DIVERGENCE = 2;

function messageIds(posts: readonly Post[]): MessageId[] {
	return posts.map((post) => post.id);
}

/** Verify Digests (seed 004): what someone reports to have seen, against what we have. */
export function verifyDigests(room: Room, session: LiveSession, v: Uint8Array, seen: Digest): void {
	const key = keyName(v);
	const author = session.participant(key);
	if (author === undefined) return;
	const report = session.report(key, seen);
	if (report.type === "differs") {
		// What we said before a repair of ours is no view of another's.
		if (key === session.ownKey) return;
		suspect(room, session, key, seen);
		return;
	}
	room.repairs.suspects.delete(key);
	if (report.type === "confirmed") {
		const by = personId(author.identity.lpk);
		room.desk.emit({ type: "confirmed", messages: messageIds(report.posts), by });
	}
}

/**
 * Another view than ours: something may have been lost for one of us, so it is a gap first (rule GAP-4), and a divergence
 * if repair does not explain it. In a session that is over nothing is repaired.
 */
function suspect(room: Room, session: LiveSession, key: KeyName, seen: Digest): void {
	const { repairs } = room;
	if (session !== room.session || session.left || !room.inside) return diverge(room, session, key);
	const known = repairs.suspects.get(key);
	if (known !== undefined) {
		known.seen = seen;
		return;
	}
	const { now } = room.desk;
	repairs.suspects.set(key, { since: now, seen });
	const asked = now < repairs.failedAt + REPAIRS_BEFORE_DIVERGENCE * room.self.timing.repairMs;
	if (!repairs.holds && !asked) openGap(room, undefined, undefined);
}

/** The view of this one stays another: said once, and nothing more is said or believed in this session. */
function diverge(room: Room, session: LiveSession, key: KeyName): void {
	const author = session.participant(key);
	room.repairs.suspects.delete(key);
	if (author === undefined || session.diverged.has(key)) return;
	const { agreedUntil, disputed } = session.diverge(key);
	freeze(room, session, "diverged", [room.person(author.identity)]);
	room.desk.emit({
		type: "divergence",
		person: room.person(author.identity),
		session: session.fingerprint,
		agreedUntil,
		disputed: messageIds(disputed),
	});
}

/** Looks again at those whose view differed, when a repair of ours and one of theirs would be over. */
export function suspectDuties(room: Room): readonly Duty[] {
	const { session, repairs } = room;
	if (session === undefined) return [];
	const wait = REPAIRS_BEFORE_DIVERGENCE * room.self.timing.repairMs;
	return [...repairs.suspects].map(([key, { since }]) => ({
		key: `suspect:${session.aidName}:${key}:${since}`,
		delayMs: (at) => Math.max(since + wait - at, 0),
		run: () => settleSuspicion(room, session, key),
	}));
}

function settleSuspicion(room: Room, session: LiveSession, key: KeyName): void {
	const seen = room.repairs.suspects.get(key)?.seen;
	if (seen === undefined) return;
	if (session.report(key, seen).type === "differs") diverge(room, session, key);
	else room.repairs.suspects.delete(key);
}
