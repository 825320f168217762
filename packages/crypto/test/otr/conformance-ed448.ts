import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { hex } from "@clowder/bytes";
import type { Ed448Point, OtrPrimitives, Scalar } from "@clowder/crypto/otr";
import { valueOf } from "../conformance-keys.ts";
import * as ref from "./reference.ts";
import { badPoints, bytes, isOnCurve, type PrimitiveVectors, readVectors, secretOf, seeded } from "./support.ts";

/** Scalars that a method of multiplication may have forgotten: K = k/4 or K + 1 of no use to X448 among them. */
const EDGES: readonly bigint[] = [
	1n,
	2n,
	3n,
	4n,
	8n,
	ref.Q - 1n,
	ref.Q - 2n,
	ref.Q - 4n,
	ref.Q - 8n,
	(16n * (2n ** 445n - 1n)) % ref.Q,
	(16n * (2n ** 445n - 1n) - 4n) % ref.Q,
	(16n * 2n ** 445n) % ref.Q,
	(16n * 2n ** 445n - 4n) % ref.Q,
	2n ** 445n,
];

export function ed448Conformance(p: OtrPrimitives): void {
	parsing(p);
	multiplication(p);
	arithmetic(p);
}

const IDENTITY = hex(ref.encode(ref.IDENTITY));

function encoded(point: ref.Point): string {
	return hex(ref.encode(point));
}

function parsing({ backend, ed448 }: OtrPrimitives): void {
	describe(`points of Ed448 (${backend})`, () => {
		it("the base point is G", () => {
			assert.equal(hex(ed448.base.bytes), encoded(ref.BASE));
			assert.equal(ed448.base.isIdentity, false);
		});

		it("CRYPTO-21: what is in the group is parsed", () => {
			for (const factor of [1n, 2n, 3n, ref.Q - 1n, ref.fromLittleEndian(seeded("point")) % ref.Q]) {
				const encoding = ref.encode(ref.multiply(factor, ref.BASE));
				const point = valueOf(ed448.parsePoint(encoding));
				assert.equal(hex(point.bytes), hex(encoding));
				assert.equal(point.isIdentity, false);
			}
		});

		for (const { name, bytes: encoding, got } of badPoints()) {
			it(`CRYPTO-21: ${name} is refused`, () => {
				const parsed = ed448.parsePoint(encoding);
				assert.ok(!parsed.ok);
				assert.equal(parsed.error.kind, "otr-key");
				assert.equal(parsed.error.key, "ed448");
				assert.equal(parsed.error.got, got);
			});
		}

		it("a parsed point does not change with the bytes it came from", () => {
			const encoding = ref.encode(ref.multiply(7n, ref.BASE));
			const point = valueOf(ed448.parsePoint(encoding));
			encoding.fill(1);
			assert.equal(hex(point.bytes), encoded(ref.multiply(7n, ref.BASE)));
		});

		it("one that nobody knows the logarithm of: in the group, or none", () => {
			let made = 0;
			for (let i = 0; i < 24; i++) {
				const random = seeded(`point ${i}`);
				const point = ed448.pointFrom(random);
				const y = ref.fromLittleEndian(random.slice(0, 56));
				assert.equal(point !== undefined, isOnCurve(y));
				if (point === undefined) continue;
				made += 1;
				assert.ok(ed448.parsePoint(point.bytes).ok);
			}
			assert.ok(made > 4 && made < 20);
			// Of the points of small order nothing is left: (0, 1), (1, 0), (0, -1).
			for (const y of [1n, 0n, ref.P - 1n]) assert.equal(ed448.pointFrom(ref.toLittleEndian(y)), undefined);
			assert.equal(ed448.pointFrom(ref.toLittleEndian(ref.P + 3n)), undefined);
			assert.throws(() => ed448.pointFrom(new Uint8Array(56)), RangeError);
		});

		it("those of another maker are our own bug", () => {
			const stranger: Ed448Point = { kind: "ed448-point", bytes: ed448.base.bytes, isIdentity: false };
			assert.throws(() => ed448.add(stranger, ed448.base), TypeError);
			assert.throws(() => ed448.sum([{ point: stranger, scalar: 1n as Scalar }]), TypeError);
			assert.throws(() => ed448.verify(stranger, new Uint8Array(0), new Uint8Array(114)), TypeError);
			const scalar = { kind: "ed448-scalar", erase() {}, toString: () => "" } as const;
			assert.throws(() => ed448.multiplyBase(scalar), TypeError);
			assert.throws(() => ed448.multiply(ed448.base, scalar), TypeError);
			assert.throws(() => ed448.multiplyBlinded(ed448.base, scalar, seeded("blind")), TypeError);
			assert.throws(() => ed448.respond(scalar, []), TypeError);
		});
	});
}

function multiplication(p: OtrPrimitives): void {
	const { ed448 } = p;

	describe(`multiplication in Ed448 (${p.backend})`, () => {
		it("known keys, and what RFC 8032 makes of a seed", () => {
			const vectors = readVectors<PrimitiveVectors>("primitives.json");
			for (const { symmetricKey, publicKey } of [...vectors.keys, ...vectors.rfc8032]) {
				const pair = ed448.keyPair(bytes(symmetricKey));
				assert.equal(hex(pair.publicKey.bytes), publicKey);
				assert.equal(hex(ed448.multiplyBase(pair.scalar).bytes), publicKey);
				assert.equal(hex(pair.reveal()), symmetricKey);
			}
		});

		const point = ref.multiply(ref.fromLittleEndian(seeded("multiplied")) % ref.Q, ref.BASE);
		for (const [i, scalar] of [...EDGES, ref.fromLittleEndian(seeded("k")) % ref.Q].entries()) {
			it(`CRYPTO-23: is that of the textbook, for scalar ${i}, blinded or not`, () => {
				const [secret, parsed] = [secretOf(p, scalar), valueOf(ed448.parsePoint(ref.encode(point)))];
				const expected = encoded(ref.multiply(scalar, point));
				assert.equal(hex(ed448.multiplyBase(secret).bytes), encoded(ref.multiply(scalar, ref.BASE)));
				assert.equal(hex(ed448.multiply(parsed, secret).bytes), expected);
				assert.equal(hex(ed448.multiplyBlinded(parsed, secret, seeded(`blind ${i}`)).bytes), expected);
				assert.equal(hex(ed448.sum([{ point: parsed, scalar: scalar as Scalar }]).bytes), expected);
			});
		}

		it("of the identity gives the identity", () => {
			const identity = ed448.subtract(ed448.base, ed448.base);
			const secret = secretOf(p, 5n);
			assert.equal(ed448.multiply(identity, secret).isIdentity, true);
			assert.equal(hex(ed448.multiplyBlinded(identity, secret, seeded("blind")).bytes), IDENTITY);
			assert.equal(hex(ed448.sum([{ point: identity, scalar: 5n as Scalar }]).bytes), IDENTITY);
		});

		it("is commutative: a secret of two", () => {
			const [a, b] = [ed448.keyPair(seeded("Alice")), ed448.keyPair(seeded("Bob"))];
			const agreed = hex(ed448.multiply(a.publicKey, b.scalar).bytes);
			assert.equal(hex(ed448.multiply(b.publicKey, a.scalar).bytes), agreed);
			assert.equal(hex(ed448.multiplyBlinded(b.publicKey, a.scalar, seeded("blind")).bytes), agreed);
		});

		it("takes 57 bytes, no others", () => {
			assert.throws(() => ed448.keyPair(new Uint8Array(56)), /56 bytes where 57 are due/);
			assert.throws(() => ed448.multiplyBlinded(ed448.base, secretOf(p, 5n), new Uint8Array(56)), RangeError);
		});
	});
}

function arithmetic({ backend, ed448 }: OtrPrimitives): void {
	describe(`sums in Ed448 (${backend})`, () => {
		const factors = Array.from({ length: 20 }, (_, i) => ref.fromLittleEndian(seeded(`factor ${i}`)) % ref.Q);
		const parse = (point: ref.Point): Ed448Point => valueOf(ed448.parsePoint(ref.encode(point)));

		it("of none is the identity", () => {
			const sum = ed448.sum([]);
			assert.equal(sum.isIdentity, true);
			assert.equal(hex(sum.bytes), IDENTITY);
		});

		for (const count of [1, 2, 3, 20]) {
			it(`of ${count} terms and one of G`, () => {
				const points = factors.slice(0, count).map((factor) => ref.multiply(factor + 1n, ref.BASE));
				const terms = points.map((point, i) => ({ point: parse(point), scalar: factors[i] as Scalar }));
				let expected = ref.multiply(9n, ref.BASE);
				for (const [i, point] of points.entries()) {
					expected = ref.add(expected, ref.multiply(factors[i] as bigint, point));
				}
				const sum = ed448.sum([{ point: ed448.base, scalar: 9n as Scalar }, ...terms]);
				assert.equal(hex(sum.bytes), encoded(expected));
			});
		}

		it("take a scalar 0, and may be the identity", () => {
			const point = parse(ref.multiply(11n, ref.BASE));
			assert.equal(ed448.sum([{ point, scalar: 0n as Scalar }]).isIdentity, true);
			const cancelled = ed448.sum([
				{ point, scalar: 2n as Scalar },
				{ point: ed448.base, scalar: ed448.scalar(ref.toLittleEndian(ref.Q - 22n)) },
			]);
			assert.equal(cancelled.isIdentity, true);
			assert.equal(hex(cancelled.bytes), IDENTITY);
		});

		it("and differences of two", () => {
			const [a, b] = [ref.multiply(factors[0] as bigint, ref.BASE), ref.multiply(factors[1] as bigint, ref.BASE)];
			const negative = { x: ref.mod(-b.x, ref.P), y: b.y };
			assert.equal(hex(ed448.add(parse(a), parse(b)).bytes), encoded(ref.add(a, b)));
			assert.equal(hex(ed448.subtract(parse(a), parse(b)).bytes), encoded(ref.add(a, negative)));
			assert.equal(hex(ed448.add(parse(a), parse(a)).bytes), encoded(ref.add(a, a)));
			assert.equal(ed448.subtract(parse(a), parse(a)).isIdentity, true);
		});
	});
}
