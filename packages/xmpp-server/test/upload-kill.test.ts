import assert from "node:assert/strict";
import { fork } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { Depot } from "./support/uploads.ts";

const PROGRAM = fileURLToPath(new URL("support/upload-process.js", import.meta.url));

test("UPLOAD-6: kill -9 in the middle of a PUT leaves what was answered, and nothing else", async (t) => {
	const parent = mkdtempSync(join(tmpdir(), "uploads-"));
	t.after(() => rmSync(parent, { recursive: true, force: true, maxRetries: 5 }));
	const folder = join(parent, "files");
	const child = fork(PROGRAM, [folder]);
	t.after(() => child.kill("SIGKILL"));
	// Its slots: whole files that were answered with 201, and one of which half has come.
	const told = new Promise<{ readonly whole: readonly string[]; readonly half: string }>((resolve, reject) => {
		child.once("message", (message) => resolve(message as { whole: string[]; half: string }));
		child.once("exit", () => reject(new Error("it ended by itself")));
	});
	const { whole, half } = await told;
	assert.equal(readdirSync(folder).filter((name) => name.endsWith(".part")).length, 1);
	const dead = new Promise((resolve) => child.once("exit", (_code, signal) => resolve(signal)));
	child.kill("SIGKILL");
	assert.equal(await dead, "SIGKILL");

	const depot = await Depot.open(t, {}, { folder }, "after");
	assert.equal(readdirSync(folder).length, whole.length);
	for (const url of whole) assert.equal((await depot.ask(url)).body.toString(), "x".repeat(100_000));
	assert.equal((await depot.ask(half)).status, 404);
});
