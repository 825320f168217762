import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { parseMessage } from "../src/wire/envelope.ts";
import { eventsOf, type Item, names, type Person, roomOf, suiteOf, TestPlace } from "./support/place.ts";

/** Divergence, splits and merging: issue items 5 and 6. */

const suite = suiteOf(1);
const TIMEOUT = 60_000;

function together(people: readonly Person[]): boolean {
	const all = people.map((person) => person.name).sort();
	const prints = new Set(people.map((person) => person.participant.view().session?.fingerprint));
	return prints.size === 1 && people.every((person) => names(person).join() === all.join());
}

/** Cuts the place in two: texts do not cross, and the carrier says nothing. */
function cut(place: TestPlace, side: (person: Person) => number): void {
	const from = (item: Item): number => {
		const person = item.type === "text" && place.people.findLast((one) => one.handle === item.from);
		return person ? side(person) : -1;
	};
	place.hears = (person, item) => item.type !== "text" || from(item) === side(person);
}

function texts(person: Person): readonly string[] {
	return person.messages.map((message) => message.text);
}

test("MERGE-3: four founders end in one session: one of lower rank that answers first is passed over", () => {
	const place = new TestPlace(suite);
	const people: Person[] = [];
	cut(place, (person) => people.indexOf(person));
	for (const name of ["Ana", "Bo", "Cy", "Dee"]) {
		people.push(place.enter(name));
		place.run(30_000);
	}
	for (const person of people) assert.deepEqual(names(person), [person.name]);
	place.hears = () => true;
	place.run(4 * TIMEOUT, () => together(people));
	assert.ok(together(people), people.map((person) => names(person).join()).join(" | "));
});

describe("two sessions in one place", () => {
	test("MERGE-1, MERGE-2, MERGE-3: two founders end in one session", () => {
		const place = new TestPlace(suite);
		const people: Person[] = [];
		cut(place, (person) => people.indexOf(person) % 2);
		for (const name of ["Ana", "Bo", "Cy", "Dee", "Eve"]) {
			people.push(place.enter(name));
			place.run(30_000);
		}
		const [ana, bo] = people as [Person, Person];
		assert.deepEqual(names(ana), ["Ana", "Cy", "Eve"]);
		assert.deepEqual(names(bo), ["Bo", "Dee"]);
		place.say(ana, "on the one side");
		place.say(bo, "on the other");
		place.run(10_000);
		place.hears = () => true;
		const start = place.now;
		place.run(3 * TIMEOUT, () => together(people));
		assert.ok(together(people), people.map((person) => names(person).join()).join(" | "));
		assert.ok(place.now - start <= TIMEOUT, `${place.now - start} ms`);
		assert.deepEqual(texts(ana), ["on the one side"], "what was said stays apart");
		assert.deepEqual(texts(bo), ["on the other"]);
		assert.equal(eventsOf(bo, "merging").length, 1);
		assert.equal(eventsOf(ana, "merging").length, 0, "the larger stays");
		// Those who moved over with us are not shown as new.
		const joined = eventsOf(bo, "session").flatMap((event) => event.joined.map((person) => person.nickname as string));
		assert.deepEqual(joined.filter((name) => name === "Dee").length, 1);
		place.say(bo, "together");
		place.run(10_000);
		for (const person of people) assert.equal(texts(person).at(-1), "together");
	});

	test("the two halves of a netsplit end in one session, whatever was said meanwhile", () => {
		const { place, people } = roomOf(suite, "Ana", "Bo", "Cy", "Dee", "Eve");
		cut(place, (person) => (people.indexOf(person) < 3 ? 0 : 1));
		place.run(5_000);
		place.say(people[0] as Person, "left half");
		place.say(people[4] as Person, "right half");
		place.run(8 * TIMEOUT);
		assert.deepEqual(names(people[0] as Person), ["Ana", "Bo", "Cy"]);
		assert.deepEqual(names(people[4] as Person), ["Dee", "Eve"]);
		place.hears = () => true;
		place.run(5 * TIMEOUT, () => together(people));
		assert.ok(together(people), people.map((person) => names(person).join()).join(" | "));
		assert.ok(!texts(people[0] as Person).includes("right half"));
		assert.ok(!texts(people[4] as Person).includes("left half"));
	});

	test("a split that heals at any moment heals the room", () => {
		for (const heal of [0.5, 1.05, 1.3, 2.2, 3.1]) {
			const { place, people } = roomOf(suite, "Ana", "Bo", "Cy", "Dee");
			cut(place, (person) => (people.indexOf(person) < 2 ? 0 : 1));
			place.say(people[0] as Person, "here");
			place.say(people[3] as Person, "there");
			place.run(heal * TIMEOUT);
			place.hears = () => true;
			place.run(2 * TIMEOUT);
			place.run(8 * TIMEOUT, () => together(people));
			assert.ok(together(people), `${heal}: ${people.map((person) => names(person).join()).join(" | ")}`);
			place.say(people[1] as Person, "again");
			place.run(10 * TIMEOUT, () => people.every((person) => texts(person).includes("again")));
			for (const person of people) assert.ok(texts(person).includes("again"), `${heal}: ${person.name}`);
		}
	});

	test("two who lost each other, each alone, find each other", () => {
		const { place, people } = roomOf(suite, "Ana", "Bo");
		const [ana, bo] = people as [Person, Person];
		cut(place, (person) => people.indexOf(person));
		place.run(6 * TIMEOUT);
		assert.deepEqual([names(ana), names(bo)], [["Ana"], ["Bo"]]);
		place.hears = () => true;
		const sessions = people.map((person) => eventsOf(person, "session").length);
		place.run(2 * TIMEOUT, () => together(people));
		assert.ok(together(people));
		place.run(1_000);
		for (const [i, person] of people.entries()) {
			assert.ok(eventsOf(person, "session").length > (sessions[i] as number), `${person.name} is told of the session`);
		}
	});

	test("a made-up STATE of a large session lures nobody out of theirs", () => {
		const { place, people } = roomOf(suite, "Ana", "Bo");
		// Somebody else's room, of more people, whose texts are played into this one.
		const other = roomOf(suite, "Mal A", "Mal B", "Mal C");
		other.place.say(other.people[0] as Person, "lure");
		other.place.run(40_000);
		for (const item of other.place.log) if (item.type === "text") place.inject("mallory", item.text);
		place.run(5 * TIMEOUT);
		assert.ok(together(people));
		place.say(people[0] as Person, "still here");
		place.run(5_000);
		assert.equal(texts(people[1] as Person).at(-1), "still here");
	});
});

describe("divergence", () => {
	test("DIGEST-1: a carrier that shows two orders is found at the first message that crosses, and names from where on", () => {
		const { place, people } = roomOf(suite, "Ana", "Bo", "Cy");
		const [ana, bo, cy] = people as [Person, Person, Person];
		place.say(ana, "agreed");
		place.run(10_000);
		const held: Item[] = [];
		let swapping = true;
		// Cy sees the two next texts the other way round.
		place.hears = (person, item) => {
			if (person !== cy || !swapping || item.type !== "text" || !item.text.includes(":3Message:3")) return true;
			held.push(item);
			return false;
		};
		place.say(ana, "first");
		place.say(bo, "second");
		while (held.length < 2 && place.deliver());
		swapping = false;
		for (const item of held.reverse()) {
			if (item.type === "text") place.act(cy, (one) => one.receive(item, place.now));
		}
		place.run(3 * TIMEOUT, () => eventsOf(ana, "divergence").length > 0);
		const told = [...eventsOf(ana, "divergence"), ...eventsOf(bo, "divergence"), ...eventsOf(cy, "divergence")];
		assert.ok(told.length > 0);
		for (const event of told)
			assert.ok(event.disputed.length >= 1 && event.disputed.length <= 2, "only what is disputed");
		place.run(8 * TIMEOUT, () => together(people));
		assert.ok(together(people), `${names(ana).join()} | ${names(bo).join()} | ${names(cy).join()}`);
	});

	test("whoever cannot see what the others see diverges from all, and nobody else is out", () => {
		const { place, people } = roomOf(suite, "Ana", "Bo", "Cy", "Dee");
		const [ana, bo, cy, dee] = people as [Person, Person, Person, Person];
		// Dee's carrier hides Ana's next text for good, and nobody answers what Dee asks.
		place.hears = (person, item) => {
			if (item.type !== "text") return true;
			if (person === dee && item.from === ana.handle && item.text.includes(":3Message:3")) return false;
			return !(person === dee && item.text.includes(":3Reply:3"));
		};
		place.say(ana, "hidden");
		place.run(4 * TIMEOUT);
		// Dee went on alone and came back at once; nobody else was ever out.
		assert.ok(together(people), names(ana).join());
		assert.ok(eventsOf(dee, "frozen").some((event) => event.why === "diverged"));
		assert.ok([ana, bo, cy].every((person) => eventsOf(person, "leaving").length > 0));
		for (const person of [ana, bo, cy]) {
			assert.ok(eventsOf(person, "leaving").every((event) => event.person.nickname === "Dee"));
			assert.equal(eventsOf(person, "blamed").length, 0);
		}
	});
});

describe("coming back", () => {
	test("RETURN-1: a lost place costs one re-key, and a return is shown as a return", () => {
		const { place, people } = roomOf(suite, "Ana", "Bo");
		const [ana, bo] = people as [Person, Person];
		const handle = bo.handle;
		bo.here = false;
		const again = place.reenter(bo);
		place.run(30_000);
		assert.deepEqual(names(ana), ["Ana", "Bo"]);
		assert.deepEqual(names(again), ["Ana", "Bo"]);
		const returned = place.log.filter((item) => {
			const parsed = item.type === "text" ? parseMessage(suite, item.text) : undefined;
			return parsed?.ok && parsed.value.message.type === "RETURN";
		});
		assert.equal(returned.length, 1);
		assert.equal(eventsOf(ana, "session").at(-1)?.back.length, 1);
		assert.ok(eventsOf(ana, "leaving").every((event) => event.how === "returning"));
		assert.notEqual(again.handle, handle);
	});

	test("someone with another key under the same name is a stranger", () => {
		const { place, people } = roomOf(suite, "Ana", "Bo");
		const [ana, bo] = people as [Person, Person];
		place.vanish(bo);
		place.run(10_000);
		place.enter("Bo");
		place.run(30_000);
		assert.deepEqual(names(ana), ["Ana", "Bo"]);
		assert.deepEqual(eventsOf(ana, "session").at(-1)?.back, []);
	});

	test("a stream that resumes within the timeout costs nothing", () => {
		const { place, people } = roomOf(suite, "Ana", "Bo");
		const [ana, bo] = people as [Person, Person];
		const sessions = eventsOf(ana, "session").length;
		place.act(bo, (one) => one.receive({ type: "interrupted" }, place.now));
		place.asleep.add(bo);
		place.run(0.7 * TIMEOUT);
		place.act(bo, (one) => one.receive({ type: "resumed" }, place.now));
		place.wakeUp(bo);
		place.run(2 * TIMEOUT);
		assert.equal(eventsOf(ana, "session").length, sessions);
		assert.deepEqual(names(bo), ["Ana", "Bo"]);
	});

	test("reconnect as Ana: whoever claims her key without having it evicts nobody", () => {
		const { place, people } = roomOf(suite, "Ana", "Bo");
		const [ana] = people as [Person, Person];
		const mallory = place.enter("Ana");
		place.run(3 * TIMEOUT);
		assert.ok(names(ana).includes("Ana") && names(ana).length === 2);
		assert.ok(eventsOf(mallory, "refused-entry").length > 0);
		assert.ok(ana.participant.view().session?.people.some((one) => one.self));
	});
});
