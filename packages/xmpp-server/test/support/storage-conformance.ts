import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import type { Storage } from "../../src/storage/storage.ts";

/** What every storage does. `open`: an empty one, closed when the test ends. */
export function storageConformance(name: string, open: (t: TestContext) => Promise<Storage>): void {
	test(`${name}: what is put is there, until it is put anew or deleted`, async (t) => {
		const storage = await open(t);
		assert.equal(storage.get("ana", "roster", "bo"), undefined);
		storage.put("ana", "roster", "bo", "one");
		assert.equal(storage.get("ana", "roster", "bo"), "one");
		storage.put("ana", "roster", "bo", "two");
		storage.put("ana", "roster", "", "");
		assert.equal(storage.get("ana", "roster", "bo"), "two");
		assert.equal(storage.get("ana", "roster", ""), "", "empty is not absent");
		storage.delete("ana", "roster", "bo");
		storage.delete("ana", "roster", "bo");
		assert.equal(storage.get("ana", "roster", "bo"), undefined);
		assert.equal(storage.get("ana", "roster", ""), "");
	});

	test(`${name}: owners, collections and keys are apart, whatever is in their names`, async (t) => {
		const storage = await open(t);
		const names = ["", "a", "A", "a b", "a/b", "%", "'", "é", "e\u0301", "\u{1f63a}", "__proto__"];
		let count = 0;
		for (const owner of names) {
			for (const key of names) {
				storage.put(owner, "c", key, `${(count += 1)}`);
				storage.put(owner, `c${key}`, owner, `of ${count}`);
			}
		}
		assert.deepEqual([...storage.owners("c")].sort(), [...names].sort());
		for (const owner of names) assert.equal(storage.entries(owner, "c").length, names.length, JSON.stringify(owner));
		assert.equal(storage.get("a b", "c", "\u{1f63a}"), `${3 * names.length + 10}`);
	});

	test(`${name}: the entries of a collection come in the order of their keys by UTF-16 units`, async (t) => {
		const storage = await open(t);
		// By code points the last two would be the other way round.
		const keys = ["10", "9", "a", "\u{1f63a}", "\uff5e"];
		for (const key of [...keys].reverse()) storage.put("ana", "list", key, `of ${key}`);
		storage.put("ana", "other", "0", "");
		storage.put("bo", "list", "0", "");
		assert.deepEqual(
			storage.entries("ana", "list"),
			keys.map((key) => [key, `of ${key}`]),
		);
		assert.deepEqual(storage.entries("cy", "list"), []);
	});

	test(`${name}: it says who has something in a collection, and what an owner has something in`, async (t) => {
		const storage = await open(t);
		storage.put("ana", "roster", "1", "");
		storage.put("ana", "roster", "2", "");
		storage.put("ana", "offline", "1", "");
		storage.put("bo", "roster", "1", "");
		assert.deepEqual([...storage.owners("roster")].sort(), ["ana", "bo"]);
		assert.deepEqual(storage.owners("nothing"), []);
		assert.deepEqual([...storage.collections("ana")].sort(), ["offline", "roster"]);
		storage.delete("ana", "offline", "1");
		assert.deepEqual(storage.collections("ana"), ["roster"]);
		assert.deepEqual(storage.owners("offline"), []);
		storage.drop("ana");
		storage.drop("nobody");
		assert.deepEqual(storage.collections("ana"), []);
		assert.deepEqual(storage.entries("ana", "roster"), []);
		assert.deepEqual(storage.owners("roster"), ["bo"]);
	});

	test(`${name}: a commit changes nothing that is seen, however often it is called`, async (t) => {
		const storage = await open(t);
		assert.equal(storage.commit(), true);
		storage.put("ana", "roster", "1", "one");
		assert.equal(storage.commit(), true);
		assert.equal(storage.commit(), true);
		storage.delete("ana", "roster", "1");
		storage.put("ana", "roster", "2", "x".repeat(1 << 20));
		assert.equal(storage.commit(), true);
		assert.equal(storage.get("ana", "roster", "1"), undefined);
		assert.equal(storage.get("ana", "roster", "2")?.length, 1 << 20);
	});
}
