import { hex, ok, type Result } from "@clowder/bytes";
import type { Handle, MessageId, Millis, Refusal } from "../api.ts";
import { type KeyName, keyName } from "../fold/state.ts";
import { personId } from "../identity.ts";
import type { LiveSession, Post } from "../session/live-session.ts";
import type { Digest } from "../session/transcript.ts";
import type { VerifiedMessage } from "../wire/envelope.ts";
import type { State } from "../wire/messages.ts";
import { compareState, postState } from "./accept.ts";
import { MAX_PENDING } from "../limits.ts";
import { dropOldest } from "./desk.ts";
import { type Duty, now } from "./duties.ts";
import { freeze } from "./heartbeat.ts";
import { canAsk, openGap, repairDuties } from "./repair.ts";
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

/**
 * A STATE that differs from what we saw at its place: as a digest that differs it is a gap first (rule GAP-4), and if it
 * differs still when nothing is missing any more, it is answered with our own (rule STATE-3).
 */
export function receiveState(room: Room, placed: VerifiedMessage<State>, from: Handle): Result<void, Refusal> {
	const compared = compareState(room, placed);
	if (compared.ok || room.session === undefined || !room.inside) return compared;
	const { doubts, doubted, holds } = room.repairs;
	const key = keyName(placed.header.v);
	doubts.set(hex(placed.hash), { placed, from });
	if (doubts.size > MAX_PENDING) dropOldest(doubts, MAX_PENDING);
	// One who lies makes us ask once.
	if (!holds && canAsk(room) && !doubted.has(key)) openGap(room, undefined, undefined);
	doubted.add(key);
	return ok(undefined);
}

function doubtDuties(room: Room): readonly Duty[] {
	const { session, repairs } = room;
	if (session === undefined || !room.inside || repairs.holds) return [];
	return [...repairs.doubts].map(([name, { placed, from }]) =>
		now(`doubt:${name}`, () => {
			repairs.doubts.delete(name);
			const compared = compareState(room, placed);
			if (compared.ok) return;
			room.desk.emit({ type: "refused", from, refusal: compared.error });
			contradict(room, session, placed);
		}),
	);
}

/** Our own STATE, once for each KNOCK: two who see different things would else answer each other for ever. */
function contradict(room: Room, session: LiveSession, placed: VerifiedMessage<State>): void {
	const { answers } = placed.message;
	const fresh = answers.some((knock) => !room.contradicted.has(hex(knock)));
	if (!fresh || keyName(placed.header.v) === session.ownKey) return;
	for (const knock of answers) {
		room.contradicted.add(hex(knock));
		dropOldest(room.contradicted, MAX_PENDING);
	}
	postState(room, session, answers);
}

/** What is due about the order: gaps of ours and of others, views and STATEs that differ. */
export function orderDuties(room: Room, goOver: (now: Millis) => void): readonly Duty[] {
	return [...repairDuties(room, goOver), ...suspectDuties(room), ...doubtDuties(room)];
}
