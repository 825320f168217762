import { err, ok, type Result } from "@clowder/bytes";
import type { Handle } from "./contract.ts";
import {
	FRAGMENTED_TEXT_MAX_BYTES,
	FRAGMENTS_INCOMPLETE_MAX_BYTES,
	FRAGMENTS_INCOMPLETE_MAX_HANDLES,
	FRAGMENTS_MAX_COUNT,
} from "./limits.ts";
import { textBytes } from "./text.ts";

/** One piece of a text that is too long for the carrier. */
export interface Fragment {
	/** Of the text, chosen by its sender: 0 to 2^32 - 1. */
	readonly id: number;
	/** 0 to `count - 1`. */
	readonly index: number;
	readonly count: number;
	/** Never empty. */
	readonly chunk: string;
}

/** How much of the carrier's limit a code point uses up: its UTF-8 bytes, or what it becomes on that carrier. */
export type Weigh = (codePoint: number) => number;

const TAG = ":3mpCAT:3Fragment:3";
const END = ":3";
const HEADER: RegExp = /^(0|[1-9]\d{0,9}),(0|[1-9]\d{0,2}),([1-9]\d{0,2}),/;
const ID_LIMIT = 2 ** 32;
/** The longest header and end: the tag, ten digits, twice three, three commas. */
const FRAME_MAX_BYTES: number = TAG.length + 10 + 3 + 3 + 3 + END.length;

/** Whether a text claims to be a fragment (FRAG-1). */
export function looksLikeFragment(text: string): boolean {
	return text.startsWith(TAG);
}

export function writeFragment(fragment: Fragment): string {
	return `${TAG}${fragment.id},${fragment.index},${fragment.count},${fragment.chunk}${END}`;
}

/** Reads exactly what `writeFragment` writes (FRAG-1); what was expected otherwise. */
export function parseFragment(text: string): Result<Fragment, string> {
	if (!text.startsWith(TAG) || !text.endsWith(END)) return err(`a fragment between ${TAG} and ${END} expected`);
	const rest = text.slice(TAG.length, -END.length);
	const header = HEADER.exec(rest);
	if (header === null) return err("id, index and count of a fragment expected, as decimals without leading zeros");
	const [id, index, count] = header.slice(1).map(Number) as [number, number, number];
	const chunk = rest.slice(header[0].length);
	if (id >= ID_LIMIT) return err(`a fragment's id below 2^32 expected, ${id} came`);
	if (count > FRAGMENTS_MAX_COUNT) return err(`at most ${FRAGMENTS_MAX_COUNT} fragments expected, ${count} came`);
	if (index >= count) return err(`a fragment's index below its count ${count} expected, ${index} came`);
	if (chunk === "") return err("a fragment with content expected, an empty one came");
	if (count === 1 && !looksLikeFragment(chunk)) return err("a text that needs no fragment expected to come whole");
	return ok({ id, index, count, chunk });
}

/** UTF-8 bytes of a code point. */
export function utf8Weight(codePoint: number): number {
	if (codePoint < 0x80) return 1;
	if (codePoint < 0x800) return 2;
	return codePoint < 0x10000 ? 3 : 4;
}

/**
 * A text as what the carrier takes: itself when it fits, else fragments of at most `limit` each, to be sent in this
 * order with none of one's other texts between (FRAG-2). Undefined if it takes more fragments than allowed.
 */
export function splitText(text: string, id: number, limit: number, weigh: Weigh): readonly string[] | undefined {
	const escape = looksLikeFragment(text);
	if (!escape && weight(text, weigh) <= limit) return [text];
	const room = limit - FRAME_MAX_BYTES;
	const chunks: string[] = [];
	let start = 0;
	let used = 0;
	let at = 0;
	for (const character of text) {
		const more = weigh(character.codePointAt(0) as number);
		if (used + more > room) {
			chunks.push(text.slice(start, at));
			start = at;
			used = 0;
		}
		used += more;
		at += character.length;
	}
	chunks.push(text.slice(start));
	if (chunks.length > FRAGMENTS_MAX_COUNT) return undefined;
	return chunks.map((chunk, index) => writeFragment({ id, index, count: chunks.length, chunk }));
}

function weight(text: string, weigh: Weigh): number {
	let sum = 0;
	for (const character of text) sum += weigh(character.codePointAt(0) as number);
	return sum;
}

/** Something was dropped, and why; `from` is whose it was. */
export interface Dropped {
	readonly from: Handle;
	readonly reason: string;
}

/** What a received text leads to. Both may be there: a new text that supersedes an incomplete one. */
export interface Received {
	/** A whole text, whose place is that of what has just come (FRAG-6). */
	readonly text?: string;
	readonly dropped: readonly Dropped[];
}

interface Incomplete {
	readonly id: number;
	readonly count: number;
	readonly chunks: string[];
	bytes: number;
}

export interface ReassemblyLimits {
	readonly textMaxBytes: number;
	readonly incompleteMaxBytes: number;
	readonly incompleteMaxHandles: number;
}

export const REASSEMBLY_LIMITS: ReassemblyLimits = {
	textMaxBytes: FRAGMENTED_TEXT_MAX_BYTES,
	incompleteMaxBytes: FRAGMENTS_INCOMPLETE_MAX_BYTES,
	incompleteMaxHandles: FRAGMENTS_INCOMPLETE_MAX_HANDLES,
};

/**
 * Puts fragments together again; a function of what came in the carrier's order alone, so that all who were in the
 * place for the same texts come to the same result.
 */
export class Reassembly {
	readonly #limits: ReassemblyLimits;
	/** The one that advanced least recently comes first. */
	readonly #incomplete: Map<Handle, Incomplete> = new Map();
	#bytes = 0;

	constructor(limits: ReassemblyLimits = REASSEMBLY_LIMITS) {
		this.#limits = limits;
	}

	/** UTF-8 bytes held for incomplete texts. */
	get bytes(): number {
		return this.#bytes;
	}

	/** Takes a text as the carrier brought it. */
	receive(from: Handle, text: string): Received {
		if (!looksLikeFragment(text)) {
			const limit = this.#limits.textMaxBytes;
			return textBytes(text) <= limit ? { text, dropped: [] } : refused(from, tooLong(limit));
		}
		const parsed = parseFragment(text);
		if (!parsed.ok) {
			this.drop(from);
			return refused(from, parsed.error);
		}
		return parsed.value.index === 0 ? this.#begin(from, parsed.value) : this.#advance(from, parsed.value);
	}

	/** Forgets what a handle left incomplete, because it left (FRAG-5). */
	drop(from: Handle): void {
		const incomplete = this.#incomplete.get(from);
		if (incomplete === undefined) return;
		this.#incomplete.delete(from);
		this.#bytes -= incomplete.bytes;
	}

	/** Forgets everything: a new presence in the place (FRAG-5). */
	clear(): void {
		this.#incomplete.clear();
		this.#bytes = 0;
	}

	#begin(from: Handle, fragment: Fragment): Received {
		const superseded: readonly Dropped[] = this.#incomplete.has(from)
			? [{ from, reason: "the rest of a text expected, another text began" }]
			: [];
		this.drop(from);
		const incomplete: Incomplete = { id: fragment.id, count: fragment.count, chunks: [], bytes: 0 };
		const outcome = this.#add(from, incomplete, fragment.chunk);
		return { ...outcome, dropped: [...superseded, ...outcome.dropped] };
	}

	#advance(from: Handle, fragment: Fragment): Received {
		const incomplete = this.#incomplete.get(from);
		if (incomplete === undefined) {
			// Begun before we were here, or refused before (FRAG-7).
			return refused(from, `the first fragment of a text expected, number ${fragment.index} came`);
		}
		this.drop(from);
		if (fragment.id !== incomplete.id || fragment.count !== incomplete.count) {
			return refused(from, "a fragment of the text that was begun expected, one of another text came");
		}
		const due = incomplete.chunks.length;
		if (fragment.index !== due) return refused(from, `fragment number ${due} expected, ${fragment.index} came`);
		return this.#add(from, incomplete, fragment.chunk);
	}

	#add(from: Handle, incomplete: Incomplete, chunk: string): Received {
		incomplete.chunks.push(chunk);
		incomplete.bytes += textBytes(chunk);
		const limit = this.#limits.textMaxBytes;
		if (incomplete.bytes > limit) return refused(from, tooLong(limit));
		if (incomplete.chunks.length === incomplete.count) {
			return { text: incomplete.chunks.join(""), dropped: [] };
		}
		this.#incomplete.set(from, incomplete);
		this.#bytes += incomplete.bytes;
		return this.#makeRoom();
	}

	/** One more fragment can cost several others, if it is large and they are small (FRAG-4). */
	#makeRoom(): Received {
		const dropped: Dropped[] = [];
		const { incompleteMaxBytes, incompleteMaxHandles } = this.#limits;
		for (const from of this.#incomplete.keys()) {
			if (this.#bytes <= incompleteMaxBytes && this.#incomplete.size <= incompleteMaxHandles) break;
			this.drop(from);
			dropped.push({ from, reason: "too much is incomplete: the text that waited longest for its rest was dropped" });
		}
		return { dropped };
	}
}

function tooLong(limit: number): string {
	return `a text of at most ${limit} bytes expected, a longer one came`;
}

function refused(from: Handle, reason: string): Received {
	return { dropped: [{ from, reason }] };
}
