import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { calls } from "./calls.mjs";
import { layering } from "./layering.mjs";
import { lockfile } from "./lockfile.mjs";
import { pins } from "./pins.mjs";
import { namedFiles } from "./named-files.mjs";
import { namedTests } from "./named-tests.mjs";
import { ruleIds } from "./rule-ids.mjs";
import { importsOf, scan } from "./source.mjs";
import { FILE_LINES_MAX, fileLength, leftovers, localNames } from "./texts.mjs";
import { tidyRepository } from "./tidy.mjs";

/** @typedef {import("./source.mjs").Finding} Finding */

/** @param {string} path @param {string} text */
const file = (path, text) => ({ path, text });

/** @type {Record<string, import("../lib/repo.mjs").Manifest>} */
const MANIFESTS = {
	"packages/bytes": { name: "@clowder/bytes", version: "0.1.0" },
	"packages/crypto": {
		name: "@clowder/crypto",
		version: "0.1.0",
		dependencies: { "@clowder/bytes": "0.1.0", "@noble/hashes": "1.0.0" },
	},
	"packages/mpotr": {
		name: "@clowder/mpotr",
		version: "0.1.0",
		dependencies: { "@clowder/bytes": "0.1.0", "@clowder/crypto": "0.1.0", "@clowder/client": "0.1.0" },
		devDependencies: { "@clowder/carrier": "0.1.0" },
	},
	"packages/carrier-xmpp": {
		name: "@clowder/carrier-xmpp",
		version: "0.1.0",
		dependencies: { "@xmpp/tcp": "1.0.0", "@xmpp/xml": "1.0.0" },
	},
	"packages/client": { name: "@clowder/client", version: "0.1.0", dependencies: { "@scure/bip39": "1.0.0" } },
};

/** @param {string} path @param {string} text @returns {string[]} */
function layeringOf(path, text) {
	return layering([file(path, text)], (workspace) => MANIFESTS[workspace], {
		name: "root",
		version: "0.1.0",
		devDependencies: { "fast-check": "1.0.0" },
	}).map((finding) => finding.message);
}

describe("tidy: layering", () => {
	for (const [name, path, text, expected] of /** @type {const} */ ([
		[
			"an import upwards",
			"packages/mpotr/src/a.ts",
			'import { x } from "@clowder/client";',
			/may import only bytes, crypto/,
		],
		["a re-export upwards", "packages/mpotr/src/a.ts", 'export * from "@clowder/client";', /may import only/],
		["a dynamic import upwards", "packages/mpotr/src/a.ts", 'await import("@clowder/client");', /may import only/],
		["a workspace without a layer", "packages/new/src/a.ts", 'import "@clowder/bytes";', /in no layer/],
		["noble outside crypto", "packages/mpotr/src/a.ts", 'import "@noble/hashes/sha2.js";', /only files matching/],
		["noble in a skin", "apps/web/src/a.tsx", 'import "@noble/hashes/sha2.js";', /only files matching/],
		["the word list outside client", "packages/mpotr/src/a.ts", 'import "@scure/bip39";', /only files matching/],
		["node:crypto in the protocol", "packages/mpotr/src/a.ts", 'import "node:crypto";', /only files matching/],
		["bare crypto in the protocol", "packages/mpotr/src/a.ts", 'import "crypto";', /only files matching/],
		["xmpp.js outside its wrapper", "packages/carrier-xmpp/src/muc.ts", 'import "@xmpp/tcp";', /only files matching/],
		[
			"xmpp.js xml outside its wrapper",
			"packages/carrier-xmpp/src/muc.ts",
			'import "@xmpp/xml";',
			/only files matching/,
		],
		[
			"Node in a browser file",
			"packages/client/src/a.ts",
			'import { readFile } from "node:fs";',
			/also runs in a browser/,
		],
		["an undeclared import", "packages/bytes/src/a.ts", 'import "left-pad";', /not declared/],
		["a test tool in a source", "packages/bytes/src/a.ts", 'import "fast-check";', /not declared/],
		["a development dependency in a source", "packages/mpotr/src/a.ts", 'import "@clowder/carrier";', /not declared/],
		[
			"a path into another package",
			"packages/mpotr/src/a.ts",
			'import "../../bytes/src/index.ts";',
			/by the package's name/,
		],
		["a source that imports a test", "packages/mpotr/src/a.ts", 'import "../test/help.ts";', /from src/],
	])) {
		it(`finds ${name}`, () => {
			const messages = layeringOf(path, text);
			assert.ok(
				messages.some((message) => expected.test(message)),
				messages.join("; ") || "found nothing",
			);
		});
	}

	for (const [name, path, text] of /** @type {const} */ ([
		["an import downwards", "packages/mpotr/src/a.ts", 'import type { Suite } from "@clowder/crypto";'],
		["a subpath", "packages/crypto/src/noble.ts", 'import { sha512 } from "@noble/hashes/sha2.js";'],
		["node:crypto in its file", "packages/crypto/src/node.ts", 'import "node:crypto";'],
		["xmpp.js in its wrapper", "packages/carrier-xmpp/src/xmpp-js.ts", 'import "@xmpp/tcp";'],
		["a test tool in a test", "packages/bytes/test/a.test.ts", 'import "fast-check"; import "node:test";'],
		[
			"what is only written about",
			"packages/mpotr/src/a.ts",
			'// import "@clowder/client"\nconst s = "from \'@noble/x\'";',
		],
	])) {
		it(`leaves ${name} alone`, () => assert.deepEqual(layeringOf(path, text), []));
	}
});

describe("tidy: banned calls", () => {
	const inProtocol = [
		"Date.now()",
		"new Date()",
		"performance.now()",
		"Math.random()",
		"setTimeout(f, 1)",
		"setInterval(f, 1)",
		"setImmediate(f)",
		"queueMicrotask(f)",
		"process.env.X",
		"console.log(1)",
		"globalThis.crypto.getRandomValues(b)",
		"crypto.subtle.digest(a, b)",
		"`${Date.now()}`",
		"const half = a / 2; Date.now(); const b = c / 2;",
	];
	for (const code of inProtocol) {
		it(`finds ${code}`, () => assert.notEqual(calls([file("packages/mpotr/src/a.ts", code)]).length, 0));
	}
	it("finds Math.random and crypto.subtle in every source", () => {
		assert.equal(calls([file("apps/web/src/a.ts", "Math.random()")]).length, 1);
		assert.equal(calls([file("packages/client/src/a.ts", "crypto.subtle.digest(a, b)")]).length, 1);
	});
	it("leaves comments, strings, other packages and the conformance suite alone", () => {
		assert.deepEqual(
			calls([file("packages/mpotr/src/a.ts", '// Date.now()\nconst s = "Date.now()"; /* console.log */')]),
			[],
		);
		assert.deepEqual(calls([file("packages/mpotr/src/a.ts", "const r = /console.log/; const t = `Date.now()`;")]), []);
		assert.deepEqual(calls([file("packages/client/src/a.ts", "Date.now(); setTimeout(f, 1);")]), []);
		assert.deepEqual(calls([file("packages/carrier/src/conformance.ts", "setTimeout(f, 1)")]), []);
		assert.deepEqual(calls([file("packages/mpotr/test/a.ts", "Date.now()")]), []);
	});
});

describe("tidy: texts", () => {
	it("finds a source over the length, unless it is allowed with a reason", () => {
		const long = file("packages/mpotr/src/a.ts", "x;\n".repeat(FILE_LINES_MAX + 1));
		assert.equal(fileLength([long]).length, 1);
		assert.deepEqual(fileLength([long], { [long.path]: "a table" }), []);
		assert.deepEqual(fileLength([file("packages/mpotr/src/a.ts", "x;\n".repeat(FILE_LINES_MAX))]), []);
	});
	for (const word of ["TO" + "DO", "FIX" + "ME", "for " + "now"]) {
		it(`finds "${word}"`, () => {
			assert.equal(leftovers([file("packages/mpotr/test/a.ts", `x;\n// ${word}: later`)])[0]?.line, 2);
		});
	}
	for (const name of [
		"/ho" + "me/ana/x",
		"/Us" + "ers/ana/x",
		"/ro" + "ot/x",
		"https://regis" + "try.example.org/x",
		'"resol' + 'ved": "https://example.org/x.tgz"',
	]) {
		it(`finds ${name}`, () => assert.notEqual(localNames([file("README.md", `see ${name}`)]).length, 0));
	}
});

describe("tidy: pins", () => {
	it("finds a version that is not exact", () => {
		for (const version of ["^1.0.0", "~1.0.0", "1.x", "*", "latest", ">=1.0.0"]) {
			const text = JSON.stringify({ dependencies: { good: "1.0.0" }, devDependencies: { bad: version } });
			assert.equal(pins([file("packages/a/package.json", text)]).length, 1, version);
		}
	});
});

describe("tidy: the lockfile", () => {
	it("is complete only with the packages of other platforms", () => {
		const tool = { version: "1.0.0", optionalDependencies: { "@t/linux-x64": "1.0.0", "@t/darwin-arm64": "1.0.0" } };
		const here = { "node_modules/t": tool, "node_modules/@t/linux-x64": { version: "1.0.0" } };
		assert.match(
			lockfile({ packages: here })[0]?.message ?? "",
			/^@t\/darwin-arm64 \(of node_modules\/t\) has no entry/,
		);
		const everywhere = { ...here, "node_modules/@t/darwin-arm64": { version: "1.0.0" } };
		assert.deepEqual(lockfile({ packages: everywhere }), []);
	});
});

describe("tidy: rule ids", () => {
	const spec = file("spec/protocol.md", "| WIRE-1 | text |\n| WIRE-2 | text |\n");
	const src = file("packages/mpotr/src/a.ts", "// WIRE-1, WIRE-2");
	const proof = file("packages/mpotr/test/a.test.ts", "// WIRE-1, WIRE-2");
	/** @param {Finding[]} findings */
	const messages = (findings) => findings.map(({ message }) => message);

	it("accepts rules that a source and a test name", () => assert.deepEqual(ruleIds([spec, src, proof]), []));
	it("finds a rule that no source names", () => {
		assert.deepEqual(messages(ruleIds([spec, file(src.path, "// WIRE-1"), proof])), ["no source file names WIRE-2"]);
	});
	it("finds a rule that no test names", () => {
		assert.deepEqual(messages(ruleIds([spec, src, file(proof.path, "// WIRE-2")])), ["no test names WIRE-1"]);
	});
	it("finds an id that no specification defines, and takes no other name for an id", () => {
		const more = file("packages/mpotr/src/b.ts", "// WIRE-3, FOLD-1, SHA-512, XEP-0045, ML-KEM-768");
		assert.deepEqual(messages(ruleIds([spec, src, proof, more])), [
			"no spec/*.md defines WIRE-3",
			"no spec/*.md defines FOLD-1",
		]);
	});
	it("knows ids of two letters where the specification has such", () => {
		const short = file("spec/short.md", "| OK-1 | text |\n");
		const uses = file("packages/mpotr/src/b.ts", "// OK-1, but PC-12 is a computer");
		assert.deepEqual(messages(ruleIds([spec, short, src, proof, uses])), ["no test names OK-1"]);
	});
	it("finds an id defined twice", () => {
		const twice = file("spec/other.md", "| WIRE-1 | text |\n");
		assert.deepEqual(messages(ruleIds([spec, twice, src, proof])), ["WIRE-1 is already defined in spec/protocol.md"]);
	});
});

describe("tidy: named tests", () => {
	const path = "packages/mpotr/test/a.test.ts";
	const test = file(path, 'test(`VOTE-1: of ${n}, one is out`, () => {});\ntest("nobody is", () => {});');
	/** @param {string} cited */
	const messages = (cited) =>
		namedTests([file("spec/security.md", `| 1 | ${cited} |\n`), test]).map(({ message }) => message);

	it("accepts titles, and parts of those that are put together", () => {
		assert.deepEqual(messages(`\`${path}\`: "one is out", "nobody is"`), []);
	});
	it("finds a title that nobody has, and a file that is not there", () => {
		assert.deepEqual(messages(`\`${path}\`: "nobody is", "all are"`), [`no test in ${path} is called "all are"`]);
		assert.deepEqual(messages('`packages/mpotr/test/b.test.ts`: "nobody is"'), [
			"there is no packages/mpotr/test/b.test.ts",
		]);
	});
	it("takes a file without titles for a file", () => assert.deepEqual(messages("`b.test.ts`, `c.test.ts`"), []));
});

describe("tidy: named files", () => {
	const there = file("packages/otrv4/src/dake/context.ts", "");
	/** @param {string} cited */
	const messages = (cited) =>
		namedFiles([file("spec/otrv4-notes.md", `| 1 | ${cited} |\n`), there]).map(({ message }) => message);

	it("accepts a file that is there", () => assert.deepEqual(messages("so (`dake/context.ts`)"), []));
	it("finds one that was moved", () => {
		assert.deepEqual(messages("so (`dake/old.ts`)"), ["there is no packages/otrv4/src/dake/old.ts"]);
	});
});

describe("tidy: the scanner", () => {
	it("keeps places, and sees code inside templates only where it is code", () => {
		const text = "a(`b ${c(`d`)} e`) // f\n'g' /* h */ + /[/]'/.test(i)";
		const { code } = scan(text);
		assert.equal(code.length, text.length);
		assert.equal(code.replace(/\s+/g, ""), "a(`${c(``)}`)''+//.test(i)");
	});
	it("finds imports over several lines", () => {
		assert.deepEqual(importsOf('import {\n\ta,\n} from "x";\nexport { b } from "y";\n'), [
			{ specifier: "x", line: 3 },
			{ specifier: "y", line: 4 },
		]);
	});
});

describe("tidy: this repository", () => {
	it("breaks no rule", () => {
		const findings = tidyRepository();
		assert.ok(findings.length === 0, findings.join("\n"));
	});
});
