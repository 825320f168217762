import type { Millis, MessageId } from "../api.ts";
import { type KeyName, keyName } from "../fold/state.ts";
import { personId } from "../identity.ts";
import type { LiveSession, Post } from "../session/live-session.ts";
import type { ContentHeader } from "../session/content.ts";
import type { Digest } from "../session/transcript.ts";
import type { Duty } from "./duties.ts";
import { freeze } from "./heartbeat.ts";
import { openGap } from "./repair.ts";
import type { Suspicion } from "./repairs.ts";
import type { Room } from "./room.ts";
import { acknowledgeDelay, sendAcknowledgement } from "./send.ts";

/** The time for one repair of ours and one of theirs, before a difference is a divergence (rule DIGEST-3). */
const REPAIRS_BEFORE_DIVERGENCE = 2;

function messageIds(posts: readonly Post[]): MessageId[] {
	return posts.map((post) => post.id);
}

/** Whoever counts more valid messages than we have seen sees another transcript (rule DIGEST-2). */
export function seenBy(session: LiveSession, header: ContentHeader): Digest {
	if (header.validMessages <= session.validMessages) return header.seen;
	return { entries: Number.MAX_SAFE_INTEGER, digest: header.seen.digest };
}

/** Verify Digests (seed 004): what someone reports to have seen, against what we have. */
export function verifyDigests(room: Room, session: LiveSession, v: Uint8Array, view: ContentHeader): void {
	const key = keyName(v);
	if (session.participant(key) === undefined) return;
	// What we said before a repair of ours is no view of another's.
	if (!isShared(room, session, key, view) && key !== session.ownKey) suspect(room, session, key, view);
}

/** Whether a view is ours too; then what it confirms is told, and nobody is suspected any more. */
function isShared(room: Room, session: LiveSession, key: KeyName, view: ContentHeader): boolean {
	const report = session.report(key, seenBy(session, view));
	if (report.type === "differs") return false;
	room.repairs.suspects.delete(key);
	const author = session.participant(key);
	if (report.type === "confirmed" && author !== undefined) {
		const by = personId(author.identity.lpk);
		room.desk.emit({ type: "confirmed", messages: messageIds(report.posts), by });
	}
	return true;
}

/**
 * Another view than ours: something may have been lost for one of us, so it is a gap first (rule GAP-4), and a divergence
 * if repair does not explain it. In a session that is over nothing is repaired.
 */
function suspect(room: Room, session: LiveSession, key: KeyName, view: ContentHeader): void {
	const { repairs } = room;
	if (session !== room.session || session.left || !room.inside) return diverge(room, session, key);
	const known = repairs.suspects.get(key);
	if (known !== undefined) {
		known.view = view;
		return;
	}
	const suspicion: Suspicion = { since: room.desk.now, view, asked: false };
	repairs.suspects.set(key, suspicion);
	askOver(room, suspicion);
}

function patienceMs(room: Room): Millis {
	return REPAIRS_BEFORE_DIVERGENCE * room.self.timing.repairMs;
}

/** Asks what explains a difference, once each; false right after nobody could explain one. */
function askOver(room: Room, suspicion: Suspicion): boolean {
	const { repairs } = room;
	if (suspicion.asked || room.desk.now < repairs.failedAt + patienceMs(room)) return false;
	suspicion.asked = true;
	suspicion.since = room.desk.now;
	if (!repairs.holds) openGap(room, undefined, undefined);
	return true;
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

/**
 * Looks again at those whose view differed, when a repair of ours and one of theirs would be over. Meanwhile we say what we
 * see, unless we spoke since: it may be them who lack something, and they repair it when they know (rule GAP-4).
 */
export function suspectDuties(room: Room): readonly Duty[] {
	const { session, repairs } = room;
	if (session === undefined) return [];
	const duties: Duty[] = [...repairs.suspects].map(([key, { since }]) => ({
		key: `suspect:${session.aidName}:${key}:${since}`,
		delayMs: (at) => Math.max(since + patienceMs(room) - at, 0),
		run: () => settleSuspicion(room, session, key),
	}));
	const since = Math.max(...[...repairs.suspects.values()].map((suspicion) => suspicion.since));
	if (duties.length === 0 || session.hushed || session.spokenAt > since) return duties;
	duties.push({
		key: `show:${session.aidName}:${since}`,
		delayMs: () => acknowledgeDelay(room, session),
		run: () => sendAcknowledgement(room, session),
	});
	return duties;
}

function settleSuspicion(room: Room, session: LiveSession, key: KeyName): void {
	const suspicion = room.repairs.suspects.get(key);
	if (suspicion === undefined || isShared(room, session, key, suspicion.view)) return;
	if (!askOver(room, suspicion)) diverge(room, session, key);
}
