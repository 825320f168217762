// Who may import what. npm hoists all packages into one folder, so that an import that nobody declared, or one that goes
// upwards, compiles and runs; this rule is what keeps the layers.

import { importsOf, isCode, isSource, isTest, workspaceOf } from "./source.mjs";

/** @typedef {import("./source.mjs").SourceFile} SourceFile */
/** @typedef {import("./source.mjs").Finding} Finding */
/** @typedef {import("../lib/repo.mjs").Manifest} Manifest */

/** For the sources of each workspace, those of ours that it may import. An arrow goes only to an earlier line. */
const LAYERS = {
	"packages/bytes": [],
	"packages/crypto": ["bytes"],
	"packages/mpotr": ["bytes", "crypto"],
	"packages/otrv4": ["bytes", "crypto"],
	"packages/login": ["bytes", "crypto"],
	"packages/socks": ["bytes"],
	"packages/carrier": ["bytes"],
	"packages/carrier-xmpp": ["bytes", "crypto", "login", "socks", "carrier"],
	"packages/carrier-irc": ["bytes", "socks", "carrier"],
	"packages/carrier-http": ["bytes", "carrier"],
	"packages/client": ["bytes", "crypto", "mpotr", "otrv4", "carrier", "carrier-xmpp", "carrier-irc", "carrier-http"],
	"packages/xmpp-server": ["bytes", "crypto", "login"],
	"apps/web": ["bytes", "crypto", "mpotr", "otrv4", "carrier", "carrier-xmpp", "carrier-http", "client"],
	"apps/cli": ["bytes", "crypto", "mpotr", "otrv4", "carrier", "carrier-xmpp", "carrier-irc", "carrier-http", "client"],
	"apps/host": ["bytes", "xmpp-server"],
	"apps/reach": ["bytes", "crypto", "socks", "carrier", "carrier-xmpp", "carrier-irc", "carrier-http", "client"],
};

/** Libraries that only some files may import: everyone else goes through those files' package. */
const RESERVED = [
	{ library: /^@noble\//, files: /^packages\/crypto\/src\// },
	{ library: /^@scure\//, files: /^packages\/client\/src\// },
	{ library: /^(?:node:)?crypto$/, files: /^(?:packages\/(?:crypto|carrier-xmpp|xmpp-server)|apps\/reach)\/src\// },
	{
		library: /^(?:@xmpp\/xml|ltx)(?:\/|$)/,
		files: /^packages\/(?:carrier-xmpp\/src\/(?:xmpp-|transports-)|xmpp-server\/src\/)/,
	},
	{ library: /^@xmpp\//, files: /^packages\/carrier-xmpp\/src\/(?:xmpp-|transports-)/ },
];

/** Where sources also run in a browser, and which of their files are for Node alone. */
const BROWSER_SAFE = [
	{ folder: "packages/bytes/src/", nodeOnly: undefined },
	{ folder: "packages/crypto/src/", nodeOnly: /\/node(?:[-.]|\/)/ },
	{ folder: "packages/mpotr/src/", nodeOnly: undefined },
	{ folder: "packages/otrv4/src/", nodeOnly: /\/conformance(?:[-.]|\/)/ },
	{ folder: "packages/login/src/", nodeOnly: undefined },
	{ folder: "packages/carrier/src/", nodeOnly: /\/conformance(?:[-.]|\/)/ },
	{ folder: "packages/carrier-xmpp/src/", nodeOnly: /node/ },
	{ folder: "packages/carrier-http/src/", nodeOnly: undefined },
	{ folder: "packages/client/src/", nodeOnly: undefined },
	{ folder: "apps/web/src/", nodeOnly: undefined },
];

const NODE_BUILTINS =
	/^(?:node:|(?:assert|buffer|child_process|crypto|dns|events|fs|http|https|net|os|path|stream|tls|url|util|zlib)(?:\/|$))/;

/** @param {string} specifier @returns {string} the package's name: `@a/b/c` is of `@a/b` */
function packageOf(specifier) {
	const [first = "", second = ""] = specifier.split("/");
	return first.startsWith("@") ? `${first}/${second}` : first;
}

/**
 * @param {readonly SourceFile[]} files
 * @param {(workspace: string) => Manifest | undefined} manifestOf
 * @param {Manifest} rootManifest
 * @returns {Finding[]}
 */
export function layering(files, manifestOf, rootManifest) {
	/** @type {Finding[]} */
	const findings = [];
	for (const file of files) {
		if (!isCode(file.path) || !/^(?:packages|apps|testing|bench|scripts)\//.test(file.path)) continue;
		for (const { specifier, line } of importsOf(file.text)) {
			// `#name` is an alias within the package.
			if (specifier.startsWith("#")) continue;
			const messages = specifier.startsWith(".")
				? relativeImport(file.path, specifier)
				: packageImport(file.path, specifier, manifestOf, rootManifest);
			for (const message of messages) findings.push({ rule: "layering", path: file.path, line, message });
		}
	}
	return findings;
}

/** @param {string} path @param {string} specifier @returns {string[]} */
function relativeImport(path, specifier) {
	const steps = path.split("/").slice(0, -1);
	for (const step of specifier.split("/")) {
		if (step === "..") steps.pop();
		else if (step !== ".") steps.push(step);
	}
	const workspace = workspaceOf(path);
	const target = steps.join("/");
	if (!target.startsWith(`${workspace}/`) && isWorkspace(workspace)) {
		return [`expected an import by the package's name; ${specifier} goes into another folder`];
	}
	if (isSource(path) && !target.startsWith(`${workspace}/src/`) && target !== `${workspace}/package.json`) {
		return [`expected an import from src/; ${specifier} goes elsewhere`];
	}
	return [];
}

/** @param {string} workspace */
function isWorkspace(workspace) {
	return /^(?:packages|apps|testing)\//.test(workspace);
}

/**
 * @param {string} path
 * @param {string} specifier
 * @param {(workspace: string) => Manifest | undefined} manifestOf
 * @param {Manifest} rootManifest
 * @returns {string[]}
 */
function packageImport(path, specifier, manifestOf, rootManifest) {
	const messages = [];
	const workspace = workspaceOf(path);
	const name = packageOf(specifier);
	if (isSource(path)) {
		if (name.startsWith("@clowder/") && name !== manifestOf(workspace)?.name) {
			const allowed = LAYERS[/** @type {keyof typeof LAYERS} */ (workspace)];
			if (allowed === undefined) messages.push(`${workspace} is in no layer: add it to scripts/tidy/layering.mjs`);
			else if (!allowed.some((lower) => name === `@clowder/${lower}`)) {
				messages.push(`${workspace} may import only ${allowed.join(", ") || "nothing of ours"}; it imports ${name}`);
			}
		}
		const reserved = RESERVED.find(({ library }) => library.test(specifier));
		if (reserved !== undefined && !reserved.files.test(path)) {
			messages.push(`only files matching ${reserved.files.source} may import ${specifier}`);
		}
		const safe = BROWSER_SAFE.find(({ folder }) => path.startsWith(folder));
		if (
			safe !== undefined &&
			NODE_BUILTINS.test(specifier) &&
			safe.nodeOnly?.test(path.slice(safe.folder.length - 1)) !== true
		) {
			messages.push(`this file also runs in a browser; it imports ${specifier}`);
		}
	}
	if (NODE_BUILTINS.test(specifier) || !isWorkspace(workspace)) return messages;
	if (!isDeclared(path, name, manifestOf(workspace), rootManifest)) {
		messages.push(`${name} is not declared in ${workspace}/package.json`);
	}
	return messages;
}

/**
 * Sources may use dependencies only; tests and build configuration also what serves development.
 *
 * @param {string} path
 * @param {string} name
 * @param {Manifest | undefined} manifest
 * @param {Manifest} rootManifest
 */
function isDeclared(path, name, manifest, rootManifest) {
	if (manifest === undefined) return false;
	if (name === manifest.name) return true;
	const declared = { ...manifest.dependencies, ...manifest.peerDependencies, ...manifest.optionalDependencies };
	if (isSource(path) && !isTest(path)) return name in declared;
	return name in { ...declared, ...manifest.devDependencies, ...rootManifest.devDependencies };
}
