import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import type { Message, MessageType, Reply } from "../src/wire/messages.ts";
import { enterCheater } from "./support/cheat.ts";
import { loseFirst, readItem } from "./support/lossy.ts";
import { eventsOf, type Item, names, type Person, roomOf, seeded, suiteOf, TestPlace } from "./support/place.ts";

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

	test("whoever saw it and says nothing more sees nothing else, once it is repaired (DIGEST-2, GAP-4)", () => {
		const { place, people } = roomOf(suite, "Ana", "Bo", "Cy");
		const [ana, bo, cy] = people as [Person, Person, Person];
		const lost = loseFirst(place, { type: "MESSAGE", from: ana, to: [cy] });
		place.say(ana, "one");
		place.say(bo, "two");
		place.run(300, () => texts(cy).length > 0);
		place.asleep.add(bo);
		place.run(30_000);
		assert.equal(lost.length, 1);
		sameTexts(cy, ana);
		assert.deepEqual(eventsOf(cy, "divergence"), []);
		place.wakeUp(bo);
		place.run(20_000);
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

describe("a message lost for everyone", () => {
	const everyone = (place: TestPlace, type: MessageType, from?: Person): readonly Item[] =>
		loseFirst(place, { type, to: place.people, ...(from && { from }) });

	test("a text: it is sent again, placed once, and nobody waits for what nobody has (GAP-5, OUTBOX-3)", () => {
		const { place, people } = roomOf(suite, "Ana", "Bo", "Cy");
		const [ana, bo, cy] = people as [Person, Person, Person];
		const lost = everyone(place, "MESSAGE", ana);
		const start = place.now;
		place.say(ana, "one");
		place.say(ana, "two");
		place.run(1000);
		for (const person of [ana, bo, cy]) {
			assert.deepEqual(texts(person), ["Ana: two"], "what follows is read at once");
			assert.deepEqual(repairs(person), [{ messages: 0, complete: true }]);
		}
		place.run(30_000);
		assert.equal(lost.length, 1);
		for (const person of [ana, bo, cy]) assert.deepEqual(texts(person), ["Ana: two", "Ana: one"]);
		assert.ok(place.now > start);
		atOne(people);
	});

	test("between two: both ask, and go on (GAP-5)", () => {
		const { place, people } = roomOf(suite, "Ana", "Bo");
		const [ana, bo] = people as [Person, Person];
		everyone(place, "MESSAGE", ana);
		place.say(ana, "one");
		place.say(ana, "two");
		place.run(1000);
		assert.deepEqual(texts(bo), ["Ana: two"]);
		place.run(30_000);
		assert.deepEqual(texts(bo), ["Ana: two", "Ana: one"]);
		atOne(people);
	});

	for (const type of ["STATE", "INTRODUCE", "OPEN", "ROSTER", "OFFER", "SHARE", "OK", "CONFIRM"] as const) {
		test(`${type}: it is sent again while it is owed (RESEND-1)`, () => {
			const { place, people } = roomOf(suite, "Ana", "Bo");
			const lost = everyone(place, type);
			const cy = place.enter("Cy");
			place.run(40_000);
			assert.equal(lost.length, 1);
			for (const person of [...people, cy]) assert.deepEqual(names(person), ["Ana", "Bo", "Cy"], person.name);
			atOne([...people, cy]);
		});
	}

	for (const type of ["GONE", "CLOSE", "PUBLISH"] as const) {
		test(`${type}: it is sent again while it is owed (RESEND-1)`, () => {
			const { place, people } = roomOf(suite, "Ana", "Bo", "Cy");
			const [ana, bo, cy] = people as [Person, Person, Person];
			const lost = everyone(place, type);
			place.vanish(bo);
			place.run(300_000);
			assert.equal(lost.length, 1);
			for (const person of [ana, cy]) assert.deepEqual(names(person), ["Ana", "Cy"]);
			const published = eventsOf(ana, "published").map((event) => event.by.nickname);
			assert.ok(published.includes(ana.participant.view().self.nickname));
			atOne([ana, cy]);
		});
	}
});

function flippedLast(bytes: Uint8Array): Uint8Array {
	const copy = bytes.slice();
	copy[copy.length - 1] = (copy.at(-1) as number) ^ 1;
	return copy;
}

describe("who answers", () => {
	/** Ana, Bo, Cy and a member who lies in each REPLY. */
	function withLiar(
		honest: readonly string[],
		lie: (reply: Reply) => Reply,
	): { place: TestPlace; people: Person[]; liar: Person } {
		const place = new TestPlace(suite);
		const people = honest.map((name) => {
			const person = place.enter(name);
			place.run(10_000);
			return person;
		});
		const liar = enterCheater(place, "Liar", (message) => (message.type === "REPLY" ? lie(message) : message));
		place.run(20_000);
		return { place, people, liar };
	}

	const LIES: readonly (readonly [string, (reply: Reply) => Reply])[] = [
		["drops one", (reply) => ({ ...reply, messages: reply.messages.slice(1) })],
		["turns two round", (reply) => ({ ...reply, messages: [...reply.messages].reverse() })],
		["puts one twice", (reply) => ({ ...reply, messages: reply.messages.flatMap((one) => [one, one]) })],
		["says nothing", (reply) => ({ ...reply, messages: [] })],
		[
			"spoils a signature",
			(reply) => ({
				...reply,
				messages: reply.messages.map(({ handle, whole }) => ({ handle, whole: flippedLast(whole) })),
			}),
		],
	];
	for (const [what, lie] of LIES) {
		test(`one who ${what}: two honest others are believed (REPAIR-3, REPAIR-4)`, () => {
			const { place, people, liar } = withLiar(["Ana", "Bo", "Cy"], lie);
			const [ana, bo, cy] = people as [Person, Person, Person];
			const lost = loseFirst(place, { type: "MESSAGE", from: ana, to: [cy], count: 2 });
			place.say(ana, "one");
			place.say(ana, "two");
			place.say(bo, "three");
			place.run(30_000);
			assert.equal(lost.length, 2);
			for (const person of [bo, cy, liar]) sameTexts(person, ana);
			assert.deepEqual(repairs(cy), [{ messages: 2, complete: true }]);
			atOne([...people, liar]);
		});
	}

	test("the only other one lies: what is lost stays lost, and the difference is told (REPAIR-5, DIGEST-3)", () => {
		const { place, people, liar } = withLiar(["Ana"], (reply) => ({ ...reply, messages: [] }));
		const [ana] = people as [Person];
		const lost = loseFirst(place, { type: "MESSAGE", from: liar, to: [ana] });
		place.say(liar, "one");
		place.say(liar, "two");
		place.run(30_000);
		assert.equal(lost.length, 1);
		assert.deepEqual(texts(ana), ["Liar: two"]);
		assert.deepEqual(repairs(ana).at(0), { messages: 0, complete: false });
		const [divergence] = eventsOf(ana, "divergence");
		assert.equal(divergence?.person.nickname, "Liar");
		assert.equal(divergence?.agreedUntil, 0);
	});

	test("nobody: after a while the rest is read all the same, and the loss is told (REPAIR-5)", () => {
		const { place, people } = roomOf(suite, "Ana", "Bo", "Cy");
		const [ana, bo, cy] = people as [Person, Person, Person];
		const lost = loseFirst(place, { type: "MESSAGE", from: ana, to: [cy] });
		const hears = place.hears;
		place.hears = (person, item) => readItem(suite, item)?.message.type !== "REPLY" && hears(person, item);
		place.say(ana, "one");
		place.say(ana, "two");
		place.run(1000);
		assert.deepEqual(texts(cy), []);
		place.run(20_000);
		assert.equal(lost.length, 1);
		assert.ok(texts(cy).includes("Ana: two"));
		assert.equal(repairs(cy)[0]?.complete, false);
		assert.deepEqual(texts(bo), texts(ana));
	});

	test("each ASK is answered twice and not more, however many there are (REPAIR-2)", () => {
		const { place, people } = roomOf(suite, "Ana", "Bo", "Cy", "Di", "Ed");
		const [ana, , cy] = people as [Person, Person, Person];
		loseFirst(place, { type: "MESSAGE", from: ana, to: [cy] });
		place.say(ana, "one");
		place.say(ana, "two");
		place.run(30_000);
		assert.equal(onWire(place, "ASK"), 1);
		assert.equal(onWire(place, "REPLY"), 2);
		atOne(people);
	});

	test("one who asks without end is answered once a second (REPAIR-2)", () => {
		const place = new TestPlace(suite);
		const ana = place.enter("Ana");
		place.run(10_000);
		let asking = true;
		const bo = enterCheater(place, "Bo", (message): Message => {
			return asking && message.type === "MESSAGE" ? { type: "ASK", have: 0 } : message;
		});
		place.run(20_000);
		const start = place.now;
		for (let i = 0; i < 200; i++) {
			place.say(bo, `ask ${i}`);
			place.run(20);
		}
		asking = false;
		place.run(3000);
		assert.ok(onWire(place, "ASK") >= 200);
		assert.ok(onWire(place, "REPLY") <= 2 + Math.ceil((place.now - start) / 1000));
		assert.ok(names(ana).includes("Bo"));
	});

	test("a REPLY that answers no ASK means nothing (REPAIR-2)", () => {
		const { place, people } = roomOf(suite, "Ana", "Bo", "Cy");
		const [ana, , cy] = people as [Person, Person, Person];
		loseFirst(place, { type: "MESSAGE", from: ana, to: [cy] });
		place.say(ana, "one");
		place.say(ana, "two");
		place.run(20_000);
		const replies = place.log.filter((item) => readItem(suite, item)?.message.type === "REPLY");
		const before = people.map((person) => person.events.length);
		for (const reply of [...replies, ...replies]) if (reply.type === "text") place.inject("h9", reply.text);
		while (place.deliver());
		for (const [i, person] of people.entries()) {
			const after = person.events.slice(before[i]).map((event) => event.type);
			assert.deepEqual(new Set(after), new Set(["changed"]), person.name);
		}
		atOne(people);
	});
});

describe("a bad line", () => {
	test("one who never hears the half: all they miss is brought by the others (REPAIR-3)", () => {
		const { place, people } = roomOf(suite, "Ana", "Bo", "Cy");
		const [ana, bo, cy] = people as [Person, Person, Person];
		const coin = seeded("half");
		const lost = new Map<Item, boolean>();
		place.hears = (person, item) => {
			if (person !== cy || readItem(suite, item)?.message.type === "REPLY") return true;
			if (!lost.has(item)) lost.set(item, ((coin(1)[0] as number) & 1) === 1);
			return lost.get(item) !== true;
		};
		for (let i = 0; i < 20; i++) {
			place.say(i % 2 === 0 ? ana : bo, `text ${i}`);
			place.run(2000);
		}
		place.hears = () => true;
		place.run(60_000);
		assert.equal(texts(ana).length, 20);
		sameTexts(bo, ana);
		sameTexts(cy, ana);
		atOne(people);
	});

	test("every text exactly once, whatever is lost for whom (OUTBOX-1, OUTBOX-3)", () => {
		fc.assert(
			fc.property(fc.integer({ min: 0, max: 0xff_ff_ff }), fc.integer({ min: 1, max: 30 }), (seed, percent) => {
				const { place, people } = roomOf(suite, "Ana", "Bo", "Cy");
				const dice = seeded(`loss/${seed}`);
				place.hears = () => ((dice(1)[0] as number) * 100) / 256 >= percent / 3;
				for (let i = 0; i < 12; i++) {
					place.say(people[(dice(1)[0] as number) % 3] as Person, `text ${i}`);
					place.run((dice(1)[0] as number) * 10);
				}
				place.run(10_000);
				place.hears = () => true;
				place.run(300_000);
				for (const person of people) {
					const all = person.messages.map((message) => message.text);
					assert.equal(new Set(all).size, all.length, `${person.name} shows none twice`);
					assert.deepEqual(person.participant.view().outbox, [], `${person.name} has sent everything`);
					for (const own of person.messages) {
						if (!own.author.self) continue;
						const readers = people.filter((one) => one.messages.some(({ text }) => text === own.text));
						const told = people.some((one) => eventsOf(one, "divergence").length > 0);
						assert.ok(readers.length === people.length || told, `${own.text} is with all, or they are told`);
					}
				}
			}),
			{ numRuns: 6, seed: 1 },
		);
	});
});
