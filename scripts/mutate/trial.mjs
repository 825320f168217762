// Runs tests in the bed: once to see in which of them each check refuses something, then against each mutant those that
// can notice it.

import { spawn } from "node:child_process";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { performance } from "node:perf_hooks";

/** @typedef {import("./bed.mjs").Mutant} Mutant */
/** @typedef {import("./bed.mjs").Bed} Bed */

/**
 * What a test file did with the checks when none was switched off.
 *
 * @typedef {object} Run
 * @property {string} file relative to the bed
 * @property {boolean} passed
 * @property {number} ms
 * @property {readonly number[]} asked checks that were evaluated
 * @property {readonly number[]} fired of those, the ones that refused something: without them the test runs differently
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

const LEAST_LIMIT_MS = 30_000;
const LIMIT_TIMES = 10;
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
		const seen = existsSync(record) ? JSON.parse(readFileSync(record, "utf8")) : { asked: [], fired: [] };
		rmSync(record, { force: true });
		const run = { file, passed: outcome === "passed", ms, ...seen };
		tell(run, output);
		return run;
	});
}

/**
 * The test files that can notice a mutant: those that name its rule come first, then the quick ones.
 *
 * @param {Bed} bed
 * @param {readonly Run[]} runs
 * @param {Mutant} mutant
 * @returns {Run[]}
 */
export function noticing(bed, runs, mutant) {
	const { rules } = mutant.check;
	/** @param {Run} run */
	const names = (run) => {
		const text = readFileSync(join(bed.folder, run.file), "utf8");
		return rules.some((id) => new RegExp(`${id}(?!\\d)`).test(text));
	};
	return runs
		.filter((run) => run.passed && run.fired.includes(mutant.number))
		.map((run) => ({ run, first: names(run) ? 0 : 1 }))
		.sort((one, other) => one.first - other.first || one.run.ms - other.run.ms)
		.map(({ run }) => run);
}

/**
 * Tries one mutant until a test fails.
 *
 * @param {Bed} bed
 * @param {readonly Run[]} runs
 * @param {Mutant} mutant
 * @param {number} [leastLimitMs] a test file may take that long, however quick it usually is
 * @returns {Promise<Result>}
 */
export async function tryMutant(bed, runs, mutant, leastLimitMs = LEAST_LIMIT_MS) {
	const { name, number } = mutant;
	const able = noticing(bed, runs, mutant);
	if (able.length === 0) {
		const asked = runs.some((run) => run.asked.includes(number));
		return { name, verdict: asked ? "idle" : "unreached", by: "", ms: 0 };
	}
	let spent = 0;
	for (const { file, ms: usual } of able) {
		const limitMs = Math.max(leastLimitMs, LIMIT_TIMES * usual);
		const { outcome, ms } = await runFile(bed.folder, file, { CLOWDER_MUTANT: `${number}` }, limitMs);
		spent += ms;
		if (outcome !== "passed") return { name, verdict: outcome === "hung" ? "hung" : "killed", by: file, ms: spent };
	}
	return { name, verdict: "survived", by: "", ms: spent };
}
