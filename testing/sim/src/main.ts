import { writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { performance } from "node:perf_hooks";
import { generateStory } from "./generate.ts";
import { HELP, type Options, parseOptions } from "./options.ts";
import { type Job, type JobResult, playAll } from "./pool.ts";
import { playStory } from "./run.ts";
import { breaks, keepSteps, shrink } from "./shrink.ts";
import { PROFILES, type Profile, type Story, tellAct } from "./story.ts";
import { TraceRecorder } from "./trace.ts";

/** Between two lines of progress. */
const PROGRESS_MS = 5_000;

function profileOf(options: Options, seed: number): Profile {
	return options.profile ?? (PROFILES[seed % PROFILES.length] as Profile);
}

function* jobsOf(options: Options): Generator<Job> {
	for (let seed = options.from; seed < options.from + options.seeds; seed++) {
		yield { seed, profile: profileOf(options, seed), shrink: options.shrink };
	}
}

function tellStory(story: Story, keep: readonly number[]): string {
	const lines = keep.map((i) => {
		const step = story.steps[i];
		return step === undefined ? "" : `    ${i}. +${step.afterMs} ms ${tellAct(step.act)}`;
	});
	const cheaters = story.cheaters.map((who) => `P${who}`).join(" ") || "nobody";
	const head = `    suite ${story.suite}, timeout ${story.timeoutSeconds} s, latency ${story.latencyMs.least} to ${story.latencyMs.most} ms, cheating: ${cheaters}, policy ${story.policy}${story.passphrase ? " with a passphrase" : ""}`;
	return [head, ...lines].join("\n");
}

/** A failure with the commands that show it again. */
function tellFailure({ seed, profile, outcome, keep }: JobResult): string {
	const story = generateStory(seed, profile);
	const { failure } = outcome;
	const command = `npm run sim -- --seed ${seed} --profile ${profile}`;
	const shorter =
		keep === undefined ? "" : `\n  shrunk: ${command} --keep ${keep.join(",")} --verbose\n${tellStory(story, keep)}`;
	return `FAILED ${failure?.detail} (at ${failure?.atMs} ms)\n  replay: ${command} --verbose${shorter}`;
}

/** Plays many; true if all held. */
async function playMany(options: Options): Promise<boolean> {
	const start = performance.now();
	const sums = { done: 0, failed: 0, texts: 0, messages: 0, confirmations: 0, worstMs: 0 };
	const byDemand = new Map<string, number>();
	let told = start;
	const progress = (): void => {
		const seconds = (performance.now() - start) / 1000;
		const rate = sums.done / seconds;
		const eta = Math.round((options.seeds - sums.done) / rate);
		console.log(`${sums.done}/${options.seeds} stories, ${rate.toFixed(1)}/s, ${sums.failed} failed, ${eta} s to go`);
	};
	await playAll(jobsOf(options), Math.min(options.processes, options.seeds), (result) => {
		const { outcome } = result;
		sums.done++;
		sums.texts += outcome.texts;
		sums.messages += outcome.messages;
		sums.confirmations += outcome.confirmations;
		sums.worstMs = Math.max(sums.worstMs, outcome.settledMs);
		if (outcome.failure !== undefined) {
			sums.failed++;
			const name = `${result.profile} ${outcome.failure.demand}`;
			byDemand.set(name, (byDemand.get(name) ?? 0) + 1);
			console.log(tellFailure(result));
		}
		if (performance.now() - told > PROGRESS_MS) {
			told = performance.now();
			progress();
		}
	});
	progress();
	for (const [name, count] of byDemand) console.log(`  ${name}: ${count}`);
	console.log(
		`${sums.texts} texts, ${sums.messages} messages read, ${sums.confirmations} confirmations checked; ` +
			`all were in one session ${(sums.worstMs / 1000).toFixed(1)} s after the last fault at the latest`,
	);
	return sums.failed === 0;
}

/** Plays one seed, told if wanted; true if all held. */
function playOne(options: Options): boolean {
	const seed = options.from;
	const profile = profileOf(options, seed);
	const whole = generateStory(seed, profile);
	const all = whole.steps.map((_, i) => i);
	const story = options.keep === undefined ? whole : keepSteps(whole, options.keep);
	const tell = (now: number, line: string): void => console.log(`${String(now).padStart(9)}  ${line}`);
	console.log(`seed ${seed}, ${profile}\n${tellStory(whole, options.keep ?? all)}`);
	const recorder = new TraceRecorder();
	const outcome = playStory(story, { ...recorder.onlooker, ...(options.verbose ? { line: tell } : {}) });
	if (options.trace !== undefined) writeFileSync(options.trace, JSON.stringify(recorder.trace(story, outcome.misfits)));
	const { failure } = outcome;
	if (failure === undefined) {
		const { settledMs, texts, sessions, messages } = outcome;
		console.log(`held: settled after ${settledMs} ms, ${sessions} sessions, ${texts} texts, ${messages} messages read`);
		return true;
	}
	const keep =
		options.shrink && options.keep === undefined && !options.verbose
			? shrink(story, breaks(failure.demand))
			: undefined;
	console.log(tellFailure({ seed, profile, outcome, keep }));
	return false;
}

const options = parseOptions(process.argv.slice(2), availableParallelism());
if (!options.ok) {
	console.error(`sim: ${options.error}\n\n${HELP}`);
	process.exitCode = 2;
} else if (options.value === "help") console.log(HELP);
else {
	const single = options.value.seeds === 1;
	process.exitCode = (single ? playOne(options.value) : await playMany(options.value)) ? 0 : 1;
}
