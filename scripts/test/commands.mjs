// Runs a command of the repository as people do, and waits for what it prints.

import { spawn } from "node:child_process";
import { join } from "node:path";
import { root } from "../lib/repo.mjs";

/**
 * @typedef {object} Command
 * @property {import("node:child_process").ChildProcess} child
 * @property {(pattern: RegExp) => Promise<RegExpMatchArray>} printed resolves when stdout matches; rejects if it ends before
 * @property {Promise<{ code: number | null, stdout: string, stderr: string }>} ended
 */

/**
 * @param {readonly string[]} args for `node scripts/entry.cjs`
 * @param {{ env?: Record<string, string>, nodeArgs?: readonly string[], base?: string, uid?: number }} [options]
 * @returns {Command}
 */
export function command(args, { env = {}, nodeArgs = [], base = root, uid } = {}) {
	const child = spawn(process.execPath, [...nodeArgs, join(base, "scripts", "entry.cjs"), ...args], {
		cwd: base,
		env: { ...withoutOurs(process.env), ...env },
		stdio: ["ignore", "pipe", "pipe"],
		...(uid === undefined ? {} : { uid }),
	});
	let stdout = "";
	let stderr = "";
	/** @type {Set<() => void>} */
	const watchers = new Set();
	child.stdout.setEncoding("utf8").on("data", (text) => {
		stdout += text;
		for (const watcher of watchers) watcher();
	});
	child.stderr.setEncoding("utf8").on("data", (text) => {
		stderr += text;
	});
	/** @type {Command["ended"]} */
	const ended = new Promise((resolve) => child.on("close", (code) => resolve({ code, stdout, stderr })));
	/** @type {Command["printed"]} */
	const printed = (pattern) =>
		new Promise((resolve, reject) => {
			const look = () => {
				const match = pattern.exec(stdout);
				if (match === null) return;
				watchers.delete(look);
				resolve(match);
			};
			watchers.add(look);
			look();
			ended.then(({ code }) => reject(new Error(`ended with ${code} before ${pattern}:\n${stdout}${stderr}`)));
		});
	return { child, printed, ended };
}

/** What the caller's shell has set must not change the tests. @param {NodeJS.ProcessEnv} env */
function withoutOurs(env) {
	return Object.fromEntries(
		Object.entries(env).filter(([name]) => !name.startsWith("CLOWDER_") && name !== "NODE_TEST_CONTEXT"),
	);
}
