// Where things are: the root, the workspaces, their package.json.

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The repository's root folder. */
export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/**
 * @typedef {object} Manifest
 * @property {string} name
 * @property {string} version
 * @property {Record<string, string>} [dependencies]
 * @property {Record<string, string>} [devDependencies]
 * @property {Record<string, string>} [peerDependencies]
 * @property {Record<string, string>} [optionalDependencies]
 */

/** @param {string} path @returns {any} */
export function readJson(path) {
	return JSON.parse(readFileSync(path, "utf8"));
}

/**
 * The workspaces, as folders relative to the root (`packages/bytes`), sorted.
 *
 * @param {string} [base]
 * @returns {string[]}
 */
export function workspaces(base = root) {
	/** @type {string[]} */
	const patterns = readJson(join(base, "package.json")).workspaces;
	const folders = patterns.map((pattern) => pattern.replace(/\/\*$/, ""));
	return folders
		.filter((folder) => existsSync(join(base, folder)))
		.flatMap((folder) => readdirSync(join(base, folder)).map((name) => `${folder}/${name}`))
		.filter((folder) => existsSync(join(base, folder, "package.json")))
		.sort();
}

/** @param {string} name @returns {string} where the program of a development dependency is */
export function bin(name) {
	return join(root, "node_modules", ".bin", process.platform === "win32" ? `${name}.cmd` : name);
}
