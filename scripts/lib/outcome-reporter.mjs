// A reporter for node:test that writes one line of JSON for each test that ended, for the closing summaries.

import { relative } from "node:path";
import { inspect } from "node:util";
import { root } from "./repo.mjs";

/**
 * @typedef {object} TestOutcome
 * @property {"pass" | "fail" | "skip"} result
 * @property {string} name
 * @property {string} file relative to the root
 * @property {string} detail the error, or why it was skipped
 */

/** @param {AsyncIterable<any>} source @yields {string} */
export default async function* outcomes(source) {
	for await (const { type, data } of source) {
		if (type !== "test:pass" && type !== "test:fail") continue;
		const skipped = data.skip !== undefined && data.skip !== false;
		// A suite fails when a test of it does; that one is reported itself.
		const error = data.details?.error;
		if (error?.failureType === "subtestsFailed") continue;
		if (data.details?.type === "suite" && type === "test:pass" && !skipped) continue;
		/** @type {TestOutcome} */
		const outcome = {
			result: type === "test:fail" ? "fail" : skipped ? "skip" : "pass",
			name: data.name,
			file: data.file === undefined ? "" : relative(root, data.file),
			detail: type === "test:fail" ? describe(error) : typeof data.skip === "string" ? data.skip : "",
		};
		yield `${JSON.stringify(outcome)}\n`;
	}
}

/** @param {any} error */
function describe(error) {
	const cause = error?.cause ?? error;
	const text = cause instanceof Error ? (cause.stack ?? cause.message) : inspect(cause);
	return text.replace(/\n {4}at [^\n]*\(?node:[^\n]*/g, "");
}
