import { hex } from "@clowder/bytes";
import type { OtrPrimitives } from "@clowder/crypto/otr";
import { type Ring, ringSign } from "../../src/dake/ring-signature.ts";
import { hashToScalar, USAGE } from "../../src/kdf.ts";
import { pairOf } from "../reference/ed448.ts";
import * as reference from "../reference/ring.ts";
import { bytes, recorded, seeded, type VectorFile } from "./support.ts";

/** One signature. The keys are public keys of `symmetricKeys`. */
export interface RingCase {
	readonly symmetricKeys: readonly string[];
	/** Whose key signs: 0, 1 or 2. */
	readonly signer: number;
	readonly message: string;
	/** t, c and r for each place. */
	readonly random: readonly string[];
	readonly publicKeys: readonly string[];
	/** c1 r1 c2 r2 c3 r3. */
	readonly sigma: string;
}

export function ringReference(given: RingCase): Pick<RingCase, "publicKeys" | "sigma"> {
	const pairs = given.symmetricKeys.map((key) => pairOf(bytes(key)));
	const keys = pairs.map(({ publicKey }) => publicKey);
	const signer = pairs[given.signer];
	if (signer === undefined) throw new Error("nobody signs");
	const sigma = reference.ringSign(keys, signer, given.random.map(bytes), bytes(given.message));
	return { publicKeys: keys.map(hex), sigma: hex(sigma) };
}

export function ringVectors(primitives: OtrPrimitives): VectorFile<RingCase> {
	const symmetricKeys = [1, 2, 3].map((byte) => hex(Uint8Array.from({ length: 57 }, (_, i) => (i === 0 ? byte : 0))));
	const pairs = symmetricKeys.map((key) => primitives.ed448.keyPair(bytes(key)));
	const keys = pairs.map(({ publicKey }) => publicKey) as unknown as Ring;
	const cases = [0, 1, 2].map((signer): RingCase => {
		const { random, taken } = recorded(seeded(`ring/${signer}`));
		const message = hex(seeded(`ring message/${signer}`)(40 * signer));
		const context = {
			primitives,
			hashToScalar: (values: readonly Uint8Array[]) => hashToScalar(primitives, USAGE.auth, values),
		};
		const pair = pairs[signer];
		if (pair === undefined) throw new Error("nobody signs");
		const s = ringSign(context, random, keys, pair, bytes(message));
		const sigma = [s.c1, s.r1, s.c2, s.r2, s.c3, s.r3].map(hex).join("");
		return { symmetricKeys, signer, message, random: taken(), publicKeys: keys.map((key) => hex(key.bytes)), sigma };
	});
	return {
		description:
			"Ring signatures by each of the three keys, from the random bytes that are drawn: each becomes a scalar by being hashed and pruned. The message is hashed as it is.",
		spec: 'otrv4.md at 0f844b0, "Ring Signature Authentication", in its general form',
		cases,
	};
}
