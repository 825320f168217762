import { readFileSync } from "node:fs";
import type { OtrPrimitives, Scalar, SecretScalar } from "@clowder/crypto/otr";
import { bytes } from "../vectors.ts";
import * as ref from "./reference.ts";

/** `vectors/otrv4/` of the repository, seen from `packages/crypto/dist/test/otr/`. */
const FOLDER = new URL("../../../../../vectors/otrv4/", import.meta.url);

interface Sourced {
	readonly sources: readonly string[];
}

export interface PrimitiveVectors {
	readonly keys: readonly (Sourced & {
		readonly symmetricKey: string;
		readonly scalar: string;
		readonly publicKey: string;
	})[];
	readonly signature: Sourced & { readonly symmetricKey: string; readonly message: string; readonly signature: string };
	readonly rfc8032: readonly {
		readonly symmetricKey: string;
		readonly publicKey: string;
		readonly message: string;
		readonly signature: string;
	}[];
	readonly dh: Sourced & {
		readonly a: string;
		readonly b: string;
		readonly publicA: string;
		readonly publicB: string;
		readonly shared: string;
	};
	readonly kdf: {
		readonly input: string;
		readonly outputs: readonly (Sourced & { readonly usage: number; readonly output: string })[];
	};
	readonly shake256: readonly { readonly message: string; readonly output: string; readonly source: string }[];
	readonly chacha20: readonly {
		readonly key: string;
		readonly nonce: string;
		readonly counter: number;
		readonly plaintext: string;
		readonly ciphertext: string;
		readonly source: string;
	}[];
}

export interface DsaVectors {
	readonly cases: readonly {
		readonly bits: { readonly p: number; readonly q: number };
		readonly p: string;
		readonly q: string;
		readonly g: string;
		readonly y: string;
		readonly signatures: readonly { readonly hash: string; readonly digest: string; readonly signature: string }[];
	}[];
}

/** The shape is the file's; the tests fail on a field that is not there. */
export function readVectors<T>(name: string): T {
	return JSON.parse(readFileSync(new URL(name, FOLDER), "utf8")) as T;
}

/** Bytes that are as good as random, and the same in every run. */
export function seeded(name: string, length = 57): Uint8Array {
	return ref.shake256([Buffer.from(name)], length);
}

/** A number below `q` that is as good as random, as a secret. */
export function secretOf(p: OtrPrimitives, value: bigint): SecretScalar {
	return p.ed448.derivedScalar(ref.toLittleEndian(value), false);
}

/** What a secret scalar is: an answer without terms. */
export function valueOfSecret(p: OtrPrimitives, secret: SecretScalar): Scalar {
	return p.ed448.respond(secret, []);
}

/** The points of small order: multiples of (1, 0). */
export const SMALL_ORDER: readonly ref.Point[] = [0n, 1n, 2n, 3n].map((i) => ref.multiply(i, ref.TORSION));

export interface BadPoint {
	readonly name: string;
	readonly bytes: Uint8Array;
	readonly got: string;
}

/** CRYPTO-21: encodings that are none, and points that are not in the group. */
export function badPoints(): readonly BadPoint[] {
	const point = ref.multiply(5n, ref.BASE);
	const signed = (y: bigint): Uint8Array => ref.toLittleEndian(y + 2n ** 455n);
	const offCurve = [2n, 3n, 4n, 5n, 6n, 7n].filter((y) => !isOnCurve(y));
	return [
		{ name: "nothing", bytes: new Uint8Array(0), got: "0 bytes" },
		{ name: "56 bytes", bytes: ref.encode(point).slice(0, 56), got: "56 bytes" },
		{ name: "58 bytes", bytes: Uint8Array.of(...ref.encode(point), 0), got: "58 bytes" },
		...SMALL_ORDER.map((small, i) => ({
			name: `small order, ${i} times (1, 0)`,
			bytes: ref.encode(small),
			got: i === 0 ? "the identity" : "a point of small order",
		})),
		...SMALL_ORDER.slice(1).map((small, i) => ({
			name: `a torsion part, ${i + 1} times (1, 0)`,
			bytes: ref.encode(ref.add(point, small)),
			got: "a point with a torsion part",
		})),
		{ name: "identity, y = p + 1", bytes: ref.toLittleEndian(ref.P + 1n), got: "a larger y" },
		{ name: "y = p", bytes: ref.toLittleEndian(ref.P), got: "a larger y" },
		{ name: "y = 2^448 - 1", bytes: ref.toLittleEndian(2n ** 448n - 1n), got: "a larger y" },
		{ name: "y with bit 448", bytes: ref.toLittleEndian(point.y + 2n ** 448n), got: "a larger y" },
		{ name: "y with bit 454", bytes: ref.toLittleEndian(point.y + 2n ** 454n), got: "a larger y" },
		{ name: "x = 0, y = 1, sign bit", bytes: signed(1n), got: "no point" },
		{ name: "x = 0, y = -1, sign bit", bytes: signed(ref.P - 1n), got: "no point" },
		...offCurve.map((y) => ({ name: `y = ${y}, off the curve`, bytes: ref.toLittleEndian(y), got: "no point" })),
	];
}

/** Whether some x has `x^2 = (y^2 - 1)/(d*y^2 - 1)`. */
export function isOnCurve(y: bigint): boolean {
	const product = ref.mod((y * y - 1n) * (ref.D * y * y - 1n), ref.P);
	return ref.power(product, (ref.P - 1n) / 2n, ref.P) !== ref.P - 1n;
}

/** An `MPI` of OTR. */
export function mpi(value: Uint8Array): Uint8Array {
	return Uint8Array.of(...ref.toLittleEndian(BigInt(value.length), 4).reverse(), ...value);
}

export { bytes };
