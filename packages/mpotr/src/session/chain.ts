import { equal, erase, err, ok, type Result } from "@clowder/bytes";
import type { Suite } from "@clowder/crypto";
import { hideFromInspect } from "../inspect.ts";
import { hash, LABELS, mac, type Sid, u32 } from "../labels.ts";
import { MAX_SKIPPED_MESSAGES } from "../limits.ts";
import type { Encrypted } from "../wire/messages.ts";

/** Why content was not decrypted. */
export interface ContentError {
	readonly rule: string;
	readonly expected: string;
	readonly got: string;
}

/** What content is bound to beside its sender's chain: the message it travels in. */
export type ContentContext = readonly Uint8Array[];

/**
 * A sender chain (design section 4): `ck_i,0 = H("chain", sk, sid, i)`, and for each message keys that open nothing else.
 * A key is erased before anything that it opened is handed on; a dump of memory opens nothing already read.
 */
export class SenderChain {
	readonly #suite: Suite;
	#chainKey: Uint8Array;
	#index = 0;
	#erased = false;

	constructor(suite: Suite, sk: Uint8Array, sid: Sid, sender: number) {
		this.#suite = suite;
		this.#chainKey = hash(suite, LABELS.chain, sk, sid, u32(sender));
	}

	#step(): { readonly enc: Uint8Array; readonly mac: Uint8Array } {
		// Zeros are a key that everyone has: going on with them would be our own bug.
		if (this.#erased) throw new Error("a sender chain that was erased is used");
		const keys = hash(this.#suite, LABELS.messageKeys, this.#chainKey);
		const next = hash(this.#suite, LABELS.chainNext, this.#chainKey);
		erase(this.#chainKey);
		this.#chainKey = next;
		this.#index++;
		return { enc: keys.slice(0, 32), mac: keys.slice(32) };
	}

	/** Encrypts with a key that is used once: the chain has advanced before the bytes leave (rule CONTENT-2). */
	encrypt(context: ContentContext, iv: Uint8Array, plaintext: Uint8Array): Encrypted {
		const index = this.#index;
		const keys = this.#step();
		const ciphertext = this.#suite.primitives.aes256Ctr(keys.enc, iv, plaintext);
		const tag = mac(this.#suite, keys.mac, LABELS.content, ...context, u32(index), iv, ciphertext);
		erase(keys.enc, keys.mac);
		return { index, iv, ciphertext, mac: tag };
	}

	/**
	 * Decrypts the next content of this sender; keys of content that never came are passed over and erased. What does not
	 * authenticate leaves the chain as it was, so that a bad message costs its sender nothing but itself (rule CONTENT-3).
	 */
	decrypt(context: ContentContext, content: Encrypted): Result<Uint8Array, ContentError> {
		const skipped = content.index - this.#index;
		if (skipped < 0) {
			return err({ rule: "CONTENT-3", expected: `index ${this.#index} or later`, got: `${content.index}` });
		}
		if (skipped > MAX_SKIPPED_MESSAGES) {
			return err({ rule: "CONTENT-3", expected: `at most ${MAX_SKIPPED_MESSAGES} missing`, got: `${skipped}` });
		}
		const saved = { chainKey: this.#chainKey.slice(), index: this.#index };
		let keys = this.#step();
		for (let i = 0; i < skipped; i++) {
			erase(keys.enc, keys.mac);
			keys = this.#step();
		}
		const expected = mac(
			this.#suite,
			keys.mac,
			LABELS.content,
			...context,
			u32(content.index),
			content.iv,
			content.ciphertext,
		);
		const fits = equal(expected, content.mac);
		const plaintext = fits ? this.#suite.primitives.aes256Ctr(keys.enc, content.iv, content.ciphertext) : undefined;
		erase(keys.enc, keys.mac);
		if (plaintext === undefined) {
			erase(this.#chainKey);
			this.#chainKey = saved.chainKey;
			this.#index = saved.index;
			return err({ rule: "CONTENT-3", expected: "content that authenticates", got: "another" });
		}
		erase(saved.chainKey);
		return ok(plaintext);
	}

	erase(): void {
		erase(this.#chainKey);
		this.#erased = true;
	}

	toString(): string {
		return "[secret]";
	}

	toJSON(): string {
		return "[secret]";
	}
}

hideFromInspect(SenderChain);
