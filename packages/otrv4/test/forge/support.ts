import type { Ed448KeyPair, OtrPrimitives } from "@clowder/crypto/otr";
import { otrNodePrimitives } from "@clowder/crypto/otr-node";
import type { Account, AccountContent } from "../../src/account/account.ts";
import { type ForgedText, type ForgeryOptions, parse, type Person, type Word } from "../../src/forge/index.ts";
import type { Random } from "../../src/random.ts";
import { ALICE, account, BOB, Endpoint, type EndpointOptions, NOW_MS } from "../support/endpoint.ts";
import { must, texts } from "../support/expect.ts";
import { seeded } from "../support/random.ts";

export const primitives: OtrPrimitives = otrNodePrimitives;

/** An honest user who kept the secret of the forging key: everything that a forger may have. */
export interface User {
	readonly account: Account;
	readonly content: AccountContent;
	readonly person: Person;
	/** `h` and `f`. */
	readonly longTerm: Ed448KeyPair;
	readonly forging: Ed448KeyPair;
}

function user(name: string, address: string, own: OtrPrimitives = primitives): User {
	const made = account(name, "standalone", own, { keepForgingKey: true });
	const content = made.content();
	const forging = content.forgingKey.keyPair;
	if (forging === undefined) throw new Error("the forging key was not kept");
	const person = { profile: made.clientProfile(NOW_MS).profile.bytes, address };
	return { account: made, content, person, longTerm: content.keyPair, forging };
}

export const alice: User = user("alice", ALICE);
export const bob: User = user("bob", BOB);
/** Both. */
export interface Couple {
	readonly primitives: OtrPrimitives;
	readonly alice: User;
	readonly bob: User;
}

const TRUE: Couple = { primitives, alice, bob };

/** The same two with other primitives. */
export function coupleWith(own: OtrPrimitives): Couple {
	return { primitives: own, alice: user("alice", ALICE, own), bob: user("bob", BOB, own) };
}

/** Who has nothing to do with it. */
export const carol: User = user("carol", "carol@example.org");

export function options(seed: string, more: Partial<ForgeryOptions> = {}): ForgeryOptions {
	return { primitives, random: seeded(seed), nowMs: NOW_MS, ...more };
}

/** Honest clients of both, that draw their random bytes from one generator. */
export function honest(
	random: Random,
	more: EndpointOptions = {},
	couple: Couple = TRUE,
): { readonly alice: Endpoint; readonly bob: Endpoint } {
	const both = { primitives: couple.primitives, random, ...more };
	return {
		alice: new Endpoint("alice", ALICE, BOB, { ...both, account: couple.alice.account }),
		bob: new Endpoint("bob", BOB, ALICE, { ...both, account: couple.bob.account }),
	};
}

/** Eight ratchets, two of them with a Diffie-Hellman key beside the first, and several texts in one. */
export const WORDS: readonly Word[] = [
	{ sender: ALICE, text: "Shall we meet?" },
	{ sender: ALICE, text: "At noon" },
	{ sender: BOB, text: "Where?" },
	{ sender: ALICE, text: "At the harbour, where the cats are" },
	{ sender: BOB, text: "Fine" },
	{ sender: BOB, text: "y".repeat(600) },
	{ sender: ALICE, text: "See you" },
	{ sender: BOB, text: "Until then" },
	{ sender: ALICE, text: "Bring fish" },
	{ sender: BOB, text: "I will" },
];

/** What the network carries when two honest clients talk: the initiator is Bob. */
export function honestTranscript(
	random: Random,
	words: readonly Word[],
	endedBy: string | undefined,
	more: EndpointOptions = {},
	couple: Couple = TRUE,
): ForgedText[] {
	const both = honest(random, more, couple);
	const carried: ForgedText[] = [];
	const carry = (): void => {
		for (;;) {
			const from = both.bob.outbox.length > 0 ? both.bob : both.alice;
			const text = from.outbox.shift();
			if (text === undefined) return;
			const to = from === both.bob ? both.alice : both.bob;
			carried.push({ sender: from === both.bob ? BOB : ALICE, text });
			to.receive(text);
		}
	};
	both.bob.take(both.bob.conversation.start(NOW_MS));
	carry();
	for (const { sender, text } of words) {
		const from = sender === BOB ? both.bob : both.alice;
		from.take(must(from.conversation.send(text, NOW_MS)));
		carry();
	}
	if (endedBy !== undefined) {
		const from = endedBy === BOB ? both.bob : both.alice;
		from.take(must(from.session.end(NOW_MS)));
		carry();
	}
	return carried;
}

/** A text without what nobody can compare: which key signed. */
export function withoutSigma(text: string): unknown {
	const parsed = must(parse(text));
	if (parsed.kind !== "encoded" || !("sigma" in parsed.message)) return text;
	return { ...parsed.message, sigma: undefined };
}

/** What an endpoint has read since it was last asked. */
export function readBy(endpoint: Endpoint): string[] {
	return texts(endpoint.told());
}
