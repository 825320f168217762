import { equal } from "@clowder/bytes";
import type { Suite } from "@clowder/crypto";
import { parseMessage, signMessage } from "../../src/wire/envelope.ts";
import type { Message } from "../../src/wire/messages.ts";
import { type Person, seeded, type TestPlace } from "./place.ts";

/**
 * A member who breaks the protocol with their own keys: changes what they are about to send, and signs it properly. The
 * keys are found again among the random bytes that they were made from.
 */
export function enterCheater(
	place: TestPlace,
	name: string,
	change: (message: Message) => Message | undefined,
): Person {
	const drawn: Uint8Array[] = [];
	const random = seeded(`${name} cheats`);
	const recording = (length: number): Uint8Array => {
		const bytes = random(length);
		drawn.push(bytes);
		return bytes;
	};
	// What `enter` sends goes out before the cheat is in place: a KNOCK or a FOUND.
	const person = place.enter(name, { random: recording });
	person.cheat = (text) => changeText(place.suite, drawn, text, change);
	return person;
}

function changeText(
	suite: Suite,
	drawn: readonly Uint8Array[],
	text: string,
	change: (message: Message) => Message | undefined,
): string | undefined {
	const parsed = parseMessage(suite, text);
	if (!parsed.ok) throw new Error("a text of our own that does not parse");
	const changed = change(parsed.value.message);
	if (changed === undefined || changed === parsed.value.message) return changed && text;
	const { context, v, number } = parsed.value.header;
	for (const seed of drawn.filter((bytes) => bytes.length === 32)) {
		const key = suite.primitives.signingKey(seed);
		if (equal(key.verifyKey.bytes, v)) {
			return signMessage(suite, "memory:room", key, context, number, changed).text;
		}
	}
	throw new Error("the cheater's key is not among what they drew");
}

/** The same bytes with one bit of another value. */
export function flipped<T extends Uint8Array>(bytes: T): T {
	const copy = bytes.slice();
	copy[0] = (copy[0] as number) ^ 1;
	return copy as T;
}
