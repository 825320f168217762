// Calls that would make a protocol depend on more than its arguments, and cryptography outside its package.

import { isSource, lineAt, scan } from "./source.mjs";

/** @typedef {import("./source.mjs").SourceFile} SourceFile */
/** @typedef {import("./source.mjs").Finding} Finding */

/** Packages whose sources have no clock, timer, socket, global or randomness of their own. */
const PURE = /^packages\/(?:bytes|crypto|mpotr|otrv4|login|carrier)\/src\/(?!conformance)/;

const BANNED_IN_PURE = [
	{ call: /\bDate\s*\.\s*now\b/g, instead: "the time is an argument" },
	{ call: /\bnew\s+Date\b/g, instead: "the time is an argument" },
	{ call: /\bperformance\s*\.\s*now\b/g, instead: "the time is an argument" },
	{ call: /\b(?:setTimeout|setInterval|setImmediate|queueMicrotask)\b/g, instead: "say when to be woken" },
	{ call: /\bprocess\s*\./g, instead: "options are arguments" },
	{ call: /\bconsole\s*\./g, instead: "return an event" },
	{ call: /\bgetRandomValues\b/g, instead: "randomness is an argument" },
];

const BANNED_IN_SOURCES = [
	{ call: /\bMath\s*\.\s*random\b/g, instead: "use a cryptographic or a seeded generator", except: /^$/ },
	{
		call: /\bsubtle\b/g,
		instead: "cryptography is in packages/crypto (SCRAM of the XMPP carrier aside)",
		except: /^packages\/(?:crypto|carrier-xmpp)\/src\//,
	},
];

/**
 * @param {readonly SourceFile[]} files
 * @returns {Finding[]}
 */
export function calls(files) {
	/** @type {Finding[]} */
	const findings = [];
	for (const file of files) {
		if (!isSource(file.path)) continue;
		const banned = [
			...(PURE.test(file.path) ? BANNED_IN_PURE : []),
			...BANNED_IN_SOURCES.filter(({ except }) => !except.test(file.path)),
		];
		const { code } = scan(file.text);
		for (const { call, instead } of banned) {
			for (const match of code.matchAll(call)) {
				const line = lineAt(file.text, match.index);
				findings.push({ rule: "calls", path: file.path, line, message: `${match[0]} is banned here: ${instead}` });
			}
		}
	}
	return findings;
}
