import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";
import { root } from "../lib/repo.mjs";
import { run } from "../lib/run.mjs";
import { CHECKS, nameOf, runCheck, withoutTools, wrongWithProof, wrongWithSearch } from "../models.mjs";

const SEEN = "   1234 states, stored\n";
const CLEAN = `State-vector 80 byte, depth reached 22, errors: 0\n${SEEN}`;
const BUG = `pan:1: assertion violated 0 (at depth 3)\nWarning: Search not completed\nerrors: 1\n${SEEN}`;
const CYCLE = `pan:1: acceptance cycle (at depth 3)\nWarning: Search not completed\nerrors: 1\n${SEEN}`;

describe("the verdict on a search", () => {
	it("that found nothing: right for a property, wrong for a seeded bug", () => {
		assert.equal(wrongWithSearch("holds", CLEAN), undefined);
		assert.match(wrongWithSearch("assertion", CLEAN) ?? "", /found no error/);
		assert.match(wrongWithSearch("cycle", CLEAN) ?? "", /found no error/);
	});
	it("that found something: right for a seeded bug, if it is the right thing", () => {
		assert.equal(wrongWithSearch("assertion", BUG), undefined);
		assert.equal(wrongWithSearch("cycle", CYCLE), undefined);
		assert.match(wrongWithSearch("holds", BUG) ?? "", /assertion violated/);
		assert.match(wrongWithSearch("cycle", BUG) ?? "", /got: assertion violated/);
		assert.match(wrongWithSearch("assertion", CYCLE) ?? "", /got: acceptance cycle/);
	});
	it("is none, when the search was cut short, saw nothing or said nothing", () => {
		for (const sign of [
			"error: max search depth too small\n",
			"pan: out of memory\n",
			"pan: reached -DMEMLIM bound\n",
			"Bit statespace search for:\n",
			"+ Hash-Compact 4\n",
		]) {
			assert.match(wrongWithSearch("holds", sign + CLEAN) ?? "", /cut short/, sign);
			assert.match(wrongWithSearch("assertion", sign + BUG) ?? "", /cut short/, sign);
		}
		assert.match(wrongWithSearch("holds", `Warning: Search not completed\n${CLEAN}`) ?? "", /not completed/);
		assert.match(wrongWithSearch("holds", SEEN) ?? "", /without a verdict/);
		assert.match(wrongWithSearch("holds", "errors: 0\n   0 states, stored\n") ?? "", /no states/);
	});
});

describe("the verdict on a proof", () => {
	const source = "Theorem one : True.\nProof. exact I. Qed.\nPrint Assumptions one.\n";
	const closed = "Closed under the global context\n";
	it("is right only if all that is asked about rests on no axiom", () => {
		assert.equal(wrongWithProof("holds", { code: 0, output: closed }, source), undefined);
		assert.match(wrongWithProof("holds", { code: 0, output: "Axioms:\nx : True\n" }, source) ?? "", /of 1 theorems, 0/);
		assert.match(wrongWithProof("holds", { code: 1, output: closed }, source) ?? "", /refused/);
		assert.match(wrongWithProof("holds", { code: 0, output: "" }, "Theorem one : True.\n") ?? "", /no theorem/);
		assert.match(
			wrongWithProof("holds", { code: 0, output: closed }, `${source}Admitted.\n`) ?? "",
			/taken for granted/,
		);
	});
	it("of a broken statement is right only if it fails", () => {
		assert.equal(wrongWithProof("assertion", { code: 1, output: "Error" }, source), undefined);
		assert.match(wrongWithProof("assertion", { code: 0, output: closed }, source) ?? "", /did not/);
	});
});

describe("the list of checks", () => {
	const folder = join(root, "spec", "models");
	it("has every model, every bug and every situation that the models have switches for", () => {
		const wanted = readdirSync(folder)
			.filter((file) => file.endsWith(".pml"))
			.flatMap((file) => {
				const source = readFileSync(join(folder, file), "utf8");
				const switches = [...source.matchAll(/^#(?:ifn?def|if defined) ((?:BUG|REACH)_\w+)/gm)].map(
					(found) => found[1],
				);
				return [...new Set(switches)].map((name) => `${file} ${name}`);
			});
		const present = new Set(CHECKS.flatMap(({ file, defines }) => defines.map((name) => `${file} ${name}`)));
		assert.ok(wanted.length > 20);
		assert.deepEqual(
			wanted.filter((name) => !present.has(name)),
			[],
		);
	});
	it("has a property that holds and a bug that is found for each file", () => {
		for (const file of readdirSync(folder).filter((name) => /\.(?:pml|v)$/.test(name))) {
			const own = CHECKS.filter((check) => check.file === file);
			assert.ok(own.some(({ expected }) => expected === "holds"));
			assert.ok(own.some(({ expected }) => expected !== "holds"));
		}
	});
});

describe("without the programs", () => {
	const entry = join(root, "scripts", "entry.cjs");

	/** @param {Record<string, string>} env */
	async function emptyMachine(env) {
		const bin = mkdtempSync(join(tmpdir(), "clowder-no-tools-"));
		symlinkSync(process.execPath, join(bin, "node"));
		const outcome = await run(process.execPath, [entry, "models", "ring_xor"], {
			env: { CI: undefined, ...env, PATH: bin },
		});
		rmSync(bin, { recursive: true });
		return outcome;
	}
	it("npm run models says what is missing and how to get it", async () => {
		const { code, output } = await emptyMachine({});
		assert.match(output, /skipped 2 checks: needs coqc: apt-get install coq/);
		assert.equal(code, 0);
	});
	it("with CI=true that is a failure", async () => {
		const { code, output } = await emptyMachine({ CI: "true" });
		assert.match(output, /FAILED/);
		assert.equal(code, 1);
	});
	it("npm run models goes by the entry that says a word to an old Node", () => {
		const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
		assert.equal(scripts.models, "node scripts/entry.cjs models");
	});
	it("an unknown model is said to be one", async () => {
		const { code } = await run(process.execPath, [entry, "models", "no-such-model"]);
		assert.equal(code, 2);
	});
});

const skips = new Map();
for (const file of new Set(CHECKS.map((check) => check.file))) skips.set(file, await withoutTools(file));

describe("the models", { concurrency: 2 }, () => {
	for (const check of CHECKS) {
		const says = check.expected === "holds" ? "holds" : "is found";
		it(`${nameOf(check)} ${says}`, { skip: skips.get(check.file) }, async () => {
			const { wrong, output } = await runCheck(check);
			assert.equal(wrong, undefined, output);
		});
	}
});
