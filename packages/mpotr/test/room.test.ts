import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { names, suiteOf, TestPlace } from "./support/place.ts";

for (const id of [1, 2] as const) {
	describe(`a room, suite ${id}`, () => {
		test("ChatroomInit: whoever is alone founds a session of one", () => {
			const place = new TestPlace(suiteOf(id));
			const ana = place.enter("Ana");
			place.run(1000);
			assert.deepEqual(names(ana), ["Ana"]);
			assert.equal(ana.participant.view().phase, "inside");
		});

		test("Join and Accept: a second and a third come in", () => {
			const place = new TestPlace(suiteOf(id));
			const ana = place.enter("Ana");
			place.run(1000);
			const bo = place.enter("Bo");
			place.run(3000);
			assert.deepEqual(names(ana), ["Ana", "Bo"]);
			assert.deepEqual(names(bo), ["Ana", "Bo"]);
			const cy = place.enter("Cy");
			place.run(3000);
			for (const person of [ana, bo, cy]) assert.deepEqual(names(person), ["Ana", "Bo", "Cy"]);
			const fingerprints = new Set([ana, bo, cy].map((p) => p.participant.view().session?.fingerprint));
			assert.equal(fingerprints.size, 1);
			for (const person of [ana, bo, cy])
				assert.deepEqual(
					person.events.filter((e) => e.type === "refused"),
					[],
				);
		});
	});
}
