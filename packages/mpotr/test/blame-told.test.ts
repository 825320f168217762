import assert from "node:assert/strict";
import { test } from "node:test";
import { blameRoom, honest } from "./support/blame-room.ts";
import { change, flipped } from "./support/cheat.ts";
import { eventsOf, suiteOf } from "./support/place.ts";

test("BLAME-4, CONFIRM-2: everyone who followed a verdict is told who is out, newcomers too, who know the others by their next keys", () => {
	const cases = [
		{ how: change("SHARE", (m) => ({ ...m, confirmations: m.confirmations.map(flipped) })), rule: "BLAME-4" },
		{ how: change("CONFIRM", (m) => ({ ...m, mac: flipped(m.mac) })), rule: "CONFIRM-2" },
	];
	for (const { how, rule } of cases) {
		const plan = { members: ["Ana", "Bo", "Cy"], newcomers: ["Di"], cheats: new Map([["Bo", how]]) };
		const room = blameRoom(suiteOf(1), plan);
		assert.equal(honest(room).length, 3);
		for (const one of honest(room)) {
			const told = eventsOf(one, "blamed").map((event) => [event.person.nickname, event.rule]);
			assert.deepEqual(told, [["Bo", rule]], `${one.name} is told`);
		}
	}
});
