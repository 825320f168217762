import assert from "node:assert/strict";
import { Duplex } from "node:stream";
import { describe, it } from "node:test";
import { setImmediate as afterReading } from "node:timers/promises";
import { WriteBatch } from "../src/write-batch.ts";

/** A socket that notes what the system would have been told. */
function socket(): { readonly stream: Duplex; readonly calls: string[][] } {
	const calls: string[][] = [];
	const stream = new Duplex({
		read() {},
		writev(chunks, done) {
			calls.push(chunks.map(({ chunk }) => String(chunk)));
			done();
		},
	});
	return { stream, calls };
}

describe("what is written while something is read", () => {
	it("goes out together, in its order, to each reader once", async () => {
		const batch = new WriteBatch();
		const [one, other] = [socket(), socket()];
		for (const text of ["a", "b", "c"]) {
			for (const { stream } of [one, other]) {
				batch.hold(stream);
				stream.write(text);
			}
		}
		assert.deepEqual([one.calls, other.calls], [[], []]);
		await afterReading();
		assert.deepEqual([one.calls, other.calls], [[["a", "b", "c"]], [["a", "b", "c"]]]);
		batch.hold(one.stream);
		one.stream.write("d");
		await afterReading();
		assert.deepEqual(one.calls, [["a", "b", "c"], ["d"]]);
	});

	it("also goes out when the connection ends at once", async () => {
		const { stream, calls } = socket();
		const batch = new WriteBatch();
		batch.hold(stream);
		stream.write("last");
		stream.end();
		assert.deepEqual(calls, [["last"]]);
		await afterReading();
		assert.deepEqual(calls, [["last"]]);
	});
});
