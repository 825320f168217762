// `npm run reach`: whether a server is there, and what it can do for rooms. What it does is in apps/reach.

import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { pathToFileURL } from "node:url";
import { compile } from "./lib/build.mjs";
import { installIfNeeded } from "./lib/install.mjs";
import { root } from "./lib/repo.mjs";

/** @param {readonly string[]} args @returns {Promise<number>} exit code: 0 a room works, 1 not, 2 called wrongly */
export async function main(args) {
	if (!(await installIfNeeded(console.error))) return 1;
	const compiled = await compile();
	if (compiled.code !== 0) {
		console.error(compiled.output);
		return 1;
	}
	/** @type {typeof import("../apps/reach/dist/src/index.js")} */
	const { HELP, reach, readOptions, report } = await import(
		pathToFileURL(join(root, "apps", "reach", "dist", "src", "index.js")).href
	);
	const options = readOptions(args);
	if (!options.ok) {
		console.error(`clowder reach: ${options.error}`);
		return 2;
	}
	if (options.value === "help") {
		console.log(HELP);
		return 0;
	}
	const reached = await reach(options.value, () => performance.now());
	for (const line of report(options.value, reached)) console.log(line);
	if (reached.failed === undefined) return 0;
	return reached.failed.kind === "usage" ? 2 : 1;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) process.exitCode = await main(process.argv.slice(2));
