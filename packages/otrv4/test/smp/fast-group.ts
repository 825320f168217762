import type { Bytes } from "@clowder/bytes";
import type { Ed448, Ed448Point, OtrPrimitives, Scalar, SecretScalar } from "@clowder/crypto/otr";
import { little, scalarBytes } from "./reference.ts";
import { primitives } from "./support.ts";

// The whole numbers modulo `q` under addition: a group of the same order in which everything about the SMP holds but its
// secrecy, and a hundred times as fast. For what is about turns and not about points.

const Q = primitives.ed448.order;

function modulo(value: bigint): bigint {
	return ((value % Q) + Q) % Q;
}

const logarithms = new WeakMap<object, bigint>();

function logarithm(of: object): bigint {
	const value = logarithms.get(of);
	if (value === undefined) throw new Error("a secret was used after it was erased");
	return value;
}

function point(value: bigint): Ed448Point {
	const made: Ed448Point = {
		kind: "ed448-point",
		bytes: scalarBytes(modulo(value)) as Bytes<"POINT">,
		isIdentity: modulo(value) === 0n,
	};
	logarithms.set(made, modulo(value));
	return made;
}

function secret(value: bigint): SecretScalar {
	const made: SecretScalar = {
		kind: "ed448-scalar",
		erase: () => void logarithms.delete(made),
		toString: () => "[secret]",
	};
	logarithms.set(made, modulo(value));
	return made;
}

const ed448: Partial<Ed448> = {
	order: Q,
	base: point(1n),
	parsePoint: (bytes) => ({ ok: true, value: point(little(bytes)) }),
	hashedScalar: (random) => secret(little(random)),
	derivedScalar: (bytes) => secret(little(bytes)),
	scalar: (bytes) => primitives.ed448.scalar(bytes),
	scalarBytes: (scalar) => primitives.ed448.scalarBytes(scalar),
	subtractScalars: (a, b) => modulo(a - b) as Scalar,
	respond: (nonce, terms) =>
		modulo(terms.reduce((sum, term) => sum + term.factor * logarithm(term.secret), logarithm(nonce))) as Scalar,
	multiplyBase: (scalar) => point(logarithm(scalar)),
	multiply: (base, scalar) => point(logarithm(base) * logarithm(scalar)),
	sum: (terms) => point(terms.reduce((sum, term) => sum + logarithm(term.point) * term.scalar, 0n)),
	add: (a, b) => point(logarithm(a) + logarithm(b)),
	subtract: (a, b) => point(logarithm(a) - logarithm(b)),
};

export const fastPrimitives: OtrPrimitives = { ...primitives, ed448: ed448 as Ed448 };
