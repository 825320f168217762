import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Message } from "../src/wire/messages.ts";
import { enterCheater, flipped } from "./support/cheat.ts";
import { eventsOf, names, type Person, suiteOf, TestPlace } from "./support/place.ts";

const suite = suiteOf(2);

function change<T extends Message["type"]>(
	type: T,
	how: (message: Extract<Message, { type: T }>) => Message | undefined,
): (message: Message) => Message | undefined {
	return (message) => (message.type === type ? how(message as Extract<Message, { type: T }>) : message);
}

/** Ana and Cy, and Bo who came in honestly and then cheats while Di comes in. */
function withCheater(how: (message: Message) => Message | undefined): {
	readonly place: TestPlace;
	readonly ana: Person;
	readonly cy: Person;
	readonly bo: Person;
	readonly di: Person;
} {
	const place = new TestPlace(suite);
	let cheating = false;
	const ana = place.enter("Ana");
	place.run(5000);
	const bo = enterCheater(place, "Bo", (message) => (cheating ? how(message) : message));
	place.run(10_000);
	const cy = place.enter("Cy");
	place.run(10_000);
	assert.deepEqual(names(bo), ["Ana", "Bo", "Cy"]);
	cheating = true;
	const di = place.enter("Di");
	place.run(20_000);
	return { place, ana, bo, cy, di };
}

describe("contributions that do not fit", () => {
	const cases: readonly (readonly [string, (message: Message) => Message | undefined, readonly string[]])[] = [
		[
			"a share that does not open its commitment",
			change("SHARE", (m) => ({ ...m, ring: m.ring && { ...m.ring, z: flipped(m.ring.z) } })),
			["Bo"],
		],
		[
			"a commitment that contradicts the neighbour's: nobody is named",
			change("SHARE", (m) => ({ ...m, ring: m.ring && { ...m.ring, cL: flipped(m.ring.cL) } })),
			[],
		],
		[
			"a confirmation to the newcomer that is of another key",
			change("SHARE", (m) => ({ ...m, confirmations: m.confirmations.map((kc) => flipped(kc)) })),
			["Bo"],
		],
	];
	for (const [what, how, named] of cases) {
		test(`${what}: no session starts on it, no honest one is named, and the room goes on when its author is gone`, () => {
			const { place, ana, bo, cy, di } = withCheater(how);
			const honest = [ana, cy, di];
			assert.deepEqual(names(di), []);
			for (const person of [ana, cy])
				assert.deepEqual(names(person), ["Ana", "Bo", "Cy"], "the running session goes on");
			const stalled = honest.flatMap((person) => eventsOf(person, "stalled"));
			assert.ok(stalled.length > 0);
			for (const event of stalled) {
				assert.ok(event.person === undefined || named.includes(event.person.nickname), `${event.person?.nickname}`);
			}
			place.say(ana, "meanwhile");
			place.run(5000);
			assert.equal(cy.messages.at(-1)?.text, "meanwhile");
			place.vanish(bo);
			place.run(30_000);
			for (const person of honest) assert.deepEqual(names(person), ["Ana", "Cy", "Di"]);
		});
	}

	test("CONFIRM-2: a confirm that does not fit the key takes its author out, and nobody else", () => {
		const { ana, cy, di, bo } = withCheater(change("CONFIRM", (m) => ({ ...m, mac: flipped(m.mac) })));
		for (const person of [ana, cy, di]) assert.deepEqual(names(person), ["Ana", "Cy", "Di"]);
		assert.deepEqual(
			eventsOf(ana, "leaving").map((event) => [event.person.nickname, event.how]),
			[["Bo", "misbehaved"]],
		);
		assert.equal(bo.participant.view().phase, "over");
	});

	test("ROSTER-3: a newcomer who shows another list gets the list again, and offers again", () => {
		const place = new TestPlace(suite);
		const ana = place.enter("Ana");
		place.run(5000);
		let lies = 1;
		const bo = enterCheater(
			place,
			"Bo",
			change("OFFER", (m) => (lies-- > 0 ? { ...m, list: flipped(m.list) } : m)),
		);
		place.run(20_000);
		assert.deepEqual(names(ana), ["Ana", "Bo"]);
		assert.deepEqual(names(bo), ["Ana", "Bo"]);
		const rosters = place.log.filter((item) => item.type === "text" && item.text.includes(":3Roster:3"));
		assert.equal(rosters.length, 2);
	});

	test("JOIN-5: a proof that fits the sponsor only is denied by the one it does not fit", () => {
		const { ana, bo, cy, di } = (() => {
			const place = new TestPlace(suite);
			const ana = place.enter("Ana");
			place.run(5000);
			const bo = place.enter("Bo");
			place.run(10_000);
			const cy = place.enter("Cy");
			place.run(10_000);
			const di = enterCheater(
				place,
				"Di",
				change("JOIN", (m) => {
					const sponsor = m.sponsor;
					const order = [ana, bo, cy].length;
					assert.equal(m.authenticators.length, order);
					return { ...m, sponsor, authenticators: m.authenticators.map((a, i) => (i === 1 ? flipped(a) : a)) };
				}),
			);
			place.run(20_000);
			return { ana, bo, cy, di };
		})();
		assert.deepEqual(eventsOf(di, "refused-entry"), [{ type: "refused-entry", why: "bad-authenticator" }]);
		for (const person of [ana, bo, cy]) assert.deepEqual(names(person), ["Ana", "Bo", "Cy"]);
	});
});
