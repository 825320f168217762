import type { Branded, Bytes, Result } from "@clowder/bytes";
import type { Secret } from "../suite.ts";

/** Why bytes from elsewhere are not a key of OTRv4, or nothing can be agreed on with it. */
export interface OtrKeyError {
	readonly kind: "otr-key";
	readonly key: "ed448" | "dh-3072" | "dsa";
	readonly expected: string;
	readonly got: string;
}

/**
 * An integer modulo `q`, the order of the base point, that is public: part of a signature or of a proof. Computations
 * with it take a time that depends on it.
 */
export type Scalar = Branded<bigint, "Ed448 scalar">;

/** An integer modulo `dh_q`, public in the same sense. */
export type DhExponent = Branded<bigint, "DH exponent">;

/** A scalar that nobody else may know: an ephemeral key, a long-term key, a nonce of a proof. */
export interface SecretScalar extends Secret {
	readonly kind: "ed448-scalar";
}

/**
 * A point of the prime-order group of Ed448-Goldilocks. From elsewhere only by `parsePoint`; sums may be the identity.
 */
export interface Ed448Point {
	readonly kind: "ed448-point";
	/** 57 bytes, `POINT` of otrv4.md ("Encoding and Decoding"), which is the encoding of RFC 8032 section 5.2.2. */
	readonly bytes: Bytes<"POINT">;
	readonly isIdentity: boolean;
}

/** A key pair made as RFC 8032 section 5.2.5 says, from 57 random bytes. */
export interface Ed448KeyPair extends Secret {
	readonly kind: "ed448-key-pair";
	readonly publicKey: Ed448Point;
	/** The pruned scalar `sk`. Erased with the pair. */
	readonly scalar: SecretScalar;
	/** The 57 bytes `sym_key` it was made from, for the storage of whoever owns the key. */
	reveal(): Uint8Array;
}

/** A term of a sum that is computed with public scalars. */
export interface Term {
	readonly point: Ed448Point;
	readonly scalar: Scalar;
}

/** Ed448-Goldilocks as OTRv4 uses it: Diffie-Hellman, proofs, signatures on one Edwards curve. */
export interface Ed448 {
	/** `q`. */
	readonly order: bigint;
	/** `G`. */
	readonly base: Ed448Point;
	/**
	 * "Verifying that a point is on the curve": the one encoding of a point that is not the identity and whose multiple by
	 * `q` is.
	 */
	parsePoint(bytes: Uint8Array): Result<Ed448Point, OtrKeyError>;
	/** From 57 random bytes ("Public keys, Shared Prekeys", `generateECDH`). */
	keyPair(symmetricKey: Uint8Array): Ed448KeyPair;
	/** "Considerations while working with elliptic curve parameters": 57 random bytes, hashed to 57, pruned. */
	hashedScalar(random: Uint8Array): SecretScalar;
	/**
	 * 57 bytes as they are, little-endian, modulo `q`; pruned first where `prune`. For scalars that are derived. Without
	 * pruning up to 114 bytes, where a wider digest is reduced. Throws for what is 0 modulo `q`.
	 */
	derivedScalar(bytes: Uint8Array, prune: boolean): SecretScalar;
	/** `SCALAR`, decoded: little-endian, modulo `q`. 57 bytes; or from 1 to 114, where something else is reduced. */
	scalar(bytes: Uint8Array): Scalar;
	/** `SCALAR`, encoded: 57 bytes, little-endian. */
	scalarBytes(scalar: Scalar): Bytes<"SCALAR">;
	/** `a + b mod q`. */
	addScalars(a: Scalar, b: Scalar): Scalar;
	/** `a - b mod q`. */
	subtractScalars(a: Scalar, b: Scalar): Scalar;
	/** `secret + sum(factor * other) mod q`, which the caller makes public: the answer of a Schnorr proof. */
	respond(secret: SecretScalar, terms: readonly { readonly factor: Scalar; readonly secret: SecretScalar }[]): Scalar;
	/** `G * scalar`, guarded. */
	multiplyBase(scalar: SecretScalar): Ed448Point;
	/** `point * scalar`, guarded as the backend's documentation says. */
	multiply(point: Ed448Point, scalar: SecretScalar): Ed448Point;
	/** The same where the scalar is long-lived: blinded, so that no two computations with it are alike (57 random bytes). */
	multiplyBlinded(point: Ed448Point, scalar: SecretScalar, random: Uint8Array): Ed448Point;
	/** `sum(point * scalar)`, for public points and scalars. Not constant-time. */
	sum(terms: readonly Term[]): Ed448Point;
	add(a: Ed448Point, b: Ed448Point): Ed448Point;
	subtract(a: Ed448Point, b: Ed448Point): Ed448Point;
	/** Ed448 of RFC 8032 section 5.2.6, with an empty context: 114 bytes. */
	sign(key: Ed448KeyPair, message: Uint8Array): Bytes<"EDDSA-SIG">;
	/**
	 * RFC 8032 section 5.2.7, without the cofactor: whether the encoding of `S*G - k*A` is `R`. `signature` of any length;
	 * throws for the identity as a key, which `parsePoint` never gives.
	 */
	verify(publicKey: Ed448Point, message: Uint8Array, signature: Uint8Array): boolean;
	/** A point of which nobody knows the discrete logarithm, from 57 random bytes; `undefined` for about half of them. */
	pointFrom(random: Uint8Array): Ed448Point | undefined;
}

/** An element of the group of RFC 3526 section 4 of prime order, in 2..p-2. From elsewhere only by `parsePublicKey`. */
export interface DhPublicKey3072 {
	readonly kind: "dh-3072-public";
	/** The value of an `MPI`: big-endian, no leading zero byte, at most 384 bytes. */
	readonly bytes: Bytes<"MPI">;
}

export interface DhKeyPair3072 extends Secret {
	readonly kind: "dh-3072-key-pair";
	readonly publicKey: DhPublicKey3072;
	/** The 80 bytes it was made from. */
	reveal(): Uint8Array;
}

/** The 3072-bit Diffie-Hellman group of OTRv4, with generator 2. */
export interface Dh3072 {
	/** `(dh_p - 1) / 2`. */
	readonly order: bigint;
	/** `generateDH`, from 80 random bytes. Throws for bytes of which all are zero: there is no such key. */
	keyPair(random: Uint8Array): DhKeyPair3072;
	/** "Verifying that an integer is in the DH group"; the value of an MPI, of which the encoding is the minimal one. */
	parsePublicKey(bytes: Uint8Array): Result<DhPublicKey3072, OtrKeyError>;
	/** `k_dh`: big-endian, 384 bytes where it is not shorter, without leading zero bytes. Secret. */
	agree(secret: DhKeyPair3072, theirs: DhPublicKey3072): Uint8Array;
	/** Big-endian bytes modulo `dh_q`, at most 384 of them. */
	exponent(bytes: Uint8Array): DhExponent;
	/** Minimal big-endian bytes: the value of an `MPI`. */
	exponentBytes(exponent: DhExponent): Uint8Array;
	/** `secret + sum(factor * other) mod dh_q`, which the caller makes public. */
	respond(
		secret: DhKeyPair3072,
		terms: readonly { readonly factor: DhExponent; readonly secret: DhKeyPair3072 }[],
	): DhExponent;
	/** `g3 ^ v * prod(base ^ exponent) ^ -1`, the commitment a verifier recomputes. Minimal big-endian. Public values. */
	commitment(
		v: DhExponent,
		terms: readonly { readonly base: DhPublicKey3072; readonly exponent: DhExponent }[],
	): Uint8Array;
}

/** An OTRv3 long-term key: only to carry, and to check, the signature of one who changes to version 4. */
export interface DsaPublicKey {
	readonly kind: "dsa-public";
	/** `PUBKEY` of OTRv3: type, p, q, g, y. */
	readonly bytes: Uint8Array;
}

export interface Dsa {
	/** The whole `PUBKEY`, 1024-bit `p` and 160-bit `q` at least, 3072 and 256 at most; `g` and `y` of order `q`. */
	parsePublicKey(bytes: Uint8Array): Result<DsaPublicKey, OtrKeyError>;
	/**
	 * `CLIENT-SIG`: r and s, each as long as `q`. The digest is taken as it is, unhashed, its leftmost bits where it is longer
	 * than `q` (FIPS 186-4 section 4.6). OTRv3 reduces it modulo `q` instead: callers do so first.
	 */
	verify(key: DsaPublicKey, digest: Uint8Array, signature: Uint8Array): boolean;
}

/** All that OTRv4 computes with. From `@clowder/crypto/otr-noble` or `@clowder/crypto/otr-node`. */
export interface OtrPrimitives {
	readonly backend: string;
	/** SHAKE256 over the parts, `length` bytes of it. */
	shake256(parts: readonly Uint8Array[], length: number): Uint8Array;
	/** ChaCha20 of RFC 8439 section 2.4, counter 0 first: 32-byte key, 12-byte nonce. */
	chacha20(key: Uint8Array, nonce: Uint8Array, data: Uint8Array): Uint8Array;
	readonly ed448: Ed448;
	readonly dh: Dh3072;
	readonly dsa: Dsa;
}
