import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { countAfter, parseCount, stanzasBetween } from "../src/stream-management/count.ts";
import { UnackedQueue } from "../src/stream-management/unacked-queue.ts";

const LAST = 2 ** 32 - 1;

function pushed(queue: UnackedQueue, ...texts: readonly string[]): UnackedQueue {
	for (const text of texts) queue.push({ text, bytes: text.length, boundBefore: 0 });
	return queue;
}

test("SM-10: zero follows the highest count (XEP-0198 section 4)", () => {
	assert.equal(countAfter(LAST, 1), 0);
	assert.equal(countAfter(LAST - 1, 4), 2);
	assert.equal(stanzasBetween(LAST, 0), 1);
	assert.equal(stanzasBetween(0, LAST), LAST);
	const queue = pushed(new UnackedQueue(LAST - 1), "a", "b", "c", "d");
	assert.ok(queue.acknowledge(LAST).ok);
	assert.deepEqual(queue.texts, ["b", "c", "d"]);
	assert.ok(queue.acknowledge(1).ok);
	assert.deepEqual([queue.texts, queue.bytes], [["d"], 1]);
	assert.deepEqual(queue.acknowledge(3), { ok: false, error: { handled: 3, sent: 2 } });
	assert.deepEqual(queue.acknowledge(LAST), { ok: false, error: { handled: LAST, sent: 2 } });
	assert.deepEqual(queue.texts, ["d"], "what is refused changes nothing");
});

test("a count is a whole number of 32 bits", () => {
	assert.deepEqual(["0", "7", "4294967295"].map(parseCount), [0, 7, LAST]);
	for (const text of ["", "4294967296", "-1", "1.0", "1e3", "0x1", " 1", "١", "99999999999", undefined]) {
		assert.equal(parseCount(text), undefined, text);
	}
});

test("SM-10: the queue has what was pushed less what was acknowledged, from wherever the count starts", () => {
	const step = fc.oneof(
		fc.record({ type: fc.constant("push" as const), text: fc.string({ maxLength: 5 }) }),
		fc.record({ type: fc.constant("acknowledge" as const), share: fc.double({ min: 0, max: 1, noNaN: true }) }),
	);
	fc.assert(
		fc.property(fc.integer({ min: LAST - 8, max: LAST }), fc.array(step, { maxLength: 30 }), (start, steps) => {
			const queue = new UnackedQueue(start);
			const expected: string[] = [];
			let count = start;
			for (const each of steps) {
				if (each.type === "push") {
					pushed(queue, each.text);
					expected.push(each.text);
				} else {
					const stanzas = Math.floor(each.share * expected.length);
					count = countAfter(count, stanzas);
					expected.splice(0, stanzas);
					assert.ok(queue.acknowledge(count).ok);
				}
				assert.deepEqual(queue.texts, expected);
				assert.equal(queue.bytes, expected.join("").length);
				assert.equal(queue.acknowledge(countAfter(count, expected.length + 1)).ok, false);
			}
		}),
		{ seed: 198, numRuns: 500 },
	);
});
