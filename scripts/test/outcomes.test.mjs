import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { it } from "node:test";
import { failuresOf, runTests } from "../lib/tests.mjs";

it("what came of each test is told apart, with the reason of a failure and of a skip", async () => {
	const folder = mkdtempSync(join(tmpdir(), "clowder-outcomes-"));
	const path = join(folder, "sample.test.mjs");
	writeFileSync(
		path,
		`import { describe, it } from "node:test";
		describe("suite", () => {
			it("passes", () => {});
			it("fails", () => { throw new Error("because of the moon"); });
			it("is skipped", (t) => t.skip("needs a moon"));
		});
		describe("all skipped", { skip: "needs a sun" }, () => it("never runs", () => {}));`,
	);
	const { code, outcomes } = await runTests([path], { print: false });
	rmSync(folder, { recursive: true });
	const told = outcomes.map(({ result, name, detail }) => [result, name, detail.split("\n")[0]]);
	assert.equal(code, 1);
	assert.deepEqual(told, [
		["pass", "passes", ""],
		["fail", "fails", "Error: because of the moon"],
		["skip", "is skipped", "needs a moon"],
		["skip", "all skipped", "needs a sun"],
	]);
	assert.match(failuresOf(outcomes), /sample\.test\.mjs: fails\n {4}Error: because of the moon/);
});

it("a test in an endless loop fails and does not stop the run", async () => {
	const folder = mkdtempSync(join(tmpdir(), "clowder-outcomes-"));
	const path = join(folder, "endless.test.mjs");
	writeFileSync(path, 'import { it } from "node:test"; it("loops", () => { for (;;); });');
	const { code, outcomes } = await runTests([path], { print: false, timeoutMs: 2_000 });
	rmSync(folder, { recursive: true });
	assert.equal(code, 1);
	assert.ok(outcomes.some(({ result, detail }) => result === "fail" && /timed out/.test(detail)));
});
