import assert from "node:assert/strict";
import { test } from "node:test";
import { MAX_EVENTS, MAX_OWN_KEYS } from "../src/limits.ts";
import { Desk } from "../src/participant/desk.ts";
import { NO_CONTEXT, parseMessage } from "../src/wire/envelope.ts";
import { seeded, suiteOf } from "./support/place.ts";

const suite = suiteOf(2);

function numbers(desk: Desk): number[] {
	return desk.takeTexts().map((text) => {
		const parsed = parseMessage(suite, text);
		return parsed.ok ? parsed.value.header.number : assert.fail("not of the protocol");
	});
}

test("every key counts its own messages, and the keys of sessions long over are forgotten, never one in use", () => {
	const random = seeded("desk");
	const desk = new Desk(suite, random);
	const inUse = suite.primitives.signingKey(random(32));
	const gone = new Uint8Array(32);
	for (let i = 0; i < 2 * MAX_OWN_KEYS; i++) {
		desk.post(inUse, NO_CONTEXT, { type: "GONE", v: gone });
		desk.post(suite.primitives.signingKey(random(32)), NO_CONTEXT, { type: "GONE", v: gone });
	}
	const counted = numbers(desk);
	assert.deepEqual(
		counted.filter((_, i) => i % 2 === 0),
		Array.from({ length: 2 * MAX_OWN_KEYS }, (_, i) => i),
	);
});

test("an echo counts once", () => {
	const random = seeded("desk");
	const desk = new Desk(suite, random);
	const hash = desk.post(suite.primitives.signingKey(random(32)), NO_CONTEXT, { type: "GONE", v: new Uint8Array(32) });
	assert.deepEqual([desk.echoed(hash), desk.echoed(hash)], [0, undefined]);
});

test("events that nobody takes cost bounded memory, and refusals go first", () => {
	const desk = new Desk(suite, seeded("desk"));
	desk.emit({ type: "over", why: "left" });
	const refusal = { blame: "foreign", what: "plain-text" } as const;
	for (let i = 0; i < 2 * MAX_EVENTS; i++) desk.emit({ type: "refused", from: "h", refusal });
	const events = desk.takeEvents();
	assert.equal(events.length, MAX_EVENTS);
	assert.equal(events[0]?.type, "over");
});
