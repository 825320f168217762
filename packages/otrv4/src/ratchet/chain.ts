import { erase } from "@clowder/bytes";
import type { OtrPrimitives } from "@clowder/crypto/otr";
import { type ChainKey, nextChainKey } from "./message-keys.ts";

/** `chain_key_s` with `j`, or `chain_key_r` with `k`, and the id of the ratchet that they belong to. */
export interface Chain {
	key: ChainKey;
	messageId: number;
	readonly ratchetId: number;
}

/** The chain key of a message that a later one overtook. */
export interface SkippedChainKey {
	readonly ecdh: Uint8Array;
	readonly messageId: number;
	readonly key: ChainKey;
}

/** The same chain, with a key of its own that can be erased. */
export function copyOf(chain: Chain): Chain {
	return { ...chain, key: chain.key.slice() as ChainKey };
}

/** Steps a chain past the key it stands at, which is erased. */
export function advance(primitives: OtrPrimitives, chain: Chain): void {
	const next = nextChainKey(primitives, chain.key);
	erase(chain.key);
	chain.key = next;
	chain.messageId += 1;
}

/** Steps a chain to `messageId`. Returns the keys on the way; `ecdh` is the public key of their ratchet. */
export function skipTo(
	primitives: OtrPrimitives,
	chain: Chain,
	messageId: number,
	ecdh: Uint8Array,
): SkippedChainKey[] {
	const skipped: SkippedChainKey[] = [];
	while (chain.messageId < messageId) {
		skipped.push({ ecdh, messageId: chain.messageId, key: chain.key });
		chain.key = nextChainKey(primitives, chain.key);
		chain.messageId += 1;
	}
	return skipped;
}
