import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { eventsOf, names, type Person, roomOf, suiteOf, TestPlace } from "./support/place.ts";

const suite = suiteOf(2);

/** Who confirmed a message, as one person's client knows. */
function confirmedBy(person: Person, text: string): string[] {
	const message = person.messages.find((one) => one.text === text);
	return eventsOf(person, "confirmed")
		.filter((event) => message !== undefined && event.messages.includes(message.id))
		.map((event) => event.by)
		.sort();
}

function texts(person: Person): string[] {
	return person.messages.map((message) => `${message.author.nickname}: ${message.text}`);
}

function noRefusals(...people: readonly Person[]): void {
	for (const person of people) assert.deepEqual(eventsOf(person, "refused"), []);
}

describe("Send and Receive", () => {
	test("everyone places the same texts in the same order, and marks them confirmed by all (ACK-1, DIGEST-1)", () => {
		const { place, people } = roomOf(suite, "Ana", "Bo", "Cy");
		const [ana, bo, cy] = people as [Person, Person, Person];
		place.say(ana, "one");
		place.say(bo, "two");
		place.run(10_000);
		place.say(cy, "three");
		place.run(10_000);
		for (const person of people) {
			assert.deepEqual(texts(person), ["Ana: one", "Bo: two", "Cy: three"]);
			for (const message of person.messages) {
				assert.deepEqual(confirmedBy(person, message.text), [...message.audience].sort());
			}
		}
		noRefusals(...people);
	});

	test("FOUND-2: someone who comes while the others talk all the time is let in, though the first KNOCK is lost", () => {
		const { place, people } = roomOf(suite, "Ana", "Bo");
		let lost = 0;
		place.hears = (_person, item) => !(item.type === "text" && item.text.includes(":3Knock:3") && lost++ < 2);
		const cy = place.enter("Cy");
		for (let i = 0; i < 20 && names(cy).length < 3; i++) {
			place.say(people[i % 2] as Person, `text ${i}`);
			place.run(1_500);
		}
		assert.deepEqual(names(cy), ["Ana", "Bo", "Cy"]);
	});

	test("nobody acknowledges an acknowledgement", () => {
		const { place, people } = roomOf(suite, "Ana", "Bo");
		place.say(people[0] as Person, "one");
		place.run(60_000);
		const before = place.log.length;
		place.run(600_000);
		// Heartbeats only: one of each person in 13.5 to 16.5 s (HEART-1).
		const sent = place.log.length - before;
		assert.ok(sent >= (2 * 600_000) / 16_500 - 2 && sent <= (2 * 600_000) / 13_500 + 2, `${sent}`);
	});

	test("the carrier sees one size for short texts and acknowledgements (PAD-1)", () => {
		const { place, people } = roomOf(suite, "Ana", "Bo");
		const before = place.log.length;
		place.say(people[0] as Person, "a");
		place.say(people[1] as Person, "a much longer text than that one");
		place.run(60_000);
		const sizes = place.log.slice(before).flatMap((item) => (item.type === "text" ? [item.text.length] : []));
		assert.ok(sizes.length >= 3);
		assert.equal(new Set(sizes).size, 1);
	});

	test("a text typed before there is a session goes out when there is one (OUTBOX-1)", () => {
		const place = new TestPlace(suite);
		const ana = place.enter("Ana");
		place.say(ana, "early");
		assert.equal(ana.participant.view().waiting, "no-session");
		assert.equal(place.log.length, 0);
		place.run(1000);
		assert.deepEqual(texts(ana), ["Ana: early"]);
	});

	test("empty and over-long texts are refused", () => {
		const { people } = roomOf(suite, "Ana");
		const { participant } = people[0] as Person;
		assert.deepEqual(participant.send("  ", 0), { ok: false, error: { kind: "text-empty" } });
		const long = participant.send("x".repeat(8193), 0);
		assert.deepEqual(long, { ok: false, error: { kind: "text-too-long", limitBytes: 8192, bytes: 8193 } });
	});
});

describe("Joining", () => {
	test("a third joins while the others write; every text stands once, in one order, under one session or the next", () => {
		const { place, people } = roomOf(suite, "Ana", "Bo");
		const [ana, bo] = people as [Person, Person];
		const cy = place.enter("Cy");
		for (let i = 0; i < 200 && names(cy).length < 3; i++) {
			if (i % 3 === 0) place.say(i % 2 === 0 ? ana : bo, `text ${i}`);
			place.run(40, () => false);
		}
		place.run(60_000);
		assert.deepEqual(names(cy), ["Ana", "Bo", "Cy"]);
		assert.deepEqual(texts(ana), texts(bo));
		assert.equal(new Set(texts(ana)).size, texts(ana).length);
		assert.deepEqual(ana.participant.view().outbox, []);
		assert.deepEqual(bo.participant.view().outbox, []);
		// Texts before the last session, too, are confirmed by all who were in theirs: CLOSE says so.
		for (const message of ana.messages) {
			assert.deepEqual(confirmedBy(ana, message.text), [...message.audience].sort());
		}
		noRefusals(ana, bo, cy);
	});

	test("a newcomer hears the last words of a session it was not told of, and thinks nothing of it (AUTHOR-1)", () => {
		// Who answers is drawn by the keys: among several, somebody answers at once, as of a place before the CLOSEs.
		for (const name of ["Di", "Ed", "Flo", "Gus", "Hal", "Ivy"]) {
			const { place, people } = roomOf(suite, "Ana", "Bo");
			const cy = place.enter("Cy");
			place.run(20_000, () => people[0]?.participant.view().attempt !== undefined);
			const late = place.enter(name);
			place.run(20_000);
			assert.deepEqual(names(late), ["Ana", "Bo", "Cy", name]);
			noRefusals(...people, cy, late);
		}
	});

	test("newcomers who come together share an attempt", () => {
		const { place, people } = roomOf(suite, "Ana");
		const more = ["Bo", "Cy", "Di", "Ed"].map((name) => place.enter(name));
		place.run(20_000);
		for (const person of [...people, ...more]) assert.deepEqual(names(person), ["Ana", "Bo", "Cy", "Di", "Ed"]);
		assert.ok(eventsOf(people[0] as Person, "session").length <= 3);
	});

	test("a name that is taken, or looks like one that is, is refused (JOIN-6)", () => {
		const { place } = roomOf(suite, "Ana", "Bo");
		for (const name of ["Ana", "ANA", "Аna"]) {
			const late = place.enter(name);
			place.run(5000);
			assert.deepEqual(eventsOf(late, "refused-entry"), [{ type: "refused-entry", why: "name-taken" }]);
			assert.equal(late.participant.view().phase, "over");
			place.vanish(late);
			place.run(5000);
		}
		const [ana, bo] = place.people as [Person, Person];
		assert.deepEqual(names(ana), ["Ana", "Bo"]);
		assert.deepEqual(names(bo), ["Ana", "Bo"]);
		assert.deepEqual(
			eventsOf(ana, "joining").map((e) => e.person.nickname),
			["Bo"],
		);
	});

	test("a text in flight when someone unknown comes in is held for its writer (OUTBOX-2)", () => {
		const { place, people } = roomOf(suite, "Ana", "Bo");
		const [ana] = people as [Person, Person];
		const cy = place.enter("Cy");
		// Ana's client hears nothing while Cy comes in: her text is placed after the activation.
		let said = false;
		place.run(20_000, () => {
			const confirms = place.log.filter((item) => item.type === "text" && item.text.includes(":3Confirm:3"));
			if (!said && confirms.length === 1 + 2 + 2 && place.waiting > 0) {
				said = true;
				place.say(ana, "for Bo only");
			}
			return false;
		});
		assert.ok(said);
		assert.deepEqual(names(cy), ["Ana", "Bo", "Cy"]);
		const placed = texts(ana);
		assert.deepEqual(placed, ["Ana: for Bo only"]);
		// Ana was shown that Cy was coming, so nothing had to be asked.
		assert.deepEqual(eventsOf(ana, "held"), []);
		assert.deepEqual(texts(cy), placed);
	});
});

describe("Leaving", () => {
	test("Farewell: the others see a leave, make new keys and go on", () => {
		const { place, people } = roomOf(suite, "Ana", "Bo", "Cy");
		const [ana, bo, cy] = people as [Person, Person, Person];
		place.leave(cy);
		place.run(10_000);
		assert.deepEqual(names(ana), ["Ana", "Bo"]);
		assert.deepEqual(names(bo), ["Ana", "Bo"]);
		const session = eventsOf(ana, "session").at(-1);
		assert.deepEqual(
			session?.left.map((one) => [one.person.nickname, one.how]),
			[["Cy", "left"]],
		);
		assert.deepEqual(eventsOf(cy, "over"), [{ type: "over", why: "left" }]);
		noRefusals(ana, bo);
	});

	test("a closed tab: the carrier's notice and one GONE take them out (GONE-1)", () => {
		const { place, people } = roomOf(suite, "Ana", "Bo", "Cy");
		const [ana, bo, cy] = people as [Person, Person, Person];
		place.vanish(cy);
		place.run(10_000);
		for (const person of [ana, bo]) {
			assert.deepEqual(names(person), ["Ana", "Bo"]);
			assert.deepEqual(
				eventsOf(person, "leaving").map((e) => [e.person.nickname, e.how]),
				[["Cy", "gone"]],
			);
		}
		const gones = place.log.filter((item) => item.type === "text" && item.text.includes(":3Gone:3"));
		assert.equal(gones.length, 1);
	});

	test("text typed after someone left waits for the keys they do not have", () => {
		const { place, people } = roomOf(suite, "Ana", "Bo", "Cy");
		const [ana, , cy] = people as [Person, Person, Person];
		const before = ana.participant.view().session?.fingerprint;
		place.leave(cy);
		while (ana.participant.view().leaving.length === 0) assert.ok(place.deliver());
		assert.equal(ana.participant.view().waiting, "re-keying");
		place.say(ana, "not for Cy");
		place.run(10_000);
		assert.deepEqual(texts(ana), ["Ana: not for Cy"]);
		assert.notEqual(ana.messages[0]?.session, before);
	});

	test("everyone leaves but one, who goes on alone; then they come back", () => {
		const { place, people } = roomOf(suite, "Ana", "Bo", "Cy");
		const [ana, bo, cy] = people as [Person, Person, Person];
		place.vanish(bo);
		place.vanish(cy);
		place.run(20_000);
		assert.deepEqual(names(ana), ["Ana"]);
		const again = place.enter("Bo");
		place.run(20_000);
		assert.deepEqual(names(ana), ["Ana", "Bo"]);
		assert.deepEqual(names(again), ["Ana", "Bo"]);
	});

	test("someone vanishes in the middle of an attempt, at every place of it: it restarts without them", () => {
		for (let stop = 1; stop < 40; stop += 3) {
			const { place, people } = roomOf(suite, "Ana", "Bo");
			const [ana, bo] = people as [Person, Person];
			const cy = place.enter("Cy");
			const start = place.log.length;
			place.run(20_000, () => place.log.length - start >= stop);
			const victim = stop % 2 === 0 ? cy : bo;
			place.vanish(victim);
			place.run(60_000);
			const expected = victim === cy ? ["Ana", "Bo"] : ["Ana", "Cy"];
			const stay = victim === cy ? [ana, bo] : [ana, cy];
			for (const person of stay) assert.deepEqual(names(person), expected, `stop ${stop}, ${person.name}`);
			noRefusals(...stay);
		}
	});

	test("the only member vanishes while a newcomer comes in: the newcomer founds the room anew", () => {
		for (let stop = 1; stop < 20; stop += 2) {
			const { place, people } = roomOf(suite, "Ana");
			const bo = place.enter("Bo");
			const start = place.log.length;
			place.run(20_000, () => place.log.length - start >= stop);
			place.vanish(people[0] as Person);
			place.run(60_000);
			assert.deepEqual(names(bo), ["Bo"], `stop ${stop}`);
		}
	});
});

describe("Founding", () => {
	test("several come at once: one session in the end (FOUND-1)", () => {
		const place = new TestPlace(suite);
		const people = ["Ana", "Bo", "Cy"].map((name) => place.enter(name));
		place.run(60_000);
		for (const person of people) assert.deepEqual(names(person), ["Ana", "Bo", "Cy"]);
	});

	test("nobody answers: the room is founded after the tries (FOUND-2)", () => {
		const place = new TestPlace(suite);
		place.inject("stranger", "hello");
		const stranger = place.enter("Stranger");
		// A client of another kind: it is in the place and says nothing.
		stranger.participant.receive({ type: "closed" }, 0);
		const ana = place.enter("Ana");
		place.run(60_000);
		assert.deepEqual(names(ana), ["Ana"]);
	});

	test("a lost connection and a new entry: back in, with a new session", () => {
		const { place, people } = roomOf(suite, "Ana", "Bo");
		const [ana, bo] = people as [Person, Person];
		place.vanish(bo);
		place.run(10_000);
		const back = place.reenter(bo);
		place.run(20_000);
		assert.deepEqual(names(back), ["Ana", "Bo"]);
		assert.deepEqual(names(ana), ["Ana", "Bo"]);
		place.say(back, "back");
		place.run(5000);
		assert.deepEqual(texts(ana), ["Bo: back"]);
	});
});
