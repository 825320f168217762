import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { hex } from "@clowder/bytes";
import type { OtrPrimitives } from "@clowder/crypto/otr";
import { otrNoblePrimitives } from "@clowder/crypto/otr-noble";
import { otrNodePrimitives } from "@clowder/crypto/otr-node";

/** Bytes as Node gives them, of which `slice` is no copy. */
function buffer(length: number, fill = 7): Buffer {
	return Buffer.alloc(length, fill);
}

/** What is made of a Buffer stays as it is whatever becomes of the Buffer, and the Buffer is not touched. */
function independent<T>(bytes: Buffer, make: (bytes: Uint8Array) => T, look: (made: T) => string): void {
	const before = bytes.toString("hex");
	const expected = look(make(new Uint8Array(bytes)));
	const made = make(bytes);
	assert.equal(bytes.toString("hex"), before);
	bytes.fill(0);
	assert.equal(look(made), expected);
}

function point({ ed448 }: OtrPrimitives): Uint8Array {
	return ed448.keyPair(new Uint8Array(57).fill(3)).publicKey.bytes;
}

for (const primitives of [otrNoblePrimitives, otrNodePrimitives]) {
	const { ed448, dh } = primitives;
	describe(`${primitives.backend}: Buffers of Node's are taken as bytes are`, () => {
		it("as secrets", () => {
			const message = new Uint8Array(3);
			independent(
				buffer(57),
				(bytes) => ed448.keyPair(bytes),
				(pair) => hex(ed448.sign(pair, message)) + hex(pair.reveal()),
			);
			independent(
				buffer(80),
				(bytes) => dh.keyPair(bytes),
				(pair) => hex(pair.reveal()) + hex(dh.agree(pair, pair.publicKey)),
			);
			independent(
				buffer(57),
				(bytes) => ed448.hashedScalar(bytes),
				(scalar) => hex(ed448.multiplyBase(scalar).bytes),
			);
			independent(
				buffer(57),
				(bytes) => ed448.derivedScalar(bytes, true),
				(scalar) => hex(ed448.multiplyBase(scalar).bytes),
			);
		});

		it("as public values", () => {
			independent(buffer(57), (bytes) => ed448.scalar(bytes), String);
			independent(
				Buffer.from(point(primitives)),
				(bytes) => ed448.parsePoint(bytes),
				(parsed) => hex(parsed.ok ? parsed.value.bytes : buffer(0)),
			);
			const number = dh.keyPair(new Uint8Array(80).fill(3)).publicKey.bytes;
			independent(
				Buffer.from(number),
				(bytes) => dh.parsePublicKey(bytes),
				(parsed) => hex(parsed.ok ? parsed.value.bytes : buffer(0)),
			);
			const pair = ed448.keyPair(new Uint8Array(57).fill(5));
			const signature = Buffer.from(ed448.sign(pair, number));
			independent(signature, (bytes) => ed448.verify(pair.publicKey, number, bytes), String);
			independent(buffer(57, 1), (bytes) => hex(ed448.pointFrom(bytes)?.bytes ?? buffer(0)), String);
		});
	});
}
