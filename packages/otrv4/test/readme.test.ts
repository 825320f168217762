import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { examplesOf, run } from "./support/example.ts";

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
	const examples = await examplesOf(new URL("../../README.md", import.meta.url));
	assert.equal(examples.length, SAID.length);
	for (const [i, example] of examples.entries()) {
		it(`number ${i + 1} runs and says what it should`, async () => {
			const file = new URL(`readme-example-${i}.mjs`, import.meta.url);
			assert.deepEqual(await run(example, file), [SAID[i], ""]);
		});
	}
});
