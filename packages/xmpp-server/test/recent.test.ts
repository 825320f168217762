import assert from "node:assert/strict";
import { test } from "node:test";
import { Recent } from "../src/recent.ts";

test("what was asked for last is read once, and what was not for the longest time is let go", () => {
	const read: string[] = [];
	const recent = new Recent<string>(2);
	const get = (key: string): string =>
		recent.get(key, () => {
			read.push(key);
			return key.toUpperCase();
		});
	assert.deepEqual(["a", "b", "a", "c", "a", "b"].map(get), ["A", "B", "A", "C", "A", "B"]);
	assert.deepEqual(read, ["a", "b", "c", "b"]);
	recent.forget("a");
	recent.forget("never");
	assert.equal(get("a"), "A");
	assert.deepEqual(read, ["a", "b", "c", "b", "a"]);
});
