import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { eventsOf, names, type Person, suiteOf, TestPlace } from "./support/place.ts";

/** What people and their lines do, at any time. */
type Act =
	| { readonly type: "enter" }
	| { readonly type: "leave"; readonly who: number }
	| { readonly type: "vanish"; readonly who: number }
	| { readonly type: "say"; readonly who: number }
	| { readonly type: "deliver"; readonly count: number }
	| { readonly type: "wait"; readonly ms: number };

const act: fc.Arbitrary<Act> = fc.oneof(
	{ weight: 3, arbitrary: fc.constant({ type: "enter" } as const) },
	{ weight: 1, arbitrary: fc.record({ type: fc.constant("leave" as const), who: fc.nat(5) }) },
	{ weight: 1, arbitrary: fc.record({ type: fc.constant("vanish" as const), who: fc.nat(5) }) },
	{ weight: 4, arbitrary: fc.record({ type: fc.constant("say" as const), who: fc.nat(5) }) },
	{
		weight: 6,
		arbitrary: fc.record({ type: fc.constant("deliver" as const), count: fc.integer({ min: 1, max: 12 }) }),
	},
	{ weight: 3, arbitrary: fc.record({ type: fc.constant("wait" as const), ms: fc.integer({ min: 1, max: 4000 }) }) },
);

const MAX_PRESENT = 5;

interface Story {
	readonly place: TestPlace;
	readonly said: Map<Person, string[]>;
}

function perform(story: Story, acts: readonly Act[]): void {
	const { place, said } = story;
	let names = 0;
	const here = (): Person[] => place.people.filter((one) => one.here);
	const pick = (who: number): Person | undefined => here()[who % Math.max(here().length, 1)];
	for (const one of acts) {
		const person = "who" in one ? pick(one.who) : undefined;
		if (one.type === "enter" && here().length < MAX_PRESENT) place.enter(`P${names++}`);
		if (one.type === "leave" && person) place.leave(person);
		if (one.type === "vanish" && person) place.vanish(person);
		if (one.type === "say" && person && person.participant.view().phase === "inside") {
			const text = `${person.name} says ${said.get(person)?.length ?? 0}`;
			said.set(person, [...(said.get(person) ?? []), text]);
			place.say(person, text);
		}
		if (one.type === "deliver") for (let i = 0; i < one.count; i++) place.deliver();
		if (one.type === "wait") place.run(one.ms);
	}
}

/** What must be true when nothing more happens. */
function checkAgreement(story: Story): void {
	const { place, said } = story;
	const here = place.people.filter((one) => one.here);
	const expected = here.map((one) => one.name).sort();
	const sessions = new Set(here.map((one) => one.participant.view().session?.fingerprint));
	assert.ok(sessions.size <= 1, "one session");
	for (const person of here) {
		assert.deepEqual(names(person), expected, `${person.name} sees everyone who is here`);
		assert.equal(person.participant.view().phase, "inside");
		assert.deepEqual(eventsOf(person, "divergence"), []);
		assert.deepEqual(eventsOf(person, "refused"), []);
	}
	checkTranscripts(place, said, here);
}

function checkTranscripts(place: TestPlace, said: ReadonlyMap<Person, string[]>, here: readonly Person[]): void {
	const seen = new Map<string, string>();
	for (const person of place.people) {
		for (const message of person.messages) {
			const key = `${message.session} ${message.entry}`;
			const value = `${message.author.id}: ${message.text}`;
			assert.equal(seen.get(key) ?? value, value, "one text at each place of a session, on every screen");
			seen.set(key, value);
		}
	}
	const placed = [...seen.values()];
	assert.equal(new Set(placed).size, placed.length, "no text is placed twice");
	for (const person of here) {
		const own = person.messages.filter((message) => message.author.self).map((message) => message.text);
		const held = person.participant.view().outbox.map((item) => item.text);
		assert.deepEqual(
			[...own, ...held].sort(),
			[...(said.get(person) ?? [])].sort(),
			"what was typed stands once, or is held",
		);
	}
	for (const person of here) {
		for (const message of person.messages.filter(
			(one) => one.session === person.participant.view().session?.fingerprint,
		)) {
			const by = eventsOf(person, "confirmed")
				.filter((e) => e.messages.includes(message.id))
				.map((e) => e.by);
			assert.deepEqual(by.sort(), [...message.audience].sort(), "everyone confirmed it");
		}
	}
}

for (const id of [1, 2] as const) {
	test(`random joins, leaves and messages on one order always end in agreement (suite ${id})`, () => {
		const runs = Number(process.env["CLOWDER_RUNS"] ?? (id === 1 ? 40 : 20));
		fc.assert(
			fc.property(fc.array(act, { maxLength: 40 }), (acts) => {
				const story: Story = { place: new TestPlace(suiteOf(id)), said: new Map() };
				perform(story, acts);
				story.place.run(300_000);
				checkAgreement(story);
			}),
			{ numRuns: runs, seed: Number(process.env["CLOWDER_SEED"] ?? 20261122), endOnFailure: true },
		);
	});
}
