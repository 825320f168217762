// `npm run models`: checks the models of spec/models. Every property must hold over all states, and every seeded bug and
// every situation that must be reachable must be found. Names as arguments choose some: `npm run models -- eviction`.

import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { root } from "./lib/repo.mjs";
import { run } from "./lib/run.mjs";

/**
 * What one run has to come to: no error at all, or an error of just this kind.
 *
 * @typedef {"holds" | "assertion" | "cycle"} Expectation
 */

/**
 * @typedef {object} Check
 * @property {string} file in spec/models
 * @property {readonly string[]} defines what is switched on in it; in a proof, what is replaced and by what
 * @property {Expectation} expected
 * @property {boolean} fair over endless runs that are fair to each process, against the claim in the model
 */

/** @typedef {{ readonly program: string, readonly versionOption: string, readonly debianPackage: string }} Tool */

/** @type {Readonly<Record<"spin" | "gcc" | "coqc", Tool>>} */
const TOOLS = {
	spin: { program: "spin", versionOption: "-V", debianPackage: "spin" },
	gcc: { program: "gcc", versionOption: "--version", debianPackage: "gcc libc6-dev" },
	coqc: { program: "coqc", versionOption: "--version", debianPackage: "coq" },
};

/** Memory of one search, in megabytes; two run at a time. */
const SEARCH_MEGABYTES_MAX = 900;
const SEARCH_MINUTES_MAX = 3;
const SEARCH_STEPS_MAX = 1_000_000;
/** Of the table of states, as a power of two. */
const TABLE_BITS = 22;
/** What pan needs for fairness to eleven processes. */
const FAIRNESS_WORDS = 4;
const AT_A_TIME = 2;

const MODELS = join(root, "spec", "models");

/**
 * @param {string} file
 * @param {Partial<Record<Expectation, readonly string[]>>} names switches, several joined by a blank; "" for none
 * @param {boolean} fair
 * @returns {Check[]}
 */
function checks(file, names, fair) {
	return Object.entries(names).flatMap(([expected, list]) =>
		list.map((name) => ({
			file,
			defines: name.split(" ").filter((one) => one !== ""),
			expected: /** @type {Expectation} */ (expected),
			fair,
		})),
	);
}

/** The seeded bug of the proof: everyone broadcasts a secret as it is. */
export const PLAIN_SHARE = ["N.lxor (d (before n i)) (d i).", "d i."];

/** @type {readonly Check[]} */
export const CHECKS = [
	...checks(
		"agreement.pml",
		{
			holds: [""],
			assertion: ["BUG_LIST", "BUG_AID", "BUG_SHARES", "BUG_REUSE", "REACH_DEEP", "REACH_JOIN", "REACH_MERGE"],
		},
		false,
	),
	...checks(
		"publication.pml",
		{
			holds: [""],
			assertion: [
				...["BUG_BOTH", "BUG_HURRY", "BUG_ANSWERED", "BUG_SLEEP", "BUG_LEAVER", "BUG_RESEND"],
				...["REACH_EARLY", "REACH_LATE", "REACH_LEAVER"],
			],
		},
		false,
	),
	...checks(
		"eviction.pml",
		{
			holds: [""],
			assertion: [
				...["BUG_HALF", "BUG_FEW", "BUG_WAKE", "BUG_STALE"],
				...["REACH_MAJORITY", "REACH_SPLIT", "REACH_HALVES"],
			],
		},
		false,
	),
	...checks("progress.pml", { assertion: ["REACH_ALONE", "REACH_LATE_SHARE", "REACH_NEWCOMER"] }, false),
	...checks(
		"progress.pml",
		{
			holds: ["", "GHOSTS=0", "GHOSTS=1"],
			cycle: ["BUG_GHOSTS", "BUG_MAJORITY", "BUG_NEWCOMER", "BUG_BURN", "GHOSTS=1 BUG_BURN"],
		},
		true,
	),
	...checks(
		"placement.pml",
		{
			holds: [""],
			assertion: ["BUG_BASE", "BUG_IMPATIENT", "BUG_REPLAY", "REACH_TWICE_SENT", "REACH_WAIT"],
		},
		false,
	),
	...checks("placement.pml", { holds: [""], cycle: ["BUG_LOST"] }, true),
	{ file: "ring_xor.v", defines: [], expected: "holds", fair: false },
	{ file: "ring_xor.v", defines: PLAIN_SHARE, expected: "assertion", fair: false },
];

/** @param {Check} check @returns {string} */
export function nameOf({ file, defines, fair }) {
	const what = file.endsWith(".v") && defines.length > 0 ? "BUG_PLAIN" : defines.join(" ");
	return [file.replace(/\.\w+$/, ""), fair ? "(fair)" : "", what].filter((part) => part !== "").join(" ");
}

/** Why a check cannot run here; false if it can. In the form that node:test takes as `skip`. @param {string} file */
export async function withoutTools(file) {
	const tools = file.endsWith(".v") ? [TOOLS.coqc] : [TOOLS.spin, TOOLS.gcc];
	for (const { program, versionOption, debianPackage } of tools) {
		const { code } = await run(program, [versionOption]);
		if (code === 127) return `needs ${program}: apt-get install ${debianPackage}`;
	}
	return /** @type {const} */ (false);
}

/** What says that a search did not see all states, whatever else it says. */
const INCOMPLETE = [
	/max search depth too small/,
	/out of memory|reached -DMEMLIM bound/i,
	/time limit|timed out/i,
	/Bit statespace search|Hash-Compact/i,
];

/**
 * What is wrong with what a search printed; undefined if it came to what was expected. Its exit code says nothing.
 *
 * @param {Expectation} expected
 * @param {string} output
 * @returns {string | undefined}
 */
export function wrongWithSearch(expected, output) {
	for (const sign of INCOMPLETE) {
		const found = sign.exec(output);
		if (found !== null) return `the search was cut short: ${found[0]}`;
	}
	const errors = /errors: (\d+)/.exec(output)?.[1];
	if (errors === undefined) return "the search ended without a verdict";
	if (!(statesOf(output) > 0)) return "the search saw no states";
	const kind = /^pan:\d+: (assertion violated|acceptance cycle|.*)/m.exec(output)?.[1];
	if (expected === "holds") {
		if (errors !== "0" || kind !== undefined) return `expected no error, got: ${kind ?? `${errors} errors`}`;
		return /Search not completed/i.test(output) ? "the search was not completed" : undefined;
	}
	const wanted = expected === "assertion" ? "assertion violated" : "acceptance cycle";
	if (errors === "0" || kind === undefined) return `expected ${wanted}, found no error`;
	return kind === wanted ? undefined : `expected ${wanted}, got: ${kind}`;
}

/** @param {string} output @returns {number} NaN if it does not say */
function statesOf(output) {
	return Number(/(\S+) states, stored/.exec(output)?.[1] ?? Number.NaN);
}

/**
 * What is wrong with what the proof checker said: all theorems whose assumptions are asked for must rest on none.
 *
 * @param {Expectation} expected
 * @param {{ code: number, output: string }} outcome
 * @param {string} source
 * @returns {string | undefined}
 */
export function wrongWithProof(expected, { code, output }, source) {
	if (expected !== "holds") return code === 0 ? "expected the proof to fail, and it did not" : undefined;
	if (code !== 0) return "the proof was refused";
	if (/\b(?:Admitted|admit|Axiom|Parameter)\b/.test(source)) return "something in the proof is taken for granted";
	const asked = source.match(/^Print Assumptions/gm)?.length ?? 0;
	const theorems = source.match(/^\s*Theorem/gm)?.length ?? 0;
	const closed = output.match(/Closed under the global context/g)?.length ?? 0;
	if (closed !== asked) return `of ${asked} theorems, ${closed} rest on no axiom`;
	return asked === 0 || asked > theorems ? "no theorem is asked about" : undefined;
}

/** @param {Check} check @param {string} folder an empty one @returns {Promise<Result>} */
async function search(check, folder) {
	const switches = check.defines.map((name) => `-D${name}`);
	const made = await run("spin", ["-a", ...switches, join(MODELS, check.file)], { cwd: folder });
	if (made.code !== 0) return { wrong: "the model was refused", output: made.output, note: "" };
	const how = check.fair ? [`-DNFAIR=${FAIRNESS_WORDS}`] : ["-DSAFETY", "-DNOCLAIM"];
	// Bugs are found soon: there, compiling would take longer than searching.
	const effort = check.expected === "holds" ? "-O2" : "-O0";
	const options = [effort, "-w", `-DMEMLIM=${SEARCH_MEGABYTES_MAX}`, ...how, "-o", "pan", "pan.c"];
	const built = await run("gcc", options, { cwd: folder });
	if (built.code !== 0) return { wrong: "the search did not compile", output: built.output, note: "" };
	const { output } = await run(
		join(folder, "pan"),
		["-E", ...(check.fair ? ["-a", "-f"] : []), `-m${SEARCH_STEPS_MAX}`, `-w${TABLE_BITS}`, `-Q${SEARCH_MINUTES_MAX}`],
		{ cwd: folder },
	);
	return { wrong: wrongWithSearch(check.expected, output), output, note: `${statesOf(output)} states` };
}

/** @param {Check} check @param {string} folder an empty one @returns {Promise<Result>} */
async function prove(check, folder) {
	const source = readFileSync(join(MODELS, check.file), "utf8");
	const [from, to] = check.defines;
	const file = join(folder, check.file);
	if (from === undefined || to === undefined) {
		copyFileSync(join(MODELS, check.file), file);
	} else {
		if (source.split(from).length !== 2) return { wrong: "the bug has no place in the proof", output: "", note: "" };
		writeFileSync(
			file,
			source.replace(from, () => to),
		);
	}
	const outcome = await run("coqc", ["-q", file], { cwd: folder });
	return { wrong: wrongWithProof(check.expected, outcome, source), output: outcome.output, note: "proof" };
}

/** @typedef {{ wrong: string | undefined, output: string, note: string }} Result */

/** Runs one check in a folder of its own. @param {Check} check @returns {Promise<Result>} */
export async function runCheck(check) {
	const folder = mkdtempSync(join(tmpdir(), "clowder-models-"));
	try {
		return await (check.file.endsWith(".v") ? prove(check, folder) : search(check, folder));
	} finally {
		rmSync(folder, { recursive: true });
	}
}

const SAYS = { holds: "holds", assertion: "is found", cycle: "is found" };

/** Runs a check and prints its line. @param {Check} check @returns {Promise<boolean>} whether it came to what it should */
async function report(check) {
	const start = performance.now();
	const { wrong, output, note } = await runCheck(check);
	const seconds = ((performance.now() - start) / 1000).toFixed(1);
	const verdict = `${wrong === undefined ? "ok  " : "FAIL"} ${nameOf(check).padEnd(34)} ${SAYS[check.expected].padEnd(8)}`;
	console.log(`${verdict} ${note.padStart(16)} ${seconds.padStart(6)} s`);
	if (wrong !== undefined) console.log(`${wrong}\n${output}`.trimEnd().replace(/^/gm, "     "));
	return wrong === undefined;
}

/** @param {readonly string[]} args names of models @returns {Promise<number>} exit code */
export async function main(args) {
	const start = performance.now();
	const chosen = CHECKS.filter(({ file }) => args.length === 0 || args.some((name) => file.startsWith(name)));
	if (chosen.length === 0) {
		console.error(`models: none is called ${args.join(" or ")}`);
		return 2;
	}
	/** @type {Map<string, Check[]>} */
	const skipped = new Map();
	/** @type {Check[]} */
	const todo = [];
	for (const check of chosen) {
		const missing = await withoutTools(check.file);
		if (missing === false) todo.push(check);
		else skipped.set(missing, [...(skipped.get(missing) ?? []), check]);
	}
	let failed = 0;
	const rest = [...todo];
	const worker = async () => {
		for (let check = rest.shift(); check !== undefined; check = rest.shift()) {
			if (!(await report(check))) failed += 1;
		}
	};
	await Promise.all(Array.from({ length: AT_A_TIME }, worker));
	for (const [missing, list] of skipped) console.log(`skipped ${list.length} checks: ${missing}`);
	const ci = process.env["CI"] === "true";
	if (ci && skipped.size > 0) console.log("with CI=true nothing may be skipped");
	const bad = failed > 0 || (ci && skipped.size > 0);
	const seconds = ((performance.now() - start) / 1000).toFixed(0);
	console.log(`${bad ? "FAILED" : "PASSED"}: ${todo.length - failed} of ${chosen.length} checks, ${seconds} s`);
	return bad ? 1 : 0;
}
