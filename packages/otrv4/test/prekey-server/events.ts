import assert from "node:assert/strict";
import type { PrekeyClientEvent, VerifiedEnsemble } from "../../src/prekey-server/index.ts";

/** The ensembles of the one event that brought some, of which none was discarded. */
export function ensemblesOf(events: readonly PrekeyClientEvent[]): readonly VerifiedEnsemble[] {
	const [event, ...more] = events;
	assert.deepEqual(more, []);
	assert.ok(event?.type === "ensembles", `expected ensembles, got ${event?.type}`);
	assert.deepEqual(event.discarded, []);
	return event.ensembles;
}
