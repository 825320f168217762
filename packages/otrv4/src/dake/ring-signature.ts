import { type Bytes, equal, erase } from "@clowder/bytes";
import type { Ed448Point, OtrPrimitives, Scalar, SecretScalar } from "@clowder/crypto/otr";
import type { Random } from "../random.ts";
import type { RingSignature } from "../wire/messages.ts";

/** What the ring signature needs besides points: OTRv4 and its prekey protocol hash to scalars in different ways. */
export interface RingContext {
	readonly primitives: OtrPrimitives;
	/** `HashToScalar(usage_auth || values)`. */
	readonly hashToScalar: (values: readonly Uint8Array[]) => Scalar;
}

/** `{A1, A2, A3}`. */
export type Ring = readonly [Ed448Point, Ed448Point, Ed448Point];

/** The key of the one in the ring who signs. */
export interface RingKey {
	readonly scalar: SecretScalar;
	readonly publicKey: Ed448Point;
}

const RANDOM_BYTES = 57;

/** Computed for every place of the ring, whoever signs, so that the work tells nothing of whose key it is. */
interface Place {
	/** What `t` is made of, where the signer's key stands. */
	readonly seed: Uint8Array;
	readonly challenge: SecretScalar;
	readonly response: SecretScalar;
	/** `G * r + A * c`, as one commits who does not hold the key. */
	readonly simulated: Uint8Array;
	/** 1 where the signer's key stands, else 0. */
	readonly mine: number;
}

function place(primitives: OtrPrimitives, random: Random, point: Ed448Point, key: RingKey): Place {
	const { ed448 } = primitives;
	const seed = random(RANDOM_BYTES);
	const challenge = ed448.hashedScalar(random(RANDOM_BYTES));
	const response = ed448.hashedScalar(random(RANDOM_BYTES));
	return {
		seed,
		challenge,
		response,
		simulated: ed448.add(ed448.multiplyBase(response), ed448.multiply(point, challenge)).bytes,
		mine: Number(equal(point.bytes, key.publicKey.bytes)),
	};
}

/** `constant_time_select`. */
function select(first: number, a: Uint8Array, b: Uint8Array): Uint8Array {
	return a.map((byte, i) => (byte & -first) | ((b[i] as number) & (first - 1)));
}

function challengeOf(
	context: RingContext,
	ring: Ring,
	commitments: readonly Uint8Array[],
	message: Uint8Array,
): Scalar {
	const { ed448 } = context.primitives;
	const keys = ring.map((point) => point.bytes);
	return context.hashToScalar([ed448.base.bytes, orderBytes(ed448.order), ...keys, ...commitments, message]);
}

/** `q`, as a `SCALAR` is written. */
function orderBytes(order: bigint): Uint8Array {
	return Uint8Array.from({ length: RANDOM_BYTES }, (_, i) => Number((order >> BigInt(8 * i)) & 0xffn));
}

/**
 * `RSig(A, a, {A1, A2, A3}, m)` of the appendix "Ring Signature Authentication", in the general form: the signer's key
 * may stand anywhere in the ring, and what is computed does not depend on where. Throws if it is not in it.
 */
export function ringSign(
	context: RingContext,
	random: Random,
	ring: Ring,
	key: RingKey,
	message: Uint8Array,
): RingSignature {
	const { ed448 } = context.primitives;
	const places = ring.map((point) => place(context.primitives, random, point, key));
	const index = places.findIndex(({ mine }) => mine === 1);
	if (index < 0) throw new Error("the signer's key is not in the ring");
	// Only one of the three `t` is ever used, and which one does not show: so one is multiplied.
	const seed = places.reduce<Uint8Array>(
		(chosen, each) => select(each.mine, each.seed, chosen),
		new Uint8Array(RANDOM_BYTES),
	);
	const commitment = ed448.hashedScalar(seed);
	const own = ed448.multiplyBase(commitment).bytes;
	const commitments = places.map(({ simulated, mine }) => select(mine, own, simulated));
	const whole = challengeOf(context, ring, commitments, message);
	const open = (secret: SecretScalar): Scalar => ed448.respond(secret, []);
	const others = places.filter((_, i) => i !== index).map(({ challenge }) => open(challenge));
	const challenge = others.reduce((left, taken) => ed448.subtractScalars(left, taken), whole);
	const negated = ed448.subtractScalars(ed448.scalar(new Uint8Array(RANDOM_BYTES)), challenge);
	const response = ed448.respond(commitment, [{ factor: negated, secret: key.scalar }]);
	const scalars = places.flatMap((each, i) =>
		i === index ? [challenge, response] : [open(each.challenge), open(each.response)],
	);
	for (const secret of [commitment, ...places.flatMap((each) => [each.challenge, each.response])]) secret.erase();
	erase(seed, ...places.map((each) => each.seed));
	const [c1, r1, c2, r2, c3, r3] = scalars.map((scalar) => ed448.scalarBytes(scalar)) as Six;
	return { c1, r1, c2, r2, c3, r3 };
}

type SCALAR = Bytes<"SCALAR">;
type Six = [SCALAR, SCALAR, SCALAR, SCALAR, SCALAR, SCALAR];

/**
 * Whether the three keys differ, as they do unless somebody put another's key into a profile or an exchange. Nobody signs in
 * a ring in which their own key stands twice.
 */
export function isRing([a1, a2, a3]: Ring): boolean {
	return !equal(a1.bytes, a2.bytes) && !equal(a1.bytes, a3.bytes) && !equal(a2.bytes, a3.bytes);
}

/** `RVrf({A1, A2, A3}, sigma, m)`. */
export function ringVerify(context: RingContext, ring: Ring, sigma: RingSignature, message: Uint8Array): boolean {
	const { ed448 } = context.primitives;
	const pairs = [
		[sigma.c1, sigma.r1],
		[sigma.c2, sigma.r2],
		[sigma.c3, sigma.r3],
	] as const;
	const challenges = pairs.map(([challenge]) => ed448.scalar(challenge));
	const commitments = pairs.map(([, response], i) => {
		const terms = [
			{ point: ed448.base, scalar: ed448.scalar(response) },
			{ point: ring[i] as Ed448Point, scalar: challenges[i] as Scalar },
		];
		return ed448.sum(terms).bytes;
	});
	const whole = challengeOf(context, ring, commitments, message);
	const total = challenges.reduce((sum, challenge) => ed448.addScalars(sum, challenge));
	return equal(ed448.scalarBytes(whole), ed448.scalarBytes(total));
}
