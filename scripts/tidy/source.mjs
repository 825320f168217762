// Splits a source text into code, comments and strings, as far as the rules need it. Not a parser: it knows where a
// comment, a string or a regular expression begins and ends, and nothing more.

/**
 * @typedef {object} SourceFile
 * @property {string} path relative to the root, with forward slashes
 * @property {string} text
 */

/**
 * @typedef {object} Finding
 * @property {string} rule
 * @property {string} path
 * @property {number} line from 1
 * @property {string} message what was expected and what is there
 */

/**
 * @typedef {object} Import
 * @property {string} specifier
 * @property {number} line
 */

const REGEX_MAY_FOLLOW =
	/(?:^|[(,=:[!&|?{};+\-*%<>~^]|\b(?:return|typeof|case|in|of|do|else|void|delete|await|yield))\s*$/;

/**
 * The text with everything but code replaced by spaces (line breaks stay), and the strings that were replaced.
 *
 * @param {string} text
 * @returns {{ code: string, strings: { start: number, value: string }[] }}
 */
export function scan(text) {
	const out = text.split("");
	/** @type {{ start: number, value: string }[]} */
	const strings = [];
	/** Brace depths at which a template literal goes on. @type {number[]} */
	const templates = [];
	let depth = 0;
	let at = 0;

	/** @param {number} from @param {number} to */
	const blank = (from, to) => {
		for (let i = from; i < to; i++) if (out[i] !== "\n") out[i] = " ";
	};
	/** The end of a template's text that begins at `from`: after its backtick, or after `${`. @param {number} from */
	const templateText = (from) => {
		let i = from;
		while (i < text.length && text[i] !== "`") {
			if (text[i] === "$" && text[i + 1] === "{") {
				templates.push(depth);
				depth += 1;
				blank(from, i);
				return i + 2;
			}
			i += text[i] === "\\" ? 2 : 1;
		}
		blank(from, i);
		return i + 1;
	};

	while (at < text.length) {
		const char = text[at];
		const next = text[at + 1];
		if (char === "/" && next === "/") {
			const end = text.indexOf("\n", at);
			blank(at, end < 0 ? text.length : end);
			at = end < 0 ? text.length : end;
		} else if (char === "/" && next === "*") {
			const end = text.indexOf("*/", at + 2);
			blank(at, end < 0 ? text.length : end + 2);
			at = end < 0 ? text.length : end + 2;
		} else if (char === '"' || char === "'") {
			const end = stringEnd(text, at);
			strings.push({ start: at, value: text.slice(at + 1, end - 1) });
			blank(at + 1, end - 1);
			at = end;
		} else if (char === "`") {
			at = templateText(at + 1);
		} else if (char === "{") {
			depth += 1;
			at += 1;
		} else if (char === "}") {
			depth -= 1;
			at += 1;
			if (templates.at(-1) === depth) {
				templates.pop();
				at = templateText(at);
			}
		} else if (char === "/" && REGEX_MAY_FOLLOW.test(out.slice(Math.max(0, at - 40), at).join(""))) {
			const end = regexEnd(text, at);
			blank(at + 1, end - 1);
			at = end;
		} else {
			at += 1;
		}
	}
	return { code: out.join(""), strings };
}

/** @param {string} text @param {number} start @returns {number} the place after the closing quote, or the line's end */
function stringEnd(text, start) {
	let i = start + 1;
	while (i < text.length && text[i] !== text[start] && text[i] !== "\n") i += text[i] === "\\" ? 2 : 1;
	return Math.min(i + 1, text.length);
}

/** @param {string} text @param {number} start @returns {number} the place after the closing slash */
function regexEnd(text, start) {
	let inClass = false;
	let i = start + 1;
	while (i < text.length && text[i] !== "\n" && (inClass || text[i] !== "/")) {
		if (text[i] === "[") inClass = true;
		if (text[i] === "]") inClass = false;
		i += text[i] === "\\" ? 2 : 1;
	}
	return i + 1;
}

/** @param {string} text @param {number} at @returns {number} the line in which the place `at` is, from 1 */
export function lineAt(text, at) {
	let line = 1;
	for (let i = text.indexOf("\n"); i >= 0 && i < at; i = text.indexOf("\n", i + 1)) line += 1;
	return line;
}

/**
 * What a file imports: static, dynamic and re-exports.
 *
 * @param {string} text
 * @returns {Import[]}
 */
export function importsOf(text) {
	const { code, strings } = scan(text);
	return strings
		.filter(({ start }) =>
			/(?:\bfrom|\bimport|\bimport\s*\(|\brequire\s*\()\s*$/.test(code.slice(Math.max(0, start - 30), start)),
		)
		.map(({ start, value }) => ({ specifier: value, line: lineAt(text, start) }));
}

/** @param {string} path @returns {string} the workspace (`packages/mpotr`) of a file, or its first folder */
export function workspaceOf(path) {
	const [first = "", second = ""] = path.split("/");
	return ["packages", "apps", "testing"].includes(first) ? `${first}/${second}` : first;
}

/** @param {string} path @returns {boolean} code of ours: TypeScript or JavaScript */
export function isCode(path) {
	return /\.(?:ts|tsx|mts|cts|js|mjs|cjs)$/.test(path);
}

/** @param {string} path @returns {boolean} product code of a workspace, without its tests */
export function isSource(path) {
	return isCode(path) && /^(?:packages|apps)\/[^/]+\/src\//.test(path);
}

/** @param {string} path @returns {boolean} */
export function isTest(path) {
	return isCode(path) && (/^(?:packages|apps)\/[^/]+\/test\//.test(path) || path.startsWith("testing/"));
}
