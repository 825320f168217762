// Stands for node:test in the instrumented copy: tells the switches which test runs, runs only those that are asked for,
// and ends the process at the first that fails. Copied beside it; runs in the tests' processes, not here.

import { test as nodeTest } from "node:test";
import { during, off } from "./switch.mjs";

export { after, afterEach, before, beforeEach, describe, mock, suite } from "node:test";

/** The tests to run, by their places in the file. */
const chosen = process.env["CLOWDER_MUTANT_TESTS"]?.split(",").map(Number);
let next = 0;

/**
 * Tests of the packages are given as a name and a function; nothing else is known here.
 *
 * @param {string} name
 * @param {(context: unknown) => unknown} action
 */
export function test(name, action) {
	const index = next++;
	if (typeof action !== "function") throw new TypeError(`"${name}": expected a name and a function`);
	if (chosen !== undefined && !chosen.includes(index)) return nodeTest(name, { skip: true }, () => undefined);
	return nodeTest(name, async (context) => {
		const end = during(index, name);
		try {
			await action(context);
		} catch (error) {
			if (off < 0) throw error;
			console.error(`failed: ${name}`, error);
			process.exit(1);
		} finally {
			end();
		}
	});
}

export { test as it };
