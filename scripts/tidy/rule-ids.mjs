// A rule in the specification has an id; the code that enforces it and the test that proves it name the id.

import { isCode, isSource, isTest, lineAt } from "./source.mjs";

/** @typedef {import("./source.mjs").SourceFile} SourceFile */
/** @typedef {import("./source.mjs").Finding} Finding */

const DEFINITION = /^\|\s*`?([A-Z][A-Z0-9]*-\d+)`?\s*\|/gm;

const NAMED = /(?<![\w-])[A-Z][A-Z0-9]+-\d+(?![\w-])/g;

/** Names of other people's standards, and of messages in them, look like rule ids. */
const STANDARDS = /^(?:AES|BIP|CVE|DAKE|FIPS|HMAC|ISO|RFC|SHA|SHAKE|UCS|UTF|UTS|XEP)-/;

/**
 * @param {readonly SourceFile[]} files
 * @returns {Finding[]}
 */
export function ruleIds(files) {
	/** @type {Map<string, { path: string, line: number }>} */
	const defined = new Map();
	/** @type {Finding[]} */
	const findings = [];
	for (const { path, text } of files) {
		if (!/^spec\/.*\.md$/.test(path)) continue;
		for (const match of text.matchAll(DEFINITION)) {
			const id = match[1] ?? "";
			const line = lineAt(text, match.index);
			const before = defined.get(id);
			if (before === undefined) defined.set(id, { path, line });
			else findings.push({ rule: "rule-ids", path, line, message: `${id} is already defined in ${before.path}` });
		}
	}
	const named = namedIds(files, new Set([...defined.keys()].map(prefixOf)));
	for (const [id, { path, line }] of defined) {
		if (!named.src.has(id)) findings.push({ rule: "rule-ids", path, line, message: `no source file names ${id}` });
		if (!named.test.has(id)) findings.push({ rule: "rule-ids", path, line, message: `no test names ${id}` });
	}
	for (const [id, { path, line }] of [...named.src, ...named.test]) {
		if (!defined.has(id)) findings.push({ rule: "rule-ids", path, line, message: `no spec/*.md defines ${id}` });
	}
	return findings;
}

/**
 * @param {readonly SourceFile[]} files
 * @param {ReadonlySet<string>} prefixes those of the rules there are; two letters are taken for a rule only if so
 */
function namedIds(files, prefixes) {
	/** @type {{ src: Map<string, { path: string, line: number }>, test: Map<string, { path: string, line: number }> }} */
	const named = { src: new Map(), test: new Map() };
	for (const { path, text } of files) {
		if (!isCode(path) || !(isSource(path) || isTest(path))) continue;
		const into = isSource(path) ? named.src : named.test;
		for (const match of text.matchAll(NAMED)) {
			const prefix = prefixOf(match[0]);
			if (STANDARDS.test(match[0]) || (prefix.length === 2 && !prefixes.has(prefix))) continue;
			if (!into.has(match[0])) into.set(match[0], { path, line: lineAt(text, match.index) });
		}
	}
	return named;
}

/** @param {string} id */
function prefixOf(id) {
	return id.replace(/-\d+$/, "");
}
