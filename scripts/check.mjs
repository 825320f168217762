// `npm run check`: what must hold before every commit. Builds, lints, checks the format, runs the tidy rules and the
// packages' own tests; what does not need another step runs beside it, and tests run only where something changed.

import { performance } from "node:perf_hooks";
import { pathToFileURL } from "node:url";
import { bundle, compile } from "./lib/build.mjs";
import { hasPassed, rememberPassed, testInputs } from "./lib/fresh-tests.mjs";
import { installIfNeeded } from "./lib/install.mjs";
import { bin } from "./lib/repo.mjs";
import { run, stage } from "./lib/run.mjs";
import { failuresOf, runTests, testFiles } from "./lib/tests.mjs";

const format = { name: "format", action: () => run(bin("biome"), ["format", "--reporter=summary", "."]) };
const lint = { name: "lint", action: () => run(bin("oxlint"), ["--type-aware", "--format=unix"]) };
const tidy = { name: "tidy", action: () => runQuietly(["scripts/tidy/tidy.test.mjs"]) };
const tests = { name: "package tests", action: runChanged };

/** Only what failed is printed. @param {readonly string[]} files */
async function runQuietly(files) {
	const { code, output, outcomes } = await runTests(files, { print: false });
	if (outcomes.length === 0) return { code: 1, output: `no test ran\n${output}` };
	return { code, output: failuresOf(outcomes) || output };
}

/** Runs the tests of the workspaces that changed, or that depend on what changed, since they passed. */
async function runChanged() {
	const inputs = testInputs();
	/** @param {string} path */
	const workspaceOf = (path) => path.split("/").slice(0, 2).join("/");
	const all = testFiles("package");
	const files = all.filter((path) => !hasPassed(workspaceOf(path), inputs.get(workspaceOf(path)) ?? ""));
	const changed = new Set(files.map(workspaceOf));
	const unchanged = new Set(all.map(workspaceOf)).size - changed.size;
	const note = unchanged === 0 ? "" : `${unchanged} workspaces are as they were when they passed`;
	if (files.length === 0) return { code: 0, output: "", note };
	const { code, output, outcomes } = await runTests(files, { print: false });
	const failed = new Set(outcomes.filter(({ result }) => result === "fail").map(({ file }) => workspaceOf(file)));
	for (const folder of changed) {
		const ran = outcomes.some(({ file }) => workspaceOf(file) === folder);
		if (ran && !failed.has(folder) && (code === 0 || failed.size > 0)) rememberPassed(folder, inputs.get(folder) ?? "");
	}
	return { code, output: failuresOf(outcomes) || output, note };
}

/** @returns {Promise<number>} exit code */
export async function main() {
	const start = performance.now();
	if (!(await installIfNeeded(console.log))) return 1;
	const failed = await stage([{ name: "compile", action: compile }, format, tidy]);
	if (!failed.includes("compile")) {
		failed.push(...(await stage([tests, lint, { name: "bundle", action: bundle }])));
	}
	const seconds = ((performance.now() - start) / 1000).toFixed(1);
	console.log(
		failed.length === 0 ? `check passed in ${seconds} s` : `check failed: ${failed.join(", ")} (${seconds} s)`,
	);
	return failed.length === 0 ? 0 : 1;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) process.exitCode = await main();
