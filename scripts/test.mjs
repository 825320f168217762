// `npm test`: everything. Installs and builds, then runs the packages' tests, the rules of the repository, the tests with
// programs of others, and the end-to-end tests in a browser. What needs a program that is not there is skipped and
// named; with CI=true that is a failure.

import { performance } from "node:perf_hooks";
import { pathToFileURL } from "node:url";
import { bundle, compile } from "./lib/build.mjs";
import { installIfNeeded } from "./lib/install.mjs";
import { stage } from "./lib/run.mjs";
import { closingSummary } from "./lib/summary.mjs";
import { failuresOf, runTests, testFiles } from "./lib/tests.mjs";

/** @typedef {import("./lib/outcome-reporter.mjs").TestOutcome} TestOutcome */

/** @returns {{ name: string, files: string[], concurrency: number }[]} */
function groups() {
	return [
		{ name: "rules of the repository", files: ["scripts/tidy/tidy.test.mjs"], concurrency: 2 },
		{ name: "packages", files: testFiles("package"), concurrency: 2 },
		{ name: "commands", files: testFiles("command"), concurrency: 1 },
		{ name: "with programs of others", files: testFiles("real"), concurrency: 1 },
		{ name: "end to end", files: testFiles("e2e"), concurrency: 1 },
	];
}

/** @returns {Promise<number>} exit code */
export async function main() {
	const start = performance.now();
	const ci = process.env["CI"] === "true";
	if (!(await installIfNeeded(console.log))) return 1;
	for (const step of [
		{ name: "compile", action: compile },
		{ name: "bundle", action: bundle },
	]) {
		if ((await stage([step])).length > 0) return 1;
	}
	/** @type {TestOutcome[]} */
	const outcomes = [];
	/** @type {string[]} */
	const broken = [];
	for (const { name, files, concurrency } of groups()) {
		console.log(`\n== ${name}: ${files.length} files`);
		const result = await runTests(files, { print: true, concurrency });
		outcomes.push(...result.outcomes);
		if (result.code !== 0) broken.push(name);
	}
	const failures = failuresOf(outcomes);
	if (failures !== "") console.log(`\n== failures\n${failures}`);
	const summary = closingSummary(outcomes, broken, { ci, seconds: (performance.now() - start) / 1000 });
	console.log(summary.text);
	return summary.code;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) process.exitCode = await main();
