import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFile, rm, writeFile } from "node:fs/promises";
import { describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const SAID = [
	`Bo reads: hello
Ana reads: hello yourself
Bo: the same secret: true
Ana: the same secret: true
Ana: it is over
false
`,
	"published\nsee you tomorrow\n",
];

describe("the README's examples", async () => {
	const readme = await readFile(new URL("../../README.md", import.meta.url), "utf8");
	const examples = [...readme.matchAll(/```js\n(.*?)```/gs)].map((match) => match[1] as string);
	assert.equal(examples.length, SAID.length);
	for (const [i, example] of examples.entries()) {
		it(`number ${i + 1} runs and says what it should`, async () => {
			// Beside this file, so that it finds the packages as a user's file would.
			const file = fileURLToPath(new URL(`readme-example-${i}.mjs`, import.meta.url));
			await writeFile(file, example);
			try {
				const { stdout, stderr } = await promisify(execFile)(process.execPath, [file]);
				assert.deepEqual([stdout, stderr], [SAID[i], ""]);
			} finally {
				await rm(file);
			}
		});
	}
});
