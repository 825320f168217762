import assert from "node:assert/strict";
import { test } from "node:test";
import { cheatOf, CHEATS } from "../src/cheat-kinds.ts";
import { generateStory } from "../src/generate.ts";
import { type Job, playAll } from "../src/pool.ts";
import { playStory } from "../src/run.ts";
import { keepSteps, shrink } from "../src/shrink.ts";
import { PROFILES, type Story } from "../src/story.ts";

/** Stories of each profile. */
const STORIES = 40;
const PROCESSES = 2;

for (const profile of PROFILES) {
	test(`${STORIES} stories hold: ${profile}`, async () => {
		const seeds = Array.from({ length: STORIES }, (_, seed) => seed);
		const jobs = seeds.map((seed): Job => ({ seed, profile, shrink: false }));
		const failures: string[] = [];
		let messages = 0;
		await playAll(jobs.values(), PROCESSES, ({ seed, outcome }) => {
			messages += outcome.messages;
			const replay = `npm run sim -- --seed ${seed} --profile ${profile} --verbose`;
			if (outcome.failure !== undefined) failures.push(`${outcome.failure.detail}\n  ${replay}`);
		});
		assert.deepEqual(failures, []);
		assert.ok(messages > STORIES, `${messages} messages read`);
	});
}

test("a story is the same every time, from its first text to its last", () => {
	const lines = (): string[] => {
		const told: string[] = [];
		playStory(generateStory(7, "hostile"), { line: (now, line) => told.push(`${now} ${line}`) });
		return told;
	};
	assert.deepEqual(lines(), lines());
});

test("a failure shrinks to the steps that matter", () => {
	const story = generateStory(3, "honest");
	assert.ok(story.steps.length > 10);
	const [first, second] = [story.steps[4], story.steps[9]];
	const fails = ({ steps }: Story): boolean =>
		[first, second].every((wanted) => steps.some(({ act }) => act === wanted?.act));
	assert.deepEqual(shrink(story, fails), [4, 9]);
	// What is kept happens when it happened.
	const before = story.steps.slice(0, 10).reduce((sum, { afterMs }) => sum + afterMs, 0);
	assert.equal(keepSteps(story, [9]).steps[0]?.afterMs, before);
});

test("every way to cheat has its own name and is one", () => {
	assert.equal(new Set(CHEATS).size, CHEATS.length);
	for (const how of CHEATS) assert.ok(how === "says-different-things" || cheatOf(how) !== undefined, how);
});
