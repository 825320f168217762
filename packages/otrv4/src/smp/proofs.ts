import type { Result } from "@clowder/bytes";
import type { Ed448, Ed448Point, Scalar, SecretScalar } from "@clowder/crypto/otr";
import { hashToScalar } from "../kdf.ts";
import { type Refusal, refuse } from "../refusal.ts";
import { randomScalar, type SmpContext } from "./context.ts";

// The first argument of `HashToScalar` is another for each proof and side, so that no proof serves twice or can be sent
// back. A prover's nonces are fresh, and erased with the proof.

/** "A zero-knowledge proof that the value `a2` is known", of an exponent of `G`. */
export interface ExponentProof {
	readonly c: Scalar;
	readonly d: Scalar;
}

/** 1 is for `G2a`, 2 for `G3a`, 3 for `G2b`, 4 for `G3b`. */
type ExponentVersion = 0x01 | 0x02 | 0x03 | 0x04;

/** `c = HashToScalar(version || G * r)`, `d = r - exponent * c`. */
export function proveExponent(context: SmpContext, version: ExponentVersion, exponent: SecretScalar): ExponentProof {
	const { primitives } = context;
	const r = randomScalar(context);
	const c = hashToScalar(primitives, version, [primitives.ed448.multiplyBase(r).bytes]);
	const d = response(primitives.ed448, r, exponent, c);
	r.erase();
	return { c, d };
}

/** `c == HashToScalar(version || G * d + power * c)`. */
export function verifyExponent(
	{ primitives }: SmpContext,
	version: ExponentVersion,
	power: Ed448Point,
	{ c, d }: ExponentProof,
): boolean {
	const { ed448 } = primitives;
	const commitment = ed448.sum([
		{ point: ed448.base, scalar: d },
		{ point: power, scalar: c },
	]);
	return c === hashToScalar(primitives, version, [commitment.bytes]);
}

/** The two generators that both sides determined. */
export interface Generators {
	readonly g2: Ed448Point;
	readonly g3: Ed448Point;
}

/** What a side hides its secret in: `P = G3 * r4`, `Q = G * r4 + G2 * secret`. */
export interface Blinded {
	readonly p: Ed448Point;
	readonly q: Ed448Point;
}

/** "A zero-knowledge proof that `Pb` and `Qb` were created according to the protocol". */
export interface BlindedProof {
	readonly cp: Scalar;
	readonly d5: Scalar;
	readonly d6: Scalar;
}

/** 5 is the responder's, 6 the initiator's. */
type BlindedVersion = 0x05 | 0x06;

/** Makes `P` and `Q`, and `cp = HashToScalar(version || G3 * r5 || G * r5 + G2 * r6)` with its answers. */
export function blind(
	context: SmpContext,
	version: BlindedVersion,
	{ g2, g3 }: Generators,
	secret: SecretScalar,
): Blinded & BlindedProof {
	const { primitives } = context;
	const { ed448 } = primitives;
	const hide = (r: SecretScalar, hidden: SecretScalar): Blinded => ({
		p: ed448.multiply(g3, r),
		q: ed448.add(ed448.multiplyBase(r), ed448.multiply(g2, hidden)),
	});
	const r4 = randomScalar(context);
	const r5 = randomScalar(context);
	const r6 = randomScalar(context);
	const blinded = hide(r4, secret);
	const commitment = hide(r5, r6);
	const cp = hashToScalar(primitives, version, [commitment.p.bytes, commitment.q.bytes]);
	const d5 = response(ed448, r5, r4, cp);
	const d6 = response(ed448, r6, secret, cp);
	for (const r of [r4, r5, r6]) r.erase();
	return { ...blinded, cp, d5, d6 };
}

/** `cp == HashToScalar(version || G3 * d5 + P * cp || G * d5 + G2 * d6 + Q * cp)`. */
export function verifyBlinded(
	{ primitives }: SmpContext,
	version: BlindedVersion,
	{ g2, g3 }: Generators,
	{ p, q }: Blinded,
	{ cp, d5, d6 }: BlindedProof,
): boolean {
	const { ed448 } = primitives;
	const first = ed448.sum([
		{ point: g3, scalar: d5 },
		{ point: p, scalar: cp },
	]);
	const second = ed448.sum([
		{ point: ed448.base, scalar: d5 },
		{ point: g2, scalar: d6 },
		{ point: q, scalar: cp },
	]);
	return cp === hashToScalar(primitives, version, [first.bytes, second.bytes]);
}

/** "A zero-knowledge proof that `Ra` was created according to the protocol". */
export interface ComparisonProof {
	readonly cr: Scalar;
	readonly d7: Scalar;
}

/** 7 is the initiator's, 8 the responder's. */
type ComparisonVersion = 0x07 | 0x08;

/** `R = (Qa - Qb) * exponent`, and `cr = HashToScalar(version || G * r7 || (Qa - Qb) * r7)` with its answer. */
export function compareBlinded(
	context: SmpContext,
	version: ComparisonVersion,
	differenceOfQ: Ed448Point,
	exponent: SecretScalar,
): ComparisonProof & { readonly r: Ed448Point } {
	const { primitives } = context;
	const { ed448 } = primitives;
	const r7 = randomScalar(context);
	const r = ed448.multiply(differenceOfQ, exponent);
	const cr = hashToScalar(primitives, version, [ed448.multiplyBase(r7).bytes, ed448.multiply(differenceOfQ, r7).bytes]);
	const d7 = response(ed448, r7, exponent, cr);
	r7.erase();
	return { r, cr, d7 };
}

/** `cr == HashToScalar(version || G * d7 + power * cr || (Qa - Qb) * d7 + R * cr)`; `power` is `G3a` or `G3b`. */
export function verifyComparison(
	{ primitives }: SmpContext,
	version: ComparisonVersion,
	power: Ed448Point,
	differenceOfQ: Ed448Point,
	r: Ed448Point,
	{ cr, d7 }: ComparisonProof,
): boolean {
	const { ed448 } = primitives;
	const first = ed448.sum([
		{ point: ed448.base, scalar: d7 },
		{ point: power, scalar: cr },
	]);
	const second = ed448.sum([
		{ point: differenceOfQ, scalar: d7 },
		{ point: r, scalar: cr },
	]);
	return cr === hashToScalar(primitives, version, [first.bytes, second.bytes]);
}

/** `fields`: those of the proof. */
export function falseProof(what: string, fields: string): Result<never, Refusal> {
	return refuse("peer", "proof", what, `a proof (${fields}) of what is in it`, "one of something else");
}

/** `nonce - secret * challenge mod q`. */
function response(ed448: Ed448, nonce: SecretScalar, secret: SecretScalar, challenge: Scalar): Scalar {
	return ed448.respond(nonce, [{ factor: ed448.subtractScalars(ZERO, challenge), secret }]);
}

const ZERO: Scalar = 0n as Scalar;
