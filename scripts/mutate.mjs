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

  npm run mutate                     all of them; takes an hour on two cores
  npm run mutate -- --only TEXT      those whose file, function or condition contains it; several times: any of them
  npm run mutate -- --shard 2/5      the second fifth, for several machines
  npm run mutate -- --resume         goes on in the copy of the last run, without what was tried there
  npm run mutate -- --jobs 4         so many at a time (as many as there are cores)
  npm run mutate -- --spend 60       gives up on one after so many seconds, and tries no whole files: some that survive
                                     this would not without it, so this is for work on the tests
  npm run mutate -- --tests TEXT     runs only test files whose path contains it; several times: any of them
  npm run mutate -- --in FOLDER      works there, so that two can run at a time; in .cache/mutate if not given
  npm run mutate -- --list           only lists them, with the tests that can notice them once a run has recorded that

Everything is in that folder: the copy that is tried, what each test does there, and results.jsonl.`;

export const PACKAGES = ["packages/bytes", "packages/crypto", "packages/mpotr"];
/** What their tests read besides. */
export const OTHERS = ["vectors", "spec"];
/** What is listed as equivalent is not expected to be noticed: that long it is tried all the same. */
const LISTED_MS = 30_000;
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

/** @param {Bed} bed @param {readonly string[]} files @param {number} jobs @param {string} path @returns {Promise<Run[]>} */
async function recorded(bed, files, jobs, path) {
	console.log(`running ${files.length} test files with all checks on`);
	const runs = await recordRuns(bed, files, jobs, ({ file, passed, ms }, output) => {
		console.log(`${passed ? "ok  " : "FAIL"} ${file} ${(ms / 1000).toFixed(1)} s`);
		if (!passed) console.log(output.replace(/^/gm, "     "));
	});
	writeFileSync(path, JSON.stringify(runs));
	return runs;
}

/** @param {readonly Mutant[]} mutants @param {readonly Run[]} runs */
function list(mutants, runs) {
	for (const mutant of mutants) {
		const able = noticing(runs, mutant);
		console.log(`${where(mutant)} ${mutant.check.within}\n    ${mutant.check.kind}: ${mutant.check.text}`);
		if (runs.length > 0)
			console.log(`    ${able.length === 0 ? "no test" : able.map(({ run }) => run.file).join(" ")}`);
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
			tests: { type: "string", multiple: true, default: [""] },
			in: { type: "string", default: join(".cache", "mutate") },
			spend: { type: "string", default: "Infinity" },
			list: { type: "boolean", default: false },
			help: { type: "boolean", short: "h", default: false },
		},
	});
	if (values.help) {
		console.log(HELP);
		return 0;
	}
	const start = performance.now();
	const folder = join(root, values.in);
	const bedFolder = join(folder, "bed");
	const again = values.resume && existsSync(join(bedFolder, "mutants.json"));
	const bed = again ? openBed(root, bedFolder, PACKAGES) : makeBed(root, bedFolder, PACKAGES, OTHERS);
	const part = inShard(values.shard);
	const wanted = values.only ?? [""];
	const chosen = bed.mutants.filter((one) => part(one) && wanted.some((text) => one.name.includes(text)));
	/** @type {Run[] | undefined} */
	const before = again ? readJsonIf(join(folder, "runs.json")) : undefined;
	if (values.list) {
		list(chosen, before ?? []);
		return 0;
	}
	const jobs = Number(values.jobs);
	const files = mutationTests().filter((file) => values.tests.some((text) => file.includes(text)));
	const runs = before ?? (await recorded(bed, files, jobs, join(folder, "runs.json")));
	const known = again ? readResults(join(folder, "results.jsonl")) : new Map();
	if (!again) writeFileSync(join(folder, "results.jsonl"), "");
	const equivalent = readEquivalent();
	const spendMs = 1000 * Number(values.spend);
	/** @param {Mutant} mutant */
	const tryOne = async (mutant) => {
		const isListed = Object.hasOwn(equivalent, mutant.name);
		const result = await tryMutant(bed, runs, mutant, { spendMs: isListed ? Math.min(spendMs, LISTED_MS) : spendMs });
		appendFileSync(join(folder, "results.jsonl"), `${JSON.stringify(result)}\n`);
		return result;
	};
	const results = await tryAll(chosen, known, jobs, tryOne);
	const wrong = wrongWith(bed.mutants, results, equivalent);
	const broken = runs.filter(({ passed }) => !passed).map(({ file }) => `fails with all checks on: ${file}`);
	for (const line of [...wrong, ...broken]) console.log(line);
	const minutes = ((performance.now() - start) / 60_000).toFixed(1);
	const bad = wrong.length + broken.length > 0;
	console.log(`${bad ? "FAILED" : "PASSED"}: ${figures(results, equivalent)}; ${minutes} minutes`);
	return bad ? 1 : 0;
}

/** @param {string} path @returns {Map<string, Result>} by the name of the mutant */
function readResults(path) {
	const lines = existsSync(path) ? readFileSync(path, "utf8").split("\n") : [];
	return new Map(
		lines.flatMap((line) => {
			if (line === "") return [];
			/** @type {Result} */
			const result = JSON.parse(line);
			return [[result.name, result]];
		}),
	);
}

/**
 * @param {readonly Mutant[]} chosen
 * @param {ReadonlyMap<string, Result>} known
 * @param {number} jobs
 * @param {(mutant: Mutant) => Promise<Result>} tryOne
 */
async function tryAll(chosen, known, jobs, tryOne) {
	let done = 0;
	return eachOf(chosen, jobs, async (mutant) => {
		const result = known.get(mutant.name) ?? (await tryOne(mutant));
		done += 1;
		const by = result.by === "" ? "" : ` by ${result.by.replace(/^.*\//, "")}`;
		const seconds = (result.ms / 1000).toFixed(1);
		console.log(`${done}/${chosen.length} ${result.verdict}${by} ${seconds} s  ${where(mutant)} ${mutant.check.text}`);
		return result;
	});
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) process.exitCode = await main(process.argv.slice(2));
