// Which workspaces' tests have to run again: those of which something changed, below them too, since they last passed.
// Only `npm run check` uses this; `npm test` runs everything, always.

import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fingerprint } from "./build.mjs";
import { readJson, root, workspaces } from "./repo.mjs";

/** @typedef {import("./outcome-reporter.mjs").TestOutcome} TestOutcome */

const STAMP_FOLDER = join(root, ".cache", "tests");
const COMMON_INPUTS = ["package-lock.json", "tsconfig.base.json", "vectors"];

/**
 * A workspace and all of ours that it uses, its tests included, directly or not.
 *
 * @param {string} folder
 * @param {readonly { folder: string, name: string, uses: readonly string[] }[]} all
 * @param {Set<string>} [found]
 * @returns {Set<string>}
 */
export function closure(folder, all, found = new Set()) {
	if (found.has(folder)) return found;
	found.add(folder);
	const uses = all.find((one) => one.folder === folder)?.uses ?? [];
	for (const { folder: below, name } of all) if (uses.includes(name)) closure(below, all, found);
	return found;
}

function manifests() {
	return workspaces().map((folder) => {
		const { name, dependencies = {}, devDependencies = {} } = readJson(join(root, folder, "package.json"));
		return { folder, name, uses: Object.keys({ ...dependencies, ...devDependencies }) };
	});
}

/** @param {string} folder */
function stampOf(folder) {
	return join(STAMP_FOLDER, folder.replaceAll("/", "."));
}

/** What the outcome of each workspace's tests depends on. @returns {Map<string, string>} */
export function testInputs() {
	const all = manifests();
	return new Map(
		all.map(({ folder }) => [folder, fingerprint([...COMMON_INPUTS, ...[...closure(folder, all)].sort()])]),
	);
}

/** @param {string} folder @param {string} inputs @returns {boolean} */
export function hasPassed(folder, inputs) {
	return existsSync(stampOf(folder)) && readFileSync(stampOf(folder), "utf8") === inputs;
}

/** @param {string} folder @param {string} inputs taken before the tests ran */
export function rememberPassed(folder, inputs) {
	mkdirSync(STAMP_FOLDER, { recursive: true });
	writeFileSync(stampOf(folder), inputs);
}
