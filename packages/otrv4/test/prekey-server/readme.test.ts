import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFile, rm, writeFile } from "node:fs/promises";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

test("the README's example runs: Bob publishes, Alice retrieves, Bob counts", async () => {
	const readme = await readFile(new URL("../../../src/prekey-server/README.md", import.meta.url), "utf8");
	const example = /```js\n(.*?)```/s.exec(readme)?.[1];
	assert.ok(example);
	// Beside this file, so that it finds the packages as a user's file would.
	const file = fileURLToPath(new URL("readme-example.mjs", import.meta.url));
	await writeFile(file, example);
	try {
		const { stdout, stderr } = await promisify(execFile)(process.execPath, [file]);
		const expected = "[ { type: 'published' } ]\n1 of bob@example.org\n[ { type: 'stored', count: 9 } ]\n";
		assert.deepEqual([stdout, stderr], [expected, ""]);
	} finally {
		await rm(file);
	}
});
