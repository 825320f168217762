import { compare, fromUtf8, type Reader, utf8, type Writer } from "@clowder/bytes";
import { KEM_CIPHERTEXT_BYTES, type KemCiphertext, type Suite } from "@clowder/crypto";
import { readDhKey } from "../key-set.ts";
import { type Mac, NAME_BYTES } from "../labels.ts";
import { MAX_HANDLE_BYTES, MAX_PADDED_BYTES, MAX_PARTICIPANTS, MAX_PENDING, MIN_PADDED_BYTES } from "../limits.ts";
import type { Dropped, Encrypted, Message, MessageType, SealedBox, Seats, VoteReason } from "./messages.ts";

/** Encoder and decoder of one message type's body: the decoder accepts exactly what the encoder writes (WIRE-2). */
export interface BodyCodec<M extends Message> {
	readonly code: number;
	/** The type in the text, `:3mpCAT:3<tag>:3...`. */
	readonly tag: string;
	readonly write: (w: Writer, message: M) => void;
	readonly read: (suite: Suite, r: Reader) => M;
}

/** The codecs of some types. */
export type Codecs<T extends MessageType> = { readonly [K in T]: BodyCodec<Extract<Message, { type: K }>> };

export function name32<T extends Uint8Array>(r: Reader): T {
	return r.fixed(NAME_BYTES) as T;
}

export function writeHandle(w: Writer, handle: string): void {
	w.variable(utf8(handle));
}

export function readHandle(r: Reader): string {
	const text = fromUtf8(r.variable(MAX_HANDLE_BYTES));
	return text.ok ? text.value : r.refuse("a handle in UTF-8", text.error);
}

export function writeKemCiphertext(w: Writer, ciphertext: KemCiphertext | undefined): void {
	w.u8(ciphertext === undefined ? 0 : 1);
	if (ciphertext !== undefined) w.fixed(ciphertext, KEM_CIPHERTEXT_BYTES);
}

export function readKemCiphertext(suite: Suite, r: Reader): KemCiphertext | undefined {
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

export function writeEncrypted(w: Writer, content: Encrypted): void {
	w.u32(content.index).fixed(content.iv, 16).variable(content.ciphertext).fixed(content.mac, NAME_BYTES);
}

export function readEncrypted(r: Reader): Encrypted {
	const index = r.u32();
	const iv = r.fixed(16);
	const ciphertext = r.variable(MAX_PADDED_BYTES);
	const size = ciphertext.length;
	if (size < MIN_PADDED_BYTES || (size & (size - 1)) !== 0) r.refuse("a power of two from 256 bytes", `${size}`);
	return { index, iv, ciphertext, mac: name32<Mac>(r) };
}

/** Refuses what is not sorted by `read`'s key, or has one twice: a list has one form on the wire. */
export function sorted<T>(r: Reader, items: readonly T[], key: (item: T) => Uint8Array): readonly T[] {
	for (let i = 1; i < items.length; i++) {
		if (compare(key(items[i - 1] as T), key(items[i] as T)) >= 0) r.refuse("a sorted list", "another order");
	}
	return items;
}

/** Bytes of a set of members (`Seats`). */
export function seatBytes(members: number): number {
	return Math.ceil(members / 8);
}

export function readSeats(r: Reader, members: number): Seats {
	const seats = r.fixed(seatBytes(members));
	const last = seats.at(-1) ?? 0;
	const unused = seats.length * 8 - members;
	if ((last & ((1 << unused) - 1)) !== 0) r.refuse("no seats beyond the list", "some");
	return seats;
}

/** Codes by place; `VoteReason` in messages.ts says what they mean. */
const VOTE_REASONS: readonly VoteReason[] = [
	"heartbeat",
	"roster",
	"key",
	"offer",
	"share",
	"ok",
	"confirm",
	"reveal",
	"vote",
	"diverged",
];

export function writeDropped(w: Writer, dropped: readonly Dropped[]): void {
	w.list(dropped, (x, { v, owes }) => writeReason(x.fixed(v, 32), owes));
}

export function writeReason(w: Writer, owes: VoteReason): void {
	w.u8(VOTE_REASONS.indexOf(owes));
}

export function readReason(r: Reader): VoteReason {
	const code = r.u8();
	return VOTE_REASONS[code] ?? r.refuse("a known reason", `${code}`);
}

export function readDropped(r: Reader): readonly Dropped[] {
	const dropped = r.list(MAX_PARTICIPANTS + MAX_PENDING, (x): Dropped => ({ v: x.fixed(32), owes: readReason(x) }));
	if (dropped.length === 0) r.refuse("someone to leave out", "nobody");
	return sorted(r, dropped, ({ v }) => v);
}
