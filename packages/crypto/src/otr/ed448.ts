import { type Bytes, erase } from "@clowder/bytes";
import { requireLength } from "../sizes.ts";
import type { OtrBackend } from "./backend.ts";
import { Ed448KeyPairImpl, ed448KeyPair } from "./ed448-key.ts";
import { fromLittleEndian } from "./numbers.ts";
import { BASE, Ed448PointImpl, IDENTITY, parsePoint, pointFrom, pointOf } from "./point.ts";
import type { Ed448, Ed448KeyPair, Ed448Point, SecretScalar } from "./primitives.ts";
import { derivedScalar, hashedScalar, ORDER, scalarArithmetic, scalarOf, scalarValue, secretScalar } from "./scalar.ts";
import { ED448_DIGEST_BYTES, ED448_SEED_BYTES, ED448_SIGNATURE_BYTES, POINT_BYTES } from "./sizes.ts";

function multiply(backend: OtrBackend, point: Ed448Point, scalar: SecretScalar): Ed448PointImpl {
	const factor = scalarOf(scalar);
	const base = pointOf(point);
	return base.isIdentity ? IDENTITY : new Ed448PointImpl(backend.multiply(base, factor));
}

/**
 * CRYPTO-23: `point*scalar` as `point*share + point*(scalar - share)`, where the share is random, and so each of the two
 * factors any scalar with the same probability (a wide digest makes the bias one of 2^-450).
 */
function multiplyBlinded(
	backend: OtrBackend,
	point: Ed448Point,
	scalar: SecretScalar,
	random: Uint8Array,
): Ed448PointImpl {
	requireLength("random bytes of a blinded multiplication", random, ED448_SEED_BYTES);
	const wide = backend.shake256([random], ED448_DIGEST_BYTES);
	const share = derivedScalar(wide, false);
	const rest = secretScalar(scalarValue(scalar) + ORDER - scalarValue(share));
	const product = multiply(backend, point, share).point.add(multiply(backend, point, rest).point);
	erase(wide);
	share.erase();
	rest.erase();
	return new Ed448PointImpl(product);
}

function sign(backend: OtrBackend, key: Ed448KeyPair, message: Uint8Array): Bytes<"EDDSA-SIG"> {
	if (!(key instanceof Ed448KeyPairImpl)) throw new TypeError("not an Ed448 key pair of this package");
	return backend.ed448Sign(key, message) as Bytes<"EDDSA-SIG">;
}

/** CRYPTO-24: 114 bytes, `S < q`, and the encoding of `S*G - k*A` is byte for byte `R`. */
function verify(backend: OtrBackend, key: Ed448Point, message: Uint8Array, signature: Uint8Array): boolean {
	const publicKey = pointOf(key);
	if (publicKey.isIdentity) throw new TypeError("the identity is no public key");
	if (signature.length !== ED448_SIGNATURE_BYTES) return false;
	if (fromLittleEndian(signature.subarray(POINT_BYTES)) >= ORDER) return false;
	return backend.ed448Verify(publicKey, message, signature);
}

export function ed448Of(backend: OtrBackend): Ed448 {
	return {
		order: ORDER,
		base: BASE,
		parsePoint: (bytes) => parsePoint(backend, bytes),
		keyPair: (symmetricKey) => ed448KeyPair(backend, symmetricKey),
		hashedScalar: (random) => hashedScalar(backend, random),
		derivedScalar,
		...scalarArithmetic,
		multiplyBase: (scalar) => new Ed448PointImpl(backend.multiplyBase(scalarOf(scalar))),
		multiply: (point, scalar) => multiply(backend, point, scalar),
		multiplyBlinded: (point, scalar, random) => multiplyBlinded(backend, point, scalar, random),
		sum(terms) {
			const points = terms.map(({ point, scalar }) => ({ point: pointOf(point).point, scalar: scalar as bigint }));
			return new Ed448PointImpl(backend.sum(points));
		},
		add: (a, b) => new Ed448PointImpl(pointOf(a).point.add(pointOf(b).point)),
		subtract: (a, b) => new Ed448PointImpl(pointOf(a).point.subtract(pointOf(b).point)),
		sign: (key, message) => sign(backend, key, message),
		verify: (key, message, signature) => verify(backend, key, message, signature),
		pointFrom(random) {
			requireLength("random bytes of a point", random, ED448_SEED_BYTES);
			return pointFrom(random);
		},
	};
}
