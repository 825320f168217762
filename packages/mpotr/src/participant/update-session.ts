import { equal } from "@clowder/bytes";
import type { Departure, Millis, Person } from "../api.ts";
import { type Attempt, type Base, type FoldState, type KeyName, keyName } from "../fold/state.ts";
import { type Identity, nextSalt, personId } from "../identity.ts";
import { eraseAgreementKeys, eraseKeySet, type PublicKeySet } from "../key-set.ts";
import type { VerifyKey } from "@clowder/crypto";
import { LiveSession } from "../session/live-session.ts";
import type { VerifiedMessage } from "../wire/envelope.ts";
import { dropWork } from "./contribute.ts";
import { type Duty, now } from "./duties.ts";
import type { Room } from "./room.ts";

/** Someone goes on with their next key set: the salt of their identity goes on with it. */
export function renewIdentity(room: Room, from: VerifyKey, to: PublicKeySet): void {
	const identity = room.identityOf(from);
	if (identity === undefined) return;
	room.identities.set(keyName(to.v), { ...identity, salt: nextSalt(room.suite, identity.salt, to.v) });
}

/** What became of us at an activation. */
export type Outcome = "in" | "not-in";

/**
 * Update Session Key (seed 004), at the place of the last CONFIRM: the new session starts, the old one keeps nothing but
 * its signing key for CLOSE, and everything the agreement needed is erased (design section 4).
 */
export function activateSession(room: Room, before: FoldState, attempt: Attempt, base: Base, at: Millis): Outcome {
	const { work } = room;
	const isOurs = work !== undefined && equal(work.attempt.aid, attempt.aid);
	const confirms = attempt.slots.flatMap((slot) => attempt.confirms.get(keyName(slot.keySet.v)) ?? []);
	const next = isOurs ? work.withKey((sk) => startSession(room, attempt, sk, confirms, at)) : undefined;
	if (next === undefined) return "not-in";
	const old = room.session;
	room.session = next;
	room.entry = undefined;
	room.outbox.sessionOver();
	room.joins.clear();
	keepIdentities(room, attempt, base);
	keepKeys(room, next, base);
	dropWork(room);
	closeBefore(room, old, next);
	announceSession(room, before, old, next);
	return "in";
}

function startSession(
	room: Room,
	attempt: Attempt,
	sk: Uint8Array,
	confirms: readonly VerifiedMessage[],
	at: Millis,
): LiveSession | undefined {
	const { work } = room;
	if (work === undefined) return undefined;
	const { sid, plist, index, ownKeys } = work;
	return new LiveSession(room.suite, { aid: attempt.aid, sid, sk, plist, index, own: ownKeys, confirms, since: at });
}

/** Identities as of the new session, and as of everyone's next key set. */
function keepIdentities(room: Room, attempt: Attempt, base: Base): void {
	const kept = new Map<KeyName, Identity>();
	for (const slot of attempt.slots) {
		const identity = room.identityOf(slot.keySet.v);
		const member = base.members.find((one) => equal(one.v.bytes, slot.keySet.v.bytes));
		if (identity === undefined || member === undefined) continue;
		kept.set(keyName(slot.keySet.v), identity);
		const salt = nextSalt(room.suite, identity.salt, member.next.v);
		kept.set(keyName(member.next.v), { ...identity, salt });
	}
	room.identities.clear();
	for (const [key, identity] of kept) room.identities.set(key, identity);
}

/** Of our key sets, the session keeps its own and the vault the next one. */
function keepKeys(room: Room, session: LiveSession, base: Base): void {
	eraseAgreementKeys(session.own);
	const member = base.members.find((one) => keyName(one.v) === session.ownKey);
	const next = member && keyName(member.next.v);
	for (const [key, keys] of room.vault) {
		if (key === next) continue;
		if (key !== session.ownKey) eraseKeySet(keys);
		room.vault.delete(key);
	}
	room.shared.clear();
}

/** The old session is over: its chains go, and everyone who is in both says how its transcript ended. */
function closeBefore(room: Room, old: LiveSession | undefined, next: LiveSession): void {
	room.closing?.session.erase();
	room.closing = undefined;
	if (old === undefined) return;
	old.eraseChains();
	const stay = new Set(next.plist.map((p) => personId(p.identity.lpk)));
	const continuing = old.plist.filter((p) => stay.has(personId(p.identity.lpk)));
	const awaited = new Set(continuing.map((p) => keyName(p.keySet.v)));
	awaited.delete(old.ownKey);
	if (awaited.size === 0) old.erase();
	else room.closing = { session: old, awaited };
}

/** CLOSE: once under each old session, signed with its key, naming nothing of the new one (design section 7). */
export function closeDuties(room: Room): readonly Duty[] {
	const { closing } = room;
	if (closing === undefined) return [];
	const { session } = closing;
	return [
		now(`close:${session.aidName}`, () => {
			const { entries, digest } = session.transcript.latest;
			room.desk.post(session.own.e, session.aid, { type: "CLOSE", entries, digest });
		}),
	];
}

/** Forgets the old session once everyone's CLOSE has come. */
export function noteClose(room: Room, v: VerifyKey): void {
	const { closing } = room;
	if (closing === undefined) return;
	closing.awaited.delete(keyName(v));
	if (closing.awaited.size > 0) return;
	closing.session.erase();
	room.closing = undefined;
}

function announceSession(room: Room, before: FoldState, old: LiveSession | undefined, next: LiveSession): void {
	const person = (p: { readonly identity: Identity }): Person => room.person(p.identity);
	const had = new Set((old?.plist ?? []).map((p) => personId(p.identity.lpk)));
	const has = new Set(next.plist.map((p) => personId(p.identity.lpk)));
	const left = (old?.plist ?? [])
		.filter((p) => !has.has(personId(p.identity.lpk)))
		.map((p): { person: Person; how: Departure } => ({
			person: person(p),
			how: before.removed.get(keyName(p.keySet.v)) ?? "gone",
		}));
	room.desk.emit({
		type: "session",
		session: {
			fingerprint: next.fingerprint,
			people: next.plist.map(person).sort((a, b) => (a.id < b.id ? -1 : 1)),
			since: next.since,
		},
		joined: next.plist.filter((p) => !had.has(personId(p.identity.lpk))).map(person),
		left,
		back: [],
	});
}
