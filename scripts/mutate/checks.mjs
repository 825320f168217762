// Finds the verifications in compiled code: the conditions under which it refuses something, each of which a mutant
// switches off. Works on JavaScript as the compiler leaves it: types are gone, comments and lines are not.

import { parse } from "acorn";

/** @typedef {import("acorn").AnyNode} Node */

/**
 * One verification. `never`: the condition of a refusal, which a mutant makes false; `always`: a condition that something
 * must meet, which a mutant makes true.
 *
 * @typedef {object} Check
 * @property {"never" | "always"} kind
 * @property {number} start
 * @property {number} end
 * @property {string} text the condition
 * @property {string} within the function around it
 * @property {readonly string[]} rules ids of the specification that are named at it
 */

/** What refuses, by the name of what is called. */
const REFUSES =
	/^(?:err|broken|late|refuse\w*|sender|stateError|misfit|fault|convict|keyError|tooLong|wrong|deny|follow)$/;
/** Words that a function gives for a refusal. */
const REFUSAL_WORDS = new Set([
	...["bad-authenticator", "already-here", "name-taken", "name-invalid", "wrong-passphrase", "refused", "lost"],
	...["differs", "diverged", "forgotten"],
]);
/** What answers with yes or no. */
const DECIDES =
	/^(?:equal|is[A-Z]\w*|has|has[A-Z]\w*|may[A-Z]\w*|can[A-Z]\w*|same[A-Z]\w*|all[A-Z]\w*|verify|\w+Verify|every|some|includes|startsWith|endsWith|test|\w*[fF]its?|proves\w*)$/;
/** Looking something up is not a verification, though it compares. */
const LOOKS_UP = /^(?:find\w*|filter|flatMap|some|map|sort|indexOf)$/;
const COMPARES = new Set(["==", "!=", "===", "!==", "<", "<=", ">", ">=", "in", "instanceof"]);
const RULE = /(?<![\w-])[A-Z][A-Z0-9]+-\d+(?![\w-])/g;
const STANDARDS = /^(?:AES|HMAC|RFC|SHA|UTF|XEP|FIPS|ISO)-/;

/** @param {Node | null | undefined} node @returns {string} the name of what is called; empty if there is none */
function calleeOf(node) {
	if (node?.type === "ChainExpression") return calleeOf(node.expression);
	if (node?.type !== "CallExpression") return "";
	const { callee } = node;
	if (callee.type === "Identifier") return callee.name;
	return callee.type === "MemberExpression" && callee.property.type !== "Literal" && "name" in callee.property
		? callee.property.name
		: "";
}

/** @param {Node | null | undefined} node */
function isRefusal(node) {
	return REFUSES.test(calleeOf(node));
}

/** @param {Node} node @param {Node} test @returns {boolean} whether this statement of an `if` refuses */
function refuses(node, test) {
	if (node.type === "BlockStatement") {
		return node.body.some((one) => one.type !== "IfStatement" && refuses(one, test));
	}
	if (node.type === "ExpressionStatement") return isRefusal(node.expression);
	if (node.type !== "ReturnStatement" || !node.argument) return false;
	const { argument } = node;
	if (argument.type === "Literal") return argument.value === false || REFUSAL_WORDS.has(String(argument.value));
	// A refusal of someone else's is handed on: `if (!read.ok) return read`.
	if (argument.type === "Identifier") return namesResult(test, argument.name);
	if (argument.type === "ObjectExpression") {
		return argument.properties.some(
			(one) => one.type === "Property" && one.value.type === "Literal" && REFUSAL_WORDS.has(String(one.value.value)),
		);
	}
	return isRefusal(argument);
}

/** @param {Node} test @param {string} name */
function namesResult(test, name) {
	if (test.type === "BinaryExpression") {
		return test.operator === "in" && test.right.type === "Identifier" && test.right.name === name;
	}
	if (test.type !== "UnaryExpression" || test.operator !== "!") return false;
	const { argument } = test;
	return argument.type === "MemberExpression" && argument.object.type === "Identifier" && argument.object.name === name;
}

/** @param {Node} node whether it is plainly a boolean */
function decides(node) {
	if (node.type === "BinaryExpression") return COMPARES.has(node.operator);
	if (node.type === "UnaryExpression") return node.operator === "!";
	return DECIDES.test(calleeOf(node));
}

/** @param {Node} node @param {"||" | "&&"} operator @returns {Node[]} */
function operands(node, operator) {
	if (node.type !== "LogicalExpression" || node.operator !== operator) return [node];
	return [...operands(node.left, operator), ...operands(node.right, operator)];
}

/** @param {Node} node @returns {Node[]} */
function childrenOf(node) {
	return Object.values(node)
		.flat()
		.filter((one) => one !== null && typeof one === "object" && typeof one.type === "string");
}

/** @param {readonly Node[]} path from the outside in @returns {string} */
function nameOfFunction(path) {
	const names = path.flatMap((node) => {
		if (node.type === "FunctionDeclaration" || node.type === "ClassDeclaration") return node.id?.name ?? [];
		if (node.type === "VariableDeclarator") {
			const isFunction = node.init?.type === "ArrowFunctionExpression" || node.init?.type === "ObjectExpression";
			return isFunction && node.id.type === "Identifier" ? node.id.name : [];
		}
		if (
			node.type === "MethodDefinition" ||
			(node.type === "Property" && node.value.type.endsWith("FunctionExpression"))
		) {
			return "name" in node.key ? node.key.name : [];
		}
		if (node.type === "Property" && node.value.type === "ObjectExpression" && "name" in node.key) {
			return node.key.name;
		}
		return [];
	});
	return names.join(".");
}

/** Where the sides of a condition stand that are switched off one by one. */
class Finder {
	/** @type {Map<number, Check>} */
	checks = new Map();
	/** @type {string} */
	#text;
	/** @type {readonly { start: number, end: number, text: string }[]} */
	#comments;

	/** @param {string} text @param {readonly { start: number, end: number, text: string }[]} comments */
	constructor(text, comments) {
		this.#text = text;
		this.#comments = comments;
	}

	/** @param {"never" | "always"} kind @param {Node} node @param {readonly Node[]} path @param {Node} around */
	#add(kind, node, path, around) {
		for (const one of operands(node, kind === "never" ? "||" : "&&")) {
			if ([...this.checks.values()].some(({ start, end }) => start === one.start && end === one.end)) continue;
			const text = this.#text.slice(one.start, one.end).replaceAll(/\s+/g, " ");
			const rules = this.#rulesAt(around, path);
			this.checks.set(this.checks.size, {
				kind,
				start: one.start,
				end: one.end,
				text,
				within: nameOfFunction(path),
				rules,
			});
		}
	}

	/** Ids named in the statement itself, else in the comment before its function. @param {Node} around @param {readonly Node[]} path */
	#rulesAt(around, path) {
		const own = rulesIn(this.#text.slice(around.start, around.end));
		if (own.length > 0) return own;
		for (const node of [around, ...path.toReversed()]) {
			if (!/Declaration|MethodDefinition|Statement|Property$/.test(node.type)) continue;
			const comment = this.#comments.findLast(({ end }) => end <= node.start);
			const between = comment === undefined ? "x" : this.#text.slice(comment.end, node.start);
			if (comment !== undefined && /^\s*(?:export\s+)?$/.test(between)) {
				const rules = rulesIn(comment.text);
				if (rules.length > 0) return rules;
			}
		}
		return [];
	}

	/** @param {Node} node @param {readonly Node[]} path */
	visit(node, path) {
		this.#look(node, path);
		const inside = [...path, node];
		for (const child of childrenOf(node)) this.visit(child, inside);
	}

	/** @param {Node} node @param {readonly Node[]} path */
	#look(node, path) {
		if (node.type === "IfStatement" && refuses(node.consequent, node.test)) this.#add("never", node.test, path, node);
		if (node.type === "ConditionalExpression") {
			if (isRefusal(node.consequent)) this.#add("never", node.test, path, node);
			else if (isRefusal(node.alternate)) this.#add("always", node.test, path, node);
		}
		if (node.type === "LogicalExpression" && node.operator === "??" && isRefusal(node.right)) {
			this.#add("never", node.right, path, node);
		}
		const answer =
			node.type === "ReturnStatement" ? node.argument : node.type === "ArrowFunctionExpression" ? node.body : undefined;
		if (answer && answer.type !== "BlockStatement") this.#answer(answer, node, path);
		if (node.type === "VariableDeclarator" && node.init) this.#answer(node.init, node, path);
		if (node.type === "UnaryExpression" && node.operator === "!" && calleeOf(node.argument) === "equal") {
			const covered = [...this.checks.values()].some(({ start, end }) => start <= node.start && node.end <= end);
			if (!covered && !isLookup(node, path)) this.#add("always", node.argument, path, node);
		}
	}

	/** A yes or no that a function gives or that is kept: all that has to hold for a yes. @param {Node} answer @param {Node} node @param {readonly Node[]} path */
	#answer(answer, node, path) {
		if (isLookup(node, path)) return;
		const parts = operands(answer, "&&");
		if (!parts.every(decides)) return;
		if (parts.length === 1 && !/^(?:equal|verify|\w+Verify|every)$/.test(calleeOf(parts[0]))) return;
		// What is asked for its `ok` is more than a yes or no.
		const kept = node.type === "VariableDeclarator" && node.id.type === "Identifier" ? node.id.name : "";
		if (kept !== "" && this.#text.includes(`${kept}.ok`)) return;
		this.#add("always", answer, path, node);
	}
}

/** @param {Node} node @param {readonly Node[]} path whether it is what `find`, `filter` or the like asks of each item */
function isLookup(node, path) {
	const all = [...path, node];
	return all.some((one, i) => {
		const parent = all[i - 1];
		return (
			one.type === "ArrowFunctionExpression" && parent?.type === "CallExpression" && LOOKS_UP.test(calleeOf(parent))
		);
	});
}

/** @param {string} text @returns {string[]} */
function rulesIn(text) {
	return [...new Set([...text.matchAll(RULE)].map((found) => found[0]))].filter((id) => !STANDARDS.test(id));
}

/**
 * @param {string} text a compiled module
 * @returns {Check[]} in the order of the text
 */
export function findChecks(text) {
	/** @type {{ start: number, end: number, text: string }[]} */
	const comments = [];
	const program = parse(text, {
		ecmaVersion: 2023,
		sourceType: "module",
		onComment: (_block, comment, start, end) => comments.push({ start, end, text: comment }),
	});
	const finder = new Finder(text, comments);
	finder.visit(program, []);
	return [...finder.checks.values()].sort((one, other) => one.start - other.start || other.end - one.end);
}

/**
 * The module with a switch at each check: `number` of its first one, and `from` where the switch is imported from.
 *
 * @param {string} text
 * @param {readonly Check[]} checks
 * @param {number} number
 * @param {string} from
 * @returns {string}
 */
export function withSwitches(text, checks, number, from) {
	if (checks.length === 0) return text;
	/** @type {Map<number, { before: string, after: string }>} */
	const at = new Map();
	/** @param {number} place */
	const edit = (place) => {
		const made = at.get(place) ?? { before: "", after: "" };
		at.set(place, made);
		return made;
	};
	// What stands further out comes first in `checks`: it opens first and closes last.
	for (const [i, { kind, start, end, text: condition }] of checks.entries()) {
		const refuses = kind === "never" && /^(?:\w+\.)*\w+\(/.test(condition) && isRefusalText(condition);
		edit(start).before += refuses ? `(__${kind}(${number + i}, true) ? ` : `__${kind}(${number + i}, `;
		const close = edit(end);
		close.after = `${refuses ? " : undefined)" : ")"}${close.after}`;
	}
	let out = "";
	let last = 0;
	for (const [place, { before, after }] of [...at].sort(([one], [other]) => one - other)) {
		out += `${text.slice(last, place)}${after}${before}`;
		last = place;
	}
	// On the first line, so that no line moves.
	return `import { always as __always, never as __never } from ${JSON.stringify(from)}; ${out}${text.slice(last)}`;
}

/** @param {string} text whether it is a refusal itself: what stands on the right of `??` */
function isRefusalText(text) {
	return /^(?:\w+\.)*(?:refuse\w*|err)\(/.test(text);
}
