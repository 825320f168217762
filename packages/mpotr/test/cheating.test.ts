import assert from "node:assert/strict";

import { describe, test } from "node:test";
import { hex } from "@clowder/bytes";
import { type Change, change, enterCheater, flipped } from "./support/cheat.ts";
import { eventsOf, names, type Person, roomOf, suiteOf, TestPlace } from "./support/place.ts";

const suite = suiteOf(2);

/** Ana and Cy, and Bo who came in honestly and then cheats while Di comes in. */
function withCheater(how: Change): {
	readonly place: TestPlace;
	readonly ana: Person;
	readonly cy: Person;
	readonly bo: Person;
	readonly di: Person;
} {
	const place = new TestPlace(suite);
	const ana = place.enter("Ana");
	place.run(5000);
	const bo = enterCheater(place, "Bo", how);
	bo.cheating = false;
	place.run(10_000);
	const cy = place.enter("Cy");
	place.run(10_000);
	assert.deepEqual(names(bo), ["Ana", "Bo", "Cy"]);
	bo.cheating = true;
	const di = place.enter("Di");
	place.run(20_000);
	return { place, ana, bo, cy, di };
}

describe("contributions that do not fit", () => {
	const cases: readonly (readonly [string, Change])[] = [
		[
			"a share that does not open its commitment",
			change("SHARE", (m) => ({ ...m, ring: m.ring && { ...m.ring, z: flipped(m.ring.z) } })),
		],
		[
			"a commitment that contradicts the neighbour's",
			change("SHARE", (m) => ({ ...m, ring: m.ring && { ...m.ring, cL: flipped(m.ring.cL) } })),
		],
		[
			"a confirmation to the newcomer that is of another key",
			change("SHARE", (m) => ({ ...m, confirmations: m.confirmations.map((kc) => flipped(kc)) })),
		],
	];
	for (const [what, how] of cases) {
		test(`${what}: no session starts on it, its author is out, and the room goes on`, () => {
			const { place, ana, bo, cy, di } = withCheater(how);
			const honest = [ana, cy, di];
			for (const person of honest) assert.deepEqual(names(person), ["Ana", "Cy", "Di"]);
			const sizes = eventsOf(ana, "session").map((event) => event.session.people.length);
			assert.deepEqual(sizes, [1, 2, 3, 3], "never one with Bo and Di");
			assert.equal(bo.participant.view().phase, "over");
			place.say(ana, "afterwards");
			place.run(5000);
			for (const person of [cy, di]) assert.equal(person.messages.at(-1)?.text, "afterwards");
			assert.equal(bo.messages.length, 0);
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

	test("ROSTER-3: a newcomer who shows another list gets it again from the next member, and offers again", () => {
		const { place, people } = roomOf(suite, "Ana", "Cy");
		const [ana] = people as [Person];
		const before = place.log.length;
		let lies = 1;
		const bo = enterCheater(
			place,
			"Bo",
			change("OFFER", (m) => (lies-- > 0 ? { ...m, list: flipped(m.list) } : m)),
		);
		place.run(20_000);
		assert.deepEqual(names(ana), ["Ana", "Bo", "Cy"]);
		assert.deepEqual(names(bo), ["Ana", "Bo", "Cy"]);
		const rosters = place.log.slice(before).filter((item) => item.type === "text" && item.text.includes(":3Roster:3"));
		assert.equal(rosters.length, 2);
	});

	test("ROSTER-5: a member whose ROSTER is none keeps nobody out: the next one's is asked for", () => {
		for (const broken of ["box", "list"] as const) {
			const { place, people } = roomOf(suite, "Ana", "Cy");
			enterCheater(
				place,
				"Mal",
				change("ROSTER", (m) => {
					const boxes = m.boxes.map((one) => ({ ...one, box: { ...one.box, mac: flipped(one.box.mac) } }));
					return broken === "box" ? { ...m, boxes } : { ...m, mac: flipped(m.mac) };
				}),
			);
			place.run(20_000);
			// Whoever of the three opens, the newcomers come in.
			const newcomers = ["Dee", "Eve", "Fay"].map((name) => {
				const person = place.enter(name);
				place.run(20_000);
				return person;
			});
			for (const person of [...people, ...newcomers]) assert.equal(names(person).length, 6, `${broken} ${person.name}`);
		}
	});

	test("JOIN-8: a sponsor who introduces nobody keeps nobody out, whoever the newcomer comes to first", () => {
		const { place, people } = roomOf(suite, "Ana", "Cy");
		const withheld: string[] = [];
		enterCheater(
			place,
			"Mal",
			change("INTRODUCE", (m) => {
				withheld.push(hex(m.join));
				return undefined;
			}),
		);
		place.run(20_000);
		for (const [i, name] of ["Dee", "Eve", "Fay", "Gus"].entries()) {
			const person = place.enter(name);
			place.run(12_000);
			for (const one of [...people, person]) assert.equal(names(one).length, 4 + i, one.name);
		}
		assert.notEqual(withheld.length, 0);
	});

	test("KNOCK-2: alone in a session of their own, one who gives no list keeps nobody from the other session", () => {
		const place = new TestPlace(suite);
		const ana = place.enter("Ana");
		place.run(5000);
		const mal = enterCheater(
			place,
			"Mal",
			change("OFFER", (m) => ({ ...m, list: flipped(m.list) })),
		);
		// Mal does not hear of Ana's session, and founds one; afterwards they have to stand each other.
		place.hears = (person, item) => person !== mal || item.type !== "text" || item.from !== ana.handle;
		place.run(60_000, () => names(mal).length > 0);
		assert.deepEqual(names(mal), ["Mal"]);
		place.hears = () => true;
		const newcomers: Person[] = [];
		for (const name of ["Dee", "Eve"]) {
			newcomers.push(place.enter(name));
			place.run(6 * 60_000);
			for (const one of [ana, ...newcomers]) {
				assert.deepEqual(eventsOf(one, "refused-entry"), []);
				const others = names(one).filter((other) => other !== "Mal");
				assert.deepEqual(others, ["Ana", ...newcomers.map((person) => person.name)], one.name);
			}
		}
	});

	test("STATE-3: a member who lies in every STATE is contradicted once for each KNOCK, and the newcomer gets in", () => {
		const { place, people } = roomOf(suite, "Ana", "Cy");
		enterCheater(
			place,
			"Mal",
			change("STATE", (m) => ({ ...m, k: m.k + 1 })),
		);
		place.run(20_000);
		const before = place.log.length;
		const dee = place.enter("Dee");
		place.run(60_000, () => names(dee).length === 4);
		assert.equal(names(dee).length, 4, names(people[0] as Person).join());
		const states = place.log.slice(before).filter((item) => item.type === "text" && item.text.includes(":3State:3"));
		assert.ok(states.length <= 12, `${states.length} STATEs`);
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
