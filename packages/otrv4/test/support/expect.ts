import assert from "node:assert/strict";
import type { Result } from "@clowder/bytes";
import type { ConversationEvent, Outcome } from "../../src/conversation/events.ts";
import type { Blame, Reason, Refusal } from "../../src/refusal.ts";

export function must<T>(result: Result<T, Refusal>): T {
	if (!result.ok) assert.fail(`refused: ${JSON.stringify(result.error)}`);
	return result.value;
}

/** That it was refused, with this blame and reason, saying what was expected and what came. */
export function refusedAs(result: Result<unknown, Refusal>, blame: Blame, reason: Reason): Refusal {
	if (result.ok) assert.fail(`was not refused as ${blame}, ${reason}`);
	checkRefusal(result.error, blame, reason);
	return result.error;
}

/** That nothing is sent, and one refusal is all that happened. */
export function onlyRefused(outcome: Outcome, blame: Blame, reason: Reason): Refusal {
	assert.deepEqual(outcome.send, []);
	const [event, ...others] = outcome.events;
	if (event?.kind !== "refused" || others.length > 0) assert.fail(`not one refusal: ${kinds(outcome.events).join()}`);
	checkRefusal(event.refusal, blame, reason);
	return event.refusal;
}

function checkRefusal(refusal: Refusal, blame: Blame, reason: Reason): void {
	assert.deepEqual([refusal.blame, refusal.reason], [blame, reason], JSON.stringify(refusal));
	for (const words of [refusal.what, refusal.expected, refusal.got]) assert.notEqual(words, "");
}

export function kinds(events: readonly ConversationEvent[]): string[] {
	return events.map(({ kind }) => kind);
}

export type EventOf<Kind extends ConversationEvent["kind"]> = Extract<ConversationEvent, { readonly kind: Kind }>;

/** The events of one kind. */
export function eventsOf<Kind extends ConversationEvent["kind"]>(
	events: readonly ConversationEvent[],
	kind: Kind,
): EventOf<Kind>[] {
	return events.filter((event): event is EventOf<Kind> => event.kind === kind);
}

/** The one event of a kind. */
export function only<Kind extends ConversationEvent["kind"]>(
	events: readonly ConversationEvent[],
	kind: Kind,
): EventOf<Kind> {
	const [event, ...others] = eventsOf(events, kind);
	if (event === undefined || others.length > 0) assert.fail(`not one ${kind} among ${kinds(events).join() || "none"}`);
	return event;
}

/** The texts that were read, in their order. */
export function texts(events: readonly ConversationEvent[]): string[] {
	return eventsOf(events, "message").map(({ text }) => text);
}
