import assert from "node:assert/strict";
import type { OtrPrimitives } from "@clowder/crypto/otr";
import type { ConversationEvent } from "../../src/conversation/events.ts";
import { decodeMessage } from "../../src/wire/decode-message.ts";
import { decodeText } from "../../src/wire/encoding.ts";
import type { OtrMessage } from "../../src/wire/messages.ts";
import { ALICE, BOB, Endpoint, type EndpointOptions, NOW_MS } from "./endpoint.ts";
import { must } from "./expect.ts";
import { fastPrimitives } from "./fast-group.ts";

/** More texts than any exchange of two honest endpoints takes: one that does not end is a bug. */
const EXCHANGE_MAX_TEXTS = 10_000;

export interface Pair {
	readonly alice: Endpoint;
	readonly bob: Endpoint;
}

/** Two devices that talk to each other. With fast primitives, unless it is said. */
export function pair(options: EndpointOptions = {}, bobs: EndpointOptions = {}): Pair {
	const primitives: OtrPrimitives = options.primitives ?? fastPrimitives;
	return {
		alice: new Endpoint("alice", ALICE, BOB, { ...options, primitives }),
		bob: new Endpoint("bob", BOB, ALICE, { ...options, primitives, ...bobs }),
	};
}

/** Carries all texts between two devices, each side's in order, until nobody has anything to say. */
export function settle({ alice, bob }: Pair, nowMs: number = NOW_MS): void {
	for (let texts = 0; alice.outbox.length + bob.outbox.length > 0; texts++) {
		assert.ok(texts < EXCHANGE_MAX_TEXTS, "two endpoints that never stop talking");
		const toBob = alice.outbox.shift();
		if (toBob !== undefined) bob.receive(toBob, nowMs);
		const toAlice = bob.outbox.shift();
		if (toAlice !== undefined) alice.receive(toAlice, nowMs);
	}
}

/** Lets the first device begin, and both be encrypted. Forgets what they were told. */
export function establish(both: Pair, nowMs: number = NOW_MS): Pair {
	both.alice.take(both.alice.conversation.start(nowMs));
	settle(both, nowMs);
	for (const { conversation, name } of [both.alice, both.bob]) {
		assert.equal(conversation.state(), "ENCRYPTED_MESSAGES", name);
	}
	both.alice.told();
	both.bob.told();
	return both;
}

/** A pair that is encrypted. */
export function established(options: EndpointOptions = {}, bobs: EndpointOptions = {}): Pair {
	return establish(pair(options, bobs));
}

/** The same two, seen from the other side. */
export function turned({ alice, bob }: Pair): Pair {
	return { alice: bob, bob: alice };
}

/** One text from one to the other, read there. */
export function say(from: Endpoint, to: Endpoint, text: string, nowMs: number = NOW_MS): void {
	from.take(must(from.conversation.send(text, nowMs)));
	const before = to.events.length;
	for (const each of from.sent()) to.receive(each, nowMs);
	const read = to.events.slice(before).filter((event): event is MessageEvent => event.kind === "message");
	assert.deepEqual(
		read.map((event) => event.text),
		[text],
		`what ${to.name} read of ${from.name}`,
	);
}

type MessageEvent = Extract<ConversationEvent, { readonly kind: "message" }>;

/** That both read each other: several ratchets of it. */
export function talk(both: Pair, nowMs: number = NOW_MS): void {
	for (let turn = 0; turn < 4; turn++) {
		say(both.alice, both.bob, `to bob ${turn}`, nowMs);
		say(both.bob, both.alice, `to alice ${turn}`, nowMs);
	}
}

/** What an encoded text says. */
export function decoded(text: string): OtrMessage {
	return must(decodeMessage(must(decodeText(text))));
}

/** The message of a text, which is of this type. */
export function messageOf<Type extends OtrMessage["type"]>(
	text: string | undefined,
	type: Type,
): Extract<OtrMessage, { readonly type: Type }> {
	const message = decoded(text ?? "");
	assert.equal(message.type, type);
	return message as Extract<OtrMessage, { readonly type: Type }>;
}
