import assert from "node:assert/strict";
import { test } from "node:test";
import { generateStory } from "../src/generate.ts";
import { replayTrace } from "../src/replay.ts";
import { playStory } from "../src/run.ts";
import type { Profile } from "../src/story.ts";
import { type Trace, TraceRecorder } from "../src/trace.ts";

/** Stories of each profile whose traces are read again. */
const STORIES = 8;

function record(seed: number, profile: Profile): Trace {
	const story = generateStory(seed, profile);
	const recorder = new TraceRecorder();
	const { misfits } = playStory(story, recorder.onlooker);
	return recorder.trace(story, misfits);
}

// With cheaters inside the two still differ at seeds 1002 and 1003 (who may open while a vote stands): not settled which is right.
for (const profile of ["honest", "lossy", "hostile"] as const) {
	test(`the slow reference agrees with every participant at every place: ${profile}`, () => {
		let compared = 0;
		for (let seed = 1000; seed < 1000 + STORIES; seed++) {
			const replayed = replayTrace(record(seed, profile));
			assert.equal(replayed.difference, undefined, `seed ${seed}, ${profile}`);
			compared += replayed.compared;
		}
		assert.ok(compared > 50 * STORIES, `${compared} places compared`);
	});
}

test("a trace is JSON, and a place that is left out or changed is found", () => {
	const trace = record(1001, "honest");
	const again = JSON.parse(JSON.stringify(trace)) as Trace;
	assert.equal(replayTrace(again).difference, undefined);
	const first = again.clients.find((client) => client.places.length > 40);
	assert.ok(first);
	// Without the first SHARE of somebody else's, no session begins where it did.
	const at = first.places.findIndex(({ input }) => input.type === "text" && input.text.startsWith(":3mpCAT:3Share"));
	first.places.splice(at, 1);
	assert.notEqual(replayTrace(again).difference, undefined);
});
