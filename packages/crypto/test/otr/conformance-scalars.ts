import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { hex } from "@clowder/bytes";
import type { OtrPrimitives, Scalar } from "@clowder/crypto/otr";
import * as ref from "./reference.ts";
import { bytes, type PrimitiveVectors, readVectors, secretOf, seeded, valueOfSecret } from "./support.ts";

export function scalarConformance(p: OtrPrimitives): void {
	const { ed448 } = p;

	describe(`scalars of Ed448 (${p.backend})`, () => {
		it("the order is q", () => {
			assert.equal(ed448.order, ref.Q);
		});

		it("those of known keys: hashed, pruned, modulo q", () => {
			for (const key of readVectors<PrimitiveVectors>("primitives.json").keys) {
				const scalar = valueOfSecret(p, ed448.hashedScalar(bytes(key.symmetricKey)));
				assert.equal(hex(ed448.scalarBytes(scalar)), key.scalar);
				assert.equal(scalar, ref.secretScalar(bytes(key.symmetricKey)) % ref.Q);
			}
		});

		it("are read modulo q, little-endian, from 1 to 114 bytes", () => {
			for (const length of [1, 44, 57, 64, 114]) {
				const input = seeded("scalar", length);
				assert.equal(ed448.scalar(input), ref.fromLittleEndian(input) % ref.Q);
			}
			assert.equal(ed448.scalar(ref.toLittleEndian(ref.Q)), 0n);
			assert.equal(ed448.scalar(ref.toLittleEndian(ref.Q - 1n)), ref.Q - 1n);
			assert.throws(() => ed448.scalar(new Uint8Array(0)), RangeError);
			assert.throws(() => ed448.scalar(new Uint8Array(115)), RangeError);
		});

		it("are written as 57 bytes", () => {
			assert.equal(hex(ed448.scalarBytes(1n as Scalar)), `01${"00".repeat(56)}`);
			const scalar = ed448.scalar(seeded("scalar to write"));
			assert.equal(hex(ed448.scalarBytes(scalar)), hex(ref.toLittleEndian(scalar)));
		});

		it("are added and subtracted modulo q", () => {
			const [a, b] = [ed448.scalar(seeded("a")), ed448.scalar(seeded("b"))];
			assert.equal(ed448.addScalars(a, b), (a + b) % ref.Q);
			assert.equal(ed448.subtractScalars(a, b), ref.mod(a - b, ref.Q));
			assert.equal(ed448.subtractScalars(b, a), ref.mod(b - a, ref.Q));
			assert.equal(ed448.addScalars(a, ed448.subtractScalars(0n as Scalar, a)), 0n);
		});

		it("answer a challenge", () => {
			const [r, a, b] = ["r", "a", "b"].map((name) => ed448.hashedScalar(seeded(name)));
			assert.ok(r !== undefined && a !== undefined && b !== undefined);
			const [c, d] = [ed448.scalar(seeded("c")), ed448.scalar(seeded("d"))];
			const value = (secret: typeof r): bigint => valueOfSecret(p, secret);
			assert.equal(ed448.respond(r, [{ factor: c, secret: a }]), (value(r) + c * value(a)) % ref.Q);
			const both = [
				{ factor: c, secret: a },
				{ factor: ed448.subtractScalars(0n as Scalar, d), secret: b },
			];
			assert.equal(ed448.respond(r, both), ref.mod(value(r) + c * value(a) - d * value(b), ref.Q));
		});

		it("are derived from bytes as they are, or pruned", () => {
			const input = seeded("derived");
			assert.equal(valueOfSecret(p, ed448.derivedScalar(input, false)), ref.fromLittleEndian(input) % ref.Q);
			const wide = seeded("derived", 64);
			assert.equal(valueOfSecret(p, ed448.derivedScalar(wide, false)), ref.fromLittleEndian(wide) % ref.Q);
			const pruned = (ref.fromLittleEndian(input.slice(0, 56)) & ~3n) | (1n << 447n);
			assert.equal(valueOfSecret(p, ed448.derivedScalar(input, true)), pruned % ref.Q);
			assert.equal(hex(input), hex(seeded("derived")), "the caller's bytes are as they were");
			assert.throws(() => ed448.derivedScalar(seeded("short", 56), false), RangeError);
			assert.throws(() => ed448.derivedScalar(seeded("wide", 64), true), RangeError);
			assert.throws(() => ed448.hashedScalar(seeded("short", 56)), RangeError);
		});

		it("a secret one is never 0", () => {
			assert.throws(() => secretOf(p, 0n), /0 modulo q/);
			assert.throws(() => secretOf(p, ref.Q), /0 modulo q/);
			assert.equal(valueOfSecret(p, secretOf(p, ref.Q + 1n)), 1n);
		});
	});
}
