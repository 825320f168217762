import { encode, hex, utf8, type Writer } from "@clowder/bytes";
import type { Handle } from "./contract.ts";

/** Stands for a handle in statements: the first 8 bytes of its hash, in hexadecimal. */
export type Tag = string & { readonly __tag?: never };
/** Of a submission, or of all entries up to a number (a chain): 16 bytes, in hexadecimal. */
export type Digest = string & { readonly __digest?: never };

export const TAG_BYTES = 8;
export const DIGEST_BYTES = 16;

/** Any collision-resistant hash of at least 16 bytes, SHA-512 for one. */
export type Hash = (bytes: Uint8Array) => Uint8Array;

/** The time in office of one sequencer. Later ones count higher; the tag settles which is higher of two with one count. */
export interface Epoch {
	/** 1 to 2^32 - 1. */
	readonly counter: number;
	readonly leader: Tag;
}

export function compareEpochs(a: Epoch, b: Epoch): number {
	if (a.counter !== b.counter) return a.counter - b.counter;
	return a.leader < b.leader ? -1 : a.leader > b.leader ? 1 : 0;
}

/** The names of a sequence: all of them one hash under different labels (SEQ-3). */
export class Naming {
	readonly #hash: Hash;
	readonly #tags: Map<Handle, Tag> = new Map();

	constructor(hash: Hash) {
		this.#hash = hash;
	}

	tag(handle: Handle): Tag {
		const known = this.#tags.get(handle);
		if (known !== undefined) return known;
		const tag = this.#digest("handle", TAG_BYTES, (w) => w.variable(utf8(handle)));
		// A cache: it may forget.
		if (this.#tags.size >= TAGS_MAX_COUNT) this.#tags.clear();
		this.#tags.set(handle, tag);
		return tag;
	}

	text(author: Tag, counter: number, text: string): Digest {
		return this.#digest("text", DIGEST_BYTES, (w) => w.variable(utf8(author)).u32(counter).variable(utf8(text)));
	}

	/** The chain before the first entry of a sequence that `founder` begins. */
	origin(founder: Handle): Digest {
		return this.#digest("origin", DIGEST_BYTES, (w) => w.variable(utf8(founder)));
	}

	/** The chain after one more entry. */
	chain(before: Digest, entry: Uint8Array): Digest {
		return this.#digest("chain", DIGEST_BYTES, (w) => w.variable(utf8(before)).variable(entry));
	}

	#digest(label: string, bytes: number, write: (w: Writer) => void): string {
		const digest = this.#hash(
			encode((w) => {
				w.variable(utf8(`clowder sequence ${label}`));
				write(w);
			}),
		);
		if (digest.length < bytes) throw new RangeError(`a hash of at least ${bytes} bytes expected, not ${digest.length}`);
		return hex(digest.subarray(0, bytes));
	}
}

const TAGS_MAX_COUNT = 8192;
