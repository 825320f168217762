import type { EdwardsPoint } from "@noble/curves/abstract/edwards.js";
import type { Ed448KeyPairImpl } from "./ed448-key.ts";
import type { Ed448PointImpl } from "./point.ts";
import type { Power } from "./powers.ts";
import type { SecretScalarImpl } from "./scalar.ts";

/** 57 bytes, and the `y < p` that is in them. */
export interface Encoding {
	readonly bytes: Uint8Array;
	readonly y: bigint;
}

/**
 * What differs between backends: raw functions that decide nothing. Every check of input is made before they are
 * called, in code that all backends share (CRYPTO-1).
 */
export interface OtrBackend {
	readonly name: string;
	shake256(parts: readonly Uint8Array[], length: number): Uint8Array;
	/** Lengths are checked; counter 0 first. */
	chacha20(key: Uint8Array, nonce: Uint8Array, data: Uint8Array): Uint8Array;
	/**
	 * RFC 8032 section 5.2.3: the point with this `y < p` and the sign of `x`, of whatever order it is; `undefined` if there is
	 * none, or none with that sign. Public, as what it is asked for comes from elsewhere.
	 */
	decodePoint(encoding: Encoding): EdwardsPoint | undefined;
	/** `value^((p+1)/4)` in the field of the curve, a square root of what has one. Public; `value` in `0..p-1`. */
	squareRoot(value: bigint): bigint;
	multiplyBase(scalar: SecretScalarImpl): EdwardsPoint;
	/** `point` is not the identity. */
	multiply(point: Ed448PointImpl, scalar: SecretScalarImpl): EdwardsPoint;
	/** Public; any points of the group, scalars in `0..q-1`. */
	sum(terms: readonly { readonly point: EdwardsPoint; readonly scalar: bigint }[]): EdwardsPoint;
	/** RFC 8032 section 5.2.6. */
	ed448Sign(pair: Ed448KeyPairImpl, message: Uint8Array): Uint8Array;
	/** Whether the encoding of `S*G - k*A` is `R`; `signature` has 114 bytes and `S < q`. */
	ed448Verify(key: Ed448PointImpl, message: Uint8Array, signature: Uint8Array): boolean;
	/** `base ^ exponent mod dh_p`, big-endian, with or without leading zeros; guarded, as the exponent is secret. */
	dhPower(base: Uint8Array, exponent: Uint8Array): Uint8Array;
	/** `product(base ^ exponent) mod dh_p`, public, exponents in `0..dh_q-1`. */
	dhProduct(powers: readonly Power[]): bigint;
}
