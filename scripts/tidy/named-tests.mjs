// Where a specification says which tests show something, by file and title, these tests are there.

import { lineAt } from "./source.mjs";

/** @typedef {import("./source.mjs").SourceFile} SourceFile */
/** @typedef {import("./source.mjs").Finding} Finding */

/** `` `path/to/a.test.ts`: "a title", "another" ``; of a title that is made of parts, a part is enough. */
const CITATION = /`([\w/.-]+\.test\.ts)`:((?:,?\s*"[^"|]+")+)/g;

/**
 * @param {readonly SourceFile[]} files
 * @returns {Finding[]}
 */
export function namedTests(files) {
	const texts = new Map(files.map(({ path, text }) => [path, text]));
	/** @type {Finding[]} */
	const findings = [];
	for (const { path, text } of files) {
		if (!/^spec\/.*\.md$/.test(path)) continue;
		for (const match of text.matchAll(CITATION)) {
			const [, file = "", titles = ""] = match;
			const line = lineAt(text, match.index);
			const source = texts.get(file);
			if (source === undefined) findings.push({ rule: "named-tests", path, line, message: `there is no ${file}` });
			for (const [, title = ""] of source === undefined ? [] : titles.matchAll(/"([^"]+)"/g)) {
				if (source?.includes(title) === true) continue;
				findings.push({ rule: "named-tests", path, line, message: `no test in ${file} is called "${title}"` });
			}
		}
	}
	return findings;
}
