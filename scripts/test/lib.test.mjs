import assert from "node:assert/strict";
import { EventEmitter } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";
import { closure } from "../lib/fresh-tests.mjs";
import { installReason } from "../lib/install.mjs";
import { parseStartOptions } from "../lib/options.mjs";
import { untilStopped } from "../lib/signals.mjs";
import { closingSummary } from "../lib/summary.mjs";

describe("options of npm start", () => {
	it("have defaults, and an empty variable counts as not set", () => {
		const expected = { port: 2569, host: "127.0.0.1", domain: "localhost", xmppPort: undefined, open: false };
		assert.deepEqual(parseStartOptions([], {}), { ok: true, value: expected });
		assert.deepEqual(parseStartOptions([], { CLOWDER_PORT: "", CLOWDER_OPEN: "" }), { ok: true, value: expected });
	});
	it("on the command line win over the environment", () => {
		const env = { CLOWDER_PORT: "1", CLOWDER_HOST: "::", CLOWDER_DOMAIN: "A.example", CLOWDER_OPEN: "1" };
		assert.deepEqual(parseStartOptions(["--port=2", "--host", "::1", "--domain", "B.example"], env), {
			ok: true,
			value: { port: 2, host: "::1", domain: "b.example", xmppPort: undefined, open: true },
		});
	});
	it("in the environment are checked too", () => {
		assert.equal(parseStartOptions([], { CLOWDER_PORT: "-1" }).ok, false);
		assert.equal(parseStartOptions([], { CLOWDER_OPEN: "perhaps" }).ok, false);
	});
});

describe("stopping", () => {
	/** @param {() => Promise<void>} stop @param {{ stopMs?: number }} [options] */
	function make(stop, options = {}) {
		const source = new EventEmitter();
		const clock = { ms: 0 };
		return { source, clock, code: untilStopped(stop, { source, now: () => clock.ms, ...options }) };
	}
	const never = () => new Promise(() => {});

	it("waits for everything to close, and is clean", async () => {
		let closed = false;
		const { source, code } = make(async () => {
			closed = true;
		});
		source.emit("SIGINT");
		assert.equal(await code, 0);
		assert.ok(closed);
		assert.equal(source.listenerCount("SIGINT") + source.listenerCount("SIGTERM"), 0);
	});
	it("takes the same Ctrl-C from the terminal and from npm for one", async () => {
		/** @type {() => void} */
		let finish = () => {};
		const { source, clock, code } = make(
			() =>
				new Promise((resolve) => {
					finish = () => resolve();
				}),
		);
		source.emit("SIGINT");
		clock.ms = 5;
		source.emit("SIGINT");
		finish();
		assert.equal(await code, 0);
	});
	it("ends at once at the second Ctrl-C", async () => {
		const { source, clock, code } = make(() => never());
		source.emit("SIGINT");
		clock.ms = 1000;
		source.emit("SIGINT");
		assert.equal(await code, 130);
	});
	it("does not wait for ever", async () => {
		const { source, code } = make(() => never(), { stopMs: 1 });
		source.emit("SIGTERM");
		assert.equal(await code, 130);
	});
});

describe("whether to install", () => {
	const wanted = {
		"": { version: "0.1.0" },
		"packages/a": { version: "0.1.0" },
		"node_modules/a": { resolved: "packages/a", link: true },
		"node_modules/x": { version: "1.0.0", integrity: "sha512-x" },
		"node_modules/x-other-platform": { version: "1.0.0", integrity: "sha512-y", optional: true },
		"packages/a/node_modules/z": { version: "2.0.0", integrity: "sha512-z" },
	};
	const { "node_modules/x-other-platform": _, ...installed } = wanted;

	/** @param {object | undefined} present @returns {string | undefined} */
	function reasonWith(present) {
		const base = mkdtempSync(join(tmpdir(), "clowder-install-"));
		writeFileSync(join(base, "package-lock.json"), JSON.stringify({ packages: wanted }));
		if (present !== undefined) {
			mkdirSync(join(base, "node_modules"));
			writeFileSync(join(base, "node_modules", ".package-lock.json"), JSON.stringify({ packages: present }));
		}
		const reason = installReason(base);
		rmSync(base, { recursive: true });
		return reason;
	}

	it("is no when what is installed is what the lockfile says", () => assert.equal(reasonWith(installed), undefined));
	it("is yes when nothing is installed", () => assert.match(reasonWith(undefined) ?? "", /nothing/));
	it("is yes when something is missing", () => {
		const { "node_modules/x": __, ...less } = installed;
		assert.equal(reasonWith(less), "node_modules/x is missing");
	});
	it("is yes when a version changed", () => {
		const older = { ...installed, "node_modules/x": { version: "0.9.0", integrity: "sha512-x" } };
		assert.equal(reasonWith(older), "node_modules/x has changed");
	});
});

describe("whose tests run again", () => {
	it("all of what a workspace uses counts, however far below, and nothing else", () => {
		const all = [
			{ folder: "packages/a", name: "@c/a", uses: ["@c/b", "elsewhere"] },
			{ folder: "packages/b", name: "@c/b", uses: ["@c/c", "@c/a"] },
			{ folder: "packages/c", name: "@c/c", uses: [] },
			{ folder: "packages/d", name: "@c/d", uses: ["@c/a"] },
		];
		assert.deepEqual([...closure("packages/a", all)].sort(), ["packages/a", "packages/b", "packages/c"]);
		assert.deepEqual([...closure("packages/c", all)], ["packages/c"]);
	});
});

describe("the closing summary of npm test", () => {
	const pass = /** @type {const} */ ({ result: "pass", name: "a", file: "f", detail: "" });
	const skip = /** @type {const} */ ({ result: "skip", name: "b", file: "g", detail: "needs a browser" });
	const fail = /** @type {const} */ ({ result: "fail", name: "c", file: "h", detail: "" });

	it("names what was skipped and why; without CI that is no failure", () => {
		const { text, code } = closingSummary([pass, skip], [], { ci: false, seconds: 1 });
		assert.equal(code, 0);
		assert.match(text, /skipped: b \(needs a browser\) in g\nPASSED: 1 passed, 0 failed, 1 skipped, 1 s$/);
	});
	it("fails in CI when something was skipped", () => {
		assert.equal(closingSummary([pass, skip], [], { ci: true, seconds: 1 }).code, 1);
		assert.equal(closingSummary([pass], [], { ci: true, seconds: 1 }).code, 0);
	});
	it("fails when a test failed, a runner did, or nothing ran", () => {
		assert.equal(closingSummary([pass, fail], [], { ci: false, seconds: 1 }).code, 1);
		assert.equal(closingSummary([pass], ["packages"], { ci: false, seconds: 1 }).code, 1);
		assert.equal(closingSummary([], [], { ci: false, seconds: 1 }).code, 1);
	});
});
