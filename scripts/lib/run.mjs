// Runs other programs, and steps with their times.

import { spawn } from "node:child_process";
import { performance } from "node:perf_hooks";
import { root } from "./repo.mjs";

/**
 * @typedef {object} Outcome
 * @property {number} code exit code; 127 if the program could not be started
 * @property {string} output stdout and stderr as they came; empty with `inherit`
 * @property {string} [note] what to say beside the step's time
 */

/**
 * @param {string} program
 * @param {readonly string[]} args
 * @param {{ inherit?: boolean, env?: Record<string, string | undefined>, cwd?: string }} [options]
 * @returns {Promise<Outcome>}
 */
export function run(program, args, { inherit = false, env = {}, cwd = root } = {}) {
	return new Promise((resolve) => {
		const child = spawn(program, args, {
			cwd,
			env: { ...process.env, ...env },
			stdio: inherit ? "inherit" : ["ignore", "pipe", "pipe"],
		});
		let output = "";
		child.stdout?.setEncoding("utf8").on("data", (text) => {
			output += text;
		});
		child.stderr?.setEncoding("utf8").on("data", (text) => {
			output += text;
		});
		child.on("error", (error) => resolve({ code: 127, output: `${output}${program}: ${error.message}\n` }));
		child.on("close", (code) => resolve({ code: code ?? 1, output }));
	});
}

/**
 * One named part of a longer command.
 *
 * @typedef {object} Step
 * @property {string} name
 * @property {() => Promise<Outcome>} action
 */

/**
 * Runs the steps of a stage at the same time; prints one line for each that ends, and the output of those that fail.
 *
 * @param {readonly Step[]} steps
 * @returns {Promise<string[]>} names of the steps that failed
 */
export async function stage(steps) {
	/** @type {string[]} */
	const failed = [];
	await Promise.all(
		steps.map(async ({ name, action }) => {
			const start = performance.now();
			const { code, output, note = "" } = await action();
			const seconds = ((performance.now() - start) / 1000).toFixed(1);
			console.log(
				`${code === 0 ? "ok  " : "FAIL"} ${name.padEnd(14)} ${seconds.padStart(5)} s ${note === "" ? "" : `(${note})`}`.trimEnd(),
			);
			if (code === 0) return;
			failed.push(name);
			console.log(output.trimEnd().replace(/^/gm, "     "));
		}),
	);
	return failed;
}
