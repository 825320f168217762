import { join, kdf, little, littleBytes } from "./bytes.ts";
import { add, BASE, encodePoint, hashedScalar, multiply, ORDER, type Pair, pointOf } from "./ed448.ts";
import { modulo } from "./numbers.ts";

// The appendix "Ring Signature Authentication". The random values of a place are t, c and r: 57 bytes each.

type Keys = readonly Uint8Array[];

const USAGE_AUTH = 0x1a;

function challenge(keys: Keys, commitments: readonly Uint8Array[], message: Uint8Array): bigint {
	const hash = kdf(USAGE_AUTH, 57, encodePoint(BASE), littleBytes(ORDER), ...keys, ...commitments, message);
	return modulo(little(hash), ORDER);
}

function simulated(key: Uint8Array, c: bigint, r: bigint): Uint8Array {
	return encodePoint(add(multiply(BASE, r), multiply(pointOf(key), c)));
}

/** `sigma`, serialized: c1 r1 c2 r2 c3 r3. `random` has nine values: t1 c1 r1 t2 c2 r2 t3 c3 r3. */
export function ringSign(keys: Keys, signer: Pair, random: readonly Uint8Array[], message: Uint8Array): Uint8Array {
	const scalars = random.map(hashedScalar);
	const places = keys.map((key, i) => {
		const [t, c, r] = scalars.slice(3 * i, 3 * i + 3) as [bigint, bigint, bigint];
		const own = Buffer.from(key).equals(signer.publicKey);
		return { t, c, r, own, commitment: own ? encodePoint(multiply(BASE, t)) : simulated(key, c, r) };
	});
	const whole = challenge(
		keys,
		places.map(({ commitment }) => commitment),
		message,
	);
	const others = places.filter(({ own }) => !own).reduce((sum, { c }) => sum + c, 0n);
	return join(
		...places.flatMap(({ t, c, r, own }) => {
			const mine = modulo(whole - others, ORDER);
			const [first, second] = own ? [mine, modulo(t - mine * signer.secret, ORDER)] : [c, r];
			return [littleBytes(first), littleBytes(second)];
		}),
	);
}

/** `RVrf`. */
export function ringVerify(keys: Keys, sigma: Uint8Array, message: Uint8Array): boolean {
	const scalars = Array.from({ length: 6 }, (_, i) => modulo(little(sigma.subarray(57 * i, 57 * i + 57)), ORDER));
	const commitments = keys.map((key, i) => simulated(key, scalars[2 * i] as bigint, scalars[2 * i + 1] as bigint));
	const sum = (scalars[0] as bigint) + (scalars[2] as bigint) + (scalars[4] as bigint);
	return challenge(keys, commitments, message) === modulo(sum, ORDER);
}
