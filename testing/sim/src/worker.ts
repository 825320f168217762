import { generateStory } from "./generate.ts";
import type { Job, JobResult } from "./pool.ts";
import { type Outcome, playStory } from "./run.ts";
import { breaks, shrink } from "./shrink.ts";

/** What a story did, also where the simulator itself broke down. */
function play(job: Job): JobResult {
	const { seed, profile } = job;
	const story = generateStory(seed, profile);
	let outcome: Outcome;
	try {
		outcome = playStory(story);
	} catch (error) {
		const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
		const failure = { demand: "simulator", detail, atMs: 0 };
		outcome = { failure, settledMs: 0, texts: 0, sessions: 0, messages: 0, confirmations: 0, misfits: new Set() };
	}
	const { failure } = outcome;
	const keep = failure !== undefined && job.shrink ? shrink(story, breaks(failure.demand)) : undefined;
	return { seed, profile, outcome, keep };
}

process.on("message", (jobs: readonly Job[]) => {
	process.send?.(jobs.map(play));
});
