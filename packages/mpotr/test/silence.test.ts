import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { enterCheater } from "./support/cheat.ts";
import { eventsOf, type Item, names, type Person, roomOf, suiteOf, type TestPlace } from "./support/place.ts";

/** Silence and votes: issue item 3, design section 6 and section 12 group 9. */

const suite = suiteOf(1);
const TIMEOUT = 60_000;

/** Stops hearing from someone, with no word from the carrier. */
function silence(place: TestPlace, ...people: Person[]): void {
	const handles = new Set(people.map((person) => person.handle));
	const before = place.hears;
	place.hears = (person, item) => before(person, item) && !(item.type === "text" && handles.has(item.from));
	for (const person of people) place.asleep.add(person);
}

function together(people: readonly Person[]): boolean {
	const all = people.map((person) => person.name).sort();
	return people.every((person) => names(person).join() === all.join());
}

describe("silence", () => {
	test("VOTE-1, VOTE-2, HEART-1: whoever falls silent is out within the timeouts, and the others go on", () => {
		const { place, people } = roomOf(suite, "Ana", "Bo", "Cy");
		const [ana, bo, cy] = people as [Person, Person, Person];
		silence(place, cy);
		const start = place.now;
		place.run(5 * TIMEOUT, () => together([ana, bo]));
		assert.ok(together([ana, bo]));
		assert.ok(place.now - start <= 1.5 * TIMEOUT, `${place.now - start} ms`);
		assert.equal(eventsOf(ana, "session").at(-1)?.left[0]?.how, "silent");
		place.say(ana, "we go on");
		place.run(5_000);
		assert.equal(bo.messages.at(-1)?.text, "we go on");
	});

	for (const type of ["OFFER", "SHARE", "CONFIRM"] as const) {
		test(`whoever heartbeats and withholds ${type} is out within the timeouts`, () => {
			const { place, people } = roomOf(suite, "Ana", "Bo");
			let withholds = false;
			const cy = enterCheater(place, "Cy", (message) => (withholds && message.type === type ? undefined : message));
			place.run(10_000, () => together([...people, cy]));
			withholds = true;
			const [ana] = people as [Person, Person];
			place.act(ana, (participant) => participant.rekey(place.now));
			place.run(5 * TIMEOUT, () => together(people));
			assert.ok(together(people), names(ana).join());
		});
	}

	test("VOTE-7: one who withholds a share, and another who withholds the vote on it, hold up nobody for ever", () => {
		const { place, people } = roomOf(suite, "Ana");
		const [ana] = people as [Person];
		enterCheater(place, "Mal", (message) => (message.type === "VOTE" ? undefined : message));
		place.run(10_000, () => names(ana).length === 2);
		const nel = enterCheater(place, "Nel", (message) => (message.type === "SHARE" ? undefined : message));
		place.run(6 * TIMEOUT);
		place.vanish(nel);
		const bo = place.enter("Bo");
		place.run(4 * TIMEOUT, () => names(ana).includes("Bo"));
		assert.ok(names(ana).includes("Bo") && names(bo).includes("Ana"), `${names(ana).join()} | ${names(bo).join()}`);
	});

	test("ROSTER-7: of two, one who shows another list holds the other up no longer than the timeouts", () => {
		const { place, people } = roomOf(suite, "Ana", "Bo");
		const [ana, bo] = people as [Person, Person];
		let lies = false;
		enterCheater(place, "Mal", (message) =>
			lies && message.type === "OFFER" ? { ...message, list: new Uint8Array(32) } : message,
		);
		place.run(10_000, () => names(ana).length === 3);
		lies = true;
		place.vanish(bo);
		place.run(4 * TIMEOUT);
		assert.ok(!names(ana).includes("Bo"), names(ana).join());
		place.say(ana, "going on");
		place.run(5_000);
		assert.equal(ana.messages.at(-1)?.text, "going on");
	});

	test("BURN-2: a SHARE that is lost, of an attempt that dies then, is sent again, and its author goes on", () => {
		const { place, people } = roomOf(suite, "Ana", "Bo", "Cy");
		const [ana, bo, cy] = people as [Person, Person, Person];
		place.act(ana, (participant) => participant.rekey(place.now));
		place.run(20_000, () => place.log.some((item) => item.type === "text" && item.text.includes(":3Open:3")));
		// Ana's SHARE reaches nobody, her own client neither.
		place.hears = (_person, item) =>
			!(item.type === "text" && item.from === ana.handle && item.text.includes(":3Share:3"));
		place.run(8_000);
		place.vanish(cy);
		place.run(2_000);
		place.hears = () => true;
		place.run(2 * TIMEOUT, () => together([ana, bo]));
		assert.ok(together([ana, bo]), `${names(ana).join()} | ${names(bo).join()}`);
	});

	test("a newcomer who stops in the middle is dropped; the room goes on as it was", () => {
		for (const type of ["OFFER", "SHARE", "OK", "CONFIRM"] as const) {
			const { place, people } = roomOf(suite, "Ana", "Bo");
			enterCheater(place, "Cy", (message) => (message.type === type ? undefined : message));
			place.run(5 * TIMEOUT);
			assert.ok(together(people));
			const ended = eventsOf(people[0] as Person, "join-ended");
			assert.ok(
				ended.some((event) => event.why === "silent"),
				type,
			);
			place.say(people[0] as Person, "still here");
			place.run(5_000);
			assert.equal(people[1]?.messages.at(-1)?.text, "still here");
		}
	});

	test("five fall silent one after another, and the last goes on", () => {
		const { place, people } = roomOf(suite, "A", "B", "C", "D", "E", "F");
		for (let left = 5; left > 0; left--) {
			silence(place, people[left] as Person);
			place.run(6 * TIMEOUT, () => together(people.slice(0, left)));
			assert.ok(together(people.slice(0, left)), `${left}`);
		}
		place.say(people[0] as Person, "alone");
		place.run(5_000);
		assert.equal(people[0]?.messages.at(-1)?.text, "alone");
	});

	test("VOTE-3: five of six fall silent at once, and the last goes on", () => {
		const { place, people } = roomOf(suite, "A", "B", "C", "D", "E", "F");
		silence(place, ...people.slice(1));
		place.run(6 * TIMEOUT, () => together(people.slice(0, 1)));
		assert.ok(together(people.slice(0, 1)));
	});

	test("VOTE-7: three of five fall silent, then one more while the vote is on", () => {
		const { place, people } = roomOf(suite, "A", "B", "C", "D", "E");
		silence(place, ...people.slice(2));
		place.run(1.3 * TIMEOUT);
		silence(place, people[1] as Person);
		place.run(8 * TIMEOUT, () => together(people.slice(0, 1)));
		assert.ok(together(people.slice(0, 1)));
	});

	test("VOTE-6: a laptop that wakes up evicts nobody", () => {
		const { place, people } = roomOf(suite, "Ana", "Bo", "Cy");
		const [ana, bo, cy] = people as [Person, Person, Person];
		place.asleep.add(cy);
		place.run(0.8 * TIMEOUT);
		place.wakeUp(cy);
		place.run(3 * TIMEOUT);
		for (const person of [ana, bo, cy]) assert.equal(eventsOf(person, "vote").length, 0);
		assert.ok(together(people));
		place.asleep.add(cy);
		place.run(10 * TIMEOUT, () => together([ana, bo]));
		const votes = eventsOf(ana, "vote").length;
		place.wakeUp(cy);
		place.run(5 * TIMEOUT, () => together(people));
		assert.ok(together(people), "it comes back by itself");
		assert.equal(eventsOf(ana, "vote").length, votes);
		assert.ok(eventsOf(ana, "session").at(-1)?.back.length === 1, "as someone who was here");
	});

	test("a laptop that wakes up sees no other conversation than the others", () => {
		const { place, people } = roomOf(suite, "Ana", "Bo", "Cy");
		const [ana, , cy] = people as [Person, Person, Person];
		place.asleep.add(cy);
		place.run(1.7 * TIMEOUT);
		place.say(ana, "said meanwhile");
		place.run(1000);
		place.wakeUp(cy);
		const dee = place.enter("Dee");
		place.run(10 * TIMEOUT);
		for (const person of [...people, dee]) assert.equal(eventsOf(person, "divergence").length, 0, person.name);
		assert.ok(together([...people, dee]));
	});

	test("what was sent before the line broke is not sent again when it is back", () => {
		const { place, people } = roomOf(suite, "Ana", "Bo");
		const [ana, bo] = people as [Person, Person];
		place.act(ana, (participant) => participant.rekey(place.now));
		while (!place.log.some((item) => item.type === "text" && item.text.includes(":3Open:3") && place.waiting > 0)) {
			if (!place.deliver()) place.run(1_000);
		}
		place.act(bo, (participant) => {
			participant.receive({ type: "interrupted" }, place.now);
			participant.receive({ type: "resumed" }, place.now);
		});
		place.run(20_000);
		for (const person of people) assert.deepEqual(eventsOf(person, "refused"), []);
	});

	test("VOTE-4: a vote over a missing heartbeat dies with any sign of life", () => {
		const { place, people } = roomOf(suite, "Ana", "Bo", "Cy", "Dee");
		const [ana, bo, cy, dee] = people as [Person, Person, Person, Person];
		// Only Ana misses Dee: she asks the others in vain.
		place.hears = (person, item) => !(person === ana && item.type === "text" && item.from === dee.handle);
		place.run(1.5 * TIMEOUT);
		place.hears = () => true;
		place.run(5 * TIMEOUT);
		for (const person of [bo, cy, dee]) {
			assert.ok(names(person).includes("Dee"), names(person).join());
			assert.equal(eventsOf(person, "leaving").filter((event) => event.how === "silent").length, 0);
		}
	});

	test("no minority excludes anyone: two of five who vote at once are alone", () => {
		const { place, people } = roomOf(suite, "Ana", "Bo", "Cy");
		const cheat = (name: string): Person => enterCheater(place, name, (message) => message);
		const [dee, eve] = [cheat("Dee"), cheat("Eve")];
		place.run(10_000, () => together([...people, dee, eve]));
		assert.ok(together([...people, dee, eve]));
		// They hear nobody else, and so vote the others out, also late; the others hear them all the time.
		const own = new Set([dee.handle, eve.handle]);
		place.hears = (person, item) => !own.has(person.handle) || item.type !== "text" || own.has(item.from);
		place.run(6 * TIMEOUT, () => together(people) && together([dee, eve]));
		assert.ok(together(people), names(people[0] as Person).join());
		for (const person of people) {
			assert.ok(eventsOf(person, "over").length === 0);
			assert.ok(eventsOf(person, "leaving").every((event) => ["Dee", "Eve"].includes(event.person.nickname)));
		}
	});

	test("two halves of four never both evict in the first round", () => {
		const { place, people } = roomOf(suite, "Ana", "Bo", "Cy", "Dee");
		const half = (person: Person): number => people.indexOf(person) >> 1;
		const from = (item: Item): number =>
			half(people.find((one) => item.type === "text" && one.handle === item.from) as Person);
		place.hears = (person, item) => item.type !== "text" || half(person) === from(item);
		place.run(1.6 * TIMEOUT);
		for (const person of people) assert.equal(eventsOf(person, "leaving").length, 0, "the first round");
		place.run(6 * TIMEOUT, () => together(people.slice(0, 2)) && together(people.slice(2)));
		assert.ok(together(people.slice(0, 2)) && together(people.slice(2)), "each half goes on in the end");
	});

	test("ghosts that join and vanish starve neither a removal nor an honest newcomer", () => {
		const { place, people } = roomOf(suite, "Ana", "Bo", "Cy");
		const [ana, bo, cy] = people as [Person, Person, Person];
		place.vanish(cy);
		const dee = place.enter("Dee");
		for (let ghost = 0; ghost < 12; ghost++) {
			const one = enterCheater(place, `Ghost ${"abcdefghijklm"[ghost]}`, (message) =>
				message.type === "OFFER" ? undefined : message,
			);
			place.run(1_500);
			place.vanish(one);
		}
		place.run(30_000);
		assert.deepEqual(names(ana), ["Ana", "Bo", "Dee"]);
		assert.deepEqual(names(dee), ["Ana", "Bo", "Dee"]);
		assert.deepEqual(names(bo), ["Ana", "Bo", "Dee"]);
	});
});
