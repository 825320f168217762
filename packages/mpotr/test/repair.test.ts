import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { MessageType } from "../src/wire/messages.ts";
import { loseFirst, readItem } from "./support/lossy.ts";
import { eventsOf, type Item, names, type Person, roomOf, suiteOf, type TestPlace } from "./support/place.ts";

const suite = suiteOf(1);

function texts(person: Person): string[] {
	return person.messages.map((message) => `${message.author.nickname}: ${message.text}`);
}

/** The texts in the order of their entries in the transcript, as a repair may have moved them. */
function sameTexts(one: Person, other: Person): void {
	assert.deepEqual([...texts(one)].sort(), [...texts(other)].sort());
}

function onWire(place: TestPlace, type: MessageType): number {
	return place.log.filter((item) => readItem(place.suite, item)?.message.type === type).length;
}

/** Nobody sees another conversation than the others, all are in one session, and every text is confirmed by all. */
function atOne(people: readonly Person[]): void {
	const sessions = people.map((person) => person.participant.view().session?.fingerprint);
	assert.notEqual(sessions[0], undefined);
	assert.equal(new Set(sessions).size, 1, "one session");
	for (const person of people) {
		assert.deepEqual(eventsOf(person, "divergence"), [], `${person.name} sees a divergence`);
		assert.deepEqual(person.participant.view().outbox, [], `${person.name} has sent everything`);
		for (const message of person.messages) {
			const by = eventsOf(person, "confirmed").filter((event) => event.messages.includes(message.id));
			const missing = message.audience.filter((id) => !by.some((event) => event.by === id));
			assert.deepEqual(missing, [], `${person.name}: ${message.text} is confirmed by all`);
		}
	}
}

function repairs(person: Person): readonly { readonly messages: number; readonly complete: boolean }[] {
	return eventsOf(person, "repaired").map(({ messages, complete }) => ({ messages, complete }));
}

describe("a message lost for one receiver only", () => {
	test("a text: its author's next number shows the gap, others resend it, the order is everyone's (GAP-1, REPAIR-3)", () => {
		const { place, people } = roomOf(suite, "Ana", "Bo", "Cy");
		const [ana, bo, cy] = people as [Person, Person, Person];
		const lost = loseFirst(place, { type: "MESSAGE", from: ana, to: [cy] });
		place.say(ana, "one");
		place.say(bo, "two");
		place.say(ana, "three");
		place.run(20_000);
		assert.equal(lost.length, 1);
		assert.deepEqual(texts(ana), ["Ana: one", "Bo: two", "Ana: three"]);
		assert.deepEqual(texts(bo), texts(ana));
		sameTexts(cy, ana);
		assert.equal(eventsOf(cy, "gap").length, 1);
		assert.deepEqual(repairs(cy), [{ messages: 1, complete: true }]);
		atOne(people);
	});

	test("the last text: the next digest shows the gap (GAP-4)", () => {
		const { place, people } = roomOf(suite, "Ana", "Bo", "Cy");
		const [ana, bo, cy] = people as [Person, Person, Person];
		const lost = loseFirst(place, { type: "MESSAGE", from: ana, to: [cy] });
		place.say(ana, "one");
		place.run(20_000);
		assert.equal(lost.length, 1);
		for (const person of [ana, bo, cy]) assert.deepEqual(texts(person), ["Ana: one"]);
		assert.deepEqual(repairs(cy), [{ messages: 1, complete: true }]);
		atOne(people);
	});

	const WAY_IN: readonly (readonly [MessageType, 1 | 2])[] = [
		["JOIN", 1],
		["INTRODUCE", 1],
		["OPEN", 1],
		["ROSTER", 1],
		["EK", 2],
		["OFFER", 1],
		["SHARE", 1],
		["OK", 1],
		["CONFIRM", 1],
	];
	for (const [type, id] of WAY_IN) {
		test(`every ${type} in turn, on someone's way in (GAP-2, GAP-3)`, () => {
			for (let nth = 0, places = 1; nth < places; nth++) {
				const { place, people } = roomOf(suiteOf(id), "Ana", "Bo", "Cy");
				const start = place.log.length;
				const sent = (): readonly Item[] =>
					place.log.slice(start).filter((item) => readItem(place.suite, item)?.message.type === type);
				let victim: Person | undefined;
				place.hears = (person, item) => {
					const isIt = sent()[nth] === item && item.type === "text" && item.from !== person.handle;
					if (!isIt || !people.includes(person) || (victim ?? person) !== person) return true;
					victim = person;
					return false;
				};
				const di = place.enter("Di");
				place.run(40_000);
				const everyone = [...people, di];
				for (const person of everyone)
					assert.deepEqual(names(person), ["Ana", "Bo", "Cy", "Di"], `${person.name} ${nth}`);
				places = Math.min(sent().length, 3);
				assert.ok(victim !== undefined, `${type} was sent, and lost for one`);
				assert.deepEqual(repairs(victim), [{ messages: 1, complete: true }]);
				place.say(victim, "hello");
				place.run(20_000);
				for (const person of everyone) assert.ok(texts(person).includes(`${victim.name}: hello`), person.name);
				atOne(everyone);
			}
		});
	}

	for (const type of ["LEAVE", "GONE"] as const) {
		test(`${type}: what follows under a name that one has not heard of shows the gap (GAP-2)`, () => {
			const { place, people } = roomOf(suite, "Ana", "Bo", "Cy", "Di");
			const [ana, bo, cy, di] = people as [Person, Person, Person, Person];
			const lost = loseFirst(place, { type, to: [cy] });
			if (type === "LEAVE") place.act(bo, (participant) => participant.leave(place.now));
			else place.vanish(bo);
			place.run(20_000);
			if (type === "LEAVE") place.vanish(bo);
			place.run(20_000);
			assert.equal(lost.length, 1);
			for (const person of [ana, cy, di]) assert.deepEqual(names(person), ["Ana", "Cy", "Di"], person.name);
			assert.deepEqual(repairs(cy), [{ messages: 1, complete: true }]);
			atOne([ana, cy, di]);
		});
	}

	test("several of several people (GAP-1)", () => {
		const { place, people } = roomOf(suite, "Ana", "Bo", "Cy", "Di");
		const [ana, bo, cy] = people as [Person, Person, Person, Person];
		const lost = loseFirst(place, { type: "MESSAGE", to: [cy], count: 3 });
		place.say(ana, "one");
		place.say(ana, "two");
		place.say(bo, "three");
		place.say(ana, "four");
		place.run(20_000);
		assert.equal(lost.length, 3);
		assert.deepEqual(texts(ana), ["Ana: one", "Ana: two", "Bo: three", "Ana: four"]);
		sameTexts(cy, ana);
		atOne(people);
	});

	test("one's own echo (GAP-4)", () => {
		const { place, people } = roomOf(suite, "Ana", "Bo", "Cy");
		const [ana, bo, cy] = people as [Person, Person, Person];
		const lost = loseFirst(place, { type: "MESSAGE", from: ana, to: [ana] });
		place.say(ana, "one");
		place.run(20_000);
		assert.equal(lost.length, 1);
		for (const person of [ana, bo, cy]) assert.deepEqual(texts(person), ["Ana: one"], person.name);
		atOne(people);
	});

	test("between two the only other one is asked (REPAIR-3)", () => {
		const { place, people } = roomOf(suite, "Ana", "Bo");
		const [ana, bo] = people as [Person, Person];
		const lost = loseFirst(place, { type: "MESSAGE", from: ana, to: [bo] });
		place.say(ana, "one");
		place.say(bo, "two");
		place.say(ana, "three");
		place.run(20_000);
		assert.equal(lost.length, 1);
		sameTexts(bo, ana);
		assert.deepEqual(repairs(bo), [{ messages: 1, complete: true }]);
		assert.equal(onWire(place, "REPLY"), onWire(place, "ASK"));
		atOne(people);
	});
});
