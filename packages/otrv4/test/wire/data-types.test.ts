import assert from "node:assert/strict";
import { test } from "node:test";
import { type Bytes, decode, encode } from "@clowder/bytes";
import { otrNodePrimitives as primitives } from "@clowder/crypto/otr-node";
import * as fc from "fast-check";
import {
	KEY_TYPE,
	readData,
	readMpi,
	readScalar,
	readSeconds,
	readTypedPoint,
	writeData,
	writeMpi,
	writeScalar,
	writeSeconds,
	writeTypedPoint,
} from "../../src/wire/data-types.ts";
import { bytes, check, mpi, point, scalar, u32 } from "./support.ts";

function littleEndian(value: bigint): Bytes<"SCALAR"> {
	return Uint8Array.from({ length: 57 }, (_, i) => Number((value >> BigInt(8 * i)) & 255n)) as Bytes<"SCALAR">;
}

test("a scalar below q is taken, q and everything above it is refused", () => {
	const { order } = primitives.ed448;
	for (const value of [0n, 1n, order - 1n]) {
		assert.deepEqual(decode(littleEndian(value), readScalar), { ok: true, value: littleEndian(value) });
	}
	for (const value of [order, order + 1n, 2n ** 446n, 2n ** 456n - 1n]) {
		const read = decode(littleEndian(value), readScalar);
		assert.equal(read.ok ? undefined : read.error.expected, "a scalar below the order q");
	}
	assert.equal(decode(new Uint8Array(56), readScalar).ok, false);
});

test("scalars are written as they are read", () => {
	check(
		fc.property(scalar, (value) =>
			assert.deepEqual(
				decode(
					encode((w) => writeScalar(w, value)),
					readScalar,
				),
				{ ok: true, value },
			),
		),
	);
});

test("an MPI has its length before it, no leading zero byte, and at most 384 bytes", () => {
	assert.deepEqual(
		encode((w) => writeMpi(w, bytes(1, 0) as Bytes<"MPI">)),
		bytes(0, 0, 0, 2, 1, 0),
	);
	assert.deepEqual(decode(bytes(0, 0, 0, 0), readMpi), { ok: true, value: bytes() });
	assert.deepEqual(decode(bytes(u32(384), 1, new Uint8Array(383)), readMpi), {
		ok: true,
		value: bytes(1, new Uint8Array(383)),
	});
	for (const bad of [
		bytes(0, 0, 0, 1, 0),
		bytes(0, 0, 0, 2, 0, 1),
		bytes(u32(385), 1, new Uint8Array(384)),
		bytes(0, 0, 0, 2, 1),
	]) {
		assert.equal(decode(bad, readMpi).ok, false);
	}
	for (const bad of [bytes(0), bytes(0, 1), bytes(1, new Uint8Array(384))]) {
		assert.throws(() => encode((w) => writeMpi(w, bad as Bytes<"MPI">)), RangeError);
	}
	check(
		fc.property(mpi, (value) =>
			assert.deepEqual(
				decode(
					encode((w) => writeMpi(w, value)),
					readMpi,
				),
				{ ok: true, value },
			),
		),
	);
});

test("DATA is bounded on both sides", () => {
	assert.deepEqual(
		encode((w) => writeData(w, bytes(7, 8), 2)),
		bytes(0, 0, 0, 2, 7, 8),
	);
	assert.throws(() => encode((w) => writeData(w, bytes(7, 8), 1)), RangeError);
	assert.equal(decode(bytes(0, 0, 0, 2, 7, 8), (r) => readData(r, 1)).ok, false);
	assert.equal(decode(bytes(255, 255, 255, 255), (r) => readData(r, 2 ** 32)).ok, false);
});

test("the type before a point is little-endian", () => {
	check(
		fc.property(point, fc.constantFrom(0x10, 0x11, 0x12), (value, type) => {
			const written = encode((w) => writeTypedPoint(w, type, value));
			assert.deepEqual(written, bytes(type, 0, value));
			assert.deepEqual(
				decode(written, (r) => readTypedPoint(r, type)),
				{ ok: true, value },
			);
			for (const other of Object.values(KEY_TYPE)) {
				if (other !== type) assert.equal(decode(written, (r) => readTypedPoint(r, other)).ok, false);
			}
			assert.equal(decode(bytes(0, type, value), (r) => readTypedPoint(r, type)).ok, false);
		}),
		30,
	);
});

test("a date is 8 bytes, signed, big-endian, as far as a number is exact", () => {
	const cases: readonly (readonly [number, Uint8Array])[] = [
		[0, bytes(0, 0, 0, 0, 0, 0, 0, 0)],
		[1, bytes(0, 0, 0, 0, 0, 0, 0, 1)],
		[-1, bytes(255, 255, 255, 255, 255, 255, 255, 255)],
		[2 ** 32, bytes(0, 0, 0, 1, 0, 0, 0, 0)],
		[-(2 ** 32), bytes(255, 255, 255, 255, 0, 0, 0, 0)],
		[Number.MAX_SAFE_INTEGER, bytes(0, 0x1f, 255, 255, 255, 255, 255, 255)],
		[Number.MIN_SAFE_INTEGER, bytes(255, 0xe0, 0, 0, 0, 0, 0, 1)],
	];
	for (const [value, encoded] of cases) {
		assert.deepEqual(
			encode((w) => writeSeconds(w, value)),
			encoded,
		);
		assert.deepEqual(decode(encoded, readSeconds), { ok: true, value });
	}
	for (const bad of [
		bytes(0x7f, 255, 255, 255, 255, 255, 255, 255),
		bytes(0, 0x20, 0, 0, 0, 0, 0, 0),
		bytes(0x80, 0, 0, 0, 0, 0, 0, 0),
	]) {
		assert.equal(decode(bad, readSeconds).ok, false);
	}
	for (const bad of [0.5, Number.NaN, 2 ** 53]) assert.throws(() => encode((w) => writeSeconds(w, bad)), RangeError);
});
