// The lockfile names the packages of all platforms, not only of the one on which it was written.

/** @typedef {import("./source.mjs").Finding} Finding */

/**
 * @typedef {object} Lock
 * @property {Record<string, { version?: string, optionalDependencies?: Record<string, string> }>} packages
 */

/**
 * Optional dependencies with an exact version that have no entry of their own.
 *
 * @param {Lock} lock
 * @returns {{ name: string, version: string, owner: string }[]}
 */
export function missingOptional(lock) {
	return Object.entries(lock.packages).flatMap(([owner, { optionalDependencies = {} }]) =>
		Object.entries(optionalDependencies)
			.filter(([name, version]) => /^\d/.test(version) && lock.packages[`node_modules/${name}`] === undefined)
			.map(([name, version]) => ({ name, version, owner })),
	);
}

/**
 * @param {Lock} lock
 * @returns {Finding[]}
 */
export function lockfile(lock) {
	return missingOptional(lock).map(({ name, owner }) => ({
		rule: "lockfile",
		path: "package-lock.json",
		line: 1,
		message: `${name} (of ${owner}) has no entry: see scripts/complete-lockfile.mjs`,
	}));
}
