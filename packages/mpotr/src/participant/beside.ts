import { equal, erase, err, hex, ok, type Result } from "@clowder/bytes";
import type { MessageId, Millis, PersonId, Refusal } from "../api.ts";
import { hasRoster } from "../fold/phases.ts";
import { type Attempt, type KeyName, keyName, newcomers, type Slot } from "../fold/state.ts";
import { type Identity, personId } from "../identity.ts";
import type { OwnKeySet } from "../key-set.ts";
import type { Aid } from "../labels.ts";
import { MAX_COPY_BOXES, MAX_OUTBOX, MAX_PENDING, MAX_WAITING_COPIES, MAX_WHISPERS } from "../limits.ts";
import type { LiveSession } from "../session/live-session.ts";
import { decodeRelayed, encodeRelayed } from "../session/relayed.ts";
import { openBox, seal } from "../session/sealed-box.ts";
import type { VerifiedMessage } from "../wire/envelope.ts";
import type { Copy, SealedBox, Whisper } from "../wire/messages.ts";
import { dropOldest } from "./desk.ts";
import { type Duty, now } from "./duties.ts";
import type { Room } from "./room.ts";
import { sendContent, waitingFor } from "./send.ts";

/** While a join is in progress (design section 9): copies for those who come in, and what they write meanwhile. */

interface WaitingText {
	readonly id: string;
	readonly text: string;
}

/** Texts that go past the session and have not gone yet. */
export class Beside {
	/** Our own, placed in the session while this attempt ran, for its newcomers. */
	copies: readonly (WaitingText & { readonly aid: Aid; readonly known: ReadonlySet<PersonId> })[] = [];
	/** Our own, written on the way in, for the sponsor. */
	whispers: readonly WaitingText[] = [];
	/** Of newcomers who chose us as their sponsor, for the session. */
	relays: readonly (WaitingText & { readonly v: Uint8Array })[] = [];
	/** How many of each newcomer we took. */
	readonly taken: Map<KeyName, number> = new Map();

	clear(): void {
		this.copies = [];
		this.whispers = [];
		this.relays = [];
		this.taken.clear();
	}
}

/** A COPY is sealed for this attempt, author and reader; a WHISPER the other way round. */
function boxContext(aid: Aid, from: Uint8Array, to: Uint8Array): readonly Uint8Array[] {
	return [aid, from, to];
}

/** A text of ours stands in the session: those who come in, and whom its writer could know of, get a copy (rule OUTBOX-2). */
export function noteOwnText(room: Room, id: MessageId, text: string): void {
	const { attempt } = room.fold;
	const known = room.outbox.waiters.find((waiter) => waiter.id === id)?.known;
	if (!room.self.previews || attempt === undefined || newcomers(attempt).length === 0) return;
	if (known === undefined) return;
	const same = room.beside.copies.filter((one) => equal(one.aid, attempt.aid));
	if (same.length < MAX_WAITING_COPIES) room.beside.copies = [...same, { id, text, aid: attempt.aid, known }];
}

/** A text written while those inside are letting us in: it also stays in the outbox, to be sent once we are inside. */
export function noteOwnWhisper(room: Room | undefined, id: MessageId, text: string): void {
	const attempt = room?.fold.attempt;
	if (room?.entry === undefined || attempt === undefined || !room.self.previews) return;
	if (room.ownSlot(attempt) === undefined || room.beside.whispers.length >= MAX_OUTBOX) return;
	room.beside.whispers = [...room.beside.whispers, { id, text }];
}

/** The newcomers whose key is proved to us. */
function authenticated(room: Room, attempt: Attempt): readonly Slot[] {
	return attempt.slots.filter((slot) => slot.join && room.joins.get(keyName(slot.join.hash))?.proved);
}

function isKnown(room: Room, { join }: Slot, known: ReadonlySet<PersonId>): boolean {
	const identity = join && room.joinIdentity(join);
	return identity !== undefined && known.has(personId(identity.lpk));
}

/** COPY is signed by the attempt's key: nothing in it shows who in the session wrote (rule BESIDE-1). */
function sendCopy(room: Room, attempt: Attempt, own: OwnKeySet, readers: readonly Slot[], text: string): void {
	const plain = encodeRelayed("copy", text);
	if (plain === undefined) return;
	const boxes = readers.flatMap(({ keySet }): Copy["boxes"][number][] => {
		const context = boxContext(attempt.aid, own.public.v.bytes, keySet.v.bytes);
		const box = seal(room.suite, keySet, context, plain, room.desk.random);
		return box.ok ? [{ newcomer: keySet.v.bytes, box: box.value }] : [];
	});
	erase(plain);
	if (boxes.length > 0) room.desk.post(own.e, attempt.aid, { type: "COPY", boxes });
}

/** Whoever reads a COPY has to know the names: they are in the ROSTER. */
function copyDuties(room: Room): readonly Duty[] {
	const { attempt } = room.fold;
	const slot = attempt && room.ownSlot(attempt);
	const own = slot && room.vault.get(keyName(slot.keySet.v));
	if (!room.inside || attempt === undefined || own === undefined || room.beside.copies.length === 0) return [];
	const readers = authenticated(room, attempt);
	if (readers.length === 0 || readers.length > MAX_COPY_BOXES) return [];
	if (!readers.every((reader) => hasRoster(attempt, reader))) return [];
	return room.beside.copies
		.filter(({ aid }) => equal(aid, attempt.aid))
		.map((copy) =>
			now(`copy:${copy.id}`, () => {
				room.beside.copies = room.beside.copies.filter((one) => one !== copy);
				const knownReaders = readers.filter((reader) => isKnown(room, reader, copy.known));
				if (room.self.previews) sendCopy(room, attempt, own, knownReaders, copy.text);
			}),
		);
}

/** WHISPER is sealed to where our identity was sealed to: we know no other key of the sponsor's in full (rule BESIDE-2). */
function sendWhisper(room: Room, attempt: Attempt, own: OwnKeySet, sponsor: Slot, text: string): void {
	const plain = encodeRelayed("whisper", text);
	if (plain === undefined || room.entry === undefined) return;
	const to = sponsor.keySet.v.bytes;
	const context = boxContext(attempt.aid, own.public.v.bytes, to);
	const box = seal(room.suite, room.entry.sponsorBox, context, plain, room.desk.random);
	erase(plain);
	if (box.ok) room.desk.post(own.e, attempt.aid, { type: "WHISPER", sponsor: to, box: box.value });
}

function whisperDuties(room: Room): readonly Duty[] {
	const { entry } = room;
	const { attempt } = room.fold;
	if (room.beside.whispers.length === 0) return [];
	const slot = attempt && room.ownSlot(attempt);
	const own = slot && room.vault.get(keyName(slot.keySet.v));
	if (entry === undefined || attempt === undefined || slot === undefined || own === undefined) return [];
	if (!hasRoster(attempt, slot)) return [];
	const sponsor = attempt.slots.find(({ member }) => member && keyName(member) === keyName(entry.sponsor));
	if (sponsor === undefined) return [];
	return room.beside.whispers.map((whisper) =>
		now(`whisper:${whisper.id}`, () => {
			room.beside.whispers = room.beside.whispers.filter((one) => one !== whisper);
			const waits = room.outbox.waiters.some(({ id }) => id === whisper.id);
			if (room.self.previews && waits) sendWhisper(room, attempt, own, sponsor, whisper.text);
		}),
	);
}

/** What a newcomer wrote, for the session, marked as theirs; when we could write ourselves (rule BESIDE-4). */
function relayDuties(room: Room, session: LiveSession, interrupted: boolean): readonly Duty[] {
	if (room.beside.relays.length === 0 || waitingFor(room, interrupted) !== undefined) return [];
	return room.beside.relays.map((relay) =>
		now(`relay:${relay.id}`, () => {
			room.beside.relays = room.beside.relays.filter((one) => one !== relay);
			const { v, text } = relay;
			if (room.self.previews) sendContent(room, session, { kind: "relayed", v, text }, undefined);
		}),
	);
}

export function besideDuties(room: Room, interrupted: boolean): readonly Duty[] {
	const relays = room.session === undefined ? [] : relayDuties(room, room.session, interrupted);
	return [...copyDuties(room), ...whisperDuties(room), ...relays];
}

type BoxOwner = Parameters<typeof openBox>[1];

function openRelayed(
	room: Room,
	kind: "copy" | "whisper",
	owner: BoxOwner,
	context: readonly Uint8Array[],
	box: SealedBox,
): Result<string, Refusal> {
	const plain = openBox(room.suite, owner, context, box);
	if (!plain.ok) return err({ blame: "sender", rule: "BESIDE-3", expected: "a box sealed to us", got: plain.error });
	const text = decodeRelayed(kind, plain.value);
	erase(plain.value);
	if (text.ok) return text;
	return err({ blame: "sender", rule: "BESIDE-3", expected: text.error.expected, got: text.error.got });
}

function show(room: Room, author: Identity, text: string, disclaimer: "not-in-yet" | "newcomer", at: Millis): void {
	room.desk.emit({ type: "preview", preview: { author: room.person(author), text, at, disclaimer } });
}

/** A COPY for us: shown with the disclaimer that we are not in the session yet. */
function receiveCopy(
	room: Room,
	placed: VerifiedMessage<Copy>,
	attempt: Attempt,
	from: Slot,
	at: Millis,
): Result<void, Refusal> {
	const own = room.ownSlot(attempt);
	const keys = own && room.vault.get(keyName(own.keySet.v));
	const mine = placed.message.boxes.find(({ newcomer }) => own && equal(newcomer, own.keySet.v.bytes));
	const author = room.identityOf(from.keySet.v);
	if (!room.self.previews || room.entry === undefined || keys === undefined) return ok(undefined);
	if (mine === undefined || author === undefined) return ok(undefined);
	const context = boxContext(attempt.aid, from.keySet.v.bytes, keys.public.v.bytes);
	const text = openRelayed(room, "copy", keys, context, mine.box);
	if (!text.ok) return text;
	show(room, author, text.value, "not-in-yet", at);
	return ok(undefined);
}

/** A WHISPER for us as its author's sponsor: to be relayed, as many as one newcomer may send. */
function receiveWhisper(
	room: Room,
	placed: VerifiedMessage<Whisper>,
	attempt: Attempt,
	from: Slot,
): Result<void, Refusal> {
	const { session } = room;
	const own = room.ownSlot(attempt);
	if (session === undefined || !room.inside || own === undefined || !room.self.previews) return ok(undefined);
	const { sponsor, box } = placed.message;
	if (!equal(sponsor, own.keySet.v.bytes)) return ok(undefined);
	const { beside } = room;
	const v = keyName(from.keySet.v);
	const taken = beside.taken.get(v) ?? 0;
	if (taken >= MAX_WHISPERS) {
		const [expected, got] = [`at most ${MAX_WHISPERS} texts of a newcomer`, "one more"];
		return err({ blame: "limits", rule: "BESIDE-4", expected, got });
	}
	const context = boxContext(attempt.aid, from.keySet.v.bytes, sponsor);
	const text = openRelayed(room, "whisper", session.own, context, box);
	if (!text.ok) return text;
	beside.taken.set(v, taken + 1);
	dropOldest(beside.taken, MAX_PENDING);
	beside.relays = [...beside.relays, { id: hex(placed.hash), text: text.value, v: from.keySet.v.bytes }];
	return ok(undefined);
}

/** COPY and WHISPER of the running attempt. */
export function receiveBeside(
	room: Room,
	placed: VerifiedMessage,
	attempt: Attempt,
	from: Slot,
	at: Millis,
): Result<void, Refusal> {
	if (placed.message.type === "COPY") {
		return receiveCopy(room, placed as VerifiedMessage<Copy>, attempt, from, at);
	}
	return receiveWhisper(room, placed as VerifiedMessage<Whisper>, attempt, from);
}

/** A newcomer's text that a member relays: it counts for no transcript, and its words are that member's to vouch for. */
export function receiveRelayed(room: Room, v: Uint8Array, text: string, at: Millis): void {
	const { attempt, pending } = room.fold;
	if (!room.self.previews) return;
	const coming = [...(attempt ? newcomers(attempt) : []), ...pending];
	const join = coming.find((one) => equal(one.keySet.v.bytes, v));
	if (join === undefined || !room.joins.get(keyName(join.hash))?.proved) return;
	const author = room.joinIdentity(join);
	if (author !== undefined) show(room, author, text, "newcomer", at);
}
