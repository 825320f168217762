import { diffieHellman, type KeyObject } from "node:crypto";
import { erase } from "@clowder/bytes";
import type { EdwardsPoint } from "@noble/curves/abstract/edwards.js";
import { importSecret } from "../secret.ts";
import { fromMontgomery, ladderScalars, type MontgomeryPoint, toMontgomery } from "./curve448.ts";
import { publicBytesOf, publicKeyObject, x448PrivateKey } from "./node-keys.ts";
import { fromLittleEndian, toLittleEndian } from "./numbers.ts";
import { BASE } from "./point.ts";
import { type SecretScalarImpl, scalarValue } from "./scalar.ts";

/** Multiplication of points of edwards448 by the platform's X448, by way of the isogenous curve448. */

const X448_BYTES = 56;

/** Keys for `K` and for `K + 1`. */
type Ladder = readonly [KeyObject, KeyObject];

/** Marks what this keeps with a secret. */
const thisBackend: object = {};

function ladderOf(scalar: bigint): Ladder | undefined {
	const scalars = ladderScalars(scalar);
	if (scalars === undefined) return undefined;
	const [first, second] = scalars.map((value) => {
		const bytes = toLittleEndian(value, X448_BYTES);
		const key = x448PrivateKey(bytes);
		erase(bytes);
		return key;
	}) as [KeyObject, KeyObject];
	return [first, second];
}

/** Imported once for each secret, and dropped when that is erased: an import costs more than a multiplication. */
function secretLadder(scalar: SecretScalarImpl): Ladder | undefined {
	return importSecret(scalar, thisBackend, () => ladderOf(scalarValue(scalar)));
}

interface Imported {
	readonly point: MontgomeryPoint;
	readonly key: KeyObject;
}

const imported = new WeakMap<EdwardsPoint, Imported>();

function importPoint(edwards: EdwardsPoint): Imported {
	let known = imported.get(edwards);
	if (known === undefined) {
		const point = toMontgomery(edwards);
		known = { point, key: publicKeyObject("X448", toLittleEndian(point.u, X448_BYTES)) };
		imported.set(edwards, known);
	}
	return known;
}

const basePoint: MontgomeryPoint = toMontgomery(BASE.point);

/** X448's base point is that of edwards448: importing a private key multiplies it, by the platform's table. */
function multiplyBaseBy(ladder: Ladder): EdwardsPoint | undefined {
	const [u1, u2] = ladder.map((key) => fromLittleEndian(publicBytesOf(key))) as [bigint, bigint];
	return fromMontgomery(basePoint, u1, u2);
}

function multiplyBy(edwards: EdwardsPoint, ladder: Ladder): EdwardsPoint | undefined {
	const { point, key } = importPoint(edwards);
	const [u1, u2] = ladder.map((privateKey) => {
		const u = diffieHellman({ privateKey, publicKey: key });
		const value = fromLittleEndian(u);
		erase(u);
		return value;
	}) as [bigint, bigint];
	return fromMontgomery(point, u1, u2);
}

/** `G*scalar`; `undefined` for the few scalars that X448 has no way to multiply by. So for the two below. */
export function multiplyBase(scalar: SecretScalarImpl): EdwardsPoint | undefined {
	const ladder = secretLadder(scalar);
	return ladder === undefined ? undefined : multiplyBaseBy(ladder);
}

/** `point*scalar`; `point` is not the identity. */
export function multiply(point: EdwardsPoint, scalar: SecretScalarImpl): EdwardsPoint | undefined {
	const ladder = secretLadder(scalar);
	return ladder === undefined ? undefined : multiplyBy(point, ladder);
}

/** `point*scalar` of public values; `point` is not the identity. */
export function multiplyPublic(point: EdwardsPoint, scalar: bigint): EdwardsPoint | undefined {
	const ladder = ladderOf(scalar);
	if (ladder === undefined) return undefined;
	return point === BASE.point ? multiplyBaseBy(ladder) : multiplyBy(point, ladder);
}
