import assert from "node:assert/strict";
import { test } from "node:test";
import type { Handle } from "../src/index.ts";
import { SeededRandom } from "../src/memory.ts";
import { Naming } from "../src/sequencing-names.ts";
import { writeStatement } from "../src/sequencing-statement.ts";
import { Crowd, type Guest, ROOM, sha512 } from "./sequencing-crowd.ts";

const naming = new Naming(sha512);
/** Steps of the network after which the sequencer is killed, each in a run of its own. */
const CRASH_STEPS = 120;

/** A crowd on a network whose texts can be kept from passing between some, without a notice. */
function breakable(
	size: number,
	seed: number,
): { crowd: Crowd; cut: (passes: (from: Handle, to: Handle) => boolean) => void } {
	let passes = (_from: Handle, _to: Handle): boolean => true;
	const crowd = Crowd.of(size, { seed, tamper: ({ from, to, text }) => (passes(from, to) ? [text] : []) });
	return {
		crowd,
		cut: (rule) => {
			passes = rule;
		},
	};
}

function settle(crowd: Crowd): void {
	crowd.network.run();
	assert.ok(crowd.guests.every(({ isIn, isDead, isClosed }) => isIn || isDead || isClosed));
}

test("SEQ-9: when the sequencer dies the next goes on, and nothing is lost or doubled", () => {
	const crowd = Crowd.of(4);
	const [first, second, third, fourth] = crowd.guests as [Guest, Guest, Guest, Guest];
	second.say();
	crowd.kill(first);
	third.say();
	settle(crowd);
	crowd.assertTogether();
	crowd.assertUndisturbed();
	assert.deepEqual(fourth.texts.slice(0, 2).sort(), ["g1-1", "g2-1"]);
	assert.ok(fourth.visit.course.includes(`left ${first.self}`));
	crowd.kill(second);
	crowd.kill(third);
	fourth.say();
	settle(crowd);
	assert.ok(fourth.texts.includes("g3-1"));
});

test(`SEQ-9: the sequencer dies at every other of the first ${CRASH_STEPS} steps of a conversation with people coming`, () => {
	for (let steps = 0; steps < CRASH_STEPS; steps += 2) {
		const crowd = Crowd.of(3, { seed: 100 + steps, duplication: 0.2 });
		for (const guest of crowd.guests) for (let i = 0; i < 3; i++) guest.say();
		crowd.enter();
		for (let i = 0; i < steps; i++) crowd.network.step();
		crowd.kill(crowd.at(0));
		for (const guest of crowd.present) guest.say();
		settle(crowd);
		crowd.assertTogether();
		assert.deepEqual(
			crowd.present.flatMap(({ interruptions }) => interruptions),
			[],
			`step ${steps}`,
		);
		for (const guest of crowd.present) {
			const own = guest.texts.filter((text) => text.startsWith(`${guest.name}-`));
			assert.deepEqual(
				own,
				Array.from({ length: guest.said }, (_, i) => `${guest.name}-${i + 1}`),
			);
		}
	}
});

test("SEQ-9: sequencer and next die one right after the other, at many moments", () => {
	for (let steps = 0; steps < CRASH_STEPS; steps += 6) {
		const crowd = Crowd.of(5, { seed: 300 + steps });
		for (const guest of crowd.guests) for (let i = 0; i < 3; i++) guest.say();
		for (let i = 0; i < steps; i++) crowd.network.step();
		crowd.kill(crowd.at(0));
		for (let i = 0; i < steps % 20; i++) crowd.network.step();
		crowd.kill(crowd.at(1));
		settle(crowd);
		crowd.assertTogether();
		crowd.assertUndisturbed();
		assert.equal(crowd.at(4).texts.filter((text) => /^g[234]-/.test(text)).length, 9);
	}
});

test("SEQ-10: a sequencer that falls silent without a notice is replaced, and comes back as somebody new", () => {
	const { crowd, cut } = breakable(4, 7);
	const silent = crowd.at(0).self;
	cut((from, to) => from === to || (from !== silent && to !== silent));
	crowd.at(1).say();
	crowd.at(2).say();
	assert.ok(crowd.network.run(() => crowd.at(3).texts.length === 2));
	cut(() => true);
	crowd.at(3).say();
	settle(crowd);
	crowd.at(0).say("back");
	settle(crowd);
	crowd.assertTogether();
	assert.deepEqual(crowd.at(1).interruptions, []);
});

test("SEQ-10: of two, one falls silent without a notice; the other goes on alone, and both end together", () => {
	for (const silentOne of [0, 1]) {
		const { crowd, cut } = breakable(2, 8);
		const silent = crowd.at(silentOne).self;
		const other = crowd.at(1 - silentOne);
		cut((from, to) => from === to);
		other.say("alone");
		assert.ok(crowd.network.run(() => other.visit.course.includes(`left ${silent}`)));
		assert.deepEqual(other.texts, ["alone"]);
		cut(() => true);
		crowd.at(silentOne).say("awake");
		settle(crowd);
		crowd.assertTogether();
	}
});

test("SEQ-10: a sequencer that leaves out one occupant's texts is replaced", () => {
	const { crowd, cut } = breakable(4, 9);
	const [unfair, left] = [crowd.at(0).self, crowd.at(2).self];
	cut((from, to) => !(from === left && to === unfair));
	crowd.at(2).say("hear me");
	for (let i = 0; i < 40; i++) {
		crowd.at(1).say();
		crowd.network.run(crowd.network.now + 500);
	}
	assert.ok(crowd.network.run(() => crowd.at(3).texts.includes("hear me")));
	settle(crowd);
	crowd.assertTogether();
	crowd.assertUndisturbed();
});

test("SEQ-10: whoever sleeps while something is owed evicts nobody on waking", () => {
	const crowd = Crowd.of(3, { seed: 10 });
	const sleeper = crowd.at(1).self;
	crowd.at(1).say("before sleep");
	crowd.network.interrupt(sleeper);
	crowd.network.run(crowd.network.now + 3_600_000);
	crowd.network.resume(sleeper);
	settle(crowd);
	assert.deepEqual(
		crowd.guests.map(({ interruptions }) => interruptions.length),
		[0, 1, 0],
	);
	for (const { visit } of crowd.guests) assert.ok(!visit.course.some((line) => line.startsWith("left")));
	crowd.assertTogether();
});

test("SEQ-14: the halves of a split both go on, and end in one sequence; nobody of the larger one is disturbed", () => {
	for (let seed = 20; seed < 26; seed++) {
		const crowd = Crowd.of(5, { seed });
		const [a, b, c, d, e] = crowd.guests as [Guest, Guest, Guest, Guest, Guest];
		crowd.network.split(ROOM, [
			[a.self, b.self],
			[c.self, d.self, e.self],
		]);
		crowd.network.run(crowd.network.now + seed * 5);
		a.say("left side");
		d.say("right side");
		settle(crowd);
		assert.ok(b.texts.includes("left side") && e.texts.includes("right side"));
		assert.ok(!b.texts.includes("right side") && !e.texts.includes("left side"));
		crowd.network.heal(ROOM);
		settle(crowd);
		crowd.assertTogether();
		assert.equal(new Set([...crowd.guests].map(({ self }) => self)).size, 5);
		for (const guest of [c, d, e]) assert.deepEqual(guest.interruptions, []);
		for (const guest of [a, b]) assert.equal(guest.interruptions.length, 1);
		assert.ok(c.visit.course.includes(`joined ${a.self}`));
	}
});

test("SEQ-14: a split that heals before, while or after it is noticed ends in one sequence", () => {
	for (let seed = 50; seed < 80; seed++) {
		const crowd = Crowd.of(4, { seed });
		const random = new SeededRandom(seed);
		for (let i = 0; i < 3; i++) {
			const groups: [Handle[], Handle[]] = [[], []];
			for (const { self } of crowd.present) groups[random.between(0, 1) as 0 | 1].push(self);
			crowd.network.split(ROOM, groups);
			for (const guest of crowd.present) guest.say();
			crowd.network.run(crowd.network.now + random.between(0, 400));
			for (const guest of crowd.present) guest.say();
			crowd.network.heal(ROOM);
			crowd.network.run(crowd.network.now + random.between(0, 400));
		}
		settle(crowd);
		crowd.assertTogether();
	}
});

test("SEQ-14: splits that come and heal quickly, while nobody says anything, end in one sequence", () => {
	for (let seed = 80; seed < 110; seed++) {
		const crowd = Crowd.of(4, { seed });
		const random = new SeededRandom(seed);
		for (let i = 0; i < 3; i++) {
			const [a, b, c, d] = crowd.present.map(({ self }) => self) as [Handle, Handle, Handle, Handle];
			crowd.network.split(
				ROOM,
				random.between(0, 1) === 0
					? [
							[a, b],
							[c, d],
						]
					: [[a, c, d], [b]],
			);
			crowd.network.run(crowd.network.now + random.between(100, 400));
			crowd.network.heal(ROOM);
			crowd.network.run(crowd.network.now + random.between(50, 300));
			if (crowd.present.length < 4) break;
		}
		settle(crowd);
		const [first] = crowd.guests as [Guest];
		for (const { self, visit } of crowd.guests) {
			const others = crowd.guests.map((guest) => guest.self).filter((handle) => handle !== self);
			const seen = new Set(visit.occupants);
			for (const line of visit.course) {
				const [what = "", handle = ""] = line.split(" ");
				if (what === "joined") seen.add(handle);
				if (what === "left") seen.delete(handle);
			}
			assert.deepEqual([...seen].sort(), others.sort(), `seed ${seed}`);
		}
		first.say();
		settle(crowd);
		crowd.assertTogether();
	}
});

test("SEQ-14: a partition without any notice, at any moment, ends in one sequence when it heals", () => {
	for (let seed = 120; seed < 140; seed++) {
		const { crowd, cut } = breakable(5, seed);
		const random = new SeededRandom(seed);
		const side = new Map(crowd.guests.map(({ self }) => [self, random.between(0, 1)]));
		for (const guest of crowd.guests) guest.say();
		crowd.network.run(crowd.network.now + random.between(0, 300));
		cut((from, to) => (side.get(from) ?? 0) === (side.get(to) ?? 0));
		for (const guest of crowd.present) guest.say();
		crowd.network.run(crowd.network.now + random.between(0, 60_000));
		cut(() => true);
		for (const guest of crowd.present) guest.say();
		settle(crowd);
		// Whoever did not notice before does when they next say something.
		for (const guest of crowd.present) guest.say();
		settle(crowd);
		crowd.assertTogether();
	}
});

test("SEQ-12, SEQ-14: two who begin a sequence each, without hearing of the other, end in one", () => {
	let isCut = true;
	const crowd = new Crowd({ seed: 5, echo: false, disorder: 1, tamper: ({ text }) => (isCut ? [] : [text]) });
	crowd.enter();
	crowd.enter();
	crowd.network.run(() => crowd.guests.every(({ isIn }) => isIn));
	assert.deepEqual(
		crowd.guests.map(({ visit }) => visit.occupants),
		[[], []],
	);
	isCut = false;
	crowd.at(0).say();
	settle(crowd);
	crowd.assertTogether();
	assert.equal(crowd.guests.filter(({ visits }) => visits.length === 2).length, 1);
});

test("SEQ-9: fewer than half cannot take the order over, whatever they claim", () => {
	const crowd = Crowd.of(5, { seed: 11 });
	const hostile = [crowd.at(3).self, crowd.at(4).self];
	for (const handle of hostile) {
		const leader = naming.tag(handle);
		const epoch = { counter: 60, leader };
		const chain = naming.origin(handle);
		const base = 0;
		for (const statement of [
			{ type: "vote", epoch, bound: true, under: epoch, base, chain, entries: [] },
			{ type: "order", epoch, whole: true, base: 4, chain, settled: 0, entries: [] },
			{ type: "ack", epoch, number: 2 ** 32 - 1, chain, present: 65_535 },
			{ type: "vote", epoch: { counter: 2 ** 32 - 1, leader }, bound: true, under: epoch, base, chain, entries: [] },
		] as const) {
			crowd.network.inject(ROOM, handle, writeStatement(statement));
		}
	}
	for (const guest of crowd.guests) guest.say();
	settle(crowd);
	crowd.assertTogether();
	for (const guest of crowd.guests.slice(0, 3)) {
		assert.deepEqual(guest.interruptions, []);
		assert.equal(guest.texts.length, 6);
	}
});
