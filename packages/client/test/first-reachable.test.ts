import assert from "node:assert/strict";
import { test } from "node:test";
import { err, ok } from "@clowder/bytes";
import { type Carrier, type CarrierError, parseRoomName, type Place } from "@clowder/carrier";
import { firstReachable } from "../src/first-reachable.ts";

const PLACE: Place = { send: () => ok(undefined), backlog: 0, leave: () => Promise.resolve() };
const UNREACHABLE: CarrierError = { kind: "unreachable", detail: "the network lets nothing through" };
const REFUSED: CarrierError = { kind: "refused", condition: "forbidden", detail: "not today" };

/** A carrier that answers the same to everyone, and writes down that it was asked. */
function carrier(name: string, asked: string[], error?: CarrierError, maxTextBytes = 1_000): Carrier {
	return {
		capabilities: { totalOrder: true, echo: true, presence: name !== "deaf", maxTextBytes },
		enter() {
			asked.push(name);
			return Promise.resolve(error === undefined ? ok(PLACE) : err(error));
		},
	};
}

async function enter(carriers: (asked: string[]) => readonly [Carrier, ...Carrier[]]): Promise<unknown> {
	const room = parseRoomName("den");
	assert.ok(room.ok);
	const asked: string[] = [];
	const [first, ...others] = carriers(asked);
	const entered = await firstReachable(first, ...others).enter({ room: room.value, onEvent: () => undefined });
	return [asked, entered.ok ? "in" : entered.error];
}

test("what cannot be reached is tried by the next carrier, and a refusal by none", async () => {
	assert.deepEqual(await enter((asked) => [carrier("a", asked), carrier("b", asked)]), [["a"], "in"]);
	assert.deepEqual(await enter((asked) => [carrier("a", asked, UNREACHABLE), carrier("b", asked)]), [["a", "b"], "in"]);
	assert.deepEqual(await enter((asked) => [carrier("a", asked, REFUSED), carrier("b", asked)]), [["a"], REFUSED]);
	const both = await enter((asked) => [carrier("a", asked, REFUSED), carrier("b", asked, UNREACHABLE)]);
	assert.deepEqual(both, [["a"], REFUSED]);
	const none = await enter((asked) => [carrier("a", asked, UNREACHABLE), carrier("b", asked, UNREACHABLE)]);
	assert.deepEqual(none, [["a", "b"], UNREACHABLE]);
});

test("together carriers can do what each of them can", () => {
	const all = firstReachable(carrier("a", [], undefined, 500), carrier("deaf", [], undefined, 700));
	assert.deepEqual(all.capabilities, { totalOrder: true, echo: true, presence: false, maxTextBytes: 500 });
});
