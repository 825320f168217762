/**
 * The primitives of OTRv4: their types and sizes. What computes is `@clowder/crypto/otr-noble` or
 * `@clowder/crypto/otr-node`.
 */
export type {
	Dh3072,
	DhExponent,
	DhKeyPair3072,
	DhPublicKey3072,
	Dsa,
	DsaPublicKey,
	Ed448,
	Ed448KeyPair,
	Ed448Point,
	OtrKeyError,
	OtrPrimitives,
	Scalar,
	SecretScalar,
	Term,
} from "./primitives.ts";
export {
	CHACHA20_KEY_BYTES,
	CHACHA20_NONCE_BYTES,
	DH_EXPONENT_MAX_BYTES,
	DH_PUBLIC_KEY_MAX_BYTES,
	DH_SECRET_BYTES,
	DSA_PUBLIC_KEY_MAX_BYTES,
	ED448_DIGEST_BYTES,
	ED448_SEED_BYTES,
	ED448_SIGNATURE_BYTES,
	POINT_BYTES,
	SCALAR_BYTES,
} from "./sizes.ts";
