import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { hex } from "@clowder/bytes";
import { parseMessage } from "../src/wire/envelope.ts";
import { FoldBench } from "./support/fold-bench.ts";
import { eventsOf, names, type Person, roomOf, suiteOf, TestPlace } from "./support/place.ts";

/** Re-key in session: issue item 1; NewKeyShareMessage and UpdateNewKeyStatus of seed 004. */

const suite = suiteOf(1);

function fingerprint(person: Person): string | undefined {
	return person.participant.view().session?.fingerprint;
}

function enterAll(place: TestPlace, timing: NonNullable<Parameters<TestPlace["enter"]>[1]>["timing"]): Person[] {
	const people: Person[] = [];
	for (const name of ["Ana", "Bo", "Cy"]) {
		people.push(place.enter(name, timing === undefined ? {} : { timing }));
		place.run(10_000, () => people.every((one) => names(one).length === people.length));
	}
	place.run(3_000);
	return people;
}

describe("re-key in session", () => {
	test("REKEY-1, REKEY-3: on request, with the same people", () => {
		const { place, people } = roomOf(suite, "Ana", "Bo", "Cy");
		const before = fingerprint(people[0] as Person);
		place.act(people[0] as Person, (participant) => participant.rekey(place.now));
		place.run(20_000);
		const after = new Set(people.map(fingerprint));
		assert.equal(after.size, 1);
		assert.ok(!after.has(before));
		for (const person of people) {
			assert.deepEqual(names(person), ["Ana", "Bo", "Cy"]);
			const last = eventsOf(person, "session").at(-1);
			assert.deepEqual([last?.joined, last?.left], [[], []]);
		}
	});

	test("REKEY-3: after so many texts, and after a period in which anything was said; an idle room keeps its keys", () => {
		const place = new TestPlace(suite);
		const people = enterAll(place, { rekeyTexts: 5, rekeyMs: 600_000 });
		const first = fingerprint(people[0] as Person);
		for (let i = 0; i < 5; i++) place.say(people[0] as Person, `text ${i}`);
		place.run(60_000);
		const second = fingerprint(people[0] as Person);
		assert.notEqual(second, first);
		place.run(1_200_000);
		assert.equal(fingerprint(people[0] as Person), second, "nothing was said");
		place.say(people[1] as Person, "something");
		place.run(700_000);
		assert.notEqual(fingerprint(people[0] as Person), second);
	});

	test("REKEY-4: an active conversation never pauses for it, and every text is placed once", () => {
		const place = new TestPlace(suite);
		const people = enterAll(place, { rekeyTexts: 4 });
		const said: string[] = [];
		const paused = new Set<string | undefined>();
		for (let i = 0; i < 60; i++) {
			const person = people[i % 3] as Person;
			said.push(`text ${i}`);
			place.say(person, `text ${i}`);
			place.run(400);
			for (const one of people) paused.add(one.participant.view().waiting);
		}
		place.run(30_000);
		for (const person of people) {
			assert.deepEqual(person.messages.map((message) => message.text).sort(), [...said].sort());
			assert.ok(eventsOf(person, "session").length > 5, "there were re-keys");
			assert.equal(eventsOf(person, "held").length, 0);
		}
		assert.deepEqual([...paused], [undefined]);
		// Each piece went out once, however much was said before it came back.
		const pieces = place.log.flatMap((item) => {
			const parsed = item.type === "text" ? parseMessage(suite, item.text) : undefined;
			if (!parsed?.ok || !["OFFER", "SHARE", "CONFIRM"].includes(parsed.value.message.type)) return [];
			return [`${parsed.value.message.type} ${hex(parsed.value.header.v)}`];
		});
		assert.equal(new Set(pieces).size, pieces.length);
	});

	test("FREEZE-3: a key past its lifetime ends the session rather than going on", () => {
		const place = new TestPlace(suite);
		const people = enterAll(place, { lifetimeMs: 120_000, rekeyMs: 10_000_000 });
		// Nobody lets new keys come about: the carrier drops every OFFER.
		place.hears = (_person, item) => !(item.type === "text" && item.text.includes(":3Offer:3"));
		place.say(people[0] as Person, "early");
		place.run(130_000);
		place.say(people[0] as Person, "late");
		place.run(30_000);
		for (const person of people) {
			assert.ok(eventsOf(person, "frozen").some((event) => event.why === "expired"));
			assert.deepEqual(
				person.messages.map((message) => message.text),
				["early"],
			);
		}
		place.hears = () => true;
		place.run(300_000);
		for (const person of people) assert.equal(person.messages.at(-1)?.text, "late");
	});

	test("REKEY-2: one member opens three in a row, and no more until someone else does", () => {
		const b = new FoldBench(suite, "rekeys");
		b.openWith(b.keySet(), "h5");
		b.finish();
		const open = (): string => {
			const [first] = b.members as [(typeof b.members)[number]];
			return b.verdict(b.sign(first.e, b.aid, { type: "OPEN", k: b.state.k, joins: [], rekey: true }));
		};
		for (let i = 0; i < 3; i++) {
			assert.equal(open(), "opened");
			b.finish();
		}
		assert.equal(open(), "REKEY-2");
	});
});
