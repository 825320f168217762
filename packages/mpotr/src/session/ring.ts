import { equal, erase, err, ok, type Result, xor } from "@clowder/bytes";
import type { Suite } from "@clowder/crypto";
import { hash, LABELS, type Mac, mac, name, type Sid, u32 } from "../labels.ts";
import type { RingShare } from "../wire/messages.ts";
import type { PairwiseKey } from "./pairwise.ts";

/** A ring secret `d_i`, between i and i+1: 32 bytes. Secret. */
export type RingSecret = Uint8Array & { readonly __ring?: never };

/** Whose SHARE does not fit, by index in the list. */
export interface RingError {
	readonly index: number;
	/** It is this one or the next: the two contradict each other, and nothing here says who is wrong. */
	readonly orNext: boolean;
	/** `d_{index-1}`, which shows that a share does not open its commitment (rule BLAME-5). Secret. */
	readonly before: RingSecret | undefined;
	readonly expected: string;
	readonly got: string;
}

/** `d_i = H("share", k_{i,i+1}, sid, i)[0..32]`; in a ring of two the two links differ by `i`. */
export function ringSecret(suite: Suite, key: PairwiseKey, sid: Sid, i: number): RingSecret {
	return name(suite, LABELS.share, key, sid, u32(i));
}

/** `H("link", sid, i, d_i)`: commits to a ring secret. */
export function linkCommitment(suite: Suite, sid: Sid, i: number, d: RingSecret): Uint8Array {
	return name(suite, LABELS.link, sid, u32(i), d);
}

/** The ring fields of our SHARE: `z_i = d_{i-1} XOR d_i`, and a commitment to each. */
export function makeRingShare(
	suite: Suite,
	sid: Sid,
	index: number,
	size: number,
	left: RingSecret,
	right: RingSecret,
): RingShare {
	return {
		z: xor(left, right),
		cL: linkCommitment(suite, sid, (index + size - 1) % size, left),
		cR: linkCommitment(suite, sid, index, right),
	};
}

/**
 * Walks the ring from our own `d_i` and recovers every `d_j`, each checked against `cR_j`, and each link's two
 * commitments against each other (Update Session Key of seed 004). A zero total of all `z` would prove nothing.
 */
export function walkRing(
	suite: Suite,
	sid: Sid,
	shares: readonly RingShare[],
	own: number,
	ownRight: RingSecret,
): Result<readonly RingSecret[], RingError> {
	const size = shares.length;
	const secrets: RingSecret[] = new Array<RingSecret>(size);
	secrets[own] = ownRight;
	const misfit = (error: Omit<RingError, "before">, before?: RingSecret): Result<never, RingError> => {
		const shown = before?.slice();
		erase(...secrets.filter((secret) => secret !== ownRight));
		return err({ ...error, before: shown });
	};
	for (let step = 0; step < size; step++) {
		const j = (own + step) % size;
		const share = shares[j] as RingShare;
		const next = shares[(j + 1) % size] as RingShare;
		if (!equal(share.cR, next.cL)) {
			return misfit({ index: j, orNext: true, expected: "one commitment of both neighbours", got: "two" });
		}
		const before = secrets[(j + size - 1) % size];
		if (step > 0 && before !== undefined) secrets[j] = xor(before, share.z);
		if (!equal(linkCommitment(suite, sid, j, secrets[j] as RingSecret), share.cR)) {
			const error = { index: j, orNext: false, expected: "a share that opens its commitment", got: "another" };
			return misfit(error, before);
		}
	}
	const closing = xor(secrets[(own + size - 1) % size] as RingSecret, (shares[own] as RingShare).z);
	if (!equal(closing, ownRight)) {
		return misfit({ index: own, orNext: false, expected: "a ring that closes", got: "an open one" });
	}
	return ok(secrets);
}

/** Whether `d` opens `cL_j` and `z_j XOR d` does not open `cR_j`: then the one at `j` cheated (rule BLAME-5). */
export function provesFault(suite: Suite, sid: Sid, share: RingShare, j: number, size: number, d: RingSecret): boolean {
	if (!equal(linkCommitment(suite, sid, (j + size - 1) % size, d), share.cL)) return false;
	return !equal(linkCommitment(suite, sid, j, xor(d, share.z)), share.cR);
}

/** `sk = H("session-key", sid, d_0 ... d_{n-1})`, 64 bytes. Secret. */
export function sessionKey(suite: Suite, sid: Sid, secrets: readonly Uint8Array[]): Uint8Array {
	return hash(suite, LABELS.sessionKey, sid, ...secrets);
}

/** `H(all OFFER and SHARE bytes)`, each by its message's name, in the order of the list. */
export function contributionsHash(suite: Suite, hashes: readonly Uint8Array[]): Uint8Array {
	return name(suite, LABELS.contributions, ...hashes);
}

/** `MAC(sk, "confirm", sid, i, contributions)`. */
export function confirmMac(suite: Suite, sk: Uint8Array, sid: Sid, i: number, contributions: Uint8Array): Mac {
	return mac(suite, sk, LABELS.confirm, sid, u32(i), contributions);
}
