// All rules over all files that git knows or would add.

import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { readJson, root } from "../lib/repo.mjs";
import { calls } from "./calls.mjs";
import { layering } from "./layering.mjs";
import { lockfile } from "./lockfile.mjs";
import { namedFiles } from "./named-files.mjs";
import { namedTests } from "./named-tests.mjs";
import { pins } from "./pins.mjs";
import { ruleIds } from "./rule-ids.mjs";
import { fileLength, leftovers, localNames } from "./texts.mjs";

/** @typedef {import("./source.mjs").SourceFile} SourceFile */
/** @typedef {import("./source.mjs").Finding} Finding */
/** @typedef {import("../lib/repo.mjs").Manifest} Manifest */

const TEXT_FILE =
	/(?:\.(?:ts|tsx|mts|cts|js|mjs|cjs|json|md|css|html|svg|yml|yaml|py|sh|exp|lua|cfg)|\/run|ignore|config|attributes)$/;

/** @returns {SourceFile[]} */
export function repositoryFiles() {
	const listed = execFileSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], {
		cwd: root,
		encoding: "utf8",
	});
	return listed
		.split("\0")
		.filter((path) => TEXT_FILE.test(path) && existsSync(join(root, path)))
		.map((path) => ({ path, text: readFileSync(join(root, path), "utf8") }));
}

/**
 * @param {readonly SourceFile[]} files
 * @param {(workspace: string) => Manifest | undefined} manifestOf
 * @param {Manifest} rootManifest
 * @returns {Finding[]}
 */
export function tidy(files, manifestOf, rootManifest) {
	return [
		...layering(files, manifestOf, rootManifest),
		...calls(files),
		...fileLength(files),
		...leftovers(files),
		...localNames(files),
		...pins(files),
		...ruleIds(files),
		...namedFiles(files),
		...namedTests(files),
	];
}

/** @returns {string[]} the findings in this repository, a line each */
export function tidyRepository() {
	/** @param {string} workspace */
	const manifestOf = (workspace) => {
		const path = join(root, workspace, "package.json");
		return existsSync(path) ? readJson(path) : undefined;
	};
	const findings = [
		...tidy(repositoryFiles(), manifestOf, readJson(join(root, "package.json"))),
		...lockfile(readJson(join(root, "package-lock.json"))),
	];
	return findings.map(({ rule, path, line, message }) => `${path}:${line} [${rule}] ${message}`);
}
