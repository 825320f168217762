// Runs tests in the bed: once to see in which of them each check refuses something, then against each mutant those that
// can notice it.

import { spawn } from "node:child_process";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { performance } from "node:perf_hooks";

/** @typedef {import("./bed.mjs").Mutant} Mutant */
/** @typedef {import("./bed.mjs").Bed} Bed */

/**
 * What one test did with the checks when none was switched off; index -1: what was done before the first test.
 *
 * @typedef {object} TestRun
 * @property {number} index its place in the file
 * @property {string} name
 * @property {number} ms
 * @property {readonly number[]} asked checks that were evaluated
 * @property {readonly number[]} fired of those, the ones that refused something: without them the test runs differently
 */

/**
 * @typedef {object} Run
 * @property {string} file relative to the bed
 * @property {boolean} passed
 * @property {number} ms
 * @property {readonly TestRun[]} tests
 */

/**
 * Some tests of a file, or all of it.
 *
 * @typedef {{ readonly file: string, readonly tests: readonly TestRun[] | "all", readonly ms: number }} Step
 */

/**
 * - `killed`: a test failed;
 * - `hung`: a test came to no end in ten times its time, which fails `npm test` too;
 * - `survived`: the check refuses something in some tests, and they pass without it;
 * - `idle`: the check refuses nothing in any test, so that none can notice its absence;
 * - `unreached`: no test even asks it.
 *
 * @typedef {"killed" | "hung" | "survived" | "idle" | "unreached"} Verdict
 */

/** @typedef {{ readonly name: string, readonly verdict: Verdict, readonly by: string, readonly ms: number }} Result */

/** A machine that others use too may be ten times as slow as it was when the tests were recorded. */
const LEAST_LIMIT_MS = 120_000;
const LIMIT_TIMES = 10;
/** Tests that take longer are tried one by one, after those that do not. */
const QUICK_MS = 3000;
/** A line of a failed test; those that count as no failure are marked after a `#`. */
const FAILED = /^\s*not ok (?!.*# [A-Z])/m;

/**
 * @param {string} folder
 * @param {string} file
 * @param {Record<string, string>} env
 * @param {number} limitMs
 * @returns {Promise<{ outcome: "passed" | "failed" | "hung", ms: number, output: string }>}
 */
function runFile(folder, file, env, limitMs) {
	return new Promise((resolve) => {
		const start = performance.now();
		const child = spawn(process.execPath, ["--test-reporter=tap", join(folder, file)], {
			cwd: folder,
			env: { ...process.env, NODE_TEST_CONTEXT: undefined, ...env },
			stdio: ["ignore", "pipe", "pipe"],
		});
		/** @type {"passed" | "failed" | "hung" | undefined} */
		let outcome;
		let output = "";
		const timer = setTimeout(() => {
			outcome ??= "hung";
			child.kill("SIGKILL");
		}, limitMs);
		/** @param {string} text */
		const hear = (text) => {
			output += text;
			// While the record is made the process has to come to its end.
			if (outcome !== undefined || env["CLOWDER_MUTANT"] === undefined || !FAILED.test(output)) return;
			outcome = "failed";
			child.kill("SIGKILL");
		};
		child.stdout.setEncoding("utf8").on("data", hear);
		child.stderr.setEncoding("utf8").on("data", hear);
		child.on("close", (code) => {
			clearTimeout(timer);
			outcome ??= code === 0 && !FAILED.test(output) ? "passed" : "failed";
			resolve({ outcome, ms: performance.now() - start, output });
		});
	});
}

/**
 * Does something for each item, a few at a time.
 *
 * @template T, R
 * @param {readonly T[]} items
 * @param {number} jobs
 * @param {(item: T) => Promise<R>} action
 * @returns {Promise<R[]>}
 */
export async function eachOf(items, jobs, action) {
	/** @type {R[]} */
	const results = [];
	let next = 0;
	const worker = async () => {
		for (let i = next++; i < items.length; i = next++) results[i] = await action(/** @type {T} */ (items[i]));
	};
	await Promise.all(Array.from({ length: jobs }, worker));
	return results;
}

/**
 * Runs every test file with all checks on, and notes what each check does there.
 *
 * @param {Bed} bed
 * @param {readonly string[]} files
 * @param {number} jobs
 * @param {(run: Run, output: string) => void} tell
 * @returns {Promise<Run[]>}
 */
export function recordRuns(bed, files, jobs, tell) {
	return eachOf(files, jobs, async (file) => {
		const record = join(bed.folder, `${file.replaceAll("/", "-")}.json`);
		const { outcome, ms, output } = await runFile(bed.folder, file, { CLOWDER_MUTANT_RECORD: record }, 600_000);
		const tests = existsSync(record) ? JSON.parse(readFileSync(record, "utf8")) : [];
		rmSync(record, { force: true });
		const run = { file, passed: outcome === "passed", ms, tests };
		tell(run, output);
		return run;
	});
}

/**
 * The tests that can notice a mutant, by their files.
 *
 * @param {readonly Run[]} runs
 * @param {Mutant} mutant
 * @returns {{ readonly run: Run, readonly tests: readonly TestRun[] }[]}
 */
export function noticing(runs, { number }) {
	return runs
		.filter(({ passed }) => passed)
		.map((run) => ({ run, tests: run.tests.filter(({ fired }) => fired.includes(number)) }))
		.filter(({ tests }) => tests.length > 0);
}

/**
 * In which order to try: tests that are named after the rule of the check, then quick ones, slow ones, and at last whole
 * files, where a test may have kept for a later one what it made with the mutant.
 *
 * @param {readonly Run[]} runs
 * @param {Mutant} mutant
 * @returns {Step[]}
 */
export function stepsFor(runs, mutant) {
	const named = mutant.check.rules.map((id) => new RegExp(`${id}(?!\\d)`));
	/** @type {[Step[], Step[], Step[], Step[]]} */
	const [byName, quick, slow, whole] = [[], [], [], []];
	for (const { run, tests } of noticing(runs, mutant)) {
		const { file, ms } = run;
		const loadingMs = ms - run.tests.reduce((sum, one) => sum + one.ms, 0);
		/** @param {TestRun[]} some @returns {Step[]} */
		const step = (some) =>
			some.length === 0 ? [] : [{ file, tests: some, ms: some.reduce((sum, one) => sum + one.ms, loadingMs) }];
		const single = tests.filter(({ index }) => index >= 0);
		const [first, others] = split(single, ({ name }) => named.some((id) => id.test(name)));
		for (const [some, into] of /** @type {const} */ ([
			[first, byName],
			[others, quick],
		])) {
			const [short, long] = split(some, (one) => one.ms <= QUICK_MS);
			into.push(...step(short));
			slow.push(...long.flatMap((one) => step([one])));
		}
		if (run.tests.length > 2 || single.length === 0) whole.push({ file, tests: "all", ms });
	}
	return [byName, quick, slow, whole].flatMap((steps) => steps.sort((one, other) => one.ms - other.ms));
}

/** @template T @param {readonly T[]} items @param {(item: T) => boolean} test @returns {[T[], T[]]} */
function split(items, test) {
	return [items.filter(test), items.filter((item) => !test(item))];
}

/**
 * Tries one mutant until a test fails.
 *
 * @param {Bed} bed
 * @param {readonly Run[]} runs
 * @param {Mutant} mutant
 * @param {{ leastLimitMs?: number, spendMs?: number }} [options] `leastLimitMs`: a test may take that long, however quick
 *   it usually is; `spendMs`: no whole files, and no more tests once that much time is gone
 * @returns {Promise<Result>}
 */
export async function tryMutant(bed, runs, mutant, { leastLimitMs = LEAST_LIMIT_MS, spendMs = Infinity } = {}) {
	const { name, number } = mutant;
	const steps = stepsFor(runs, mutant);
	if (steps.length === 0) {
		const asked = runs.some(({ tests }) => tests.some((one) => one.asked.includes(number)));
		return { name, verdict: asked ? "idle" : "unreached", by: "", ms: 0 };
	}
	let spent = 0;
	for (const { file, tests, ms: usual } of steps) {
		if (spendMs < Infinity && (tests === "all" || spent > spendMs)) continue;
		const limitMs = Math.max(leastLimitMs, LIMIT_TIMES * usual);
		const some = tests === "all" ? {} : { CLOWDER_MUTANT_TESTS: tests.map(({ index }) => index).join(",") };
		const { outcome, ms } = await runFile(bed.folder, file, { CLOWDER_MUTANT: `${number}`, ...some }, limitMs);
		spent += ms;
		if (outcome !== "passed") return { name, verdict: outcome === "hung" ? "hung" : "killed", by: file, ms: spent };
	}
	return { name, verdict: "survived", by: "", ms: spent };
}
