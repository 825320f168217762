// Versions are exact: what was tested is what is installed.

import { lineAt } from "./source.mjs";

/** @typedef {import("./source.mjs").SourceFile} SourceFile */
/** @typedef {import("./source.mjs").Finding} Finding */

const EXACT = /^\d+\.\d+\.\d+(?:-[\w.]+)?$/;
const SECTIONS = ["dependencies", "devDependencies", "optionalDependencies"];

/**
 * @param {readonly SourceFile[]} files
 * @returns {Finding[]}
 */
export function pins(files) {
	/** @type {Finding[]} */
	const findings = [];
	for (const { path, text } of files) {
		if (!/(?:^|\/)package\.json$/.test(path)) continue;
		const manifest = JSON.parse(text);
		for (const section of SECTIONS) {
			for (const [name, version] of Object.entries(manifest[section] ?? {})) {
				if (EXACT.test(String(version))) continue;
				const line = lineAt(text, text.indexOf(`"${name}"`));
				findings.push({ rule: "pins", path, line, message: `expected an exact version of ${name}; got ${version}` });
			}
		}
	}
	return findings;
}
