import { err, fromUtf8, hex, ok, type Result, utf8 } from "@clowder/bytes";
import type { MessageId, Millis, OutboxItem, Person, PersonId, TextError, UsageError, Waiting } from "../api.ts";
import type { MessageHash } from "../labels.ts";
import { MAX_IN_FLIGHT, MAX_OUTBOX, MAX_REMEMBERED_TEXTS, MAX_TEXT_BYTES } from "../limits.ts";
import { type Content, type ContentHeader, encodeContent } from "../session/content.ts";
import type { LiveSession } from "../session/live-session.ts";
import { personId } from "../identity.ts";
import { dropOldest } from "./desk.ts";
import type { Duty } from "./duties.ts";
import type { Room } from "./room.ts";

/** A text that was written and is not placed yet. */
interface Waiter {
	readonly id: MessageId;
	readonly text: string;
	/** The same however often it is sent: whoever gets it twice shows it once (rule OUTBOX-3). */
	readonly textId: Uint8Array;
	/** The session in which it was sent last, and when. */
	sent: { readonly aid: string; readonly at: Millis } | undefined;
	/** Whom its writer could know of; undefined if there was no session to know. */
	known: ReadonlySet<PersonId> | undefined;
	heldFor: readonly Person[];
}

/** Content of ours that is on its way: what its echo stands for. */
interface OnItsWay {
	readonly header: ContentHeader;
	readonly content: Content;
	readonly id: MessageId | undefined;
}

/**
 * The outbox: a text stays in it until its echo stands in a valid place (rule OUTBOX-1), over as many sessions as that
 * takes; in each it is encrypted anew.
 */
export class Outbox {
	#waiters: Waiter[] = [];
	#count = 0;
	readonly #onItsWay: Map<string, OnItsWay> = new Map();
	/** Texts that were placed, by their authors. */
	readonly #placed: Map<PersonId, Set<string>> = new Map();

	add(
		text: string,
		known: ReadonlySet<PersonId> | undefined,
		textId: Uint8Array,
	): Result<MessageId, TextError | UsageError> {
		const encoded = utf8(text);
		const bytes = encoded.length;
		if (text.trim() === "") return err({ kind: "text-empty" });
		if (bytes > MAX_TEXT_BYTES) return err({ kind: "text-too-long", limitBytes: MAX_TEXT_BYTES, bytes });
		if (this.#waiters.length >= MAX_OUTBOX) return err({ kind: "usage", detail: `over ${MAX_OUTBOX} unsent texts` });
		const id = `own-${++this.#count}` as MessageId;
		// What a lone surrogate becomes on other screens, it becomes here too.
		const wellFormed = fromUtf8(encoded);
		const waiter = { id, text: wellFormed.ok ? wellFormed.value : text, textId, sent: undefined, known, heldFor: [] };
		this.#waiters.push(waiter);
		return ok(id);
	}

	discard(id: MessageId): boolean {
		const before = this.#waiters.length;
		this.#waiters = this.#waiters.filter((waiter) => waiter.id !== id);
		return this.#waiters.length < before;
	}

	/** Its writer wants it sent to those who are here now. */
	release(id: MessageId, known: ReadonlySet<PersonId>): void {
		for (const waiter of this.#waiters) {
			if (waiter.id !== id) continue;
			waiter.known = known;
			waiter.heldFor = [];
		}
	}

	view(): readonly OutboxItem[] {
		return this.#waiters.map(({ id, text, heldFor }) => ({ id, text, heldFor }));
	}

	get waiters(): readonly Waiter[] {
		return this.#waiters;
	}

	sent(hash: MessageHash, what: OnItsWay): void {
		this.#onItsWay.set(hex(hash), what);
		dropOldest(this.#onItsWay, MAX_IN_FLIGHT);
	}

	/** What an echo of ours stands for, once. */
	echo(hash: MessageHash): OnItsWay | undefined {
		const what = this.#onItsWay.get(hex(hash));
		this.#onItsWay.delete(hex(hash));
		return what;
	}

	/** Whether this text of theirs was placed before; notes that it is now (rule OUTBOX-3). */
	isSecond(author: PersonId, textId: Uint8Array): boolean {
		const texts = this.#placed.get(author) ?? new Set();
		const second = texts.has(hex(textId));
		texts.add(hex(textId));
		dropOldest(texts, MAX_REMEMBERED_TEXTS);
		this.#placed.delete(author);
		this.#placed.set(author, texts);
		dropOldest(this.#placed, MAX_REMEMBERED_TEXTS);
		return second;
	}

	/** Nothing that was on its way can be placed any more. */
	sessionOver(): void {
		this.#onItsWay.clear();
	}

	clear(): void {
		this.#waiters = [];
		this.#onItsWay.clear();
	}
}

/** Why texts wait, if they do: someone who left or vanished reads until the next session is active. */
export function waitingFor(room: Room | undefined, interrupted: boolean): Waiting | undefined {
	if (interrupted) return "interrupted";
	if (room === undefined || !room.inside) return "no-session";
	if (room.fold.removed.size > 0) return "re-keying";
	return room.session?.hushed ? "frozen" : undefined;
}

/** Everyone this client's user can know of now: in the session, or shown as coming in. */
export function knownPeople(room: Room | undefined): ReadonlySet<PersonId> | undefined {
	if (room?.session === undefined) return undefined;
	const joining = [...room.joins.values()].flatMap((join) => (join.identity ? [join.identity] : []));
	const inside = room.session.plist.map((p) => p.identity);
	return new Set([...inside, ...joining].map((identity) => personId(identity.lpk)));
}

function contentHeader(session: LiveSession): ContentHeader {
	return { seen: session.seen, validMessages: session.validMessages };
}

/** Encrypts content under our chain; `extra` binds it to the message it travels in. */
export function encryptContent(
	room: Room,
	session: LiveSession,
	content: Content,
	extra: readonly Uint8Array[],
): { readonly encrypted: ReturnType<Sender["encrypt"]>; readonly header: ContentHeader } {
	const header = contentHeader(session);
	const chain = session.chain(session.ownKey);
	if (chain === undefined) throw new Error("a session without our own chain");
	const context = [session.aid, session.own.public.v.bytes, ...extra];
	const encrypted = chain.encrypt(context, room.desk.random(16), encodeContent(header, content));
	session.reported = header.seen.entries;
	session.spoken++;
	session.spokenAt = room.desk.now;
	return { encrypted, header };
}

type Sender = NonNullable<ReturnType<LiveSession["chain"]>>;

/** Send (seed 004): content, with our view of the transcript inside. */
export function sendContent(room: Room, session: LiveSession, content: Content, id: MessageId | undefined): void {
	const { encrypted, header } = encryptContent(room, session, content, []);
	const hash = room.desk.post(session.own.e, session.aid, { type: "MESSAGE", content: encrypted });
	room.outbox.sent(hash, { header, content, id });
}

/** A text that would reach someone its writer did not know of waits for the writer's word (rule OUTBOX-2). */
function holdBack(room: Room, session: LiveSession, waiter: Waiter): boolean {
	if (waiter.known === undefined) waiter.known = knownPeople(room);
	const strangers = session.plist.filter((p) => !waiter.known?.has(personId(p.identity.lpk)));
	if (strangers.length === 0) return false;
	if (waiter.heldFor.length === 0) {
		waiter.heldFor = strangers.map((p) => room.person(p.identity));
		room.desk.emit({ type: "held", messages: [waiter.id], newcomers: waiter.heldFor });
	}
	return true;
}

/** A text goes out at once, and again while its echo does not come: others place it once (rule OUTBOX-3). */
function textDuty(room: Room, session: LiveSession, waiter: Waiter): Duty {
	const { resendMs } = room.self.timing;
	const { id, text, textId } = waiter;
	return {
		key: `text:${id}:${session.aidName}`,
		delayMs: (at) => (waiter.sent?.aid === session.aidName ? Math.max(waiter.sent.at + resendMs - at, 0) : 0),
		run: (at) => {
			waiter.sent = { aid: session.aidName, at };
			sendContent(room, session, { kind: "text", id: textId, text }, id);
		},
		againMs: resendMs,
	};
}

/** The texts that can go out now, and an acknowledgement if we have been idle over someone's text. */
export function sendDuties(room: Room, interrupted: boolean): readonly Duty[] {
	const { session } = room;
	if (session === undefined || waitingFor(room, interrupted) !== undefined) return [];
	const duties = room.outbox.waiters
		.filter((waiter) => !holdBack(room, session, waiter))
		.map((waiter) => textDuty(room, session, waiter));
	if (session.unreported() > 0) {
		duties.push({
			key: `acknowledge:${session.aidName}:${session.reported}`,
			delayMs: () => acknowledgeDelay(room, session),
			run: () => sendAcknowledgement(room, session),
		});
	}
	return duties;
}

/** Says what we have seen, and nothing else: an acknowledgement, and a heartbeat (rule ACK-1, HEART-1). */
export function sendAcknowledgement(room: Room, session: LiveSession): void {
	sendContent(room, session, { kind: "acknowledgement" }, undefined);
}

/** Random within max(2 s, n/2 s), so that a room of any size sends some two acknowledgements a second (rule ACK-1). */
export function acknowledgeDelay(room: Room, session: LiveSession): number {
	const window = Math.max(room.self.timing.acknowledgeMs, (session.plist.length / 2) * 1000);
	return room.desk.someOf(window);
}
