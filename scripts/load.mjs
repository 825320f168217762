// `npm run load`: rooms full of clients on a server of ours or of others. What it does is in testing/load.

import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { compile } from "./lib/build.mjs";
import { installIfNeeded } from "./lib/install.mjs";
import { root } from "./lib/repo.mjs";

/** @param {readonly string[]} args @returns {Promise<number>} exit code: 0 all delivered, 1 not, 2 called wrongly */
export async function main(args) {
	if (!(await installIfNeeded(console.error))) return 1;
	const compiled = await compile();
	if (compiled.code !== 0) {
		console.error(compiled.output);
		return 1;
	}
	/** @type {typeof import("../testing/load/dist/src/index.js")} */
	const { HELP, readOptions, runLoad, table } = await import(
		pathToFileURL(join(root, "testing", "load", "dist", "src", "index.js")).href
	);
	const options = readOptions(args);
	if (!options.ok) {
		console.error(`clowder load: ${options.error}`);
		return 2;
	}
	if (options.value === "help") {
		console.log(HELP);
		return 0;
	}
	const figures = await runLoad(options.value, (line) => console.error(line));
	console.log(table(figures));
	return figures.every(({ missing, doubled, lostConnections }) => missing + doubled + lostConnections === 0) ? 0 : 1;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) process.exitCode = await main(process.argv.slice(2));
