import { type Bytes, ok, type Result } from "@clowder/bytes";
import type { DhKeyPair3072, DhPublicKey3072, Ed448KeyPair, Ed448Point, OtrPrimitives } from "@clowder/crypto/otr";
import type { Random } from "../random.ts";
import type { OurKeys, TheirKeys } from "../ratchet/state.ts";
import { badKey, type Refusal } from "../refusal.ts";

const ECDH_SEED_BYTES = 57;
const DH_SEED_BYTES = 80;

/** What one side makes for a DAKE: `Y, B` or `X, A`, and the keys that the double ratchet starts with. */
export interface OurEphemerals {
	readonly ecdh: Ed448KeyPair;
	readonly dh: DhKeyPair3072;
	readonly first: OurKeys;
}

/** The other's, verified to be keys. */
export interface TheirEphemerals {
	readonly ecdh: Ed448Point;
	readonly dh: DhPublicKey3072;
	readonly first: TheirKeys;
}

/** `generateECDH` and `generateDH`. */
export function newKeys(primitives: OtrPrimitives, random: Random): OurKeys {
	return {
		ecdh: primitives.ed448.keyPair(random(ECDH_SEED_BYTES)),
		dh: primitives.dh.keyPair(random(DH_SEED_BYTES)),
	};
}

export function newEphemerals(primitives: OtrPrimitives, random: Random): OurEphemerals {
	return { ...newKeys(primitives, random), first: newKeys(primitives, random) };
}

export function eraseEphemerals({ ecdh, dh, first }: OurEphemerals): void {
	for (const key of [ecdh, dh, first.ecdh, first.dh]) key.erase();
}

/** "Verifying that a point is on the curve", "Verifying that an integer is in the DH group", for all four. */
export function verifyEphemerals(
	primitives: OtrPrimitives,
	what: string,
	ecdh: Bytes<"POINT">,
	dh: Bytes<"MPI">,
	firstEcdh: Bytes<"POINT">,
	firstDh: Bytes<"MPI">,
): Result<TheirEphemerals, Refusal> {
	const main = verifyKeys(primitives, what, ecdh, dh);
	if (!main.ok) return main;
	const first = verifyKeys(primitives, `${what}, first keys`, firstEcdh, firstDh);
	return first.ok ? ok({ ...main.value, first: first.value }) : first;
}

/** The same for one pair. */
export function verifyKeys(
	primitives: OtrPrimitives,
	what: string,
	ecdh: Bytes<"POINT">,
	dh: Bytes<"MPI">,
): Result<TheirKeys, Refusal> {
	const point = primitives.ed448.parsePoint(ecdh);
	if (!point.ok) return badKey(what, point.error);
	const number = primitives.dh.parsePublicKey(dh);
	return number.ok ? ok({ ecdh: point.value, dh: number.value }) : badKey(what, number.error);
}
