import type { Reader, Writer } from "@clowder/bytes";
import { readScalar, writeScalar } from "./data-types.ts";
import type { RingSignature } from "./messages.ts";

/** `RING-SIG`, otrv4.md "Serializing the Ring Signature Proof of Authentication". */
export function readRingSignature(r: Reader): RingSignature {
	return {
		c1: readScalar(r),
		r1: readScalar(r),
		c2: readScalar(r),
		r2: readScalar(r),
		c3: readScalar(r),
		r3: readScalar(r),
	};
}

export function writeRingSignature(w: Writer, sigma: RingSignature): void {
	for (const scalar of [sigma.c1, sigma.r1, sigma.c2, sigma.r2, sigma.c3, sigma.r3]) writeScalar(w, scalar);
}
