import { type Folded, keyName } from "../fold/state.ts";
import type { LiveSession, Post } from "../session/live-session.ts";
import type { Point, Taken } from "./log.ts";
import { isEntry, isUnderBase } from "../fold/counting.ts";
import { viewOf } from "../fold/phases.ts";
import { MAX_KNOWN_KEYS } from "../limits.ts";
import { dropOldest } from "./desk.ts";
import type { Room } from "./room.ts";
import { standing } from "./supplement.ts";

/** What the log keeps of a place, and what is done when it is taken again after a repair. */

type PlacedMessage = Extract<Taken["place"], { type: "message" }>;

/** Where the running session stands; undefined outside of one. */
export function pointOf(room: Room): Point | undefined {
	const { session, fold } = room;
	return session && { fold, validMessages: session.validMessages, entries: session.transcript.latest.entries };
}

/** Writes a place down. `before` is where the session stood; `first`, how it was taken the first time. */
export function note(
	room: Room,
	before: Point | undefined,
	folded: Folded,
	place: Taken["place"],
	first: Taken | undefined,
): void {
	const { session } = room;
	const { log, heard } = room.repairs;
	const { attempt } = room.fold;
	if (attempt !== undefined) {
		const { aids } = log ?? heard;
		aids.add(keyName(attempt.aid));
		const view = viewOf(room.suite, attempt);
		if (view !== undefined) aids.add(keyName(view));
		dropOldest(aids, MAX_KNOWN_KEYS);
	}
	if (session === undefined || log === undefined || before === undefined) return;
	const did = new Set([...(first?.did ?? []), ...folded.effects.map((effect) => effect.type)]);
	if (place.type === "left") {
		const { validMessages: index } = before;
		log.add({ place, before, stands: false, tells: false, index, text: false, post: undefined, did });
		return;
	}
	const { type } = place.message.message;
	// What is of no session's order is not gone back to; but wrong passphrases are counted from it (rule PASS-4).
	if (!isUnderBase(type) && type !== "PAKE") return;
	const { entries } = session.transcript.latest;
	const text = type === "MESSAGE" && entries > before.entries;
	const post = text ? session.postAt(entries) : undefined;
	log.add({ place, before, ...standing(place.message, folded), index: session.validMessages, text, post, did });
}

/** Counts a message again that stood before and stands now, as the entry that it is now. */
export function countAgain(room: Room, session: LiveSession, taken: Taken, { message, sentAt }: PlacedMessage): void {
	session.validMessages++;
	if (sentAt !== undefined) session.freshness.placed(session.validMessages, sentAt);
	const { type } = message.message;
	if (isEntry(type)) session.transcript.append(message, message.body);
	if (!taken.text || message.message.type !== "MESSAGE") return;
	const entry = session.transcript.append(message, message.message.content.ciphertext);
	if (taken.post === undefined) return;
	session.post({ ...taken.post, entry });
	if (taken.post.entry !== entry) room.desk.emit({ type: "moved", message: taken.post.id, entry });
}

/** A text that was shown stands no more: for the others it never did. */
export function withdraw(room: Room, session: LiveSession, post: Post, agreedUntil: number): void {
	const author = session.participant(post.author);
	if (author === undefined) return;
	room.desk.emit({
		type: "divergence",
		person: room.person(author.identity),
		session: session.fingerprint,
		agreedUntil,
		disputed: [post.id],
	});
}
