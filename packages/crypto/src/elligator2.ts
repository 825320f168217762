import { _map_to_curve_elligator2_curve25519 as map, ed25519 } from "@noble/curves/ed25519.js";
import { littleEndian } from "./edwards.ts";

const { Fp } = ed25519.Point;
const LOW_255_BITS = 2n ** 255n - 1n;

/**
 * `map_to_curve_elligator2` of RFC 9380 section 6.7.1 for Curve25519, the u-coordinate alone: from 32 bytes, taken as a
 * field element as RFC 7748 section 5 says (top bit ignored, reduced), to 32 bytes of a canonical u.
 *
 * The division raises to `p - 2`: the same steps for every value, which the library's Euclid does not take. How long a
 * step takes still depends on the value (spec/crypto.md, Limits).
 */
export function elligator2(bytes: Uint8Array): Uint8Array {
	const { xMn, xMd } = map(Fp.create(littleEndian(bytes) & LOW_255_BITS));
	return Fp.toBytes(Fp.mul(xMn, Fp.pow(xMd, Fp.ORDER - 2n)));
}
