import { equal } from "@clowder/bytes";
import type { Departure, Millis, Person } from "../api.ts";
import { type Attempt, type Base, type FoldState, type KeyName, keyName } from "../fold/state.ts";
import { type Identity, nextSalt, personId } from "../identity.ts";
import { eraseAgreementKeys, eraseKeySet, type PublicKeySet } from "../key-set.ts";
import type { VerifyKey } from "@clowder/crypto";
import { MAX_MET } from "../limits.ts";
import { LiveSession } from "../session/live-session.ts";
import type { VerifiedMessage } from "../wire/envelope.ts";
import { forgetAnswered } from "./admission.ts";
import { closeSession } from "./closing.ts";
import { dropWork } from "./contribute.ts";
import { dropOldest } from "./desk.ts";
import { eraseRun } from "./own-run.ts";
import type { Room } from "./room.ts";

/** Someone goes on with their next key set: the salt of their identity goes on with it. */
export function renewIdentity(room: Room, from: VerifyKey, to: PublicKeySet): void {
	const identity = room.identityOf(from);
	if (identity === undefined) return;
	room.identities.set(keyName(to.v), { ...identity, salt: nextSalt(room.suite, identity.salt) });
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
	if (room.entry !== undefined) eraseRun(room.entry);
	room.entry = undefined;
	room.gate.clear();
	room.beside.clear();
	forgetAnswered(room, next);
	room.outbox.sessionOver();
	room.joins.clear();
	keepIdentities(room, attempt, base);
	keepKeys(room, next, base);
	dropWork(room);
	if (old !== undefined) closeSession(room, before, old, at);
	const others = next.plist.map((p) => keyName(p.keySet.v)).filter((key) => key !== next.ownKey);
	room.watch.clear(others, at);
	room.cast = undefined;
	room.wishes.rekey = false;
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
		const salt = nextSalt(room.suite, identity.salt);
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
	room.sharesMade.clear();
}

function announceSession(room: Room, before: FoldState, old: LiveSession | undefined, next: LiveSession): void {
	const person = (p: { readonly identity: Identity }): Person => room.person(p.identity);
	const had = new Set([...room.before, ...(old?.plist ?? []).map((p) => personId(p.identity.lpk))]);
	room.before.clear();
	const has = new Set(next.plist.map((p) => personId(p.identity.lpk)));
	const joined = next.plist.filter((p) => !had.has(personId(p.identity.lpk)));
	const { self } = room;
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
		joined: joined.map(person),
		left,
		back: joined.map((p) => personId(p.identity.lpk)).filter((id) => self.met.has(id)),
	});
	for (const id of has) {
		if (id !== personId(self.identity.publicKey)) self.met.add(id);
		dropOldest(self.met, MAX_MET);
	}
}
