import { type Bytes, concat, encode, equal, erase } from "@clowder/bytes";
import type {
	DhExponent,
	DhKeyPair3072,
	DhPublicKey3072,
	Ed448KeyPair,
	Ed448Point,
	OtrPrimitives,
	Scalar,
} from "@clowder/crypto/otr";
import type { Random } from "../random.ts";
import { SCALAR_BYTES, writeMpi } from "../wire/data-types.ts";
import type { ProofContext } from "./dake.ts";
import { PREKEY_USAGE, prekeyKdf } from "./kdf.ts";
import type { DhProof, EcdhProof } from "./messages.ts";

/** `lambda`, 352 bits. */
const LAMBDA_BYTES = 44;
/** `r` of an ECDH proof. Modulo `q` it is as good as evenly distributed, which a pruned scalar would not be. */
const ECDH_NONCE_BYTES = 56;
/** A DH key is made of 80 random bytes. */
const DH_KEY_BYTES = 80;

/** Which value of the Prekey Message or Prekey Profile a proof is of: the usage id of its hash. */
export type EcdhProofUsage = typeof PREKEY_USAGE.proofMessageEcdh | typeof PREKEY_USAGE.proofSharedEcdh;

/** `t_1` to `t_n`: `KDF(usage_proof_c_lambda, c, n * lambda)`, cut. */
function factors(primitives: OtrPrimitives, c: Uint8Array, count: number): Uint8Array[] {
	const p = prekeyKdf(primitives, PREKEY_USAGE.proofCLambda, [c], count * LAMBDA_BYTES);
	return Array.from({ length: count }, (_, i) => p.subarray(i * LAMBDA_BYTES, (i + 1) * LAMBDA_BYTES));
}

/** As a scalar, thus little-endian. */
function scalarFactors(primitives: OtrPrimitives, c: Uint8Array, count: number): Scalar[] {
	const padding = new Uint8Array(SCALAR_BYTES - LAMBDA_BYTES);
	return factors(primitives, c, count).map((t) => primitives.ed448.scalar(concat(t, padding)));
}

/** As an MPI, thus big-endian. */
function exponentFactors(primitives: OtrPrimitives, c: Uint8Array, count: number): DhExponent[] {
	return factors(primitives, c, count).map((t) => primitives.dh.exponent(t));
}

function ecdhChallenge(
	primitives: OtrPrimitives,
	usage: EcdhProofUsage,
	commitment: Ed448Point,
	points: readonly Ed448Point[],
	context: ProofContext,
): EcdhProof["c"] {
	const values = [commitment, ...points].map(({ bytes }) => bytes);
	return prekeyKdf(primitives, usage, [...values, context]) as EcdhProof["c"];
}

/** "Generation" of the proof for the shared prekey `D` (one key), or for `Y_1` to `Y_N`. */
export function proveEcdh(
	primitives: OtrPrimitives,
	random: Random,
	usage: EcdhProofUsage,
	keys: readonly Ed448KeyPair[],
	context: ProofContext,
): EcdhProof {
	const { ed448 } = primitives;
	const seed = random(ECDH_NONCE_BYTES);
	const wide = concat(seed, new Uint8Array(SCALAR_BYTES - ECDH_NONCE_BYTES));
	const r = ed448.derivedScalar(wide, false);
	erase(seed, wide);
	const points = keys.map(({ publicKey }) => publicKey);
	const c = ecdhChallenge(primitives, usage, ed448.multiplyBase(r), points, context);
	const t = scalarFactors(primitives, c, keys.length);
	const terms = keys.map(({ scalar }, i) => ({ factor: t[i] as Scalar, secret: scalar }));
	const v = ed448.scalarBytes(ed448.respond(r, terms));
	r.erase();
	return { c, v };
}

/** "Verification" of the same. */
export function verifyEcdhProof(
	primitives: OtrPrimitives,
	usage: EcdhProofUsage,
	points: readonly Ed448Point[],
	context: ProofContext,
	{ c, v }: EcdhProof,
): boolean {
	const { ed448 } = primitives;
	const zero = ed448.scalar(new Uint8Array(SCALAR_BYTES));
	const t = scalarFactors(primitives, c, points.length);
	const commitment = ed448.sum([
		{ point: ed448.base, scalar: ed448.scalar(v) },
		...points.map((point, i) => ({ point, scalar: ed448.subtractScalars(zero, t[i] as Scalar) })),
	]);
	return equal(c, ecdhChallenge(primitives, usage, commitment, points, context));
}

/** The numbers go into the hash as MPI, with their lengths: they are of several lengths, and so no others hash alike. */
function dhChallenge(
	primitives: OtrPrimitives,
	commitment: Uint8Array,
	keys: readonly DhPublicKey3072[],
	context: ProofContext,
): DhProof["c"] {
	const values = [commitment as Bytes<"MPI">, ...keys.map(({ bytes }) => bytes)];
	const numbers = encode((w) => {
		for (const value of values) writeMpi(w, value);
	});
	return prekeyKdf(primitives, PREKEY_USAGE.proofMessageDh, [numbers, context]) as DhProof["c"];
}

/**
 * "Generation" of the proof for `B_1` to `B_N`.
 *
 * The text's `r` of 80 bytes is too short: `dh_q` has 3071 bits, so `v = r + t_1 * b_1 + ...` is not reduced at all, and
 * `v / t_1` shows the upper half of a `b_1` that stands alone. A nonce of 160 bytes covers the sum of 255 products, each
 * below 2^992. It is made of two keys, `r = -(r_0 + 2^640 * r_1)`, and the verifier sees no difference.
 */
export function proveDh(
	primitives: OtrPrimitives,
	random: Random,
	keys: readonly DhKeyPair3072[],
	context: ProofContext,
): DhProof {
	const { dh } = primitives;
	const seeds = [random(DH_KEY_BYTES), random(DH_KEY_BYTES)] as const;
	const [low, high] = [dh.keyPair(seeds[0]), dh.keyPair(seeds[1])];
	erase(...seeds);
	const shift = dh.exponent(Uint8Array.from({ length: DH_KEY_BYTES + 1 }, (_, i) => (i === 0 ? 1 : 0)));
	const commitment = dh.commitment(dh.exponent(Uint8Array.of(0)), [
		{ base: low.publicKey, exponent: dh.exponent(Uint8Array.of(1)) },
		{ base: high.publicKey, exponent: shift },
	]);
	const publicKeys = keys.map(({ publicKey }) => publicKey);
	const c = dhChallenge(primitives, commitment, publicKeys, context);
	const t = exponentFactors(primitives, c, keys.length);
	const negated = dh.respond(low, [
		{ factor: shift, secret: high },
		...keys.map((secret, i) => ({ factor: negate(dh.order, t[i] as DhExponent), secret })),
	]);
	low.erase();
	high.erase();
	return { c, v: dh.exponentBytes(negate(dh.order, negated)) as Bytes<"MPI"> };
}

function negate(order: bigint, exponent: DhExponent): DhExponent {
	return (exponent === 0n ? 0n : order - exponent) as DhExponent;
}

/** "Verification" of the same. `v` is what an encoder writes: below `dh_q`. */
export function verifyDhProof(
	primitives: OtrPrimitives,
	keys: readonly DhPublicKey3072[],
	context: ProofContext,
	{ c, v }: DhProof,
): boolean {
	const { dh } = primitives;
	const response = dh.exponent(v);
	if (!equal(dh.exponentBytes(response), v)) return false;
	const t = exponentFactors(primitives, c, keys.length);
	const terms = keys.map((base, i) => ({ base, exponent: t[i] as DhExponent }));
	return equal(c, dhChallenge(primitives, dh.commitment(response, terms), keys, context));
}
