import { encode } from "@clowder/bytes";
import type { Ed448KeyPair, OtrPrimitives } from "@clowder/crypto/otr";
import type { Reading } from "../interoperability.ts";
import { hashToScalar, USAGE } from "../kdf.ts";
import type { Mode } from "../mode.ts";
import type { VerifiedClientProfile } from "../profile/client-profile.ts";
import type { Random } from "../random.ts";
import type { RingContext } from "./ring-signature.ts";

/** What both DAKEs of a conversation are run with. */
export interface DakeContext {
	readonly primitives: OtrPrimitives;
	readonly random: Random;
	readonly mode: Mode;
	/** How ring signatures hash their message, and whether `phi` is sorted. */
	readonly reading: Reading;
	/** What the network calls the two sides: for `phi'`. */
	readonly ourAddress: string;
	readonly theirAddress: string;
	/** More that the application wants both sides to have agreed on before: part of `phi'`, in this order. */
	readonly agreed: readonly Uint8Array[];
}

/** Our side of a DAKE: the long-term key, and the profile that vouches for it. */
export interface Ourselves {
	/** What signs: for a forger, any key of the ring (`src/forge`). Who answers an offline message decrypts with it too. */
	readonly keyPair: Ed448KeyPair;
	readonly profile: VerifiedClientProfile;
}

/** OTRv4's own way from a ring to its challenge. */
export function ringContext({ primitives }: DakeContext): RingContext {
	return { primitives, hashToScalar: (values) => hashToScalar(primitives, USAGE.auth, values) };
}

/** What a ring signature is made over: `m` itself; as otr4j does it, `m` as DATA. */
export function ringMessage({ reading }: DakeContext, m: Uint8Array): Uint8Array {
	return reading === "specification" ? m : encode((w) => w.variable(m));
}
