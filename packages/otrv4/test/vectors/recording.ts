import { hex } from "@clowder/bytes";
import type { OtrPrimitives } from "@clowder/crypto/otr";
import { createAccount } from "../../src/account/account.ts";
import { Conversation } from "../../src/conversation/conversation.ts";
import type { ConversationEvent, Outcome } from "../../src/conversation/events.ts";
import { bytes, must, seeded } from "./support.ts";

/** What is done with our side of a conversation: a text that came is handed to it, or its user does something. */
export type RecordedAction =
	| { readonly do: "receive"; readonly text: string }
	| { readonly do: "query" | "start" | "end" }
	| { readonly do: "send"; readonly text: string }
	| { readonly do: "startSmp"; readonly question: string; readonly secret: string }
	| { readonly do: "answerSmp"; readonly secret: string }
	| { readonly do: "agreeKey"; readonly context: string; readonly value: string };

/** An event: its kind, and what a user would see of it. */
export type RecordedEvent = Readonly<Record<string, string | number | boolean>>;

/** What was done, when, and what came of it. */
export interface RecordedStep {
	readonly atMs: number;
	readonly action: RecordedAction;
	readonly send: readonly string[];
	readonly events: readonly RecordedEvent[];
	/** Of `agreeKey`: the extra symmetric key. */
	readonly key?: string;
}

export interface RecordedConversation {
	readonly name: string;
	/** Our random bytes: SHAKE-256 of "seed/account/0", "seed/account/1" ..., and "seed/conversation/0" ... */
	readonly seed: string;
	readonly startMs: number;
	readonly ourAddress: string;
	readonly theirAddress: string;
	readonly maxChars: number | null;
	readonly steps: readonly RecordedStep[];
}

export interface Recording {
	readonly description: string;
	readonly spec: string;
	readonly recordedWith: readonly string[];
	readonly conversations: readonly RecordedConversation[];
}

/** Our side, as it was when the recording began. */
export function ourSide(primitives: OtrPrimitives, recorded: Omit<RecordedConversation, "steps">): Conversation {
	const { seed, startMs, ourAddress, theirAddress, maxChars } = recorded;
	const account = must(
		createAccount({ primitives, random: seeded(`${seed}/account`), mode: "otrv3-compatible" }, startMs),
	);
	return new Conversation({
		...{ primitives, account, ourAddress, theirAddress, reading: "otr4j" },
		random: seeded(`${seed}/conversation`),
		...(maxChars === null ? {} : { maxChars }),
	});
}

/** Does it, and says what came of it. */
export function perform(conversation: Conversation, action: RecordedAction, atMs: number): RecordedStep {
	if (action.do === "agreeKey") {
		const session = sessionOf(conversation);
		const agreed = must(session.agreeKey(bytes(action.context), bytes(action.value), atMs));
		return { atMs, action, ...plainOutcome(agreed), key: hex(agreed.key) };
	}
	return { atMs, action, ...plainOutcome(outcomeOf(conversation, action, atMs)) };
}

type Simple = Exclude<RecordedAction, { readonly do: "agreeKey" }>;

function outcomeOf(conversation: Conversation, action: Simple, atMs: number): Outcome {
	switch (action.do) {
		case "receive":
			return conversation.receive(action.text, atMs);
		case "query":
			return must(conversation.query());
		case "start":
			return conversation.start(atMs);
		case "send":
			return must(conversation.send(action.text, atMs));
		case "startSmp":
			return must(sessionOf(conversation).startSmp(action.question, action.secret, atMs));
		case "answerSmp":
			return must(sessionOf(conversation).answerSmp(action.secret, atMs));
		case "end":
			return conversation.end(atMs);
	}
}

function sessionOf(conversation: Conversation): NonNullable<ReturnType<Conversation["session"]>> {
	const session = conversation.session();
	if (session === undefined) throw new Error("no encrypted session");
	return session;
}

function plainOutcome({ send, events }: Outcome): Pick<RecordedStep, "send" | "events"> {
	return { send, events: events.map(plainEvent) };
}

/** Bytes in hexadecimal; of a refusal, who is to blame and why. */
function plainEvent(event: ConversationEvent): RecordedEvent {
	const shown: Record<string, string | number | boolean> = {};
	for (const [name, value] of Object.entries(event) as [string, unknown][]) {
		if (value instanceof Uint8Array) shown[name] = hex(value);
		if (["string", "number", "boolean"].includes(typeof value)) shown[name] = value as string | number | boolean;
	}
	if (event.kind === "refused") {
		shown["blame"] = event.refusal.blame;
		shown["reason"] = event.refusal.reason;
	}
	return shown;
}
