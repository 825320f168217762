import { type Bytes, erase } from "@clowder/bytes";
import { ed448 } from "@noble/curves/ed448.js";
import { readSecret, SecretBytes } from "../secret.ts";
import { requireLength, requireRange } from "../sizes.ts";
import type { OtrBackend } from "./backend.ts";
import { fromLittleEndian, modulo, toLittleEndian } from "./numbers.ts";
import type { Ed448, Scalar, SecretScalar } from "./primitives.ts";
import { ED448_DIGEST_BYTES, ED448_SEED_BYTES, SCALAR_BYTES } from "./sizes.ts";

/** `q`, the order of the base point (RFC 8032 section 5.2). */
export const ORDER: bigint = ed448.Point.Fn.ORDER;

/** Keeps 57 bytes, little-endian, in `1..q-1`. */
export class SecretScalarImpl extends SecretBytes implements SecretScalar {
	readonly kind = "ed448-scalar";
}

/** The scalar behind the interface. */
export function scalarOf(scalar: SecretScalar): SecretScalarImpl {
	if (!(scalar instanceof SecretScalarImpl)) throw new TypeError("not a secret scalar of this package");
	return scalar;
}

/** For what multiplies with it. The big integer cannot be erased. */
export function scalarValue(scalar: SecretScalar): bigint {
	return fromLittleEndian(readSecret(scalarOf(scalar)));
}

export function secretScalar(value: bigint): SecretScalarImpl {
	const reduced = value % ORDER;
	if (reduced === 0n) throw new RangeError("a secret scalar is 0 modulo q");
	const bytes = toLittleEndian(reduced, SCALAR_BYTES);
	const scalar = new SecretScalarImpl(bytes);
	erase(bytes);
	return scalar;
}

/** RFC 8032 section 5.2.5, step 2: a multiple of 4, of 448 bits. Changes its argument's first 57 bytes. */
function prune(bytes: Uint8Array): Uint8Array {
	const pruned = bytes.subarray(0, SCALAR_BYTES);
	pruned[0] = (pruned[0] as number) & 0xfc;
	pruned[SCALAR_BYTES - 1] = 0;
	pruned[SCALAR_BYTES - 2] = (pruned[SCALAR_BYTES - 2] as number) | 0x80;
	return pruned;
}

/** The first 57 bytes of SHAKE256, pruned: of a `sym_key`, and of every random value that becomes a scalar. */
export function hashedScalar(backend: OtrBackend, random: Uint8Array): SecretScalarImpl {
	requireLength("random bytes of an Ed448 scalar", random, ED448_SEED_BYTES);
	const hash = backend.shake256([random], SCALAR_BYTES);
	const scalar = secretScalar(fromLittleEndian(prune(hash)));
	erase(hash);
	return scalar;
}

export function derivedScalar(bytes: Uint8Array, pruneFirst: boolean): SecretScalarImpl {
	requireRange("bytes of an Ed448 scalar", bytes, SCALAR_BYTES, pruneFirst ? SCALAR_BYTES : ED448_DIGEST_BYTES);
	const copy = new Uint8Array(bytes);
	const scalar = secretScalar(fromLittleEndian(pruneFirst ? prune(copy) : copy));
	erase(copy);
	return scalar;
}

/** The public arithmetic modulo `q`. */
export const scalarArithmetic: Pick<Ed448, "scalar" | "scalarBytes" | "addScalars" | "subtractScalars" | "respond"> = {
	scalar(bytes) {
		requireRange("bytes of an Ed448 scalar", bytes, 1, ED448_DIGEST_BYTES);
		return (fromLittleEndian(bytes) % ORDER) as Scalar;
	},
	scalarBytes: (scalar) => toLittleEndian(scalar, SCALAR_BYTES) as Bytes<"SCALAR">,
	addScalars: (a, b) => ((a + b) % ORDER) as Scalar,
	subtractScalars: (a, b) => modulo(a - b, ORDER) as Scalar,
	respond(secret, terms) {
		let sum = scalarValue(secret);
		for (const term of terms) sum += term.factor * scalarValue(term.secret);
		return modulo(sum, ORDER) as Scalar;
	},
};
