import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { parseMessage } from "../src/wire/envelope.ts";
import type { Message } from "../src/wire/messages.ts";
import { eventsOf, names, type Person, roomOf, suiteOf, type TestPlace } from "./support/place.ts";

/** Close, publication, freezing: issue item 2, design sections 7 and 8. */

const suite = suiteOf(1);
const TIMEOUT = 60_000;

/** The messages of a type that passed, with when they did. */
function passed(place: TestPlace, type: Message["type"]): readonly { readonly v: string; readonly from: string }[] {
	return place.log.flatMap((item) => {
		if (item.type !== "text") return [];
		const parsed = parseMessage(suite, item.text);
		if (!parsed.ok || parsed.value.message.type !== type) return [];
		return [{ v: Buffer.from(parsed.value.header.v).toString("hex"), from: item.from }];
	});
}

describe("publication", () => {
	test("CLOSE-1, PUBLISH-1, PUBLISH-2, PUBLISH-3: once everyone has closed, keys are published and receipted", () => {
		const { place, people } = roomOf(suite, "Ana", "Bo");
		const [ana, bo] = people as [Person, Person];
		place.say(ana, "to be denied");
		place.run(10_000);
		const session = ana.participant.view().session?.fingerprint;
		place.act(ana, (participant) => participant.rekey(place.now));
		place.run(30_000);
		for (const person of [ana, bo]) {
			const published = eventsOf(person, "published").filter((event) => event.session === session);
			assert.deepEqual(published.map((event) => event.by.nickname).sort(), ["Ana", "Bo"]);
		}
		assert.ok(passed(place, "RECEIVED").length >= 2);
	});

	test("PUBLISH-2: with one taken out by the carrier's word, not before twice the timeout", () => {
		const { place, people } = roomOf(suite, "Ana", "Bo", "Cy");
		const [ana, , cy] = people as [Person, Person, Person];
		const session = ana.participant.view().session?.fingerprint;
		const before = eventsOf(ana, "published").length;
		place.vanish(cy);
		place.run(1.9 * TIMEOUT);
		assert.deepEqual(names(ana), ["Ana", "Bo"]);
		assert.equal(eventsOf(ana, "published").length, before);
		place.run(0.5 * TIMEOUT);
		const published = eventsOf(ana, "published").filter((event) => event.session === session);
		assert.deepEqual(published.map((event) => event.by.nickname).sort(), ["Ana", "Bo"]);
	});

	test("CLOSE-2: who never says how a session ended is named, with what they have not confirmed of it", () => {
		for (const withheld of [true, false]) {
			const { place, people } = roomOf(suite, "Ana", "Bo");
			const [ana, bo] = people as [Person, Person];
			const mal = place.enter("Mal");
			place.run(10_000);
			const session = ana.participant.view().session?.fingerprint;
			mal.cheat = (text) => (withheld && text.startsWith(":3mpCAT:3Close") ? undefined : text);
			place.enter("Dee");
			place.run(10_000, () => ana.participant.view().attempt !== undefined);
			// The session changes before anyone acknowledges it.
			place.say(ana, "the last one");
			place.run(3 * TIMEOUT);
			assert.notEqual(ana.participant.view().session?.fingerprint, session);
			const told = (person: Person) =>
				eventsOf(person, "unconfirmed-end").map((event) => [event.person.nickname as string, event.session]);
			const expected = withheld ? [["Mal", session]] : [];
			for (const person of [ana, bo]) assert.deepEqual(told(person), expected, person.name);
			if (!withheld) continue;
			assert.deepEqual(
				eventsOf(ana, "unconfirmed-end").flatMap((event) => event.messages),
				ana.messages.filter(({ text }) => text === "the last one").map(({ id }) => id),
			);
		}
	});

	test("PUBLISH-4: a leaver publishes once the others have closed, and is over then", () => {
		const { place, people } = roomOf(suite, "Ana", "Bo", "Cy");
		const [ana, , cy] = people as [Person, Person, Person];
		const session = cy.participant.view().session?.fingerprint;
		place.act(cy, (participant) => participant.leave(place.now));
		assert.equal(cy.participant.view().phase, "leaving");
		place.run(TIMEOUT, () => cy.participant.view().phase === "over");
		assert.equal(cy.participant.view().phase, "over");
		place.run(5_000);
		const by = eventsOf(ana, "published").filter((event) => event.session === session);
		assert.deepEqual(by.map((event) => event.by.nickname).sort(), ["Ana", "Bo", "Cy"]);
	});

	test("PUBLISH-4: who stays behind alone is told of the leaver's key, too", () => {
		const { place, people } = roomOf(suite, "Ana", "Bo");
		const [ana, bo] = people as [Person, Person];
		const session = ana.participant.view().session?.fingerprint;
		place.act(bo, (participant) => participant.leave(place.now));
		place.run(TIMEOUT, () => bo.participant.view().phase === "over");
		place.run(5_000);
		const by = eventsOf(ana, "published").filter((event) => event.session === session);
		assert.deepEqual(by.map((event) => event.by.nickname).sort(), ["Ana", "Bo"]);
	});

	test("PUBLISH-4: who leaves and loses the line is over, and does not come back with it", () => {
		for (const comesBack of [true, false]) {
			const { place, people } = roomOf(suite, "Ana", "Bo", "Cy");
			const [ana, , cy] = people as [Person, Person, Person];
			place.act(cy, (participant) => participant.leave(place.now));
			place.act(cy, (participant) => participant.receive({ type: "interrupted" }, place.now));
			assert.equal(cy.participant.view().phase, "leaving");
			place.vanish(cy);
			if (comesBack) place.reenter(cy);
			else {
				const due = cy.participant.nextWake() ?? Number.NaN;
				place.act(cy, (participant) => participant.wake(due));
			}
			assert.equal(cy.participant.view().phase, "over");
			place.run(TIMEOUT);
			assert.deepEqual(names(ana), ["Ana", "Bo"]);
		}
	});

	test("two who leave at the same moment publish too", () => {
		const { place, people } = roomOf(suite, "Ana", "Bo");
		for (const person of people) place.act(person, (participant) => participant.leave(place.now));
		place.run(TIMEOUT, () => people.every((person) => person.participant.view().phase === "over"));
		assert.ok(people.every((person) => person.participant.view().phase === "over"));
		assert.equal(
			new Set(
				passed(place, "PUBLISH")
					.slice(-2)
					.map(({ from }) => from),
			).size,
			2,
		);
	});

	test("at once means at once: the key is erased unpublished", () => {
		const { place, people } = roomOf(suite, "Ana", "Bo");
		const [, bo] = people as [Person, Person];
		const before = passed(place, "PUBLISH").filter(({ from }) => from === bo.handle).length;
		place.act(bo, (participant) => participant.leave(place.now, true));
		assert.equal(bo.participant.view().phase, "over");
		place.run(5 * TIMEOUT);
		assert.equal(passed(place, "PUBLISH").filter(({ from }) => from === bo.handle).length, before);
	});

	test("nobody publishes while the session runs", () => {
		const { place, people } = roomOf(suite, "Ana", "Bo", "Cy");
		const running = new Set(people.map((person) => person.participant.view().session?.fingerprint));
		place.run(10 * TIMEOUT);
		for (const person of people) {
			assert.ok(eventsOf(person, "published").every((event) => !running.has(event.session)));
		}
	});
});

describe("freezing", () => {
	test("FREEZE-1, FREEZE-2: whoever is cut off says nothing more, and believes nothing more before keys are published", () => {
		const { place, people } = roomOf(suite, "Ana", "Bo", "Cy");
		const [ana, bo, cy] = people as [Person, Person, Person];
		// Cy hears everyone, late words too, but nobody hears Cy.
		place.hears = (person, item) => !(item.type === "text" && item.from === cy.handle && person !== cy);
		const start = place.now;
		let frozenAt = 0;
		let publishedAt = 0;
		const session = cy.participant.view().session?.fingerprint;
		place.run(6 * TIMEOUT, () => {
			if (frozenAt === 0 && eventsOf(cy, "frozen").length > 0) frozenAt = place.now;
			const published = eventsOf(ana, "published").some((event) => event.session === session);
			if (publishedAt === 0 && published) publishedAt = place.now;
			return publishedAt > 0;
		});
		assert.ok(publishedAt > 0, "Ana and Bo publish in the end");
		const cyIsOut = eventsOf(cy, "leaving").length > 0;
		assert.ok(cyIsOut || (frozenAt > 0 && frozenAt < publishedAt), `${frozenAt - start} < ${publishedAt - start}`);
		assert.deepEqual(names(ana), ["Ana", "Bo"]);
		assert.deepEqual(names(bo), ["Ana", "Bo"]);
	});

	/** Ana and Bo hear the third only. */
	function partition(place: TestPlace, [ana, bo]: readonly [Person, Person, Person]): void {
		place.hears = (person, item) => {
			if (item.type !== "text") return true;
			if (person === ana) return item.from !== bo.handle;
			return !(person === bo && item.from === ana.handle);
		};
	}

	test("FREEZE-2: partitioned with an insider who keeps speaking and resends nothing, one still freezes", () => {
		const { place, people } = roomOf(suite, "Ana", "Bo", "Mal");
		const [ana, bo, mal] = people as [Person, Person, Person];
		partition(place, [ana, bo, mal]);
		mal.cheat = (text) => (text.startsWith(":3mpCAT:3Reply") ? undefined : text);
		place.run(1.6 * TIMEOUT);
		assert.ok(eventsOf(ana, "frozen").length > 0 || eventsOf(ana, "leaving").length > 0);
		assert.ok(mal.here);
	});

	test("REPAIR-3: partitioned with an insider who resends, all hear all, and nobody freezes", () => {
		const { place, people } = roomOf(suite, "Ana", "Bo", "Cy");
		partition(place, people as [Person, Person, Person]);
		const [ana, bo] = people as [Person, Person, Person];
		place.say(ana, "can you hear me?");
		place.run(TIMEOUT, () => bo.messages.length > 0);
		place.say(bo, "I can");
		place.run(2 * TIMEOUT);
		for (const person of people) {
			assert.deepEqual(
				person.messages.map(({ text }) => text),
				["can you hear me?", "I can"],
			);
			assert.deepEqual(eventsOf(person, "frozen"), []);
		}
	});

	test("a quiet room stays fresh: heartbeats keep everyone speaking for an hour", () => {
		const { place, people } = roomOf(suite, "Ana", "Bo", "Cy");
		place.run(50 * TIMEOUT);
		for (const person of people) {
			assert.equal(eventsOf(person, "frozen").length, 0);
			assert.equal(person.participant.view().waiting, undefined);
		}
	});

	test("FREEZE-2: what a frozen client does not show, nobody confirms to it", () => {
		const { place, people } = roomOf(suite, "Ana", "Bo", "Cy");
		const [ana, , cy] = people as [Person, Person, Person];
		place.asleep.add(cy);
		place.run(1.6 * TIMEOUT);
		place.wakeUp(cy);
		place.run(10 * TIMEOUT);
		place.say(ana, "after all");
		place.run(20_000);
		const shown = new Set(cy.messages.map((message) => message.id));
		for (const event of eventsOf(cy, "confirmed")) for (const id of event.messages) assert.ok(shown.has(id), id);
	});

	test("text typed while frozen goes out under the next keys, once", () => {
		const { place, people } = roomOf(suite, "Ana", "Bo", "Cy");
		const [ana, bo, cy] = people as [Person, Person, Person];
		place.asleep.add(cy);
		place.run(1.05 * TIMEOUT);
		place.say(ana, "typed in the silence");
		place.run(4 * TIMEOUT);
		assert.equal(bo.messages.filter((message) => message.text === "typed in the silence").length, 1);
		assert.deepEqual(names(bo), ["Ana", "Bo"]);
	});
});
