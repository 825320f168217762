import { equal } from "@clowder/bytes";
import type { Suite } from "@clowder/crypto";
import { LABELS, name, type Sid, type TranscriptDigest, u32 } from "../labels.ts";
import { MAX_DIGESTS } from "../limits.ts";
import type { VerifiedMessage } from "../wire/envelope.ts";

/** A point in a transcript: how many entries, and the digest over all of them. */
export interface Digest {
	/** `k`. */
	readonly entries: number;
	/** `T_k`. */
	readonly digest: TranscriptDigest;
}

/** What a reported digest says about its author's view. */
export type Comparison =
	| { readonly type: "same" }
	/** Another transcript, or one with entries that we have not seen; `agreed` is the last entry known to be common. */
	| { readonly type: "differs" }
	/** Too old to be compared: the digest is not kept any more. */
	| { readonly type: "forgotten" };

/**
 * The transcript of one session (ComputeSessionDigest of seed 004): `T_0 = H("transcript", sid, all CONFIRM bytes)`,
 * `T_k = H("entry", T_{k-1}, sender, number, H(body))`. Digests are kept in a bounded cache for comparing.
 */
export class Transcript {
	readonly #suite: Suite;
	#latest: Digest;
	readonly #cache: Map<number, TranscriptDigest> = new Map();

	constructor(suite: Suite, sid: Sid, confirms: readonly VerifiedMessage[]) {
		this.#suite = suite;
		const bodies = confirms.map((confirm) => confirm.body);
		this.#latest = { entries: 0, digest: name<TranscriptDigest>(suite, LABELS.transcript, sid, ...bodies) };
		this.#store();
	}

	#store(): void {
		this.#cache.set(this.#latest.entries, this.#latest.digest);
		this.#cache.delete(this.#latest.entries - MAX_DIGESTS);
	}

	get latest(): Digest {
		return this.#latest;
	}

	/** Appends a valid message; gives its entry number, from 1. `content` is the ciphertext, else the whole body. */
	append(placed: VerifiedMessage, content: Uint8Array): number {
		const { v, number } = placed.header;
		const body = name(this.#suite, LABELS.entryBody, content);
		const digest = name<TranscriptDigest>(this.#suite, LABELS.entry, this.#latest.digest, v, u32(number), body);
		this.#latest = { entries: this.#latest.entries + 1, digest };
		this.#store();
		return this.#latest.entries;
	}

	/** Goes back to before the entries after this one; false if that is not kept any more. */
	rewind(entries: number): boolean {
		const digest = this.#cache.get(entries);
		if (digest === undefined) return false;
		for (let entry = this.#latest.entries; entry > entries; entry--) this.#cache.delete(entry);
		this.#latest = { entries, digest };
		return true;
	}

	/** What someone reports against what we have at that entry (rule DIGEST-1). */
	compare(reported: Digest): Comparison {
		if (reported.entries > this.#latest.entries) return { type: "differs" };
		const own = this.#cache.get(reported.entries);
		if (own === undefined) return { type: "forgotten" };
		return equal(own, reported.digest) ? { type: "same" } : { type: "differs" };
	}
}
