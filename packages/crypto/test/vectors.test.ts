import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { generatedVectors } from "./generated-vectors.ts";
import { readVectorText } from "./vectors.ts";

describe("vectors/crypto", () => {
	for (const [name, text] of generatedVectors()) {
		it(`${name} is what the script writes`, () => {
			assert.equal(readVectorText(name), text);
		});
	}
});
