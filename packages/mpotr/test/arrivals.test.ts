import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { generateKeySet } from "../src/key-set.ts";
import { NO_CONTEXT, parseMessage, signMessage } from "../src/wire/envelope.ts";
import type { MessageType } from "../src/wire/messages.ts";
import { eventsOf, names, roomOf, seeded, suiteOf, type TestPlace } from "./support/place.ts";

const suite = suiteOf(1);

/** How many messages of this type stand in the order from this item on. */
function count(place: TestPlace, from: number, type: MessageType): number {
	return place.log.slice(from).filter((item) => {
		const parsed = item.type === "text" ? parseMessage(suite, item.text) : undefined;
		return parsed?.ok && parsed.value.message.type === type;
	}).length;
}

describe("people who arrive together", () => {
	test("STATE-1: those who knock in the time of one batch get one STATE, one OPEN, and one session", () => {
		const { place, people } = roomOf(suite, "ana");
		const [ana] = people;
		assert.ok(ana);
		const from = place.log.length;
		const sessions = eventsOf(ana, "session").length;
		const coming = [];
		for (let i = 0; i < 8; i++) {
			coming.push(place.enter(`guest ${i}`));
			place.run(15);
		}
		place.run(5000);
		for (const person of [ana, ...coming]) assert.equal(names(person).length, 9);
		assert.equal(count(place, from, "STATE"), 1);
		assert.equal(count(place, from, "OPEN"), 1);
		assert.equal(eventsOf(ana, "session").length, sessions + 1);
	});

	test("STATE-1: someone who knocks anew in ever less than the time of one batch keeps nobody else waiting", () => {
		const { place, people } = roomOf(suite, "ana", "ben");
		const random = seeded("a knocker");
		const knock = (): void => {
			const keys = generateKeySet(suite, random);
			const message = { type: "KNOCK", keySet: keys.public } as const;
			place.inject("mal", signMessage(suite, "memory:room", keys.e, NO_CONTEXT, 0, message).text);
			place.run(50);
		};
		for (let i = 0; i < 4; i++) knock();
		const carl = place.enter("carl");
		const inside = (): boolean => [...people, carl].every((one) => names(one).length === 3);
		for (let i = 0; i < 60 && !inside(); i++) knock();
		assert.ok(inside(), "within three seconds");
	});
});
