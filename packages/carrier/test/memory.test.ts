import assert from "node:assert/strict";
import { test } from "node:test";
import { type CarrierEvent, fragmenting, type Place, parseRoomName, type RoomName } from "../src/index.ts";
import { MemoryNetwork, type MemoryNetworkOptions, SeededRandom } from "../src/memory.ts";

function roomNamed(text: string): RoomName {
	const parsed = parseRoomName(text);
	assert.ok(parsed.ok);
	return parsed.value;
}

const ROOM = roomNamed("room");

class Person {
	readonly events: CarrierEvent[] = [];
	readonly place: Place;
	constructor(network: MemoryNetwork) {
		this.place = network.enter({ room: ROOM, onEvent: (event) => this.events.push(event) });
	}
	get self(): string {
		const entrance = this.events.findLast((event) => event.type === "entered");
		assert.ok(entrance);
		return entrance.self;
	}
	get texts(): readonly string[] {
		return this.events.flatMap((event) => (event.type === "text" ? [event.text] : []));
	}
	get types(): readonly string[] {
		return this.events.map((event) => event.type);
	}
}

function crowd(
	size: number,
	options: Partial<MemoryNetworkOptions> = {},
): { network: MemoryNetwork; people: Person[] } {
	const network = new MemoryNetwork({ seed: 1, ...options });
	const people: Person[] = [];
	while (people.length < size) {
		people.push(new Person(network));
		network.run();
	}
	return { network, people };
}

const NUMBERS: readonly string[] = Array.from({ length: 100 }, (_, i) => `${i}`);

test("the same seed gives the same course, another seed another", () => {
	const course = (seed: number): string => {
		const { network, people } = crowd(4, { seed, disorder: 0.3, loss: 0.1, duplication: 0.1 });
		for (const text of NUMBERS) for (const { place } of people) place.send(text);
		network.run();
		return JSON.stringify([network.now, people.map(({ events }) => events)]);
	};
	assert.equal(course(5), course(5));
	assert.notEqual(course(5), course(6));
});

test("time is virtual: nothing happens but in steps, and run stops where it is told", () => {
	const network = new MemoryNetwork({ seed: 1, latencyMs: { least: 100, most: 100 } });
	const person = new Person(network);
	assert.deepEqual([network.now, person.events.length, network.next], [0, 0, 100]);
	assert.equal(network.run(150), true);
	assert.deepEqual([network.now, person.events.length], [150, 0]);
	assert.equal(
		network.run(() => person.events.length > 0),
		true,
	);
	assert.equal(network.now, 200);
	assert.equal(
		network.run(() => false),
		false,
	);
	assert.equal(network.step(), false);
	let fired = -1;
	network.at(300, () => {
		fired = network.now;
	});
	network.run();
	assert.equal(fired, 300);
});

test("enter takes no virtual time, so that it can be awaited before the network runs", async () => {
	const network = new MemoryNetwork({ seed: 1 });
	const events: CarrierEvent[] = [];
	const entered = await network.carrier().enter({ room: ROOM, onEvent: (event) => events.push(event) });
	assert.ok(entered.ok);
	assert.equal(entered.value.send("too early").ok, false);
	network.run();
	assert.deepEqual(
		events.map(({ type }) => type),
		["entered"],
	);
	let left = false;
	const leaving = entered.value.leave().then(() => {
		left = true;
	});
	await Promise.resolve();
	assert.equal(left, false);
	network.run();
	await leaving;
	assert.deepEqual(events.at(-1), { type: "closed", reason: undefined });
});

test("disorder: texts overtake each other, and none is lost; the capabilities say so", () => {
	const { network, people } = crowd(2, { disorder: 0.5 });
	assert.equal(network.carrier().capabilities.totalOrder, false);
	for (const text of NUMBERS) people[0]?.place.send(text);
	network.run();
	for (const { texts } of people) {
		assert.notDeepEqual(texts, NUMBERS);
		assert.deepEqual(
			[...texts].sort((a, b) => Number(a) - Number(b)),
			NUMBERS,
		);
	}
	assert.notDeepEqual(people[0]?.texts, people[1]?.texts);
});

test("loss and duplication: some never come, some twice, in order", () => {
	const { network, people } = crowd(2, { loss: 0.3, duplication: 0.3 });
	assert.equal(network.carrier().capabilities.echo, false);
	for (const text of NUMBERS) people[0]?.place.send(text);
	network.run();
	const texts = people[1]?.texts ?? [];
	assert.ok(new Set(texts).size < NUMBERS.length);
	assert.ok(new Set(texts).size < texts.length);
	assert.deepEqual(
		texts.map(Number),
		texts.map(Number).sort((a, b) => a - b),
	);
	assert.equal(people[0]?.place.backlog, 0);
});

test("without echo one's own texts do not come back, and count as sent all the same; the capabilities say so", () => {
	const { network, people } = crowd(2, { echo: false });
	assert.equal(network.carrier().capabilities.echo, false);
	for (const text of NUMBERS) people[0]?.place.send(text);
	network.run();
	assert.deepEqual(people[0]?.texts, []);
	assert.deepEqual(people[1]?.texts, NUMBERS);
	assert.equal(people[0]?.place.backlog, 0);
});

test("tampering: each can be told something else", () => {
	const { network, people } = crowd(3, {
		tamper: ({ text, to }) => (to === people[1]?.self ? [] : to === people[2]?.self ? [`${text}!`, "more"] : [text]),
	});
	people[0]?.place.send("hello");
	network.run();
	assert.deepEqual(
		people.map(({ texts }) => texts),
		[["hello"], [], ["hello!", "more"]],
	);
});

test("a split room: each side sees the others leave and come back, and hears only its own", () => {
	const { network, people } = crowd(4);
	const [a, b, c, d] = people as [Person, Person, Person, Person];
	network.split(ROOM, [
		[a.self, b.self],
		[c.self, d.self],
	]);
	network.run();
	a.place.send("left side");
	c.place.send("right side");
	network.run();
	network.heal(ROOM);
	network.run();
	a.place.send("together");
	network.run();
	assert.deepEqual(
		[b.texts, d.texts],
		[
			["left side", "together"],
			["right side", "together"],
		],
	);
	const notices = a.events.filter(({ type }) => type === "left" || type === "joined").slice(3);
	assert.deepEqual(
		notices.map((event) => "handle" in event && [event.type, event.handle]),
		[
			["left", c.self],
			["left", d.self],
			["joined", c.self],
			["joined", d.self],
		],
	);
});

test("CARRIER-12: an interruption that is resumed misses nothing and doubles nothing; the others see nothing of it", () => {
	const { network, people } = crowd(2);
	const [a, b] = people as [Person, Person];
	network.interrupt(b.self);
	network.run();
	a.place.send("from a");
	b.place.send("from b");
	network.run();
	assert.deepEqual(a.texts, ["from a"]);
	network.resume(b.self);
	network.run();
	assert.deepEqual(a.texts, ["from a", "from b"]);
	assert.deepEqual(b.types, ["entered", "interrupted", "resumed", "text", "text"]);
	assert.deepEqual(a.types, ["entered", "joined", "text", "text"]);
	assert.equal(b.place.backlog, 0);
});

test("CARRIER-12: an interruption that is not resumed ends in a new entrance, without what was under way", () => {
	const { network, people } = crowd(2);
	const [a, b] = people as [Person, Person];
	const first = b.self;
	network.interrupt(first);
	network.run();
	b.place.send("lost");
	a.place.send("missed");
	network.renew(first);
	network.run();
	assert.notEqual(b.self, first);
	assert.deepEqual(b.types, ["entered", "interrupted", "entered"]);
	assert.deepEqual(a.types, ["entered", "joined", "left", "text", "joined"]);
	assert.equal(b.place.backlog, 0);
	b.place.send("again");
	network.run();
	assert.deepEqual(a.texts, ["missed", "again"]);
});

test("who is thrown out is told so; who is killed is not, and both are seen to leave", () => {
	const { network, people } = crowd(3);
	const [a, b, c] = people as [Person, Person, Person];
	network.kick(b.self);
	network.kill(c.self);
	network.run();
	const last = b.events.at(-1);
	assert.ok(last?.type === "closed" && last.reason?.kind === "refused");
	assert.deepEqual(c.types, ["entered"]);
	assert.deepEqual(a.types, ["entered", "joined", "joined", "left", "left"]);
	assert.deepEqual(network.occupants(ROOM), [a.self]);
});

test("texts can be injected and lies told", () => {
	const { network, people } = crowd(2);
	const [a, b] = people as [Person, Person];
	network.inject(ROOM, "nobody", "raw");
	network.tell(b.self, { type: "left", handle: a.self });
	network.run();
	assert.deepEqual(a.events.at(-1), { type: "text", from: "nobody", text: "raw" });
	assert.ok(b.events.some(({ type }) => type === "left"));
	assert.ok(network.occupants(ROOM).includes(a.self));
});

test("FRAG-5, FRAG-6: through the adapter, a fragmented text has the place of its last piece, and dies with its sender", async () => {
	const network = new MemoryNetwork({ seed: 3, maxTextBytes: 128 });
	const events: CarrierEvent[] = [];
	const listener = await fragmenting(network.carrier()).enter({ room: ROOM, onEvent: (event) => events.push(event) });
	network.run();
	const sender = await fragmenting(network.carrier()).enter({ room: ROOM, onEvent: () => {} });
	assert.ok(listener.ok && sender.ok);
	network.run();
	const [, from = ""] = network.occupants(ROOM);
	network.inject(ROOM, from, ":3mpCAT:3Fragment:39,0,2,be:3");
	network.inject(ROOM, "other", "between");
	network.inject(ROOM, from, ":3mpCAT:3Fragment:39,1,2,gun:3");
	network.run();
	assert.deepEqual(
		events.slice(-2).map((event) => event.type === "text" && event.text),
		["between", "begun"],
	);
	network.inject(ROOM, from, ":3mpCAT:3Fragment:310,0,2,never:3");
	network.run();
	network.kill(from);
	network.run();
	network.inject(ROOM, from, ":3mpCAT:3Fragment:310,1,2, whole:3");
	network.run();
	assert.equal(events.at(-1)?.type, "refused");
});

test("the generator follows its seed, and stays in its ranges", () => {
	const a = new SeededRandom(42);
	const b = new SeededRandom(42);
	const words = Array.from({ length: 1000 }, () => a.u32());
	assert.deepEqual(
		words,
		Array.from({ length: 1000 }, () => b.u32()),
	);
	assert.equal(new Set(words).size, 1000);
	const faces = Array.from({ length: 6000 }, () => a.between(1, 6));
	for (let face = 1; face <= 6; face++) {
		const count = faces.filter((each) => each === face).length;
		assert.ok(count > 800 && count < 1200, `${count} times ${face}`);
	}
	assert.equal(a.bytes(16).length, 16);
	assert.throws(() => a.pick([]), RangeError);
});
