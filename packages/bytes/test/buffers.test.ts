import assert from "node:assert/strict";
import { it } from "node:test";
import { decode } from "@clowder/bytes";

it("what is read out of a Buffer of Node's is a copy, as out of other bytes", () => {
	const bytes = Buffer.from([1, 2, 3]);
	const read = decode(bytes, (r) => r.fixed(3));
	assert.ok(read.ok);
	read.value.fill(0);
	assert.deepEqual([...bytes], [1, 2, 3]);
	assert.equal(Object.getPrototypeOf(read.value), Uint8Array.prototype);
});
