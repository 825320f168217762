import assert from "node:assert/strict";
import { test } from "node:test";
import { explore, SCENARIOS } from "../src/explore.ts";
import { simulatedSuite } from "../src/suites.ts";

/** Steps to which every order is taken; a deeper run: `CLOWDER_DEPTH=6 node --test dist/test/explore.test.js`. */
const DEPTH = Number(process.env["CLOWDER_DEPTH"] ?? 4);
/** How far clocks may run apart. Below the time after which someone who knocks gives up. */
const SKEW_MS = 4_000;
/** Different states at the least, so that the search is one. */
const LEAST_STATES = 30;

for (const scenario of SCENARIOS) {
	test(`every interleaving to ${DEPTH} steps: ${scenario.name}`, (t) => {
		const { runs, states } = explore(simulatedSuite(1), scenario, DEPTH, SKEW_MS);
		t.diagnostic(`${runs} runs, ${states} states`);
		assert.ok(states >= LEAST_STATES, `${states} states`);
	});
}
