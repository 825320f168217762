// One side of a conversation over OTRv4, which computes the same from the same seed.

import { Conversation, createAccount } from "@clowder/otrv4";
import { seeded } from "./seeded.mjs";

/** @typedef {import("@clowder/crypto/otr").OtrPrimitives} OtrPrimitives */
/** @typedef {"alice" | "bob"} Side */
/**
 * What one side does, and what part of the conversation that is counted as.
 *
 * @typedef {{ part: string, call: "start" | "receive" | "send" | "ask" | "answer" | "end", text?: string }} Step
 */

/** @type {readonly Side[]} */
export const SIDES = ["alice", "bob"];

/** The time of the whole conversation. */
const START_MS = 1_790_000_000_000;

/**
 * @param {OtrPrimitives} primitives
 * @param {Side} side
 * @param {string} seed
 * @returns {(step: Step) => readonly string[]} does a step, and gives the texts that it sends
 */
export function openConversation(primitives, side, seed) {
	const random = seeded(`${seed}/${side}`);
	const account = createAccount({ primitives, random, mode: "standalone" }, START_MS);
	if (!account.ok) throw new Error(`no account: ${account.error.expected}`);
	const addresses = ["alice@example.org", "bob@example.org"];
	const [ourAddress = "", theirAddress = ""] = side === "alice" ? addresses : addresses.reverse();
	const conversation = new Conversation({ primitives, random, account: account.value, ourAddress, theirAddress });
	const session = () => {
		const open = conversation.session();
		if (open === undefined) throw new Error("there is no encrypted session");
		return open;
	};
	return ({ call, text = "" }) => {
		switch (call) {
			case "start":
				return conversation.start(START_MS).send;
			case "receive":
				return unrefused(conversation.receive(text, START_MS)).send;
			case "send":
				return valueOf(session().send(text, START_MS)).send;
			case "ask":
				return valueOf(session().startSmp("", text, START_MS)).send;
			case "answer":
				return valueOf(session().answerSmp(text, START_MS)).send;
			case "end":
				return valueOf(session().end(START_MS)).send;
		}
	};
}

/** @template T @param {import("@clowder/bytes").Result<T, import("@clowder/otrv4").Refusal>} result @returns {T} */
function valueOf(result) {
	if (!result.ok) throw new Error(`${result.error.what}: expected ${result.error.expected}; got ${result.error.got}`);
	return result.value;
}

/** What is refused costs less than what is measured here. @param {import("@clowder/otrv4").Outcome} outcome */
function unrefused(outcome) {
	for (const event of outcome.events) {
		if (event.kind === "refused") throw new Error(`${event.refusal.what}: got ${event.refusal.got}`);
		if (event.kind === "smp-finished" && !event.equal) throw new Error("the secrets differ");
	}
	return outcome;
}
