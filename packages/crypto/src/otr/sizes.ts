/** Lengths of what OTRv4 computes with, in bytes. */

/** `POINT` of otrv4.md ("Encoding and Decoding"). */
export const POINT_BYTES = 57;
/** `SCALAR` of the same. */
export const SCALAR_BYTES = 57;
/** `sym_key`, and every random value that becomes a scalar. */
export const ED448_SEED_BYTES = 57;
/** `EDDSA-SIG`: `R`, then `S` (RFC 8032 section 5.2.6). */
export const ED448_SIGNATURE_BYTES = 114;
/** What RFC 8032 section 5.2 hashes to; the longest string of bytes that is reduced to a scalar. */
export const ED448_DIGEST_BYTES = 114;
/** An element of the group of RFC 3526 section 4, at most: an `MPI` has no leading zero bytes. */
export const DH_PUBLIC_KEY_MAX_BYTES = 384;
/** An exponent that is public: `v` of the prekey protocol's proofs is reduced modulo `dh_q`. */
export const DH_EXPONENT_MAX_BYTES = 384;
/** `r` of `generateDH`. */
export const DH_SECRET_BYTES = 80;
export const CHACHA20_KEY_BYTES = 32;
export const CHACHA20_NONCE_BYTES = 12;

/** What is taken of an OTRv3 key: the sizes of FIPS 186-4 section 4.2. */
export const DSA_P_MIN_BITS = 1024;
export const DSA_P_MAX_BITS = 3072;
export const DSA_Q_MIN_BITS = 160;
export const DSA_Q_MAX_BITS = 256;
/** The type, and four numbers with their lengths. */
export const DSA_PUBLIC_KEY_MAX_BYTES: number = 2 + 4 * 4 + (3 * DSA_P_MAX_BITS + DSA_Q_MAX_BITS) / 8;
