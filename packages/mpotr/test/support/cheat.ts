import { equal } from "@clowder/bytes";
import type { SigningKey, Suite } from "@clowder/crypto";
import type { ParticipantOptions } from "../../src/api.ts";
import { parseMessage, type ParsedMessage, signMessage } from "../../src/wire/envelope.ts";
import type { Message, MessageType } from "../../src/wire/messages.ts";
import { type Person, seeded, type TestPlace } from "./place.ts";

/** What a cheater sends in place of a message: another one, nothing, or several, each under the number of the first. */
export type Change = (message: Message, parsed: ParsedMessage) => Message | readonly Message[] | undefined;

/** Changes messages of one type. */
export function change<T extends MessageType>(
	type: T,
	how: (message: Extract<Message, { type: T }>, parsed: ParsedMessage) => ReturnType<Change>,
): Change {
	return (message, parsed) => (message.type === type ? how(message as Extract<Message, { type: T }>, parsed) : message);
}

/** Somebody who signs what they like with their own keys, which are found again among the random bytes they drew. */
export interface Cheater extends Person {
	/** Turns the cheating on and off; on from the start. */
	cheating: boolean;
	/** A text of theirs, for `inject`. */
	sign(v: Uint8Array, context: Uint8Array, number: number, message: Message): string;
	/** The secret of `y` that belongs to the key set of `v`, as its seed. */
	xOf(v: Uint8Array): Uint8Array;
}

/**
 * A member who breaks the protocol with their own keys: changes what they are about to send, and signs it properly.
 */
export function enterCheater(
	place: TestPlace,
	name: string,
	how: Change,
	options: Partial<ParticipantOptions> = {},
): Cheater {
	const drawn: Uint8Array[] = [];
	const random = seeded(`${name} cheats`);
	const recording = (length: number): Uint8Array => {
		const bytes = random(length);
		drawn.push(bytes.slice());
		return bytes;
	};
	const { suite } = place;
	// What `enter` sends goes out before the cheat is in place: a KNOCK or a FOUND.
	const person = place.enter(name, { random: recording, ...options });
	const cheater: Cheater = Object.assign(person, {
		cheating: true,
		sign: (v: Uint8Array, context: Uint8Array, number: number, message: Message): string =>
			signMessage(suite, "memory:room", signingKey(suite, drawn, v).key, context, number, message).text,
		// A key set is drawn in one order: the seed of x, then of s, then of e.
		xOf: (v: Uint8Array): Uint8Array => drawn[signingKey(suite, drawn, v).at - 2] as Uint8Array,
	});
	person.cheat = (text) => (cheater.cheating ? changeText(cheater, place, text, how) : text);
	return cheater;
}

function signingKey(suite: Suite, drawn: readonly Uint8Array[], v: Uint8Array): { key: SigningKey; at: number } {
	for (const [at, seed] of drawn.entries()) {
		if (seed.length !== 32) continue;
		const key = suite.primitives.signingKey(seed);
		if (equal(key.verifyKey.bytes, v)) return { key, at };
	}
	throw new Error("the cheater's key is not among what they drew");
}

function changeText(cheater: Cheater, place: TestPlace, text: string, how: Change): string | undefined {
	const parsed = parseMessage(place.suite, text);
	if (!parsed.ok) throw new Error("a text of our own that does not parse");
	const changed = how(parsed.value.message, parsed.value);
	if (changed === undefined || changed === parsed.value.message) return changed && text;
	const { context, v, number } = parsed.value.header;
	const sign = (message: Message): string => cheater.sign(v, context, number, message);
	if (!Array.isArray(changed)) return sign(changed as Message);
	for (const message of changed as readonly Message[]) place.inject(cheater.handle, sign(message));
	return undefined;
}

/** The same bytes with one bit of another value. */
export function flipped<T extends Uint8Array>(bytes: T): T {
	const copy = bytes.slice();
	copy[0] = (copy[0] as number) ^ 1;
	return copy as T;
}
