import { hex } from "@clowder/bytes";
import type { OtrPrimitives } from "@clowder/crypto/otr";
import type { Ourselves } from "../../src/dake/context.ts";
import { createClientProfile } from "../../src/profile/client-profile.ts";
import type { Party } from "../reference/dake.ts";
import { bytes, must } from "./support.ts";

/** One side of the vectors, with its secret. Nobody uses it. */
export interface PersonCase {
	readonly address: string;
	/** `sym_h`. */
	readonly symmetricKey: string;
	readonly instanceTag: number;
	readonly forgingKey: string;
	readonly versions: string;
	/** Seconds since 1970. */
	readonly expires: number;
}

/** When the vectors are made: before every profile in them expires. */
export const NOW_SECONDS = 1_800_000_000;

const DAY = 86_400;

/** `seed` is one byte that all of `sym_h` consists of; the forging key is the public key of the byte after it. */
export function person(primitives: OtrPrimitives, address: string, instanceTag: number, seed: number): PersonCase {
	const forging = primitives.ed448.keyPair(new Uint8Array(57).fill(seed + 1));
	return {
		address,
		symmetricKey: hex(new Uint8Array(57).fill(seed)),
		instanceTag,
		forgingKey: hex(forging.publicKey.bytes),
		versions: "4",
		expires: NOW_SECONDS + 7 * DAY,
	};
}

export function ourselves(primitives: OtrPrimitives, one: PersonCase): Ourselves {
	const keyPair = primitives.ed448.keyPair(bytes(one.symmetricKey));
	const profile = createClientProfile(primitives, {
		instanceTag: one.instanceTag,
		keyPair,
		forgingKey: must(primitives.ed448.parsePoint(bytes(one.forgingKey))),
		versions: one.versions,
		expiresAtSeconds: one.expires,
		mode: "standalone",
	});
	return { keyPair, profile: must(profile) };
}

/** For the second computation. */
export function partyOf(one: PersonCase): Party {
	return {
		address: one.address,
		symmetricKey: bytes(one.symmetricKey),
		profile: {
			tag: one.instanceTag,
			forgingKey: bytes(one.forgingKey),
			versions: one.versions,
			expires: one.expires,
		},
	};
}
