// Compiles the packages and bundles the web client, each only when its inputs changed.

import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createHash } from "node:crypto";
import { bin, root, workspaces } from "./repo.mjs";
import { run } from "./run.mjs";

/** @typedef {import("./run.mjs").Outcome} Outcome */

const IGNORED_FOLDERS = new Set(["node_modules", "dist", "dist-types", "artifacts", ".cache", ".git"]);
const STAMP_FOLDER = join(root, ".cache", "build");

/**
 * Path, size and modification time of all files below, as one hash: equal means that nothing was touched.
 *
 * @param {readonly string[]} paths files or folders, relative to the root; those that don't exist count as such
 * @param {readonly string[]} [skip] names of folders to leave out besides the ignored ones
 * @returns {string}
 */
export function fingerprint(paths, skip = []) {
	const hash = createHash("sha256");
	/** @param {string} path */
	const visit = (path) => {
		const full = join(root, path);
		const stat = statSync(full, { throwIfNoEntry: false });
		if (stat === undefined) {
			hash.update(`${path} absent\n`);
		} else if (stat.isDirectory()) {
			for (const name of readdirSync(full).sort()) {
				if (!IGNORED_FOLDERS.has(name) && !skip.includes(name)) visit(`${path}/${name}`);
			}
		} else {
			hash.update(`${path} ${stat.size} ${stat.mtimeMs}\n`);
		}
	};
	for (const path of paths) visit(path);
	return hash.digest("hex");
}

/**
 * @param {string} name
 * @param {string} inputs
 * @param {readonly string[]} outputs files that prove the output is there
 * @returns {boolean} whether the last successful run had the same inputs and its output is still there
 */
function isFresh(name, inputs, outputs) {
	const stamp = join(STAMP_FOLDER, name);
	if (!existsSync(stamp) || readFileSync(stamp, "utf8") !== inputs) return false;
	return outputs.every((path) => existsSync(join(root, path)));
}

/**
 * @param {string} name
 * @param {string} inputs
 * @param {readonly string[]} outputs
 * @param {() => Promise<Outcome>} action
 * @returns {Promise<Outcome>}
 */
async function unlessFresh(name, inputs, outputs, action) {
	if (isFresh(name, inputs, outputs)) return { code: 0, output: "" };
	const outcome = await action();
	if (outcome.code === 0) {
		mkdirSync(STAMP_FOLDER, { recursive: true });
		writeFileSync(join(STAMP_FOLDER, name), inputs);
	}
	return outcome;
}

const COMMON_INPUTS = ["package-lock.json", "tsconfig.json", "tsconfig.base.json"];

/** True if everything is compiled and bundled as the sources stand. @returns {boolean} */
export function isBuilt() {
	return isFresh("compile", compileInputs(), compiledFiles()) && isFresh("bundle", bundleInputs(), bundledFiles());
}

function compileInputs() {
	return fingerprint([...COMMON_INPUTS, ...workspaces()]);
}

function bundleInputs() {
	return fingerprint([...COMMON_INPUTS, "packages", "apps/web"], ["test"]);
}

/** One compiled file of each project that has sources. */
function compiledFiles() {
	return workspaces()
		.filter((folder) => existsSync(join(root, folder, "src", "index.ts")) && folder !== "apps/web")
		.map((folder) => `${folder}/dist/src/index.js`);
}

function bundledFiles() {
	return existsSync(join(root, "apps", "web", "index.html")) ? ["apps/web/dist/index.html"] : [];
}

/** All projects, with their tests. @returns {Promise<Outcome>} */
export function compile() {
	return unlessFresh("compile", compileInputs(), compiledFiles(), () => run(bin("tsc"), ["-b", "--pretty", "false"]));
}

/** The web client, from the compiled packages. @returns {Promise<Outcome>} */
export async function bundle() {
	if (bundledFiles().length === 0) return { code: 0, output: "" };
	return unlessFresh("bundle", bundleInputs(), bundledFiles(), () =>
		run(bin("vite"), ["build", "--logLevel", "warn"], { cwd: join(root, "apps", "web") }),
	);
}
