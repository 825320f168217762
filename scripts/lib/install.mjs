// Installs from the lockfile when what is installed is not what the lockfile says.

import { existsSync } from "node:fs";
import { join } from "node:path";
import { readJson, root } from "./repo.mjs";
import { run } from "./run.mjs";

/**
 * Why an installation is needed, in words, or undefined if what is installed fits the lockfile.
 *
 * npm writes what it installed into `node_modules/.package-lock.json`; comparing that with the lockfile needs no stamp
 * of ours, so it is also right when someone ran npm by hand.
 *
 * @param {string} [base]
 * @returns {string | undefined}
 */
export function installReason(base = root) {
	const installedPath = join(base, "node_modules", ".package-lock.json");
	if (!existsSync(installedPath)) return "nothing is installed yet";
	const wanted = readJson(join(base, "package-lock.json")).packages;
	const installed = readJson(installedPath).packages;
	for (const [path, entry] of Object.entries(wanted)) {
		if (!path.startsWith("node_modules/") && !path.includes("/node_modules/")) continue;
		const present = installed[path];
		if (present === undefined) {
			// Other platforms' binaries are in the lockfile, and never installed here.
			if (entry.optional || entry.peer) continue;
			return `${path} is missing`;
		}
		if (present.version !== entry.version || present.integrity !== entry.integrity) return `${path} has changed`;
	}
	return undefined;
}

/**
 * @param {(line: string) => void} say
 * @returns {Promise<boolean>} false if npm failed; it has said why
 */
export async function installIfNeeded(say) {
	const reason = installReason();
	if (reason === undefined) return true;
	say(`installing from the lockfile (${reason})`);
	const npm = process.env["npm_execpath"];
	const args = ["ci", "--no-audit", "--no-fund", "--loglevel=error"];
	const result =
		npm === undefined || !/\.c?js$/.test(npm)
			? await run(process.platform === "win32" ? "npm.cmd" : "npm", args, { inherit: true })
			: await run(process.execPath, [npm, ...args], { inherit: true });
	return result.code === 0;
}
