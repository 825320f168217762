import { equal, err, hex, ok, type Result } from "@clowder/bytes";
import type { MessageId, Millis, Refusal } from "../api.ts";
import { keyName } from "../fold/state.ts";
import { type Content, type ContentHeader, decodeContent } from "../session/content.ts";
import type { LiveSession } from "../session/live-session.ts";
import type { VerifiedMessage } from "../wire/envelope.ts";
import type { Close, Encrypted, Leave, TextMessage } from "../wire/messages.ts";
import { personId } from "../identity.ts";
import { noteOwnText, receiveRelayed } from "./beside.ts";
import type { Room } from "./room.ts";
import { verifyDigests } from "./suspects.ts";

/** Decrypts and reads content of someone else's (Receive of seed 004): the signature was verified before. */
export function decryptContent(
	room: Room,
	session: LiveSession,
	placed: VerifiedMessage,
	encrypted: Encrypted,
	extra: readonly Uint8Array[],
): Result<{ readonly header: ContentHeader; readonly content: Content }, Refusal> {
	const chain = session.chain(keyName(placed.header.v));
	if (chain === undefined) {
		return err({ blame: "timing", rule: "CONTENT-1", expected: "someone of the session", got: "another" });
	}
	const plaintext = chain.decrypt([session.aid, placed.header.v, ...extra], encrypted);
	if (!plaintext.ok) return err({ blame: "sender", ...plaintext.error });
	const content = decodeContent(room.suite, plaintext.value);
	plaintext.value.fill(0);
	if (!content.ok) {
		return err({ blame: "sender", rule: "CONTENT-4", expected: content.error.expected, got: content.error.got });
	}
	return ok(content.value);
}

/** A MESSAGE that the fold let through: read it, compare what its author has seen, and place it if it is a text. */
export function receiveMessage(room: Room, placed: VerifiedMessage<TextMessage>, now: Millis): Result<void, Refusal> {
	const { session } = room;
	if (session === undefined) return ok(undefined);
	const own = equal(placed.header.v, session.own.public.v.bytes);
	const echo = own ? room.outbox.echo(placed.hash) : undefined;
	const read = echo ? ok(echo) : decryptContent(room, session, placed, placed.message.content, []);
	if (!read.ok) return read;
	const { header, content } = read.value;
	if (content.kind === "introduction") {
		return err({ blame: "sender", rule: "CONTENT-4", expected: "a text or an acknowledgement", got: content.kind });
	}
	session.freshness.reported(keyName(placed.header.v), header.validMessages);
	verifyDigests(room, session, placed.header.v, header);
	if (content.kind === "relayed") receiveRelayed(room, content.v, content.text, now);
	if (content.kind === "text") placeText(room, session, placed, content, echo?.id, now);
	return ok(undefined);
}

function placeText(
	room: Room,
	session: LiveSession,
	placed: VerifiedMessage<TextMessage>,
	{ id: textId, text }: Extract<Content, { kind: "text" }>,
	ownId: MessageId | undefined,
	at: Millis,
): void {
	const author = session.participant(keyName(placed.header.v));
	if (author === undefined) return;
	const entry = session.transcript.append(placed, placed.message.content.ciphertext);
	// What a frozen client follows it neither shows nor claims to have seen; its own text stands where it came back.
	if (session.left || (session.frozen !== undefined && ownId === undefined)) return;
	// Every copy is an entry, so that all transcripts agree; the first one is shown.
	const second = room.outbox.isSecond(personId(author.identity.lpk), textId);
	if (ownId !== undefined) {
		if (!second) noteOwnText(room, ownId, text);
		room.outbox.discard(ownId);
	}
	if (second) return;
	// Of the message and not of its entry, which a repair may move.
	const id = ownId ?? (`${session.fingerprint}-${hex(placed.hash.subarray(0, 8))}` as MessageId);
	session.post({ entry, id, author: keyName(placed.header.v) });
	session.texts++;
	const others = session.plist.filter((p) => p !== author);
	room.desk.emit({
		type: "message",
		message: {
			id,
			author: room.person(author.identity),
			text,
			at,
			session: session.fingerprint,
			entry,
			audience: others.map((p) => personId(p.identity.lpk)),
		},
	});
}

/** CLOSE and LEAVE carry their author's last view of a session. */
export function receiveLastView(room: Room, session: LiveSession, placed: VerifiedMessage<Close | Leave>): void {
	const { entries, digest } = placed.message;
	verifyDigests(room, session, placed.header.v, { seen: { entries, digest }, validMessages: 0 });
}
