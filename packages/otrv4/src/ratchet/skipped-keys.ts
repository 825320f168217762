import { erase, hex } from "@clowder/bytes";
import type { OtrPrimitives } from "@clowder/crypto/otr";
import { SKIPPED_KEYS_MAX } from "../limits.ts";
import { type EncryptionKey, type ExtraSymmetricKey, type MacKey, macKey } from "./message-keys.ts";

/** What is kept for a message that has not arrived. */
export interface SkippedKey {
	readonly encryption: EncryptionKey;
	readonly extra: ExtraSymmetricKey;
	readonly storedAtMs: number;
}

/** The same with what it is found by. */
export interface StoredSkippedKey {
	readonly ecdh: Uint8Array;
	readonly messageId: number;
	readonly key: SkippedKey;
}

function nameOf(ecdh: Uint8Array, messageId: number): string {
	return `${hex(ecdh)} ${messageId}`;
}

/** `skipped_MKenc`: message keys by their ratchet's public key and message id, at most `SKIPPED_KEYS_MAX` of them. */
export class SkippedKeys {
	readonly #primitives: OtrPrimitives;
	readonly #keys: Map<string, StoredSkippedKey> = new Map();

	constructor(primitives: OtrPrimitives) {
		this.#primitives = primitives;
	}

	get size(): number {
		return this.#keys.size;
	}

	/** All of them, the oldest first. */
	all(): readonly StoredSkippedKey[] {
		return [...this.#keys.values()];
	}

	find(ecdh: Uint8Array, messageId: number): SkippedKey | undefined {
		return this.#keys.get(nameOf(ecdh, messageId))?.key;
	}

	/** Stores a key. Returns the MAC keys of those that had to go for it, which are to be revealed. */
	store(ecdh: Uint8Array, messageId: number, key: SkippedKey): MacKey[] {
		this.#keys.set(nameOf(ecdh, messageId), { ecdh, messageId, key });
		const [oldest] = this.#keys.keys();
		return this.#keys.size > SKIPPED_KEYS_MAX && oldest !== undefined ? [this.#remove(oldest)] : [];
	}

	/** Forgets a key that was used. */
	delete(ecdh: Uint8Array, messageId: number): void {
		const name = nameOf(ecdh, messageId);
		const stored = this.#keys.get(name);
		if (stored !== undefined) erase(stored.key.encryption, stored.key.extra);
		this.#keys.delete(name);
	}

	/** Forgets what was stored before `thresholdMs` ("Deletion of Stored Message Keys"); returns MAC keys to reveal. */
	expire(thresholdMs: number): MacKey[] {
		return [...this.#keys].filter(([, { key }]) => key.storedAtMs < thresholdMs).map(([name]) => this.#remove(name));
	}

	/** Forgets all; returns their MAC keys ("Session Expiration"). */
	clear(): MacKey[] {
		return [...this.#keys.keys()].map((name) => this.#remove(name));
	}

	/** When the oldest was stored, if there is any. */
	get oldestMs(): number | undefined {
		const [first] = this.#keys.values();
		return first?.key.storedAtMs;
	}

	#remove(name: string): MacKey {
		const key = this.#keys.get(name)?.key;
		if (key === undefined) throw new Error("a skipped key that is not there");
		const mac = macKey(this.#primitives, key.encryption);
		erase(key.encryption, key.extra);
		this.#keys.delete(name);
		return mac;
	}
}
