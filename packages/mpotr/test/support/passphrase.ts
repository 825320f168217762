import assert from "node:assert/strict";
import { normalisePassphrase, type Passphrase, type Suite } from "@clowder/crypto";
import type { ParticipantOptions } from "../../src/api.ts";
import { type ParsedMessage, parseMessage } from "../../src/wire/envelope.ts";
import type { Message } from "../../src/wire/messages.ts";
import { eventsOf, names, type Person, TestPlace } from "./place.ts";

/** Rooms with a passphrase, and what passed in them. */

export const MINUTE = 60_000;

export function phrase(text: string): Passphrase {
	const made = normalisePassphrase(text);
	if (!made.ok) throw new Error(made.error.kind);
	return made.value;
}

/** Someone who was told these words. */
export function enter(place: TestPlace, name: string, secret: string, more: Partial<ParticipantOptions> = {}): Person {
	return place.enter(name, { passphrase: phrase(secret), ...more });
}

/** Lets people in one after another who all know the words. */
export function room(suite: Suite, ...who: readonly string[]): { place: TestPlace; people: Person[] } {
	const place = new TestPlace(suite);
	const people: Person[] = [];
	for (const name of who) {
		people.push(enter(place, name, "open sesame"));
		place.run(MINUTE, () => people.every((one) => names(one).length === people.length));
	}
	place.run(3000);
	assert.deepEqual(names(people[0] as Person), [...who].sort());
	for (const person of people) person.events.length = 0;
	return { place, people };
}

export function messagesSince(place: TestPlace, from: number): readonly ParsedMessage[] {
	return place.log.slice(from).flatMap((item) => {
		const parsed = item.type === "text" ? parseMessage(place.suite, item.text) : undefined;
		return parsed?.ok ? [parsed.value] : [];
	});
}

export function ofType<T extends Message["type"]>(
	place: TestPlace,
	from: number,
	type: T,
): Extract<Message, { type: T }>[] {
	return messagesSince(place, from).flatMap(({ message }) =>
		message.type === type ? [message as Extract<Message, { type: T }>] : [],
	);
}

/** Why someone was not let in. */
export function why(person: Person): string | undefined {
	return eventsOf(person, "refused-entry")[0]?.why;
}
