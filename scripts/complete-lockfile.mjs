// Adds to package-lock.json what npm left out of it: packages of other platforms that the registry in use did not have.
// `npm ci` refuses such a lockfile (npm 11), or silently installs less on those platforms (npm 10). Run it after
// `npm install` when tidy says that the lockfile is not complete: `node scripts/complete-lockfile.mjs`, then
// `npm install` once more, which puts the entries into npm's own form.

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { readJson, root } from "./lib/repo.mjs";
import { missingOptional } from "./tidy/lockfile.mjs";

const path = join(root, "package-lock.json");
const lock = readJson(path);
for (const { name, version, owner } of missingOptional(lock)) {
	// @biomejs/cli-linux-x64-musl: the system, the processor and, of some, the C library are in the name.
	const [os = "", cpu = "", library = ""] = name.replace(/^.*\/(?:cli-|binding-)?/, "").split("-");
	const libc = library.startsWith("musl") ? ["musl"] : library.startsWith("gnu") ? ["glibc"] : undefined;
	const { license, engines, dev } = lock.packages[owner];
	lock.packages[`node_modules/${name}`] = {
		version,
		cpu: [cpu],
		dev,
		license,
		libc,
		optional: true,
		os: [os],
		engines,
	};
	console.log(`added ${name} ${version}`);
}
const indent = /^\{\n(\s+)/.exec(readFileSync(path, "utf8"))?.[1];
writeFileSync(path, `${JSON.stringify(lock, null, indent)}\n`);
