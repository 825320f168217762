import { compare, concat, erase, ok, type Result } from "@clowder/bytes";
import type { DhSecretKey, IdentitySecretKey, KemCiphertext, KeyError, SharedSecret, Suite } from "@clowder/crypto";
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
	own: Omit<OwnSide, "keys"> & { readonly keys: Pick<OwnKeySet, "x"> },
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
	return ok(derive(suite, lo, hi, [lowIdentity, highIdentity, ephemeral.value], links));
}

/** One side of a pair whose secret `x` was revealed. */
export interface OpenedSide {
	readonly participant: Participant;
	readonly x: DhSecretKey;
}

/** The same key from both ephemerals, without anyone's long-term secret: what a verdict recomputes (design section 8). */
export function openedPairwiseKey(
	suite: Suite,
	one: OpenedSide,
	other: OpenedSide,
	links: readonly LinkKem[],
): Result<PairwiseKey, KeyError> {
	const { primitives } = suite;
	const isLow = compare(one.participant.keySet.v.bytes, other.participant.keySet.v.bytes) < 0;
	const [lo, hi] = isLow ? [one, other] : [other, one];
	const lowIdentity = primitives.dhToIdentity(hi.x, lo.participant.identity.lpk);
	if (!lowIdentity.ok) return lowIdentity;
	const highIdentity = primitives.dhToIdentity(lo.x, hi.participant.identity.lpk);
	if (!highIdentity.ok) return highIdentity;
	const ephemeral = primitives.dh(lo.x, hi.participant.keySet.y);
	if (!ephemeral.ok) return ephemeral;
	const secrets = [lowIdentity.value, highIdentity.value, ephemeral.value] as const;
	return ok(derive(suite, lo.participant, hi.participant, secrets, links));
}

/** Erases the secrets. */
function derive(
	suite: Suite,
	lo: Participant,
	hi: Participant,
	secrets: readonly [Uint8Array, Uint8Array, Uint8Array],
	links: readonly LinkKem[],
): PairwiseKey {
	const kem = concat(...links.flatMap((link) => [link.secret, link.ciphertext]));
	const key = hash(
		suite,
		LABELS.p2p,
		...secrets,
		kem,
		lo.identity.lpk.bytes,
		hi.identity.lpk.bytes,
		lo.keySet.y.bytes,
		hi.keySet.y.bytes,
		lo.keySet.ek?.hash ?? NOTHING,
		hi.keySet.ek?.hash ?? NOTHING,
	);
	erase(...secrets, kem);
	return key;
}

/** `kc_i->j = MAC(k_ij, "confirmation", sid, direction)`: the author proves to the other that it made the pair's key. */
export function keyConfirmation(suite: Suite, key: PairwiseKey, sid: Sid, from: Participant, to: Participant): Mac {
	return mac(suite, key, LABELS.confirmation, sid, from.keySet.v.bytes, to.keySet.v.bytes);
}
