import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { root } from "../lib/repo.mjs";
import { OTHERS, PACKAGES, readEquivalent, wrongWith } from "../mutate.mjs";
import { makeBed } from "../mutate/bed.mjs";
import { findChecks, withSwitches } from "../mutate/checks.mjs";
import { noticing, recordRuns, stepsFor, tryMutant } from "../mutate/trial.mjs";

/** @typedef {import("../mutate/bed.mjs").Mutant} Mutant */
/** @typedef {import("../mutate/trial.mjs").Result} Result */

/** @param {string} text @returns {string[]} */
function found(text) {
	return findChecks(text).map(({ kind, text: condition }) => `${kind} ${condition}`);
}

/** @param {string} name */
function temporary(name) {
	mkdirSync(join(root, ".cache"), { recursive: true });
	return mkdtempSync(join(root, ".cache", name));
}

describe("finding verifications", () => {
	it("each condition of a refusal, one by one", () => {
		assert.deepEqual(found("function f(a, b) { if (a === undefined || !equal(a, b)) return err(1); return ok(a); }"), [
			"never a === undefined",
			"never !equal(a, b)",
		]);
		assert.deepEqual(found("function f(r) { if (r.x > 1) r.refuse('a', 'b'); }"), ["never r.x > 1"]);
		assert.deepEqual(found("function f(r) { if (r.x > 1) { tidy(); return late(r); } }"), ["never r.x > 1"]);
		assert.deepEqual(found("const f = (r) => LIST[r.u8()] ?? r.refuse('a', 'b');"), ["never r.refuse('a', 'b')"]);
		assert.deepEqual(found("const f = (t, r) => t.ok ? t.value : r.refuse('a');"), ["always t.ok"]);
	});
	it("refusals of others that are handed on", () => {
		assert.deepEqual(found("function f(a) { const r = read(a); if (!r.ok) return r; return ok(r.value); }"), [
			"never !r.ok",
		]);
		assert.deepEqual(found("function f(a) { const r = at(a); if ('effects' in r) return r; }"), [
			"never 'effects' in r",
		]);
	});
	it("what has to hold for a yes", () => {
		assert.deepEqual(found("function f(a, b) { return a.k === b.k && equal(a.v, b.v); }"), [
			"always a.k === b.k",
			"always equal(a.v, b.v)",
		]);
		assert.deepEqual(found("const fits = equal(mac(), tag);"), ["always equal(mac(), tag)"]);
	});
	it("nothing that only chooses, computes or looks something up", () => {
		assert.deepEqual(found("const one = list.find((x) => equal(x.v, v));"), []);
		assert.deepEqual(found("function f(a) { if (a > 1) return a - 1; return a && a.b; }"), []);
		assert.deepEqual(found("const made = verify(a); if (made.ok) use(made);"), []);
	});
	it("knows the rule from the statement, else from the comment before the function", () => {
		const text = [
			"/** Reads (rule WIRE-3, RFC-1). */",
			"function read(a) {",
			"  if (a) return err({ rule: 'WIRE-4' });",
			"  if (!a) return err(1);",
			"}",
		].join("\n");
		assert.deepEqual(
			findChecks(text).map(({ rules, within }) => [within, ...rules]),
			[
				["read", "WIRE-4"],
				["read", "WIRE-3"],
			],
		);
	});
	it("plants switches that change nothing while they are on, and move no line", () => {
		const text = "function f(a, r) {\n  if (a < 1 || a > 9) return late(a);\n  return LIST[a] ?? r.refuse(a);\n}\n";
		const planted = withSwitches(text, findChecks(text), 5, "./switch.mjs");
		assert.equal(planted.split("\n").length, text.split("\n").length);
		assert.match(planted, /if \(__never\(5, a < 1\) \|\| __never\(6, a > 9\)\)/);
		assert.match(planted, /\?\? \(__never\(7, true\) \? r\.refuse\(a\) : undefined\)/);
	});
});

const DOOR = `
const err = (error) => ({ ok: false, error });
/** Lets in (rule DOOR-1). */
export function enter(age, name) {
	if (age < 18) return err("age");
	if (name === "") return err("name");
	if (name.length > 5) return err("length");
	if (age > 150) return err("old");
	return { ok: true };
}
export function leave(door) {
	if (door === "locked") return err("locked");
	return { ok: true };
}
export function spin(n) {
	if (n > 3) return err("dizzy");
	for (let i = 0; i !== Math.min(n, 4); i++) if (n > 3) i = 0;
	return { ok: true };
}
`;
const TESTS = `
import assert from "node:assert/strict";
import { test } from "node:test";
import { enter, spin } from "../src/door.js";
test("DOOR-1: children stay outside", () => assert.equal(enter(17, "Ana").ok, false));
test("a weak test: looks at nothing", () => { enter(20, ""); assert.equal(enter(20, "Ana").ok, true); });
let kept;
const made = () => (kept ??= enter(20, "too long"));
test("makes something", () => { made(); });
test("looks at what another test made", () => assert.equal(made().ok, false));
test("comes to no end without the check", () => assert.equal(spin(4).ok, false));
`;

describe("a bed with weak tests", () => {
	/** @type {string} */
	let folder;
	/** @type {Result[]} */
	let results;
	/** @type {readonly Mutant[]} */
	let mutants;
	/** @type {import("../mutate/bed.mjs").Bed} */
	let bed;
	/** @type {import("../mutate/trial.mjs").Run[]} */
	let runs;
	before(async () => {
		folder = temporary("planted-");
		for (const path of ["packages/door/dist/src", "packages/door/dist/test", "packages/door/src"]) {
			mkdirSync(join(folder, path), { recursive: true });
		}
		writeFileSync(join(folder, "packages/door/package.json"), '{ "name": "@planted/door", "type": "module" }');
		writeFileSync(join(folder, "packages/door/src/door.ts"), "");
		writeFileSync(join(folder, "packages/door/dist/src/door.js"), DOOR);
		writeFileSync(join(folder, "packages/door/dist/test/door.test.js"), TESTS);
		bed = makeBed(folder, join(folder, "bed"), ["packages/door"]);
		({ mutants } = bed);
		runs = await recordRuns(bed, ["packages/door/dist/test/door.test.js"], 1, () => undefined);
		assert.ok(runs.every(({ passed }) => passed));
		results = [];
		for (const mutant of mutants) results.push(await tryMutant(bed, runs, mutant, { leastLimitMs: 3000 }));
	});
	after(() => rmSync(folder, { recursive: true }));

	it("tells what a test notices from what none does", () => {
		assert.deepEqual(
			mutants.map(({ check }, i) => `${check.text}: ${results[i]?.verdict}`),
			[
				"age < 18: killed",
				'name === "": survived',
				"name.length > 5: killed",
				"age > 150: idle",
				'door === "locked": unreached',
				"n > 3: hung",
			],
		);
	});
	/** @param {string} text */
	const mutant = (text) => mutants.find(({ check }) => check.text === text) ?? assert.fail(text);
	it("tries single tests first, those that are named after the rule before the others, and whole files at last", () => {
		const steps = stepsFor(runs, mutant("age < 18")).map(({ tests }) =>
			tests === "all" ? tests : tests.map(({ name }) => name),
		);
		assert.deepEqual(steps, [["DOOR-1: children stay outside"], "all"]);
		const two = stepsFor(runs, mutant('name === ""')).map(({ tests }) => tests !== "all" && tests.length);
		assert.deepEqual(two, [1, false]);
	});
	it("leaves whole files out where only so much may be spent", async () => {
		const { verdict } = await tryMutant(bed, runs, mutant("name.length > 5"), { spendMs: 10_000 });
		assert.equal(verdict, "survived");
	});
	it("fails over each that is missed and is not listed, and over what is listed wrongly", () => {
		const name = "packages/door/src/door.ts#enter: ";
		assert.equal(wrongWith(mutants, results, {}).length, 3);
		const listed = { [`${name}name === ""`]: "because", [`${name}age < 18`]: "because", gone: "because" };
		const wrong = wrongWith(mutants, results, listed);
		assert.equal(wrong.filter((line) => /^(?:idle|unreached): /.test(line)).length, 2);
		assert.equal(wrong.filter((line) => line.startsWith("listed as equivalent, but a test fails")).length, 1);
		assert.equal(wrong.filter((line) => line.startsWith("listed as equivalent, but there is no")).length, 1);
	});
});

/** Tests of the protocol that take a moment. */
const QUICK = [
	"fold",
	"checks",
	"checks-fold",
	"checks-agreed",
	"envelope",
	"chain",
	"content",
	"ring",
	"fuzz-corpus",
].map((name) => `packages/mpotr/dist/test/${name}.test.js`);
const SAMPLE = Number(process.env["CLOWDER_RUNS"] ?? 4);
const SEED = process.env["CLOWDER_SEED"] ?? "1";

describe("the protocol without some of its verifications", () => {
	it("fails its tests, for a few that are drawn", async () => {
		const folder = temporary("mutants-");
		try {
			const bed = makeBed(root, folder, PACKAGES, OTHERS);
			const equivalent = readEquivalent();
			assert.deepEqual(wrongWith(bed.mutants, [], equivalent), [], "what is listed as equivalent is there");
			const runs = await recordRuns(bed, QUICK, 2, ({ file, passed }, output) =>
				assert.ok(passed, `${file}\n${output}`),
			);
			// Drawn by name, so that other checks do not change which ones. The others take slower tests.
			const drawn = bed.mutants
				.filter((one) => /mpotr\/src\/(?:fold|session|wire)\//.test(one.file) && !Object.hasOwn(equivalent, one.name))
				.filter((one) => noticing(runs, one).length > 0)
				.map((one) => ({ one, lot: createHash("sha256").update(`${SEED} ${one.name}`).digest("hex") }))
				.sort((a, b) => (a.lot < b.lot ? -1 : 1))
				.slice(0, SAMPLE);
			assert.equal(drawn.length, SAMPLE);
			for (const { one } of drawn) {
				const { verdict } = await tryMutant(bed, runs, one);
				assert.ok(verdict === "killed" || verdict === "hung", `${verdict}: npm run mutate -- --only '${one.name}'`);
			}
		} finally {
			rmSync(folder, { recursive: true });
		}
	});
});
