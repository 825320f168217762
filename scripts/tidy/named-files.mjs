// Where a specification says which file does something, that file is there.

import { lineAt } from "./source.mjs";

/** @typedef {import("./source.mjs").SourceFile} SourceFile */
/** @typedef {import("./source.mjs").Finding} Finding */

/** The specifications that name files in another folder than the repository's own, and which. */
const FOLDERS = new Map([["spec/otrv4-notes.md", "packages/otrv4/src/"]]);

const NAMED = /`([\w-]+(?:\/[\w.-]+)*\.ts)`/g;

/**
 * @param {readonly SourceFile[]} files
 * @returns {Finding[]}
 */
export function namedFiles(files) {
	const paths = new Set(files.map(({ path }) => path));
	/** @type {Finding[]} */
	const findings = [];
	for (const { path, text } of files) {
		const folder = FOLDERS.get(path);
		if (folder === undefined) continue;
		for (const match of text.matchAll(NAMED)) {
			const named = `${folder}${match[1]}`;
			if (paths.has(named)) continue;
			findings.push({ rule: "named-files", path, line: lineAt(text, match.index), message: `there is no ${named}` });
		}
	}
	return findings;
}
