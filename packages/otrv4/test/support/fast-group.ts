import { createHash } from "node:crypto";
import { type Bytes, concat, err, ok, type Result } from "@clowder/bytes";
import type {
	Dh3072,
	DhKeyPair3072,
	DhPublicKey3072,
	Ed448,
	Ed448KeyPair,
	Ed448Point,
	OtrKeyError,
	OtrPrimitives,
	Scalar,
	SecretScalar,
} from "@clowder/crypto/otr";
import { otrNodePrimitives } from "@clowder/crypto/otr-node";

// The whole numbers modulo `q` under addition: a group of the same order, and another for Diffie-Hellman, in which
// everything about OTRv4 holds but its secrecy, at a hundredth of the cost. For what is about messages and states, and
// not about points. A secret that is used after it was erased throws, as it does with the true primitives.

const real = otrNodePrimitives;
const Q = real.ed448.order;
/** A prime, 2^521 - 1. */
const DH_Q = 2n ** 521n - 1n;
const POINT_BYTES = 57;
const SIGNATURE_BYTES = 114;

function modulo(value: bigint, modulus: bigint): bigint {
	return ((value % modulus) + modulus) % modulus;
}

function fromLittle(bytes: Uint8Array): bigint {
	return BigInt(`0x${Buffer.from(bytes).reverse().toString("hex") || "0"}`);
}

function fromBig(bytes: Uint8Array): bigint {
	return BigInt(`0x${Buffer.from(bytes).toString("hex") || "0"}`);
}

function minimal(value: bigint): Uint8Array {
	const digits = value.toString(16);
	return new Uint8Array(Buffer.from(digits.length % 2 === 0 ? digits : `0${digits}`, "hex"));
}

const values = new WeakMap<object, bigint>();

function valueOf(of: object): bigint {
	const value = values.get(of);
	if (value === undefined) throw new Error("a secret was used after it was erased");
	return value;
}

function secret<T extends object>(made: T, value: bigint): T & { erase(): void; toString(): string } {
	const whole = Object.assign(made, { erase: () => void values.delete(whole), toString: () => "[secret]" });
	values.set(whole, value);
	return whole;
}

function point(value: bigint): Ed448Point {
	const reduced = modulo(value, Q);
	const bytes = real.ed448.scalarBytes(reduced as Scalar) as Uint8Array as Bytes<"POINT">;
	const made: Ed448Point = { kind: "ed448-point", bytes, isIdentity: reduced === 0n };
	values.set(made, reduced);
	return made;
}

function scalar(value: bigint): SecretScalar {
	return secret({ kind: "ed448-scalar" as const }, modulo(value, Q));
}

function shake(length: number, ...parts: readonly Uint8Array[]): Uint8Array {
	const hash = createHash("shake256", { outputLength: length });
	for (const part of parts) hash.update(part);
	return new Uint8Array(hash.digest());
}

function keyPair(symmetricKey: Uint8Array): Ed448KeyPair {
	const seed = symmetricKey.slice();
	const value = modulo(fromLittle(shake(POINT_BYTES, seed)), Q);
	const own = scalar(value);
	const pair = secret(
		{ kind: "ed448-key-pair" as const, publicKey: point(value), scalar: own, reveal: () => seed.slice() },
		value,
	);
	return Object.assign(pair, {
		erase: () => {
			own.erase();
			seed.fill(0);
			values.delete(pair);
		},
	});
}

function parsePoint(bytes: Uint8Array): Result<Ed448Point, OtrKeyError> {
	const value = fromLittle(bytes);
	if (bytes.length === POINT_BYTES && value > 0n && value < Q) return ok(point(value));
	return err({ kind: "otr-key", key: "ed448", expected: "a number from 1 to q - 1", got: "another" });
}

const ed448: Ed448 = {
	order: Q,
	base: point(1n),
	parsePoint,
	keyPair,
	hashedScalar: (random) => scalar(fromLittle(shake(POINT_BYTES, random))),
	derivedScalar: (bytes) => scalar(fromLittle(bytes)),
	scalar: (bytes) => real.ed448.scalar(bytes),
	scalarBytes: (value) => real.ed448.scalarBytes(value),
	addScalars: (a, b) => modulo(a + b, Q) as Scalar,
	subtractScalars: (a, b) => modulo(a - b, Q) as Scalar,
	respond: (nonce, terms) =>
		modulo(
			terms.reduce((sum, term) => sum + term.factor * valueOf(term.secret), valueOf(nonce)),
			Q,
		) as Scalar,
	multiplyBase: (factor) => point(valueOf(factor)),
	multiply: (base, factor) => point(valueOf(base) * valueOf(factor)),
	multiplyBlinded: (base, factor) => point(valueOf(base) * valueOf(factor)),
	sum: (terms) => point(terms.reduce((sum, term) => sum + valueOf(term.point) * term.scalar, 0n)),
	add: (a, b) => point(valueOf(a) + valueOf(b)),
	subtract: (a, b) => point(valueOf(a) - valueOf(b)),
	sign(key, message) {
		valueOf(key);
		return shake(SIGNATURE_BYTES, key.publicKey.bytes, message) as Bytes<"EDDSA-SIG">;
	},
	verify: (publicKey, message, signature) =>
		Buffer.from(shake(SIGNATURE_BYTES, publicKey.bytes, message)).equals(signature),
	pointFrom: (random) => point(fromLittle(shake(POINT_BYTES, random))),
};

function dhPublic(value: bigint): DhPublicKey3072 {
	const made: DhPublicKey3072 = { kind: "dh-3072-public", bytes: minimal(value) as Bytes<"MPI"> };
	values.set(made, value);
	return made;
}

function dhKeyPair(random: Uint8Array): DhKeyPair3072 {
	const seed = random.slice();
	const value = modulo(fromBig(seed), DH_Q);
	const made = { kind: "dh-3072-key-pair" as const, publicKey: dhPublic(value), reveal: () => seed.slice() };
	return secret(made, value);
}

const dh: Dh3072 = {
	...real.dh,
	keyPair: dhKeyPair,
	parsePublicKey(bytes) {
		const value = fromBig(bytes);
		if (bytes[0] !== 0 && value > 0n && value < DH_Q) return ok(dhPublic(value));
		return err({ kind: "otr-key", key: "dh-3072", expected: "a number from 1 to q - 1", got: "another" });
	},
	agree: (own, theirs) => minimal(modulo(valueOf(own) * valueOf(theirs), DH_Q)),
};

/** Without any secrecy. */
export const fastPrimitives: OtrPrimitives = {
	...real,
	backend: "fast",
	shake256: (parts, length) => shake(length, concat(...parts)),
	ed448,
	dh,
};
