import {
	base64,
	decode,
	encode,
	err,
	fromBase64,
	fromHex,
	fromUtf8,
	hex,
	ok,
	type Reader,
	type Result,
	utf8,
	type Writer,
} from "@clowder/bytes";
import type { Handle } from "./contract.ts";
import { SEQUENCED_HANDLE_MAX_BYTES, SEQUENCED_MISSING_MAX_COUNT, SEQUENCED_OCCUPANTS_MAX_COUNT } from "./limits.ts";
import { DIGEST_BYTES, type Digest, type Epoch, TAG_BYTES, type Tag } from "./sequencing-names.ts";

/** What has a number in the sequence. */
export type Entry =
	| { readonly kind: "text"; readonly author: Tag; readonly counter: number; readonly digest: Digest }
	/** Those who left, then those who joined, in this order. Always the last of a tail (SEQ-7). */
	| { readonly kind: "roster"; readonly left: readonly Tag[]; readonly joined: readonly Handle[] };

/** An occupant, and how many of their submissions have a number. */
export interface Member {
	readonly handle: Handle;
	readonly placed: number;
}

/** What occupants of a sequenced place say to each other; the author is the handle that the carrier names. */
export type Statement =
	| { readonly type: "submit"; readonly counter: number; readonly text: string }
	/** Another's submission, said again. */
	| { readonly type: "forward"; readonly author: Tag; readonly counter: number; readonly text: string }
	| { readonly type: "hello" }
	/**
	 * A page of the occupants after entry `number`, `size` in all, from the one at `offset` on. Those from `fresh` on
	 * joined with that entry.
	 */
	| {
			readonly type: "welcome";
			readonly epoch: Epoch;
			readonly number: number;
			readonly chain: Digest;
			readonly size: number;
			readonly fresh: number;
			readonly offset: number;
			readonly members: readonly Member[];
	  }
	/**
	 * The entries after `base`, whose chain is `chain`. Up to `base`, and `settled` of the entries, all is settled. A
	 * `whole` one is the sequencer's and goes to the end of what it has ordered; others repeat what is settled.
	 */
	| {
			readonly type: "order";
			readonly epoch: Epoch;
			readonly whole: boolean;
			readonly base: number;
			readonly chain: Digest;
			readonly settled: number;
			readonly entries: readonly Entry[];
	  }
	/** "I have all entries up to `number`"; `present`: how many occupants the author counts as there. */
	| {
			readonly type: "ack";
			readonly epoch: Epoch;
			readonly number: number;
			readonly chain: Digest;
			readonly present: number;
	  }
	/** SEQVOTE for the epoch, with all that the author has after what it has delivered, under the epoch `under`. */
	| {
			readonly type: "vote";
			readonly epoch: Epoch;
			/** Whether the author has promised to acknowledge nothing of an earlier epoch any more. */
			readonly bound: boolean;
			readonly under: Epoch;
			readonly base: number;
			readonly chain: Digest;
			readonly entries: readonly Entry[];
	  }
	/** "I have delivered up to `number`, and lack the texts of `missing`", to one occupant. */
	| { readonly type: "ask"; readonly whom: Tag; readonly number: number; readonly missing: readonly number[] };

const MARK = ":3mpCAT:3Sequence:3";
const END = ":3";
const SUBMIT: RegExp = /^S([1-9]\d{0,9}),/;
const FORWARD: RegExp = /^F([0-9a-f]{16}),([1-9]\d{0,9}),/;
const COUNTER_LIMIT = 2 ** 32;
/** What a submission, said again by another, has around its text. */
export const SUBMISSION_FRAME_BYTES: number = MARK.length + 1 + 2 * TAG_BYTES + 1 + 10 + 1 + END.length;
/** Entries that a statement may have: a bound on work, far over what fits into most carriers. */
const ENTRIES_MAX_COUNT = 4096;
/** Of a vote, the longest of the statements with entries: type, two epochs, a flag, base, chain, settled, count. */
const HEADER_BYTES: number = 1 + 2 * (4 + TAG_BYTES) + 1 + 4 + DIGEST_BYTES + 2 + 2;
const TEXT_ENTRY_BYTES: number = 1 + TAG_BYTES + 4 + DIGEST_BYTES;

const TYPES = ["hello", "welcome", "order", "ack", "vote", "ask"] as const;

/** Whether a text claims to be a statement (SEQ-2). */
export function looksLikeStatement(text: string): boolean {
	return text.startsWith(MARK);
}

/** What the entries of one statement may take, in the bytes that `entryBytes` counts, on a carrier with this limit. */
export function entriesCapacity(maxTextBytes: number): number {
	return Math.floor((maxTextBytes - MARK.length - 1 - END.length) / 4) * 3 - HEADER_BYTES;
}

export function entryBytes(entry: Entry): number {
	return entry.kind === "text" ? TEXT_ENTRY_BYTES : encodeEntry(entry).length;
}

export function encodeEntry(entry: Entry): Uint8Array {
	return encode((w) => writeEntry(w, entry));
}

export function writeStatement(statement: Statement): string {
	const { type } = statement;
	if (type === "submit") return `${MARK}S${statement.counter},${statement.text}${END}`;
	if (type === "forward") {
		return `${MARK}F${statement.author},${statement.counter},${statement.text}${END}`;
	}
	return `${MARK}C${base64(encode((w) => writeControl(w, statement)))}${END}`;
}

/** Reads exactly what `writeStatement` writes (SEQ-2); what was expected otherwise. */
export function parseStatement(text: string): Result<Statement, string> {
	if (!looksLikeStatement(text) || !text.endsWith(END) || text.length < MARK.length + END.length) {
		return err(`a statement between ${MARK} and ${END} expected`);
	}
	const rest = text.slice(MARK.length, -END.length);
	if (rest.startsWith("C")) return parseControl(rest.slice(1));
	const submit = SUBMIT.exec(rest);
	if (submit !== null) return submission("", submit[1] as string, rest.slice(submit[0].length));
	const forward = FORWARD.exec(rest);
	if (forward !== null) return submission(forward[1] as Tag, forward[2] as string, rest.slice(forward[0].length));
	return err("a submission or a statement in base64 expected");
}

function submission(author: Tag, decimals: string, text: string): Result<Statement, string> {
	const counter = Number(decimals);
	if (counter >= COUNTER_LIMIT) return err(`a submission's counter below 2^32 expected, ${counter} came`);
	if (text === "") return err("a submission with a text expected, an empty one came");
	return ok(author === "" ? { type: "submit", counter, text } : { type: "forward", author, counter, text });
}

function parseControl(text: string): Result<Statement, string> {
	const bytes = fromBase64(text);
	if (!bytes.ok) return err("a statement in base64 expected");
	const statement = decode(bytes.value, readControl);
	if (statement.ok) return statement;
	return err(
		`a statement with ${statement.error.expected} at ${statement.error.at} expected, ${statement.error.got} came`,
	);
}

function writeControl(w: Writer, statement: Exclude<Statement, { type: "submit" | "forward" }>): void {
	w.u8(TYPES.indexOf(statement.type));
	if (statement.type === "hello") return;
	if (statement.type === "ask") {
		fixedHex(w, statement.whom, TAG_BYTES);
		w.u32(statement.number).list(statement.missing, (list, number) => list.u32(number));
		return;
	}
	writeEpoch(w, statement.epoch);
	if (statement.type === "order") w.u8(statement.whole ? 1 : 0);
	if (statement.type === "vote") {
		w.u8(statement.bound ? 1 : 0);
		writeEpoch(w, statement.under);
	}
	w.u32(statement.type === "welcome" || statement.type === "ack" ? statement.number : statement.base);
	fixedHex(w, statement.chain, DIGEST_BYTES);
	if (statement.type === "ack") w.u16(statement.present);
	else if (statement.type === "welcome") {
		w.u16(statement.size).u16(statement.fresh).u16(statement.offset);
		w.list(statement.members, (list, { handle, placed }) => list.variable(utf8(handle)).u32(placed));
	} else {
		if (statement.type === "order") w.u16(statement.settled);
		w.list(statement.entries, writeEntry);
	}
}

function readControl(r: Reader): Statement {
	const type = TYPES[r.u8()] ?? r.refuse("a type of statement", "another");
	if (type === "hello") return { type };
	if (type === "ask") {
		const whom = hex(r.fixed(TAG_BYTES));
		const number = r.u32();
		return { type, whom, number, missing: r.list(SEQUENCED_MISSING_MAX_COUNT, (list) => list.u32()) };
	}
	const epoch = readEpoch(r);
	if (type === "vote") {
		const bound = r.flag();
		const under = readEpoch(r);
		return { type, epoch, bound, under, base: r.u32(), chain: readDigest(r), entries: readEntries(r) };
	}
	const whole = type === "order" && r.flag();
	const number = r.u32();
	const chain = readDigest(r);
	if (type === "ack") return { type, epoch, number, chain, present: r.u16() };
	if (type === "welcome") {
		const size = r.u16();
		if (size > SEQUENCED_OCCUPANTS_MAX_COUNT) r.refuse(`at most ${SEQUENCED_OCCUPANTS_MAX_COUNT} occupants`, `${size}`);
		const fresh = r.u16();
		if (fresh >= size) r.refuse("someone who joined", "nobody");
		const offset = r.u16();
		const members = r.list(size, (list) => ({ handle: readHandle(list), placed: list.u32() }));
		if (members.length === 0 || offset + members.length > size) r.refuse("a page within the list", "another");
		return { type, epoch, number, chain, size, fresh, offset, members };
	}
	const settled = r.u16();
	const entries = readEntries(r);
	if (settled > entries.length) r.refuse("no more settled entries than there are", `${settled}`);
	if (!whole && settled < entries.length) r.refuse("only settled entries", "others");
	return { type, epoch, whole, base: number, chain, settled, entries };
}

function writeEntry(w: Writer, entry: Entry): void {
	if (entry.kind === "text") {
		w.u8(0);
		fixedHex(w, entry.author, TAG_BYTES);
		w.u32(entry.counter);
		fixedHex(w, entry.digest, DIGEST_BYTES);
		return;
	}
	w.u8(1).list(entry.left, (list, tag) => fixedHex(list, tag, TAG_BYTES));
	w.list(entry.joined, (list, handle) => list.variable(utf8(handle)));
}

function readEntries(r: Reader): readonly Entry[] {
	return r.list(ENTRIES_MAX_COUNT, readEntry);
}

function readEntry(r: Reader): Entry {
	if (!r.flag()) return { kind: "text", author: hex(r.fixed(TAG_BYTES)), counter: r.u32(), digest: readDigest(r) };
	const left = r.list(SEQUENCED_OCCUPANTS_MAX_COUNT, (list) => hex(list.fixed(TAG_BYTES)));
	const joined = r.list(SEQUENCED_OCCUPANTS_MAX_COUNT, readHandle);
	if (left.length + joined.length === 0) r.refuse("someone who joined or left", "nobody");
	return { kind: "roster", left, joined };
}

function writeEpoch(w: Writer, epoch: Epoch): void {
	w.u32(epoch.counter);
	fixedHex(w, epoch.leader, TAG_BYTES);
}

function readEpoch(r: Reader): Epoch {
	return { counter: r.u32(), leader: hex(r.fixed(TAG_BYTES)) };
}

function readDigest(r: Reader): Digest {
	return hex(r.fixed(DIGEST_BYTES));
}

function readHandle(r: Reader): Handle {
	const handle = fromUtf8(r.variable(SEQUENCED_HANDLE_MAX_BYTES));
	if (!handle.ok || handle.value === "") r.refuse("a handle", "other bytes");
	return handle.ok ? handle.value : "";
}

function fixedHex(w: Writer, text: string, length: number): void {
	const bytes = fromHex(text);
	if (!bytes.ok) throw new RangeError("hexadecimal digits expected");
	w.fixed(bytes.value, length);
}
