// What the switches of the instrumented copy do. Copied beside it; runs in the tests' processes, not here.

import { writeFileSync } from "node:fs";

/** The check that is switched off; -1: none. */
export const off = Number(process.env["CLOWDER_MUTANT"] ?? -1);
const record = process.env["CLOWDER_MUTANT_RECORD"];

/**
 * What a test did: checks that were asked, and those of them that refused.
 *
 * @typedef {{ readonly name: string, readonly asked: Set<number>, readonly fired: Set<number>, ms: number }} Seen
 */

/** What is asked before the first test, as a file is loaded. @type {Seen} */
const loading = { name: "", asked: new Set(), fired: new Set(), ms: 0 };
let present = loading;
/** @type {Map<number, Seen>} */
const tests = new Map();

/** A condition to refuse under. @param {number} number @param {unknown} refuses */
export function never(number, refuses) {
	if (record !== undefined) note(number, Boolean(refuses));
	return number === off ? false : refuses;
}

/** A condition to be met. @param {number} number @param {unknown} holds */
export function always(number, holds) {
	if (record !== undefined) note(number, !holds);
	return number === off ? true : holds;
}

/** @param {number} number @param {boolean} fires */
function note(number, fires) {
	present.asked.add(number);
	if (fires) present.fired.add(number);
}

/** A test begins, and ends when what is given back is called. @param {number} index @param {string} name */
export function during(index, name) {
	const start = performance.now();
	const before = present;
	const seen = { name, asked: new Set(), fired: new Set(), ms: 0 };
	tests.set(index, seen);
	present = seen;
	return () => {
		seen.ms = performance.now() - start;
		present = before;
	};
}

if (record !== undefined) {
	process.on("exit", () => {
		/** @param {number} index @param {Seen} seen */
		const plain = (index, { name, ms, asked, fired }) => ({ index, name, ms, asked: [...asked], fired: [...fired] });
		const all = [plain(-1, loading), ...[...tests].map(([index, seen]) => plain(index, seen))];
		writeFileSync(record, JSON.stringify(all));
	});
}
