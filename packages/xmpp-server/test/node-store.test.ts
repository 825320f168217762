import assert from "node:assert/strict";
import { test } from "node:test";
import { Bench, conditionOf } from "./support/core.ts";
import { again } from "./support/house.ts";
import { configure, items, owning, publish, pubsub, told } from "./support/pubsub.ts";
import { RefusingStorage } from "./support/refusing-storage.ts";

const NODE = "urn:example:node";

test("PEP-5: what the disk does not take is refused, told to nobody, and nothing is changed by it", () => {
	const storage = new RefusingStorage();
	const bench = new Bench({}, { storage });
	const ana = bench.client("ana");
	publish(ana, NODE, "1", "first");
	ana.take();
	storage.refuses = true;
	for (const answer of [
		publish(ana, NODE, "2", "second"),
		publish(ana, "urn:example:other", "1", "x"),
		pubsub(ana, "set", undefined, `<retract node="${NODE}" notify="1"><item id="1"/></retract>`),
		pubsub(ana, "set", undefined, '<create node="urn:example:made"/>'),
		configure(ana, NODE, { max_items: "3" }),
		owning(ana, "set", `<purge node="${NODE}"/>`),
		owning(ana, "set", `<delete node="${NODE}"/>`),
	]) {
		assert.equal(conditionOf(answer), "resource-constraint");
	}
	assert.deepEqual(told(ana), []);
	storage.refuses = false;
	assert.deepEqual(items(again(bench, "ana", "x"), undefined, NODE), ["1 first"]);
	assert.deepEqual(items(ana, undefined, "urn:example:other"), ["item-not-found"]);
});

test("PEP-8: what the disk did not take does not count for the bytes of all", () => {
	const storage = new RefusingStorage();
	// Two items of 1,000 bytes fit.
	const bench = new Bench({ pubsubBytes: 2_500 }, { storage });
	const ana = bench.client("ana");
	const text = "x".repeat(950);
	assert.equal(publish(ana, "a", "1", text).attrs["type"], "result");
	storage.refuses = true;
	for (let time = 0; time < 3; time++) {
		assert.equal(conditionOf(publish(ana, "b", "1", text)), "resource-constraint");
		assert.equal(conditionOf(owning(ana, "set", '<delete node="a"/>')), "resource-constraint");
	}
	storage.refuses = false;
	assert.equal(publish(ana, "b", "1", text).attrs["type"], "result", "there is room");
	assert.equal(conditionOf(publish(ana, "c", "1", text)), "resource-constraint", "there is none left");
});
