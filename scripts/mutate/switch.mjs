// What the switches of the instrumented copy do. Copied beside it; runs in the tests' processes, not here.

import { writeFileSync } from "node:fs";

const off = Number(process.env["CLOWDER_MUTANT"] ?? -1);
const record = process.env["CLOWDER_MUTANT_RECORD"];
/** Checks that were asked, and those of them that refused. @type {Set<number>} */
const asked = new Set();
/** @type {Set<number>} */
const fired = new Set();

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
	asked.add(number);
	if (fires) fired.add(number);
}

if (record !== undefined) {
	process.on("exit", () => writeFileSync(record, JSON.stringify({ asked: [...asked], fired: [...fired] })));
}
