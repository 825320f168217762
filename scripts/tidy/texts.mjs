// Rules on the text of files: length, leftovers, and what belongs to one machine only.

import { isCode, isSource, lineAt } from "./source.mjs";

/** @typedef {import("./source.mjs").SourceFile} SourceFile */
/** @typedef {import("./source.mjs").Finding} Finding */

export const FILE_LINES_MAX = 400;

/** Files that may be longer, each with its reason. @type {Readonly<Record<string, string>>} */
const LONG_FILES = {};

/**
 * @param {readonly SourceFile[]} files
 * @param {Readonly<Record<string, string>>} [allowed]
 * @returns {Finding[]}
 */
export function fileLength(files, allowed = LONG_FILES) {
	return files
		.filter(({ path }) => isSource(path) && !(path in allowed))
		.map(({ path, text }) => ({ path, lines: text.trimEnd().split("\n").length }))
		.filter(({ lines }) => lines > FILE_LINES_MAX)
		.map(({ path, lines }) => ({
			rule: "length",
			path,
			line: FILE_LINES_MAX + 1,
			message: `at most ${FILE_LINES_MAX} lines; it has ${lines}`,
		}));
}

// Put together from parts, so that this file does not find itself.
const LEFTOVERS = new RegExp(
	["\\bTO" + "DO\\b", "\\bFIX" + "ME\\b", "\\bXX" + "X\\b", "\\bfor " + "now\\b"].join("|"),
	"g",
);

/**
 * Work that was left for later.
 *
 * @param {readonly SourceFile[]} files
 * @returns {Finding[]}
 */
export function leftovers(files) {
	return matches(
		files.filter(({ path }) => isCode(path)),
		LEFTOVERS,
		"leftovers",
		(found) => `finish it or drop it: "${found}"`,
	);
}

const LOCAL = new RegExp(
	[
		"/(?:ho" + "me|Us" + "ers)/[a-z][\\w.-]*/",
		"/ro" + "ot/",
		"/wo" + "rk/",
		"https?://[\\w.-]*(?:regis" + "try|art" + "ifactory|nex" + "us)[\\w.-]*[:/]",
		'"resol' + 'ved":\\s*"https?:',
	].join("|"),
	"g",
);

/**
 * Paths of one machine and hosts of package registries: nobody else has them.
 *
 * @param {readonly SourceFile[]} files
 * @returns {Finding[]}
 */
export function localNames(files) {
	return matches(files, LOCAL, "local-names", (found) => `is on one machine only: "${found}"`);
}

/**
 * @param {readonly SourceFile[]} files
 * @param {RegExp} pattern global
 * @param {string} rule
 * @param {(found: string) => string} message
 * @returns {Finding[]}
 */
function matches(files, pattern, rule, message) {
	return files.flatMap(({ path, text }) =>
		[...text.matchAll(pattern)].map((match) => ({
			rule,
			path,
			line: lineAt(text, match.index),
			message: message(match[0]),
		})),
	);
}
