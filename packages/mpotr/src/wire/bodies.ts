import { fromUtf8, type Reader, utf8, type Writer } from "@clowder/bytes";
import { KEM_CIPHERTEXT_BYTES, KEM_PUBLIC_KEY_BYTES, type KemCiphertext, type Suite } from "@clowder/crypto";
import {
	orRefuse,
	readDhKey,
	readKemKey,
	readKeySetByHash,
	readKeySetInFull,
	writeKeySetByHash,
	writeKeySetInFull,
} from "../key-set.ts";
import { type Aid, type Mac, type MessageHash, NAME_BYTES, type TranscriptDigest } from "../labels.ts";
import {
	MAX_DEAD_ATTEMPTS,
	MAX_HANDLE_BYTES,
	MAX_PADDED_BYTES,
	MAX_PARTICIPANTS,
	MAX_PENDING,
	MIN_PADDED_BYTES,
} from "../limits.ts";
import { IDENTITY_BYTES } from "../identity.ts";
import { readParameters, writeParameters } from "../parameters.ts";
import type { DenyReason, Encrypted, Message, MessageType, SealedBox, StateJoin, StateMember } from "./messages.ts";

const DENY_REASONS: readonly DenyReason[] = ["name-taken", "name-invalid", "bad-authenticator", "already-here"];

/** Encoder and decoder of one message type's body: the decoder accepts exactly what the encoder writes (WIRE-2). */
interface BodyCodec<M extends Message> {
	readonly code: number;
	/** The type in the text, `:3mpCAT:3<tag>:3...`. */
	readonly tag: string;
	readonly write: (w: Writer, message: M) => void;
	readonly read: (suite: Suite, r: Reader) => M;
}

type Codecs = { readonly [T in MessageType]: BodyCodec<Extract<Message, { type: T }>> };

function name32<T extends Uint8Array>(r: Reader): T {
	return r.fixed(NAME_BYTES) as T;
}

function writeHandle(w: Writer, handle: string): void {
	w.variable(utf8(handle));
}

function readHandle(r: Reader): string {
	const text = fromUtf8(r.variable(MAX_HANDLE_BYTES));
	return text.ok ? text.value : r.refuse("a handle in UTF-8", text.error);
}

function writeKemCiphertext(w: Writer, ciphertext: KemCiphertext | undefined): void {
	w.u8(ciphertext === undefined ? 0 : 1);
	if (ciphertext !== undefined) w.fixed(ciphertext, KEM_CIPHERTEXT_BYTES);
}

function readKemCiphertext(suite: Suite, r: Reader): KemCiphertext | undefined {
	if (!r.flag()) return undefined;
	if (suite.kem === undefined) r.refuse("no KEM ciphertext in suite 1", "one");
	return r.fixed(KEM_CIPHERTEXT_BYTES) as KemCiphertext;
}

export function writeBox(w: Writer, box: SealedBox): void {
	w.fixed(box.ephemeral.bytes, 32);
	writeKemCiphertext(w, box.kemCiphertext);
	w.variable(box.ciphertext).fixed(box.mac, NAME_BYTES);
}

export function readBox(suite: Suite, r: Reader, bytes: number): SealedBox {
	const ephemeral = readDhKey(suite, r);
	const kemCiphertext = readKemCiphertext(suite, r);
	if ((kemCiphertext === undefined) !== (suite.kem === undefined)) r.refuse("a KEM ciphertext in suite 2", "none");
	const ciphertext = r.variable(bytes);
	if (ciphertext.length !== bytes) r.refuse(`a box of ${bytes} bytes`, `${ciphertext.length}`);
	return { ephemeral, kemCiphertext, ciphertext, mac: name32<Mac>(r) };
}

function writeEncrypted(w: Writer, content: Encrypted): void {
	w.u32(content.index).fixed(content.iv, 16).variable(content.ciphertext).fixed(content.mac, NAME_BYTES);
}

function readEncrypted(r: Reader): Encrypted {
	const index = r.u32();
	const iv = r.fixed(16);
	const ciphertext = r.variable(MAX_PADDED_BYTES);
	const size = ciphertext.length;
	if (size < MIN_PADDED_BYTES || (size & (size - 1)) !== 0) r.refuse("a power of two from 256 bytes", `${size}`);
	return { index, iv, ciphertext, mac: name32<Mac>(r) };
}

function writeStateMember(w: Writer, member: StateMember): void {
	w.fixed(member.v.bytes, 32).u32(member.number + 1);
	writeHandle(w, member.handle);
	writeKeySetByHash(w, member.next);
	w.u8(member.removed ? 1 : 0).u8(member.left ? 1 : 0);
}

function readStateMember(suite: Suite, r: Reader): StateMember {
	return {
		v: orRefuse(r, suite.primitives.parseVerifyKey(r.fixed(32))),
		number: r.u32() - 1,
		handle: readHandle(r),
		next: readKeySetByHash(suite, r),
		removed: r.flag(),
		left: r.flag(),
	};
}

function writeStateJoin(w: Writer, join: StateJoin): void {
	w.fixed(join.join, NAME_BYTES).u32(join.number + 1);
	writeHandle(w, join.handle);
	writeKeySetByHash(w, join.keySet);
	w.u8(join.introduced ? 1 : 0).u8(join.left ? 1 : 0);
}

function readStateJoin(suite: Suite, r: Reader): StateJoin {
	return {
		join: name32<MessageHash>(r),
		number: r.u32() - 1,
		handle: readHandle(r),
		keySet: readKeySetByHash(suite, r),
		introduced: r.flag(),
		left: r.flag(),
	};
}

/** The table of all messages: codes and tags are the wire's (spec section 4). */
export const BODIES: Codecs = {
	FOUND: {
		code: 1,
		tag: "Found",
		write: (w, m) => {
			writeParameters(w, m.parameters);
			writeKeySetInFull(w, m.keySet);
		},
		read: (suite, r) => ({
			type: "FOUND",
			parameters: readParameters(suite, r),
			keySet: readKeySetInFull(suite, r),
		}),
	},
	KNOCK: {
		code: 2,
		tag: "Knock",
		write: (w, m) => writeKeySetByHash(w, m.keySet),
		read: (suite, r) => ({ type: "KNOCK", keySet: readKeySetByHash(suite, r) }),
	},
	STATE: {
		code: 3,
		tag: "State",
		write: (w, m) => {
			w.fixed(m.at, NAME_BYTES).u16(m.k);
			writeParameters(w, m.parameters);
			w.list(m.members, writeStateMember).list(m.pending, writeStateJoin);
			w.list(m.dead, (x, dead) => x.fixed(dead.aid, NAME_BYTES).list(dead.unshared, (y, v) => y.fixed(v.bytes, 32)));
			w.list(m.answers, (x, knock) => x.fixed(knock, NAME_BYTES));
			w.fixed(m.sponsorBox.b.bytes, 32);
			if (m.sponsorBox.bek?.key) w.fixed(m.sponsorBox.bek.key.bytes, KEM_PUBLIC_KEY_BYTES);
		},
		read: (suite, r) => ({
			type: "STATE",
			at: name32<MessageHash>(r),
			k: r.u16(),
			parameters: readParameters(suite, r),
			members: r.list(MAX_PARTICIPANTS, (x) => readStateMember(suite, x)),
			pending: r.list(MAX_PENDING, (x) => readStateJoin(suite, x)),
			dead: r.list(MAX_DEAD_ATTEMPTS, (x) => ({
				aid: name32<Aid>(x),
				unshared: x.list(MAX_PARTICIPANTS, (y) => orRefuse(y, suite.primitives.parseVerifyKey(y.fixed(32)))),
			})),
			answers: r.list(MAX_PENDING, (x) => name32<MessageHash>(x)),
			sponsorBox: {
				b: readDhKey(suite, r),
				bek: readKemKey(suite, r),
			},
		}),
	},
	JOIN: {
		code: 4,
		tag: "Join",
		write: (w, m) => {
			writeKeySetInFull(w, m.keySet);
			w.fixed(m.commitment, NAME_BYTES).fixed(m.sponsor, 32);
			writeBox(w, m.sealed);
			w.list(m.authenticators, (x, a) => x.fixed(a, NAME_BYTES));
		},
		read: (suite, r) => ({
			type: "JOIN",
			keySet: readKeySetInFull(suite, r),
			commitment: name32(r),
			sponsor: r.fixed(32),
			sealed: readBox(suite, r, IDENTITY_BYTES),
			authenticators: r.list(MAX_PARTICIPANTS, (x) => name32<Mac>(x)),
		}),
	},
	INTRODUCE: {
		code: 5,
		tag: "Introduce",
		write: (w, m) => {
			w.fixed(m.join, NAME_BYTES);
			writeEncrypted(w, m.content);
		},
		read: (_suite, r) => ({ type: "INTRODUCE", join: name32<MessageHash>(r), content: readEncrypted(r) }),
	},
	DENY: {
		code: 6,
		tag: "Deny",
		write: (w, m) => w.fixed(m.join, NAME_BYTES).u8(DENY_REASONS.indexOf(m.reason)),
		read: (_suite, r) => {
			const join = name32<MessageHash>(r);
			const code = r.u8();
			return { type: "DENY", join, reason: DENY_REASONS[code] ?? r.refuse("a known reason", `${code}`) };
		},
	},
	OPEN: {
		code: 7,
		tag: "Open",
		write: (w, m) => w.u16(m.k).list(m.joins, (x, join) => x.fixed(join, NAME_BYTES)),
		read: (_suite, r) => ({
			type: "OPEN",
			k: r.u16(),
			joins: r.list(MAX_PENDING, (x) => name32<MessageHash>(x)),
		}),
	},
	ROSTER: {
		code: 8,
		tag: "Roster",
		write: (w, m) => {
			w.fixed(m.aid, NAME_BYTES).list(m.boxes, (x, { newcomer, box }) => writeBox(x.fixed(newcomer, 32), box));
			w.variable(m.ciphertext).fixed(m.mac, NAME_BYTES);
		},
		read: (suite, r) => ({
			type: "ROSTER",
			aid: name32<Aid>(r),
			boxes: r.list(MAX_PENDING, (x) => ({ newcomer: x.fixed(32), box: readBox(suite, x, 32) })),
			ciphertext: r.variable(MAX_PARTICIPANTS * IDENTITY_BYTES),
			mac: name32<Mac>(r),
		}),
	},
	EK: {
		code: 9,
		tag: "Key",
		write: (w, m) => w.fixed(m.key.bytes, KEM_PUBLIC_KEY_BYTES),
		read: (suite, r) => {
			const key = readKemKey(suite, r)?.key;
			return { type: "EK", key: key ?? r.refuse("no EK in suite 1", "one") };
		},
	},
	OFFER: {
		code: 10,
		tag: "Offer",
		write: (w, m) => {
			writeKemCiphertext(w, m.kemCiphertext);
			w.fixed(m.list, NAME_BYTES);
		},
		read: (suite, r) => ({ type: "OFFER", kemCiphertext: readKemCiphertext(suite, r), list: name32(r) }),
	},
	SHARE: {
		code: 11,
		tag: "Share",
		write: (w, m) => {
			w.u8(m.ring === undefined ? 0 : 1);
			if (m.ring) w.fixed(m.ring.z, 32).fixed(m.ring.cL, NAME_BYTES).fixed(m.ring.cR, NAME_BYTES);
			w.list(m.confirmations, (x, kc) => x.fixed(kc, NAME_BYTES));
			writeKeySetInFull(w, m.next);
		},
		read: (suite, r) => ({
			type: "SHARE",
			ring: r.flag() ? { z: r.fixed(32), cL: name32(r), cR: name32(r) } : undefined,
			confirmations: r.list(MAX_PARTICIPANTS, (x) => name32<Mac>(x)),
			next: readKeySetInFull(suite, r),
		}),
	},
	OK: { code: 12, tag: "Ok", write: () => undefined, read: () => ({ type: "OK" }) },
	CONFIRM: {
		code: 13,
		tag: "Confirm",
		write: (w, m) => w.fixed(m.mac, NAME_BYTES),
		read: (_suite, r) => ({ type: "CONFIRM", mac: name32<Mac>(r) }),
	},
	MESSAGE: {
		code: 14,
		tag: "Message",
		write: (w, m) => writeEncrypted(w, m.content),
		read: (_suite, r) => ({ type: "MESSAGE", content: readEncrypted(r) }),
	},
	LEAVE: {
		code: 15,
		tag: "Leave",
		write: (w, m) => w.u32(m.entries).fixed(m.digest, NAME_BYTES),
		read: (_suite, r) => ({ type: "LEAVE", entries: r.u32(), digest: name32<TranscriptDigest>(r) }),
	},
	GONE: {
		code: 16,
		tag: "Gone",
		write: (w, m) => w.fixed(m.v, 32),
		read: (_suite, r) => ({ type: "GONE", v: r.fixed(32) }),
	},
	CLOSE: {
		code: 17,
		tag: "Close",
		write: (w, m) => w.u32(m.entries).fixed(m.digest, NAME_BYTES),
		read: (_suite, r) => ({ type: "CLOSE", entries: r.u32(), digest: name32<TranscriptDigest>(r) }),
	},
};

/** Type by code. */
export const TYPE_BY_CODE: ReadonlyMap<number, MessageType> = new Map(
	(Object.keys(BODIES) as MessageType[]).map((type) => [BODIES[type].code, type]),
);

/** Writes a message's body. */
export function writeBody(w: Writer, message: Message): void {
	// The table pairs each type with its own codec; the checker cannot follow that through a union.
	(BODIES[message.type] as BodyCodec<Message>).write(w, message);
}
