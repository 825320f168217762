import { equal } from "@clowder/bytes";
import type { VerifyKey } from "@clowder/crypto";
import type { Millis } from "../api.ts";
import { type Base, type FoldState, type KeyName, keyName } from "../fold/state.ts";
import { seatsOf } from "../fold/seats.ts";
import { MAX_PREVIOUS } from "../limits.ts";
import type { LiveSession } from "../session/live-session.ts";
import { type Duty, now } from "./duties.ts";
import { silenceMs } from "./heartbeat.ts";
import type { Room } from "./room.ts";

/**
 * A session that is over, until its signing keys are published (design section 7). Of the session nothing is left but
 * its digests and our `e`.
 */
export interface Closing {
	readonly session: LiveSession;
	/** When the session after it was activated. */
	readonly since: Millis;
	/** Those whose last word we wait for: who said goodbye has said it. Whoever was taken out never says it. */
	readonly awaited: Set<KeyName>;
	/** Those who were taken out or vanished: they may still believe what is signed with our key. */
	readonly deceivable: boolean;
	/** Those who go on with us, and are to have our key. */
	readonly continuing: ReadonlySet<KeyName>;
	/** Those who said goodbye: they publish too, if they wait for it. */
	readonly leavers: ReadonlySet<KeyName>;
	readonly acknowledged: Set<KeyName>;
	/** Those whose published keys we have. */
	readonly received: Set<KeyName>;
	/** How many of these we gave receipts for. */
	receipts: number;
	/** Our own CLOSE, and our own PUBLISH, stand in their places. */
	closed: boolean;
	published: boolean;
	/** Somebody's view of it differed from ours at the end. */
	diverged: boolean;
}

/** Twice the timeout after activation everyone who could be deceived has frozen (rule PUBLISH-2). */
const PUBLISH_TIMEOUTS = 2;
/** After this many the session is forgotten, whoever has not answered. */
const FORGET_TIMEOUTS = 4;

/** The session before is over: what is still to be said about it. `before` is the fold as it was at its last CONFIRM. */
export function closeSession(room: Room, before: FoldState, old: LiveSession, at: Millis): void {
	old.end();
	const others = old.plist.map((p) => keyName(p.keySet.v)).filter((key) => key !== old.ownKey);
	const saidGoodbye = (key: KeyName): boolean => {
		const how = before.removed.get(key);
		return how === "left" || how === "returning";
	};
	const continuing = others.filter((key) => !before.removed.has(key));
	room.closings.push({
		session: old,
		since: at,
		awaited: new Set(continuing),
		deceivable: others.some((key) => before.removed.has(key) && !saidGoodbye(key)),
		continuing: new Set(continuing),
		leavers: new Set(others.filter((key) => before.removed.get(key) === "left")),
		acknowledged: new Set(),
		received: new Set(),
		receipts: 0,
		closed: false,
		published: false,
		diverged: false,
	});
	while (room.closings.length > MAX_PREVIOUS) room.closings.shift()?.session.erase();
}

export function closingOf(room: Room, base: Pick<Base, "aid">): Closing | undefined {
	return room.closings.find(({ session }) => equal(session.aid, base.aid));
}

/** CLOSE stands (rule CLOSE-1). */
export function noteClose(room: Room, base: Base, v: VerifyKey): void {
	const closing = closingOf(room, base);
	if (closing === undefined) return;
	closing.awaited.delete(keyName(v));
	if (keyName(v) === closing.session.ownKey) closing.closed = true;
}

/** Someone's signing key is public from here on: what it signed proves nothing any more. */
export function notePublish(room: Room, base: Base, v: VerifyKey): void {
	if (room.session?.left && keyName(v) === room.session.ownKey) room.goodbyePublished = true;
	const closing = closingOf(room, base);
	const author = closing?.session.participant(keyName(v));
	if (closing === undefined || author === undefined) return;
	const key = keyName(v);
	const own = key === closing.session.ownKey;
	const known = own ? closing.published : closing.received.has(key);
	if (own) closing.published = true;
	else closing.received.add(key);
	if (known) return;
	room.desk.emit({ type: "published", session: closing.session.fingerprint, by: room.person(author.identity) });
}

/** The receipt of published keys (rule PUBLISH-3). */
export function noteReceived(room: Room, base: Base, by: VerifyKey, of: ReadonlySet<KeyName>): void {
	const closing = closingOf(room, base);
	if (closing === undefined || !of.has(closing.session.ownKey)) return;
	closing.acknowledged.add(keyName(by));
}

/** All CLOSEs stand, and nobody was taken out who could still believe a forgery (rule PUBLISH-2). */
function isClosed(closing: Closing): boolean {
	return closing.closed && closing.awaited.size === 0 && !closing.deceivable && !closing.diverged;
}

function isDone(closing: Closing): boolean {
	const { continuing, leavers, acknowledged, received } = closing;
	if (!closing.published || closing.receipts < continuing.size) return false;
	if (![...leavers].every((key) => received.has(key))) return false;
	return [...continuing].every((key) => acknowledged.has(key) && received.has(key));
}

/** Who goes on with us and has not said in all this time how that session ended (rule CLOSE-2). */
function tellUnconfirmed(room: Room, { session, awaited }: Closing): void {
	for (const key of awaited) {
		const person = session.participant(key);
		const messages = session.unconfirmed(key).map((post) => post.id);
		if (person === undefined || messages.length === 0 || session.diverged.has(key)) continue;
		room.desk.emit({
			type: "unconfirmed-end",
			person: room.person(person.identity),
			session: session.fingerprint,
			messages,
		});
	}
}

function duties(room: Room, closing: Closing): readonly Duty[] {
	const { session, since } = closing;
	const { e } = session.own;
	const timeout = silenceMs(room);
	const name = session.aidName;
	const forget = (): void => {
		session.erase();
		room.closings.splice(room.closings.indexOf(closing), 1);
	};
	const after = (times: number) => (at: Millis) => Math.max(since + times * timeout - at, 0);
	const wanted: Duty[] = [
		isDone(closing)
			? now(`forget:${name}:done`, forget)
			: { key: `forget:${name}`, delayMs: after(FORGET_TIMEOUTS), run: forget },
	];
	if (closing.awaited.size > 0) {
		const run = (): void => tellUnconfirmed(room, closing);
		wanted.push({ key: `unconfirmed:${name}`, delayMs: after(PUBLISH_TIMEOUTS), run });
	}
	if (!closing.closed) {
		const { entries, digest } = session.seen;
		const close = (): void => void room.desk.post(e, session.aid, { type: "CLOSE", entries, digest });
		wanted.push({ ...now(`close:${name}`, close), againMs: room.self.timing.resendMs });
	}
	const publish = (): void => void room.desk.post(e, session.aid, { type: "PUBLISH", seed: e.reveal() });
	const againMs = room.self.timing.resendMs;
	if (!closing.published) {
		wanted.push(
			isClosed(closing)
				? { ...now(`publish:${name}:closed`, publish), againMs }
				: { key: `publish:${name}`, delayMs: after(PUBLISH_TIMEOUTS), run: publish, againMs },
		);
	}
	if (closing.received.size > 0) {
		const count = closing.received.size;
		wanted.push({
			key: `received:${name}:${count}`,
			delayMs: () => room.desk.someOf(room.self.timing.acknowledgeMs),
			run: () => {
				closing.receipts = count;
				const of = seatsOf(
					session.plist.map((p) => p.keySet),
					closing.received,
				);
				room.desk.post(e, session.aid, { type: "RECEIVED", of });
			},
		});
	}
	return wanted;
}

/** CLOSE, PUBLISH, RECEIVED: each under the old session's own key, naming nothing of the new one (design section 7). */
export function closeDuties(room: Room): readonly Duty[] {
	return room.closings.flatMap((closing) => duties(room, closing));
}

/**
 * For someone who said goodbye: whether the key can be published, since everyone else has closed the session after our
 * goodbye or has said goodbye too (design section 7, a leaver).
 */
export function mayPublishAndGo(room: Room, session: LiveSession): boolean {
	const closing = closingOf(room, session);
	if (closing !== undefined) return closing.awaited.size === 0 && !closing.deceivable && !closing.diverged;
	const others = session.plist.map((p) => keyName(p.keySet.v)).filter((key) => key !== session.ownKey);
	return others.every((key) => {
		const how = room.fold.removed.get(key);
		return how === "left" || how === "returning";
	});
}
