// `npm run mutate`: takes each verification out of the protocol's code in turn, and some test must fail. A check that no
// test misses is either given a test or listed in mutate-equivalent.json with the reason why its absence changes nothing.

import { appendFileSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { root } from "./lib/repo.mjs";
import { testFiles } from "./lib/tests.mjs";
import { makeBed, openBed } from "./mutate/bed.mjs";
import { eachOf, noticing, recordRuns, tryMutant } from "./mutate/trial.mjs";

/** @typedef {import("./mutate/bed.mjs").Bed} Bed */
/** @typedef {import("./mutate/bed.mjs").Mutant} Mutant */
/** @typedef {import("./mutate/trial.mjs").Result} Result */
/** @typedef {import("./mutate/trial.mjs").Run} Run */

const HELP = `Takes each verification out of the protocol's code in turn: some test must fail.

  npm run mutate                     all of them; takes an hour or more on two cores
  npm run mutate -- --only TEXT      those whose file, function or condition contains it; several times: any of them
  npm run mutate -- --shard 2/5      the second fifth, for several machines
  npm run mutate -- --resume         goes on in the copy of the last run, without what was tried there
  npm run mutate -- --jobs 4         so many at a time (as many as there are cores)
  npm run mutate -- --list           only lists them, with the tests that can notice them once a run has recorded that

Everything is in .cache/mutate: the copy that is tried, what each test does there, and results.jsonl.`;

export const PACKAGES = ["packages/bytes", "packages/crypto", "packages/mpotr"];
/** What their tests read besides. */
export const OTHERS = ["vectors", "spec"];
const FOLDER = join(root, ".cache", "mutate");
const EQUIVALENT = join(root, "scripts", "mutate-equivalent.json");

/** Mutants that change nothing, by name, and why. @returns {Record<string, string>} */
export function readEquivalent() {
	return JSON.parse(readFileSync(EQUIVALENT, "utf8"));
}

/** @returns {string[]} the test files of the packages that are tried */
export function mutationTests() {
	return testFiles("package").filter((file) => PACKAGES.some((one) => file.startsWith(`${one}/`)));
}

/** @param {string} path @returns {any} */
function readJsonIf(path) {
	return existsSync(path) ? JSON.parse(readFileSync(path, "utf8")) : undefined;
}

/** @param {Mutant} mutant */
function where({ file, line, check }) {
	return `${file}:${line}${check.rules.length === 0 ? "" : ` (${check.rules.join(", ")})`}`;
}

/** @param {string} shard @returns {(mutant: Mutant) => boolean} */
function inShard(shard) {
	const [, part, of] = /^(\d+)\/(\d+)$/.exec(shard) ?? [];
	if (part === undefined || of === undefined || Number(part) < 1 || Number(part) > Number(of)) {
		throw new RangeError(`--shard: expected i/n, such as 2/5; got "${shard}"`);
	}
	return ({ number }) => number % Number(of) === Number(part) - 1;
}

/** @param {Bed} bed @param {number} jobs @returns {Promise<Run[]>} */
async function recorded(bed, jobs) {
	const path = join(FOLDER, "runs.json");
	const files = mutationTests();
	console.log(`running ${files.length} test files with all checks on`);
	const runs = await recordRuns(bed, files, jobs, ({ file, passed, ms }, output) => {
		console.log(`${passed ? "ok  " : "FAIL"} ${file} ${(ms / 1000).toFixed(1)} s`);
		if (!passed) console.log(output.replace(/^/gm, "     "));
	});
	writeFileSync(path, JSON.stringify(runs));
	return runs;
}

/** @param {readonly Mutant[]} mutants @param {Bed} bed @param {readonly Run[]} runs */
function list(mutants, bed, runs) {
	for (const mutant of mutants) {
		const able = noticing(bed, runs, mutant);
		console.log(`${where(mutant)} ${mutant.check.within}\n    ${mutant.check.kind}: ${mutant.check.text}`);
		if (runs.length > 0) console.log(`    ${able.length === 0 ? "no test" : able.map(({ file }) => file).join(" ")}`);
	}
	console.log(`${mutants.length} checks`);
}

/**
 * What is wrong, one line each, of the mutants that were tried.
 *
 * @param {readonly Mutant[]} all
 * @param {readonly Result[]} results
 * @param {Record<string, string>} equivalent
 * @returns {string[]}
 */
export function wrongWith(all, results, equivalent) {
	const verdicts = new Map(results.map(({ name, verdict }) => [name, verdict]));
	/** @param {string | undefined} verdict */
	const isNoticed = (verdict) => verdict === "killed" || verdict === "hung";
	const missed = all.flatMap((mutant) => {
		const verdict = verdicts.get(mutant.name);
		if (verdict === undefined || isNoticed(verdict) || Object.hasOwn(equivalent, mutant.name)) return [];
		return [`${verdict}: ${where(mutant)}\n    ${mutant.name}`];
	});
	const names = new Set(all.map(({ name }) => name));
	const listed = Object.keys(equivalent).flatMap((name) => {
		if (!names.has(name)) return [`listed as equivalent, but there is no such check:\n    ${name}`];
		return isNoticed(verdicts.get(name)) ? [`listed as equivalent, but a test fails without it:\n    ${name}`] : [];
	});
	return [...missed, ...listed];
}

/** @param {readonly Result[]} results @param {Record<string, string>} equivalent */
function figures(results, equivalent) {
	/** @param {string} verdict */
	const count = (verdict) => results.filter((one) => one.verdict === verdict).length;
	const listed = results.filter(({ name }) => Object.hasOwn(equivalent, name)).length;
	return (
		`${results.length} mutants: ${count("killed")} killed, ${count("hung")} hung, ${count("survived")} survived, ` +
		`${count("idle")} where nothing is refused in any test, ${count("unreached")} that no test reaches; ` +
		`${listed} are listed as equivalent`
	);
}

/** @param {readonly string[]} args @returns {Promise<number>} exit code: 0 all noticed, 1 not, 2 called wrongly */
export async function main(args) {
	const { values } = parseArgs({
		args: [...args],
		options: {
			only: { type: "string", multiple: true },
			shard: { type: "string", default: "1/1" },
			jobs: { type: "string", default: `${availableParallelism()}` },
			resume: { type: "boolean", default: false },
			list: { type: "boolean", default: false },
			help: { type: "boolean", short: "h", default: false },
		},
	});
	if (values.help) {
		console.log(HELP);
		return 0;
	}
	const start = performance.now();
	const bedFolder = join(FOLDER, "bed");
	const again = values.resume && existsSync(join(bedFolder, "mutants.json"));
	const bed = again ? openBed(root, bedFolder, PACKAGES) : makeBed(root, bedFolder, PACKAGES, OTHERS);
	const part = inShard(values.shard);
	const wanted = values.only ?? [""];
	const chosen = bed.mutants.filter((one) => part(one) && wanted.some((text) => one.name.includes(text)));
	/** @type {Run[] | undefined} */
	const before = again ? readJsonIf(join(FOLDER, "runs.json")) : undefined;
	if (values.list) {
		list(chosen, bed, before ?? []);
		return 0;
	}
	const runs = before ?? (await recorded(bed, Number(values.jobs)));
	const results = await tryAll(chosen, bed, runs, Number(values.jobs), again);
	const equivalent = readEquivalent();
	const wrong = wrongWith(bed.mutants, results, equivalent);
	const broken = runs.filter(({ passed }) => !passed).map(({ file }) => `fails with all checks on: ${file}`);
	for (const line of [...wrong, ...broken]) console.log(line);
	const minutes = ((performance.now() - start) / 60_000).toFixed(1);
	const bad = wrong.length + broken.length > 0;
	console.log(`${bad ? "FAILED" : "PASSED"}: ${figures(results, equivalent)}; ${minutes} minutes`);
	return bad ? 1 : 0;
}

/** @param {readonly Mutant[]} chosen @param {Bed} bed @param {readonly Run[]} runs @param {number} jobs @param {boolean} again */
async function tryAll(chosen, bed, runs, jobs, again) {
	const path = join(FOLDER, "results.jsonl");
	if (!again) writeFileSync(path, "");
	/** @type {Map<string, Result>} */
	const known = new Map();
	for (const line of existsSync(path) ? readFileSync(path, "utf8").split("\n") : []) {
		if (line === "") continue;
		const result = JSON.parse(line);
		known.set(result.name, result);
	}
	let done = 0;
	return eachOf(chosen, jobs, async (mutant) => {
		const result = known.get(mutant.name) ?? (await tryMutant(bed, runs, mutant));
		if (!known.has(mutant.name)) appendFileSync(path, `${JSON.stringify(result)}\n`);
		done += 1;
		const by = result.by === "" ? "" : ` by ${result.by.replace(/^.*\//, "")}`;
		const seconds = (result.ms / 1000).toFixed(1);
		console.log(`${done}/${chosen.length} ${result.verdict}${by} ${seconds} s  ${where(mutant)} ${mutant.check.text}`);
		return result;
	});
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) process.exitCode = await main(process.argv.slice(2));
