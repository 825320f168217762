import assert from "node:assert/strict";
import { test } from "node:test";
import { examplesOf, run } from "../support/example.ts";

test("the README's example runs: Bob publishes, Alice retrieves, Bob counts", async () => {
	const [example] = await examplesOf(new URL("../../../src/prekey-server/README.md", import.meta.url));
	assert.ok(example);
	const expected = "[ { type: 'published' } ]\n1 of bob@example.org\n[ { type: 'stored', count: 9 } ]\n";
	assert.deepEqual(await run(example, new URL("readme-example.mjs", import.meta.url)), [expected, ""]);
});
