import { ok, type Result } from "@clowder/bytes";
import {
	ENCODED_TEXT_MAX_CHARS,
	FRAGMENTS_MAX,
	FRAGMENT_BUFFERS_MAX,
	FRAGMENT_LIFETIME_MS,
	FRAGMENT_OVERHEAD_CHARS,
	FRAGMENT_TOTAL_MAX_CHARS,
} from "../limits.ts";
import { type Refusal, refuse } from "../refusal.ts";
import { type Fragment, type FragmentPrefix, isFragmentable, writeFragment } from "./fragment-format.ts";
import { checkReceiver } from "./instance-tag.ts";

const WHAT = "fragment";

/** How a text is to be broken up. */
export interface SplitOptions {
	/** What the network takes in one message. */
	readonly maxChars: number;
	/** Random, 0 to 2^32 - 1: unlike that of any other message that is on its way. */
	readonly identifier: number;
	/** As in the message. */
	readonly senderTag: number;
	readonly receiverTag: number;
	/** "?OTR|" unless it is said. */
	readonly prefix?: FragmentPrefix;
}

/**
 * An encoded message as what the network takes: itself where it fits, else its fragments in their order. Refused, as
 * the caller's: what is no encoded message, or would take more fragments than there can be.
 */
export function split(text: string, options: SplitOptions): Result<string[], Refusal> {
	const { maxChars, identifier, senderTag, receiverTag, prefix = "?OTR|" } = options;
	if (text.length > ENCODED_TEXT_MAX_CHARS) {
		return refuse("caller", "limit", WHAT, `at most ${ENCODED_TEXT_MAX_CHARS} characters`, `${text.length}`);
	}
	if (!isFragmentable(text)) {
		return refuse("caller", "malformed", WHAT, "an encoded message to break up", `${text.length} other characters`);
	}
	if (text.length <= maxChars) return ok([text]);
	const empty = { identifier, senderTag, receiverTag, index: 1, total: 1, piece: "" };
	const overhead = writeFragment(empty, prefix).length;
	const room = maxChars - overhead;
	const total = Math.ceil(text.length / room);
	if (room < 1 || total > FRAGMENTS_MAX) {
		const least = overhead + Math.ceil(text.length / FRAGMENTS_MAX);
		return refuse("caller", "limit", WHAT, `room for at least ${least} characters`, `${maxChars}`);
	}
	const fragments: string[] = [];
	for (let index = 1; index <= total; index++) {
		const piece = text.slice((index - 1) * room, index * room);
		fragments.push(writeFragment({ ...empty, index, total, piece }, prefix));
	}
	return ok(fragments);
}

/** The pieces of one message that have come. */
interface FragmentBuffer {
	readonly total: number;
	readonly sinceMs: number;
	/** By index, from 1. */
	readonly pieces: Map<number, string>;
	chars: number;
}

function costOf(buffer: FragmentBuffer): number {
	return buffer.chars + buffer.pieces.size * FRAGMENT_OVERHEAD_CHARS;
}

/** What an assembler may hold; `limits.ts` unless it is said. */
export interface AssemblerLimits {
	readonly buffersMax: number;
	readonly totalMaxChars: number;
	readonly lifetimeMs: number;
}

const LIMITS: AssemblerLimits = {
	buffersMax: FRAGMENT_BUFFERS_MAX,
	totalMaxChars: FRAGMENT_TOTAL_MAX_CHARS,
	lifetimeMs: FRAGMENT_LIFETIME_MS,
};

/**
 * Puts the fragments of one correspondent together, otrv4.md "Receiving Fragments", prekey.md the same: in any order,
 * of several messages at once. Bounded in messages, in characters and in time; what has waited longest goes first.
 */
export class Assembler {
	readonly #ownTag: number | undefined;
	readonly #limits: AssemblerLimits;
	/** By sender and identifier; in the order in which their first fragments came. */
	readonly #buffers = new Map<string, FragmentBuffer>();
	#cost = 0;

	/**
	 * `ownTag` undefined: fragments to any receiver are taken, as a prekey server does. One assembler is for one
	 * correspondent, so that nobody can push another's fragments out.
	 */
	constructor(ownTag: number | undefined, limits: AssemblerLimits = LIMITS) {
		this.#ownTag = ownTag;
		this.#limits = limits;
	}

	/** Messages that are waited for. */
	get size(): number {
		return this.#buffers.size;
	}

	/** When the oldest of them is given up, in ms on the caller's clock; undefined if there is none. */
	get expiresAtMs(): number | undefined {
		for (const buffer of this.#buffers.values()) return buffer.sinceMs + this.#limits.lifetimeMs;
		return undefined;
	}

	/** Takes a fragment: the whole text if it was the last one that was missing, else undefined. */
	receive(fragment: Fragment, nowMs: number): Result<string | undefined, Refusal> {
		this.expire(nowMs);
		if (this.#ownTag !== undefined) {
			const ours = checkReceiver(WHAT, fragment.receiverTag, this.#ownTag);
			if (!ours.ok) return ours;
		}
		const key = `${fragment.senderTag} ${fragment.identifier}`;
		const known = this.#buffers.get(key);
		const fitting = known === undefined ? ok(undefined) : this.#checkFits(key, known, fragment);
		if (!fitting.ok) return fitting;
		const buffer = known ?? { total: fragment.total, sinceMs: nowMs, pieces: new Map<number, string>(), chars: 0 };
		const room = this.#makeRoom(key, buffer, fragment);
		if (!room.ok) return room;
		this.#buffers.set(key, buffer);
		buffer.pieces.set(fragment.index, fragment.piece);
		buffer.chars += fragment.piece.length;
		this.#cost += fragment.piece.length + FRAGMENT_OVERHEAD_CHARS;
		if (buffer.pieces.size < buffer.total) return ok(undefined);
		this.#forget(key, buffer);
		return ok(whole(buffer));
	}

	/** Gives up what has waited too long: how many messages. */
	expire(nowMs: number): number {
		let given = 0;
		for (const [key, buffer] of this.#buffers) {
			if (nowMs < buffer.sinceMs + this.#limits.lifetimeMs) continue;
			this.#forget(key, buffer);
			given += 1;
		}
		return given;
	}

	#forget(key: string, buffer: FragmentBuffer): void {
		this.#buffers.delete(key);
		this.#cost -= costOf(buffer);
	}

	/** A piece that is there already is refused alone; another total spoils the whole message. */
	#checkFits(key: string, buffer: FragmentBuffer, fragment: Fragment): Result<undefined, Refusal> {
		if (fragment.total !== buffer.total) {
			this.#forget(key, buffer);
			return refuse("peer", "malformed", WHAT, `a total of ${buffer.total} as before`, `${fragment.total}`);
		}
		if (!buffer.pieces.has(fragment.index)) return ok(undefined);
		return refuse("carrier", "state", WHAT, "each fragment once", `another with index ${fragment.index}`);
	}

	/** Lets the oldest others go until there is room, or this message if it alone takes too much. */
	#makeRoom(key: string, buffer: FragmentBuffer, fragment: Fragment): Result<undefined, Refusal> {
		const more = fragment.piece.length + FRAGMENT_OVERHEAD_CHARS;
		const chars = buffer.chars + fragment.piece.length;
		if (chars > ENCODED_TEXT_MAX_CHARS || costOf(buffer) + more > this.#limits.totalMaxChars) {
			if (this.#buffers.has(key)) this.#forget(key, buffer);
			return refuse("peer", "limit", WHAT, "a message in few enough characters and fragments", "a larger one");
		}
		for (const [other, oldest] of this.#buffers) {
			const count = this.#buffers.size + (this.#buffers.has(key) ? 0 : 1);
			if (count <= this.#limits.buffersMax && this.#cost + more <= this.#limits.totalMaxChars) break;
			if (other !== key) this.#forget(other, oldest);
		}
		return ok(undefined);
	}
}

function whole(buffer: FragmentBuffer): string {
	let text = "";
	for (let index = 1; index <= buffer.total; index++) text += buffer.pieces.get(index) as string;
	return text;
}
