import { compare, encode } from "@clowder/bytes";
import type { Mode } from "../../src/mode.ts";
import type { IdentityMessage } from "../../src/wire/messages.ts";
import { ALICE, BOB, Endpoint, type EndpointOptions, NOW_MS } from "../support/endpoint.ts";
import { must } from "../support/expect.ts";
import { fastPrimitives } from "../support/fast-group.ts";
import { decoded, establish, messageOf, type Pair, pair, settle } from "../support/pair.ts";
import { seeded } from "../support/random.ts";

/** "Protocol States". */
export const STATES = ["START", "WAITING_AUTH_R", "WAITING_AUTH_I", "ENCRYPTED_MESSAGES", "FINISHED"] as const;
export type State = (typeof STATES)[number];

export const MODES: readonly Mode[] = ["otrv3-compatible", "standalone", "interactive-only"];

/** Alice in a state, with the Bob who helped her there. What was on its way is in nobody's hands any more. */
export function sceneIn(state: State, options: EndpointOptions = {}): Pair {
	const both = pair(options);
	const { alice, bob } = both;
	switch (state) {
		case "START":
			break;
		case "WAITING_AUTH_R":
			alice.take(alice.conversation.start(NOW_MS));
			break;
		case "WAITING_AUTH_I":
			bob.take(bob.conversation.start(NOW_MS));
			alice.receive(bob.sent()[0] ?? "");
			break;
		case "ENCRYPTED_MESSAGES":
			establish({ alice: bob, bob: alice });
			break;
		case "FINISHED":
			establish({ alice: bob, bob: alice });
			bob.take(bob.conversation.end(NOW_MS));
			settle(both);
	}
	alice.told();
	bob.told();
	return both;
}

/** The same device, started anew: it knows nothing of any conversation. */
export function restarted(endpoint: Endpoint, seed: string, options: EndpointOptions = {}): Endpoint {
	const [ours, theirs] = endpoint.name.startsWith("alice") ? [ALICE, BOB] : [BOB, ALICE];
	return new Endpoint(endpoint.name, ours, theirs, {
		primitives: fastPrimitives,
		...options,
		mode: endpoint.account.mode,
		account: endpoint.account,
		random: seeded(`restarted ${endpoint.name} ${seed}`),
	});
}

/** The text of an Identity message of this device, to whichever device answers. */
export function identityFrom(endpoint: Endpoint): string {
	return endpoint.conversation.start(NOW_MS).send[0] ?? "";
}

function hashOfB({ b }: IdentityMessage): Uint8Array {
	return fastPrimitives.shake256([encode((w) => w.variable(b))], 32);
}

/** A device whose new Identity message has a hash of `B` above, or below, that of a message it will cross. */
export function crossing(endpoint: Endpoint, other: string, hash: "higher" | "lower"): [Endpoint, string] {
	for (let attempt = 0; ; attempt++) {
		const fresh = restarted(endpoint, `${hash} ${attempt}`);
		const text = identityFrom(fresh);
		const order = compare(hashOfB(messageOf(text, "identity")), hashOfB(messageOf(other, "identity")));
		if (order > 0 === (hash === "higher")) return [fresh, text];
	}
}

/** An Auth-R message of this device, in answer to the text of an Identity message. */
export function authRFrom(endpoint: Endpoint, identity: string): string {
	return endpoint.receive(identity).send[0] ?? "";
}

/** A whole exchange between this device and another that never heard of the one that is looked at: Auth-I, data. */
export function elsewhere(endpoint: Endpoint, other: Endpoint): { authR: string; authI: string; data: string } {
	const [mine, theirs] = [restarted(endpoint, "elsewhere"), restarted(other, "elsewhere")];
	const authR = authRFrom(mine, identityFrom(theirs));
	const [one, another] = [restarted(endpoint, "elsewhere, first"), restarted(other, "elsewhere, second")];
	const authI = one.receive(authRFrom(another, identityFrom(one))).send[0] ?? "";
	another.receive(authI);
	const data = must(one.conversation.send("from elsewhere", NOW_MS)).send[0] ?? "";
	return { authR, authI, data };
}

/** What each text is: a type of message, or what else it begins with. */
export function typesOf(texts: readonly string[]): string[] {
	return texts.map((text) => {
		if (text.startsWith("?OTR:")) return decoded(text).type;
		if (text.startsWith("?OTR Error:")) return text.slice("?OTR Error: ".length, "?OTR Error: ERROR_1".length);
		return text.startsWith("?OTRv") ? "query" : "text";
	});
}
