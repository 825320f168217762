// Which test files there are, and what came of running them.

import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { root, workspaces } from "./repo.mjs";
import { run } from "./run.mjs";

/** @typedef {"package" | "real" | "e2e" | "command"} Kind */

/**
 * The compiled test files of a kind, in folders relative to the root. They are found by their sources, so that what was
 * compiled of a deleted test is not run.
 *
 * - `package`: needs nothing but Node;
 * - `real`: talks to programs of others (in a `real` folder below `test`);
 * - `e2e`: drives a browser;
 * - `command`: runs the commands of this folder.
 *
 * @param {Kind} kind
 * @returns {string[]}
 */
export function testFiles(kind) {
	if (kind === "command") return sources("scripts/test", /\.test\.mjs$/);
	const folders = workspaces().filter((folder) => folder.startsWith("testing/") === (kind === "e2e"));
	return folders
		.flatMap((folder) => sources(`${folder}/test`, /\.test\.tsx?$/))
		.filter((path) => kind === "e2e" || path.includes("/test/real/") === (kind === "real"))
		.map((path) => path.replace(/^([^/]+\/[^/]+)\/(.*)\.tsx?$/, "$1/dist/$2.js"));
}

/** @param {string} folder @param {RegExp} pattern @returns {string[]} */
function sources(folder, pattern) {
	if (!existsSync(join(root, folder))) return [];
	return readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
		.map((path) => `${folder}/${path.replaceAll("\\", "/")}`)
		.filter((path) => pattern.test(path) && !/\/(?:node_modules|dist)\//.test(path))
		.sort();
}

/** @typedef {import("./outcome-reporter.mjs").TestOutcome} TestOutcome */

/** Test files that run at the same time. */
const CONCURRENCY = 2;
/** A test that hangs, in an endless loop even, fails the run after this many milliseconds instead of stopping it. */
const HANGING_MS = 240_000;

/**
 * Runs test files with node:test.
 *
 * @param {readonly string[]} files
 * @param {{ print: boolean, env?: Record<string, string | undefined>, concurrency?: number, timeoutMs?: number }} options with `print`, node's own report
 *   goes to the terminal as it comes
 * @returns {Promise<{ code: number, output: string, outcomes: TestOutcome[] }>}
 */
export async function runTests(files, { print, env = {}, concurrency = CONCURRENCY, timeoutMs = HANGING_MS }) {
	// Without files, node would look for tests by itself.
	if (files.length === 0) return { code: 0, output: "", outcomes: [] };
	const folder = mkdtempSync(join(tmpdir(), "clowder-tests-"));
	const record = join(folder, "outcomes");
	const reporter = pathToFileURL(join(root, "scripts", "lib", "outcome-reporter.mjs")).href;
	const { code, output } = await run(
		process.execPath,
		[
			"--test",
			`--test-concurrency=${concurrency}`,
			`--test-timeout=${timeoutMs}`,
			`--test-reporter=${reporter}`,
			`--test-reporter-destination=${record}`,
			...(print ? ["--test-reporter=spec", "--test-reporter-destination=stdout"] : []),
			...files,
		],
		{ inherit: print, env: { ...env, NODE_TEST_CONTEXT: undefined } },
	);
	const lines = existsSync(record)
		? readFileSync(record, "utf8")
				.split("\n")
				.filter((line) => line !== "")
		: [];
	rmSync(folder, { recursive: true });
	return { code, output, outcomes: lines.map((line) => JSON.parse(line)) };
}

/** @param {readonly TestOutcome[]} outcomes @returns {string} the failures, for people to read */
export function failuresOf(outcomes) {
	return outcomes
		.filter(({ result }) => result === "fail")
		.map(({ name, file, detail }) => `${file}: ${name}\n${detail.replace(/^/gm, "    ")}`)
		.join("\n");
}
