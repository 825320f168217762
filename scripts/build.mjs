// `npm run build`: compiles all packages, then bundles the web client.

import { pathToFileURL } from "node:url";
import { bundle, compile } from "./lib/build.mjs";
import { installIfNeeded } from "./lib/install.mjs";
import { stage } from "./lib/run.mjs";

/** @returns {Promise<number>} exit code */
export async function main() {
	if (!(await installIfNeeded(console.log))) return 1;
	for (const step of [
		{ name: "compile", action: compile },
		{ name: "bundle", action: bundle },
	]) {
		if ((await stage([step])).length > 0) return 1;
	}
	return 0;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) process.exitCode = await main();
