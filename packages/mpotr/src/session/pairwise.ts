import { compare, concat, erase, ok, type Result } from "@clowder/bytes";
import type { KemCiphertext, KeyError, SharedSecret, Suite, IdentitySecretKey } from "@clowder/crypto";
import type { OwnKeySet } from "../key-set.ts";
import { hash, LABELS, type Mac, mac, type Sid } from "../labels.ts";
import type { Participant } from "./session-id.ts";

const NOTHING: Uint8Array = new Uint8Array(0);

/** The KEM part of one ring link: what the left neighbour encapsulated to the right one. */
export interface LinkKem {
	readonly secret: SharedSecret;
	readonly ciphertext: KemCiphertext;
}

/** Our side of a pairwise key. */
export interface OwnSide {
	readonly identity: IdentitySecretKey;
	readonly keys: OwnKeySet;
	readonly participant: Participant;
}

/** A key of one pair for one attempt, 64 bytes. Secret. */
export type PairwiseKey = Uint8Array & { readonly __pairwise?: never };

/**
 * `k_ij` of the design's section 4: triple Diffie-Hellman, with the KEM secret of each ring link between the two. Whoever
 * holds both ephemerals can compute it, which makes it deniable. `links` are those between i and j, by index.
 */
export function pairwiseKey(
	suite: Suite,
	own: OwnSide,
	peer: Participant,
	links: readonly LinkKem[],
): Result<PairwiseKey, KeyError> {
	const { primitives } = suite;
	const ownIsLow = compare(own.participant.keySet.v.bytes, peer.keySet.v.bytes) < 0;
	const fromOwnIdentity = primitives.dhFromIdentity(own.identity, peer.keySet.y);
	if (!fromOwnIdentity.ok) return fromOwnIdentity;
	const toPeerIdentity = primitives.dhToIdentity(own.keys.x, peer.identity.lpk);
	if (!toPeerIdentity.ok) return toPeerIdentity;
	const ephemeral = primitives.dh(own.keys.x, peer.keySet.y);
	if (!ephemeral.ok) return ephemeral;
	const [lo, hi] = ownIsLow ? [own.participant, peer] : [peer, own.participant];
	const [lowIdentity, highIdentity] = ownIsLow
		? [fromOwnIdentity.value, toPeerIdentity.value]
		: [toPeerIdentity.value, fromOwnIdentity.value];
	const kem = concat(...links.flatMap((link) => [link.secret, link.ciphertext]));
	const key = hash(
		suite,
		LABELS.p2p,
		lowIdentity,
		highIdentity,
		ephemeral.value,
		kem,
		lo.identity.lpk.bytes,
		hi.identity.lpk.bytes,
		lo.keySet.y.bytes,
		hi.keySet.y.bytes,
		lo.keySet.ek?.hash ?? NOTHING,
		hi.keySet.ek?.hash ?? NOTHING,
	);
	erase(lowIdentity, highIdentity, ephemeral.value, kem);
	return ok(key);
}

/** `kc_i->j = MAC(k_ij, "confirmation", sid, direction)`: the author proves to the other that it made the pair's key. */
export function keyConfirmation(suite: Suite, key: PairwiseKey, sid: Sid, from: Participant, to: Participant): Mac {
	return mac(suite, key, LABELS.confirmation, sid, from.keySet.v.bytes, to.keySet.v.bytes);
}
