import { erase } from "@clowder/bytes";
import type { OtrPrimitives } from "@clowder/crypto/otr";
import {
	type BraceKey,
	braceKeyFromDh,
	ecdh,
	type MixedSharedSecret,
	mixedSharedSecret,
} from "../dake/shared-secret.ts";
import type { Chain } from "./chain.ts";
import { DoubleRatchet } from "./double-ratchet.ts";
import { firstRootKey, ratchetKeys } from "./message-keys.ts";
import { eraseKeys, type OurKeys, type TheirKeys } from "./state.ts";

/**
 * After an interactive DAKE, from its `K` and the first keys of both. Who sent the Auth-R message sends with the chain
 * that follows; who sent the Identity and Auth-I messages receives with it, and rotates before sending: at once by the
 * specification, here with the first message, which is the same to everybody else. Erases `k`.
 */
export function afterInteractiveDake(
	primitives: OtrPrimitives,
	role: "sent-auth-r" | "sent-auth-i",
	k: MixedSharedSecret,
	ours: OurKeys,
	theirs: TheirKeys,
): DoubleRatchet {
	const previous = firstRootKey(primitives, k);
	const brace = braceKeyFromDh(primitives, ours.dh, theirs.dh);
	const mixed = mixedSharedSecret(primitives, ecdh(primitives, ours.ecdh, theirs.ecdh), brace);
	const { root, chain } = ratchetKeys(primitives, [previous, mixed]);
	erase(k, previous, mixed);
	const first: Chain = { key: chain, messageId: 0, ratchetId: 0 };
	if (role === "sent-auth-r") {
		return DoubleRatchet.begin(primitives, { i: 0, ours, theirs, brace, root, sending: first, receiving: undefined });
	}
	eraseKeys(ours);
	return DoubleRatchet.begin(primitives, {
		i: 0,
		ours: undefined,
		theirs,
		brace,
		root,
		sending: undefined,
		receiving: first,
	});
}

/**
 * After a non-interactive DAKE, from its `K`. Who sent the Non-Interactive-Auth message sends with the chain that
 * follows, and has keys for the peer's first ratchet; who received it has none. The brace key of the DAKE is kept, for
 * the next ratchet derives its own from it. Erases `k`.
 */
export function afterNonInteractiveDake(
	primitives: OtrPrimitives,
	k: MixedSharedSecret,
	brace: BraceKey,
	ours: OurKeys | undefined,
	theirs: TheirKeys,
): DoubleRatchet {
	const { root, chain } = ratchetKeys(primitives, [k]);
	erase(k);
	const first: Chain = { key: chain, messageId: 0, ratchetId: 0 };
	const [sending, receiving] = ours === undefined ? [undefined, first] : [first, undefined];
	return DoubleRatchet.begin(primitives, { i: 1, ours, theirs, brace, root, sending, receiving });
}
