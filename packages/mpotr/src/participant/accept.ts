import { decode, encode, equal, err, erase, hex, ok, type Result } from "@clowder/bytes";
import { hasRoster, listDiffers, rounds } from "../fold/phases.ts";
import { seatsOf } from "../fold/seats.ts";
import {
	type Attempt,
	isPresent,
	keyName,
	type Member,
	newcomers,
	type PendingJoin,
	presentMembers,
	stateHash,
} from "../fold/state.ts";
import {
	encodeIdentity,
	type Identity,
	identityCommitment,
	personId,
	readIdentity,
	writeIdentity,
} from "../identity.ts";
import type { Aid, StateHash } from "../labels.ts";
import { sameKeySet } from "../key-set.ts";
import { MIN_STATE_INTERVAL_MS } from "../limits.ts";
import { nicknameSkeleton } from "../nickname.ts";
import type { LiveSession } from "../session/live-session.ts";
import { decryptOnce, encryptOnce, openBox, seal } from "../session/sealed-box.ts";
import type { VerifiedMessage } from "../wire/envelope.ts";
import type { DenyReason, Introduce, Join, Roster, SealedBox, State, StateJoin } from "../wire/messages.ts";
import { type Duty, now } from "./duties.ts";
import { answerDuties, askAbout, openDuty } from "./admission.ts";
import { noteTold, pakeDuties, passphraseFits } from "./passphrase.ts";
import { joinAuthenticator, joinCore } from "./join.ts";
import { rosterHelps } from "./silence.ts";
import { decryptContent } from "./receive.ts";
import { verifyDigests } from "./suspects.ts";
import type { Room } from "./room.ts";
import { encryptContent } from "./send.ts";
import { makeState } from "./make-state.ts";
import type { Refusal } from "../api.ts";

/** Sends our STATE, and remembers whom it answers. */
export function postState(room: Room, session: LiveSession, answers?: State["answers"]): void {
	const made = makeState(room, session);
	if (made === undefined) return;
	const state = answers === undefined ? made : { ...made, answers };
	noteTold(room, room.desk.post(session.own.e, session.aid, state));
}

function stateDuty(room: Room, session: LiveSession): readonly Duty[] {
	const { knocks, attempt, base } = room.fold;
	const [first] = knocks;
	if (first === undefined || attempt !== undefined || base === undefined) return [];
	// People come together, as after a broken line of many: what knocks in the time of one batch shares a STATE, and so an OPEN.
	const { batchMs } = room.self.timing;
	return [
		{
			key: `state:${keyName(first.hash)}`,
			// A STATE is much larger than a KNOCK and answers all that wait: whoever knocks without end gets few.
			delayMs: (at) => room.backOff(first.hash) + Math.max(room.lastStateAt + MIN_STATE_INTERVAL_MS - at, batchMs),
			run: (at) => {
				room.lastStateAt = at;
				postState(room, session);
			},
		},
	];
}

/** Notes a JOIN when it is placed, and reads it if it is sealed to us. */
export function noteJoin(room: Room, join: PendingJoin): void {
	const { session } = room;
	const state = stateHash(room.suite, room.fold);
	if (session === undefined || state === undefined) return;
	const member = room.fold.base?.members.find((one) => equal(one.v.bytes, session.own.public.v.bytes));
	room.joins.set(keyName(join.hash), {
		state,
		ownNext: member && keyName(member.next.v),
		identity: undefined,
		objection: undefined,
		proved: false,
		announced: false,
	});
	if (join.message === undefined || !equal(join.message.message.sponsor, session.own.public.v.bytes)) return;
	const { message } = join.message;
	if (!passphraseFits(room, message, state)) {
		refuseJoin(room, join, "wrong-passphrase");
		return;
	}
	const context = [state, message.keySet.v.bytes];
	const own = { s: session.own.s, boxKem: session.own.boxKem, public: session.own.public };
	const opened = openBox(room.suite, own, context, message.sealed);
	const identity = opened.ok ? decode(opened.value, (r) => readIdentity(room.suite, r)) : opened;
	if (!identity.ok) {
		refuseJoin(room, join, opened.ok ? "name-invalid" : "bad-authenticator");
		return;
	}
	examineJoin(room, join, identity.value);
}

function refuseJoin(room: Room, join: PendingJoin, reason: DenyReason): void {
	const knowledge = room.joins.get(keyName(join.hash));
	if (knowledge !== undefined) knowledge.objection = reason;
}

/** Checks `com` and our own `a_i` (rule JOIN-5), the name (JOIN-6), and that nobody is here under this key (JOIN-7). */
function examineJoin(room: Room, join: PendingJoin, identity: Identity): void {
	const knowledge = room.joins.get(keyName(join.hash));
	if (knowledge === undefined || join.message === undefined) return;
	knowledge.identity = identity;
	knowledge.objection = objection(room, join, join.message.message, identity, knowledge.state, knowledge.ownNext);
	knowledge.proved = knowledge.objection !== "bad-authenticator";
}

function objection(
	room: Room,
	join: PendingJoin,
	message: Join,
	identity: Identity,
	state: StateHash,
	ownNext: string | undefined,
): DenyReason | undefined {
	if (!equal(identityCommitment(room.suite, identity), message.commitment)) return "bad-authenticator";
	if (!authenticatorFits(room, message, identity, state, ownNext)) return "bad-authenticator";
	const holder = presentMembers(room.fold).find((m) => {
		const held = room.identityOf(m.v);
		return held !== undefined && personId(held.lpk) === personId(identity.lpk);
	});
	if (holder !== undefined) return "already-here";
	const skeleton = nicknameSkeleton(identity.nickname);
	const taken = othersHere(room, join).some((one) => nicknameSkeleton(one.nickname) === skeleton);
	return taken ? "name-taken" : undefined;
}

/** Everyone present, and whoever was introduced before this join. */
function othersHere(room: Room, join: PendingJoin): readonly Identity[] {
	const inside = presentMembers(room.fold).map((member) => room.identityOf(member.v));
	const entering = [...(room.fold.attempt ? newcomers(room.fold.attempt) : []), ...room.fold.pending]
		.filter((one) => one.introduced && !equal(one.hash, join.hash))
		.map((one) => room.joinIdentity(one));
	return [...inside, ...entering].flatMap((identity) => (identity ? [identity] : []));
}

function authenticatorFits(
	room: Room,
	message: Join,
	identity: Identity,
	state: StateHash,
	ownNext: string | undefined,
): boolean {
	const { session, suite } = room;
	const keys = ownNext === undefined ? undefined : room.vault.get(ownNext);
	const index = room.fold.base?.members.findIndex((m) => session && equal(m.v.bytes, session.own.public.v.bytes)) ?? -1;
	const got = message.authenticators[index];
	if (keys === undefined || got === undefined) return false;
	const fromIdentity = suite.primitives.dhToIdentity(keys.x, identity.lpk);
	const ephemeral = suite.primitives.dh(keys.x, message.keySet.y);
	if (!fromIdentity.ok || !ephemeral.ok) return false;
	const secrets = { identity: fromIdentity.value, ephemeral: ephemeral.value };
	const expected = joinAuthenticator(room.self, secrets, identity, joinCore(message), state);
	erase(fromIdentity.value, ephemeral.value);
	return equal(expected, got);
}

/** An INTRODUCE that the fold let through: members learn who the newcomer is and check it for themselves. */
export function receiveIntroduce(
	room: Room,
	placed: VerifiedMessage<Introduce>,
	join: PendingJoin,
): Result<void, Refusal> {
	const { session } = room;
	if (session === undefined) return ok(undefined);
	if (equal(placed.header.v, session.own.public.v.bytes)) {
		announceJoin(room, join);
		return ok(undefined);
	}
	const read = decryptContent(room, session, placed, placed.message.content, [join.hash]);
	if (!read.ok) return read;
	const { content, header } = read.value;
	if (content.kind !== "introduction") {
		return err({ blame: "sender", rule: "CONTENT-4", expected: "an introduction", got: content.kind });
	}
	verifyDigests(room, session, placed.header.v, header);
	examineJoin(room, join, content.identity);
	announceJoin(room, join);
	return ok(undefined);
}

function announceJoin(room: Room, join: PendingJoin): void {
	const knowledge = room.joins.get(keyName(join.hash));
	if (knowledge?.identity === undefined || !knowledge.proved) return;
	room.identities.set(keyName(join.keySet.v), knowledge.identity);
	knowledge.announced = true;
	const person = room.person(knowledge.identity);
	room.desk.emit({ type: "joining", person });
	askAbout(room, person);
}

function introduce(room: Room, session: LiveSession, join: PendingJoin, identity: Identity): void {
	const { encrypted } = encryptContent(room, session, { kind: "introduction", identity }, [join.hash]);
	room.desk.post(session.own.e, session.aid, { type: "INTRODUCE", join: join.hash, content: encrypted });
}

/** INTRODUCE for those who came to us, DENY for those whose proof or name does not do. */
function pendingDuties(room: Room, session: LiveSession): readonly Duty[] {
	return room.fold.pending.flatMap((join): readonly Duty[] => {
		const knowledge = room.joins.get(keyName(join.hash));
		if (knowledge === undefined || join.message === undefined) return [];
		const { objection: reason, identity } = knowledge;
		const isSponsor = equal(join.message.message.sponsor, session.own.public.v.bytes);
		if (reason !== undefined) {
			const deny = (): void =>
				void room.desk.post(session.own.e, session.aid, { type: "DENY", join: join.hash, reason });
			// A bad proof is each member's own to report; what all see alike, the first in rank does.
			const delayMs = (): number => (isSponsor || reason === "bad-authenticator" ? 0 : room.backOff(join.hash));
			return [{ key: `deny:${keyName(join.hash)}`, delayMs, run: deny }];
		}
		if (!isSponsor || join.introduced || identity === undefined) return [];
		return [now(`introduce:${keyName(join.hash)}`, () => introduce(room, session, join, identity))];
	});
}

/** The newcomers of the attempt who have no roster, or see another list than most. */
function withoutRoster(attempt: Attempt): Attempt["slots"] {
	const { rosters, offers, slots } = attempt;
	const known = unlisted.get(offers);
	if (known?.rosters === rosters && known.slots === slots) return known.without;
	const without = slots.filter((slot) => slot.join && (!hasRoster(attempt, slot) || listDiffers(attempt, slot)));
	unlisted.set(offers, { rosters, slots, without });
	return without;
}

/** ROSTERs and OFFERs are replaced when one comes: while others come, who is without a list stays the same. */
const unlisted = new WeakMap<
	Attempt["offers"],
	Pick<Attempt, "rosters" | "slots"> & { readonly without: Attempt["slots"] }
>();

function rosterContext(aid: Aid, newcomer: Uint8Array): readonly Uint8Array[] {
	return [aid, newcomer];
}

/** The identities of everyone in the attempt, for the newcomers; undefined if we do not know them all. */
function makeRoster(room: Room, attempt: Attempt): Roster | undefined {
	const { suite, desk } = room;
	const identities = attempt.slots.flatMap((slot) => room.identityOf(slot.keySet.v) ?? []);
	if (identities.length !== attempt.slots.length) return undefined;
	const key = desk.random(32);
	const boxes: { newcomer: Uint8Array; box: SealedBox }[] = [];
	for (const { keySet } of withoutRoster(attempt)) {
		const newcomer = keySet.v.bytes;
		const box = seal(suite, keySet, rosterContext(attempt.aid, newcomer), key, desk.random);
		if (box.ok) boxes.push({ newcomer, box: box.value });
	}
	const plain = encode((w) => {
		for (const identity of identities) writeIdentity(w, identity);
	});
	const sealed = encryptOnce(suite, key, [attempt.aid], plain);
	erase(key, plain);
	return { type: "ROSTER", aid: attempt.aid, boxes, ...sealed };
}

function rosterDuty(room: Room, session: LiveSession): readonly Duty[] {
	const { attempt } = room.fold;
	if (attempt === undefined) return [];
	const given = (slot: Attempt["slots"][number]): boolean =>
		attempt.rosters.get(keyName(slot.keySet.v))?.has(session.ownKey) ?? false;
	const missing = withoutRoster(attempt).filter((slot) => !given(slot) && rosterHelps(room, attempt, slot));
	if (missing.length === 0) return [];
	const round = missing.map((slot) => rounds(attempt, slot)).join(",");
	const again = missing.some((slot) => hasRoster(attempt, slot));
	return [
		{
			key: `roster:${keyName(attempt.aid)}:${missing.length}:${round}`,
			delayMs: () => room.backOff(attempt.aid, again ? undefined : attempt.opener),
			run: () => {
				const roster = makeRoster(room, attempt);
				if (roster !== undefined && roster.boxes.length > 0) room.desk.post(session.own.e, session.aid, roster);
			},
		},
	];
}

/** A ROSTER for us: who is in the attempt. */
export function receiveRoster(room: Room, placed: VerifiedMessage<Roster>): Result<void, Refusal> {
	const { attempt } = room.fold;
	const slot = attempt && room.ownSlot(attempt);
	const keys = slot && room.vault.get(keyName(slot.keySet.v));
	if (attempt === undefined || slot === undefined || keys === undefined || room.entry === undefined)
		return ok(undefined);
	const own = keys.public.v.bytes;
	const mine = placed.message.boxes.find((box) => equal(box.newcomer, own));
	if (mine === undefined) return ok(undefined);
	const refuse = (expected: string, got: string): Result<never, Refusal> =>
		err({ blame: "sender", rule: "ROSTER-4", expected, got });
	const boxOwner = { s: keys.s, boxKem: keys.boxKem, public: keys.public };
	const key = openBox(room.suite, boxOwner, rosterContext(attempt.aid, own), mine.box);
	if (!key.ok) return refuse("a box sealed to us", key.error);
	const plain = decryptOnce(room.suite, key.value, [attempt.aid], placed.message);
	erase(key.value);
	if (!plain.ok) return refuse("a list under its key", plain.error);
	const identities = decode(plain.value, (r) => attempt.slots.map(() => readIdentity(room.suite, r)));
	if (!identities.ok) return refuse(identities.error.expected, identities.error.got);
	const people = new Set(identities.value.map((identity) => personId(identity.lpk)));
	if (people.size !== attempt.slots.length) return refuse("everyone once", "someone twice");
	const ownIndex = attempt.slots.indexOf(slot);
	const listed = identities.value[ownIndex];
	const known = room.identityOf(own);
	if (listed === undefined || known === undefined || !equal(encodeIdentity(listed), encodeIdentity(known))) {
		return refuse("ourselves in our place", "another");
	}
	for (const [i, identity] of identities.value.entries()) {
		const v = attempt.slots[i]?.keySet.v;
		if (v !== undefined) room.identities.set(keyName(v), identity);
	}
	return ok(undefined);
}

/** Whether a STATE tells of a join what we see of it: whoever comes in later counts the voices for it from there. */
function sameJoin(members: readonly Member[], join: PendingJoin, told: StateJoin | undefined): boolean {
	return (
		told !== undefined &&
		equal(join.hash, told.join) &&
		join.introduced === told.introduced &&
		equal(seatsOf(members, join.approvals), told.approvals) &&
		equal(seatsOf(members, join.denials), told.denials)
	);
}

/** Another member's STATE against what we would have said at that place (rule STATE-3); ours follows if they differ. */
export function compareState(room: Room, placed: VerifiedMessage<State>): Result<void, Refusal> {
	const then = room.recent.get(hex(placed.message.at));
	if (then === undefined || !isPresent(room.fold, placed.header.v)) return ok(undefined);
	const [said, seen] = [stateHash(room.suite, then), placed.message];
	const members = then.base?.members ?? [];
	const same =
		said !== undefined &&
		then.k === seen.k &&
		members.length === seen.members.length &&
		members.every((member, i) => {
			const told = seen.members[i];
			return (
				told !== undefined &&
				equal(member.v.bytes, told.v.bytes) &&
				sameKeySet(member.next, told.next) &&
				then.removed.has(keyName(member.v)) === told.removed
			);
		}) &&
		then.pending.length === seen.pending.length &&
		then.failures === seen.failures &&
		then.pending.every((join, i) => sameJoin(members, join, seen.pending[i]));
	if (same) return ok(undefined);
	return err({ blame: "sender", rule: "STATE-3", expected: "the state as we saw it there", got: "another" });
}

/** Accept (seed 004): what a member owes to those who come in. */
export function acceptDuties(room: Room): readonly Duty[] {
	const { session } = room;
	if (session === undefined || !room.inside) return [];
	return [
		...stateDuty(room, session),
		...pendingDuties(room, session),
		...answerDuties(room, session),
		...pakeDuties(room, session),
		...openDuty(room, session),
		...rosterDuty(room, session),
	];
}
