// The bed that mutants grow in: a copy of the compiled packages with a switch at each check, so that one copy serves all
// mutants and nothing is compiled again. It holds all that the tests read, so that work can go on beside it.

import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { SourceMap } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { findChecks, withSwitches } from "./checks.mjs";

/** @typedef {import("./checks.mjs").Check} Check */

/**
 * A mutant: the code without one verification.
 *
 * @typedef {object} Mutant
 * @property {number} number
 * @property {string} name the same as long as the check says the same, wherever it moves to in its file
 * @property {string} file its source, relative to the root
 * @property {number} line
 * @property {Check} check
 */

/**
 * @typedef {object} Bed
 * @property {string} folder
 * @property {readonly Mutant[]} mutants
 */

const HERE = dirname(fileURLToPath(import.meta.url));
/** What the copy gets besides: the switches, and what stands for node:test. */
const ADDED = ["switch.mjs", "node-test.mjs"];

/**
 * Makes the bed anew.
 *
 * @param {string} root of the repository
 * @param {string} folder where; what is there goes away. Below `root`, or packages of others are not found
 * @param {readonly string[]} packages as folders relative to the root, compiled
 * @param {readonly string[]} [others] what the tests read besides, relative to the root
 * @returns {Bed}
 */
export function makeBed(root, folder, packages, others = []) {
	rmSync(folder, { recursive: true, force: true });
	mkdirSync(folder, { recursive: true });
	for (const name of ADDED) cpSync(join(HERE, name), join(folder, name));
	for (const other of others) cpSync(join(root, other), join(folder, other), { recursive: true });
	for (const one of packages) copyPackage(root, folder, one);
	return openBed(root, folder, packages, true);
}

/** @param {string} root @param {string} folder @param {string} one */
function copyPackage(root, folder, one) {
	const to = join(folder, one);
	mkdirSync(to, { recursive: true });
	for (const name of readdirSync(join(root, one))) {
		if (name !== "node_modules") cpSync(join(root, one, name), join(to, name), { recursive: true });
	}
	const tests = join(to, "dist", "test");
	const stand = pathToFileURL(join(folder, "node-test.mjs")).href;
	for (const file of existsSync(tests) ? readdirSync(tests, { recursive: true, encoding: "utf8" }) : []) {
		if (!file.endsWith(".js")) continue;
		const text = readFileSync(join(tests, file), "utf8");
		const replaced = text.replaceAll(/(?<=^import .* from )"node:test"/gm, JSON.stringify(stand));
		if (replaced !== text) writeFileSync(join(tests, file), replaced);
	}
	const { name } = JSON.parse(readFileSync(join(to, "package.json"), "utf8"));
	const link = join(folder, "node_modules", name);
	mkdirSync(dirname(link), { recursive: true });
	symlinkSync(to, link);
}

/**
 * A bed that is there: its mutants as they were when it was made.
 *
 * @param {string} root
 * @param {string} folder
 * @param {readonly string[]} packages
 * @param {boolean} [plant] puts the switches in
 * @returns {Bed}
 */
export function openBed(root, folder, packages, plant = false) {
	const list = join(folder, "mutants.json");
	if (!plant) return { folder, mutants: JSON.parse(readFileSync(list, "utf8")) };
	/** @type {Mutant[]} */
	const mutants = [];
	for (const one of packages) {
		const base = join(folder, one, "dist", "src");
		const files = readdirSync(base, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".js"));
		for (const file of files.sort()) {
			const source = `${one}/src/${file.replace(/\.js$/, ".ts")}`;
			// What was compiled of a file that is gone is nobody's.
			if (existsSync(join(root, source))) mutants.push(...plantFile(folder, join(base, file), source, mutants.length));
		}
	}
	writeFileSync(list, JSON.stringify(mutants));
	return { folder, mutants };
}

/** @param {string} folder @param {string} path @param {string} file @param {number} number @returns {Mutant[]} */
function plantFile(folder, path, file, number) {
	const text = readFileSync(path, "utf8");
	const checks = findChecks(text);
	writeFileSync(path, withSwitches(text, checks, number, pathToFileURL(join(folder, "switch.mjs")).href));
	const map = existsSync(`${path}.map`) ? new SourceMap(JSON.parse(readFileSync(`${path}.map`, "utf8"))) : undefined;
	/** @type {Map<string, number>} */
	const times = new Map();
	return checks.map((check, i) => {
		const plain = `${file}#${check.within}: ${check.text}`;
		const time = (times.get(plain) ?? 0) + 1;
		times.set(plain, time);
		const name = time === 1 ? plain : `${plain} (${time})`;
		return { number: number + i, name, file, line: lineOf(text, check.start, map), check };
	});
}

/** @param {string} text @param {number} at @param {SourceMap | undefined} map @returns {number} in the source, from 1 */
function lineOf(text, at, map) {
	const before = text.slice(0, at).split("\n");
	const [line, column] = [before.length - 1, before.at(-1)?.length ?? 0];
	const entry = map?.findEntry(line, column);
	return (entry !== undefined && "originalLine" in entry ? entry.originalLine : line) + 1;
}
