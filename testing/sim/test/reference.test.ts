import assert from "node:assert/strict";
import { test } from "node:test";
import { generateStory } from "../src/generate.ts";
import { replayTrace } from "../src/replay.ts";
import { playStory } from "../src/run.ts";
import { PROFILES, type Profile } from "../src/story.ts";
import { type Trace, TraceRecorder } from "../src/trace.ts";

/** Stories of each profile whose traces are read again. */
const STORIES = 8;

function record(seed: number, profile: Profile): Trace {
	const story = generateStory(seed, profile);
	const recorder = new TraceRecorder();
	const { misfits } = playStory(story, recorder.onlooker);
	return recorder.trace(story, misfits);
}

for (const profile of PROFILES) {
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

test("the reference follows who reads a part of the order again after a repair", () => {
	const trace = record(1021, "lossy");
	const again = trace.clients
		.flatMap(({ places }) => places)
		.filter(({ took }) => took !== undefined && took.length > 0);
	assert.ok(again.length > 0, "nobody missed anything");
	assert.equal(replayTrace(trace).difference, undefined);
	// Without what came with the repair, the two part ways.
	for (const place of again) place.took = undefined;
	assert.notEqual(replayTrace(trace).difference, undefined);
});

test("a trace is JSON, and a place that is left out or changed is found", () => {
	const trace = record(1001, "honest");
	const again = JSON.parse(JSON.stringify(trace)) as Trace;
	assert.equal(replayTrace(again).difference, undefined);
	const first = again.clients.find((client) => client.places.length > 40);
	assert.ok(first);
	// Without the first SHARE of somebody else's, no session begins where it did.
	const at = first.places.findIndex(({ input }) => input?.type === "text" && input.text.startsWith(":3mpCAT:3Share"));
	first.places.splice(at, 1);
	assert.notEqual(replayTrace(again).difference, undefined);
});
