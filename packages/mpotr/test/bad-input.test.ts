import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { concat, fromBase64, base64 } from "@clowder/bytes";
import type { Refusal } from "../src/index.ts";
import { joinCore } from "../src/participant/join.ts";
import { NO_CONTEXT, parseMessage, signMessage } from "../src/wire/envelope.ts";
import { generateKeySet } from "../src/key-set.ts";
import { eventsOf, names, type Person, roomOf, seeded, suiteOf, type TestPlace } from "./support/place.ts";

const suite = suiteOf(2);

/** What one text does to a person: refusals, and nothing else. */
function refusals(place: TestPlace, person: Person, text: string, from = "h99"): readonly Refusal[] {
	const before = person.events.length;
	const view = JSON.stringify(person.participant.view());
	place.inject(from, text);
	place.run(2000);
	const events = person.events.slice(before).filter((event) => event.type !== "changed");
	assert.deepEqual(
		events.filter((event) => event.type !== "refused"),
		[],
		"nothing but a refusal",
	);
	assert.equal(JSON.stringify(person.participant.view()), view, "nothing changed");
	return events.flatMap((event) => (event.type === "refused" ? [event.refusal] : []));
}

function rule(refusal: Refusal | undefined): string | undefined {
	return refusal && "rule" in refusal ? refusal.rule : refusal?.what;
}

/** They still understand each other. */
function stillTalk(place: TestPlace, people: readonly Person[], text: string): void {
	place.say(people[0] as Person, text);
	place.run(10_000);
	for (const person of people) assert.equal(person.messages.at(-1)?.text, text);
}

describe("texts that are not of the room", () => {
	const { place, people } = roomOf(suite, "Ana", "Bo");
	const [ana, bo] = people as [Person, Person];

	test("other people's plain chat, and tags nobody knows, are never shown", () => {
		for (const text of ["hello", "", ":3", ":3mpCAT:", "?OTRv4", "<b>x</b>", "\u0000", "mpCAT:3".repeat(1000)]) {
			assert.deepEqual(refusals(place, ana, text), [{ blame: "foreign", what: "plain-text" }], text);
		}
	});

	test("WIRE-1, WIRE-2, WIRE-3, WIRE-4, WIRE-5: half a text, another form, another type, too much, another suite", () => {
		const real = place.log.find((item) => item.type === "text" && item.text.includes(":3Confirm:3"));
		assert.ok(real?.type === "text");
		const cases: readonly (readonly [string, string])[] = [
			[real.text.slice(0, 60), "WIRE-1"],
			[`${real.text.slice(0, 60)}:3`, "WIRE-1"],
			[":3mpCAT".repeat(1000), "WIRE-1"],
			[real.text.replace(":3Confirm:3", ":3Confirm:3 "), "WIRE-1"],
			[real.text.replace(":3Confirm:3", ":3Ok:3"), "WIRE-3"],
			[`:3mpCAT:3Message:3${"A".repeat(400_000)}:3`, "WIRE-4"],
		];
		for (const [text, expected] of cases) assert.equal(rule(refusals(place, ana, text)[0]), expected);
		const bytes = fromBase64(real.text.slice(":3mpCAT:3Confirm:3".length, -2));
		assert.ok(bytes.ok);
		const changed = (at: number, to: number): string => {
			const copy = bytes.value.slice();
			copy[at] = to;
			return `:3mpCAT:3Confirm:3${base64(copy)}:3`;
		};
		assert.equal(rule(refusals(place, ana, changed(0, 9))[0]), "unknown-version");
		assert.equal(rule(refusals(place, ana, changed(1, 1))[0]), "WIRE-5");
		assert.equal(rule(refusals(place, ana, changed(2, 99))[0]), "unknown-type");
		const longer = `:3mpCAT:3Confirm:3${base64(concat(bytes.value, new Uint8Array(1)))}:3`;
		assert.equal(rule(refusals(place, ana, longer)[0]), "WIRE-2");
		stillTalk(place, people, "after bad forms");
	});

	test("WIRE-6: a signature that does not fit, on what would otherwise be valid", () => {
		const sent = place.log.length;
		place.say(ana, "to be changed");
		place.run(10_000);
		const real = place.log.slice(sent).find((item) => item.type === "text" && item.text.includes(":3Message:3"));
		assert.ok(real?.type === "text");
		const bytes = fromBase64(real.text.slice(":3mpCAT:3Message:3".length, -2));
		assert.ok(bytes.ok);
		for (const at of [70, 120, bytes.value.length - 1]) {
			const copy = bytes.value.slice();
			copy[at] = (copy[at] as number) ^ 1;
			const refused = refusals(place, bo, `:3mpCAT:3Message:3${base64(copy)}:3`);
			assert.equal(rule(refused[0]), "WIRE-6");
		}
		stillTalk(place, people, "after bad signatures");
	});

	test("REPLAY-1, REPLAY-3: everything that ever passed, again, from someone else", () => {
		place.run(20_000);
		const texts = place.log.flatMap((item) =>
			item.type === "text" && item.text.startsWith(":3mpCAT") ? [item.text] : [],
		);
		const shown = ana.messages.length;
		for (const text of texts) {
			const refused = refusals(place, ana, text);
			// A KNOCK says the same again; receipts and published keys stand outside of the count and change nothing twice.
			if (/:3(Knock|Publish|Received):3/.test(text)) continue;
			assert.equal(refused.length, 1, text.slice(0, 20));
		}
		assert.equal(ana.messages.length, shown);
		assert.deepEqual(names(ana), ["Ana", "Bo"]);
		stillTalk(place, people, "after replays");
	});
});

describe("a text for an old session", () => {
	test("CONTENT-1: is not shown, and what its author typed stands in the new one", () => {
		const { place, people } = roomOf(suite, "Ana", "Bo");
		const [ana] = people as [Person, Person];
		place.say(ana, "one");
		place.run(5000);
		const old = place.log.find((item) => item.type === "text" && item.text.includes(":3Message:3"));
		assert.ok(old?.type === "text");
		const cy = place.enter("Cy");
		place.run(20_000);
		assert.deepEqual(names(cy), ["Ana", "Bo", "Cy"]);
		assert.equal(refusals(place, ana, old.text)[0]?.blame, "timing");
		assert.equal(refusals(place, cy, old.text)[0]?.blame, "timing");
		assert.deepEqual(cy.messages, []);
	});
});

describe("a join made to harm", () => {
	test("KEYS-2: with a small-order point", () => {
		const { place, people } = roomOf(suite, "Ana", "Bo");
		const random = seeded("mallory");
		const keys = generateKeySet(suite, random);
		const smallOrder = new Uint8Array(32);
		smallOrder[0] = 1;
		for (const field of ["y", "b"] as const) {
			const keySet = { ...keys.public, [field]: { ...keys.public.y, bytes: smallOrder } };
			const { text } = signMessage(suite, "memory:room", keys.e, NO_CONTEXT, 0, { type: "KNOCK", keySet });
			const refused = refusals(place, people[0] as Person, text);
			assert.deepEqual(
				refused.map((r) => [r.blame, rule(r)]),
				[["sender", "WIRE-2"]],
			);
			assert.match(JSON.stringify(refused), /large order/);
		}
		stillTalk(place, people, "after small orders");
	});

	test("JOIN-5: in someone's name without their key: no prompt, no answer, no eviction", () => {
		const { place, people } = roomOf(suite, "Ana", "Bo");
		const victim = place.enter("Cy");
		// Mallory carries Cy's JOIN on with another key set: a transplanted identity.
		place.run(20_000, () =>
			place.log.some((i) => i.type === "text" && i.from === victim.handle && i.text.includes(":3Join:3")),
		);
		place.vanish(victim);
		const real = place.log.findLast((item) => item.type === "text" && item.text.includes(":3Join:3"));
		assert.ok(real?.type === "text");
		const parsed = parseMessage(suite, real.text);
		assert.ok(parsed.ok && parsed.value.message.type === "JOIN");
		const keys = generateKeySet(suite, seeded("mallory"));
		const message = { ...parsed.value.message, keySet: keys.public };
		assert.notDeepEqual(joinCore(message), joinCore(parsed.value.message));
		const { text } = signMessage(suite, "memory:room", keys.e, parsed.value.header.context, 0, message);
		place.inject("h98", text);
		place.run(20_000);
		const [ana, bo] = people as [Person, Person];
		for (const person of [ana, bo]) {
			assert.deepEqual(names(person), ["Ana", "Bo"]);
			assert.deepEqual(person.participant.view().joining, []);
		}
		assert.equal(
			[...eventsOf(ana, "joining"), ...eventsOf(bo, "joining")].filter((e) => e.person.nickname === "Mallory").length,
			0,
		);
		assert.ok(place.log.some((item) => item.type === "text" && item.text.includes(":3Deny:3")));
		stillTalk(place, people, "after Mallory");
	});
});

describe("floods", () => {
	test("a stranger who knocks without end gets few STATEs, and others still come in", () => {
		const { place } = roomOf(suite, "Ana", "Bo");
		const before = place.log.length;
		for (let i = 0; i < 50; i++) {
			const keys = generateKeySet(suite, seeded(`knocker ${i}`));
			const message = { type: "KNOCK", keySet: keys.public } as const;
			place.inject("h97", signMessage(suite, "memory:room", keys.e, NO_CONTEXT, 0, message).text);
			place.run(20);
		}
		const states = place.log.slice(before).filter((item) => item.type === "text" && item.text.includes(":3State:3"));
		assert.ok(states.length <= 3, `${states.length}`);
		const cy = place.enter("Cy");
		place.run(20_000);
		assert.deepEqual(names(cy), ["Ana", "Bo", "Cy"]);
	});
});

describe("fuzzing what passes", () => {
	test("mutated real traffic never throws, never shows a message, and leaves the room working", () => {
		const { place, people } = roomOf(suite, "Ana", "Bo");
		const [ana, bo] = people as [Person, Person];
		const newcomer = place.enter("Cy");
		place.run(20_000);
		place.say(newcomer, "hello");
		place.run(5000);
		const random = seeded(`fuzz ${process.env["CLOWDER_SEED"] ?? 1}`);
		const pick = (limit: number): number => {
			const [a = 0, b = 0, c = 0] = random(3);
			return (a * 65_536 + b * 256 + c) % limit;
		};
		const texts = place.log.flatMap((item) => (item.type === "text" ? [item.text] : []));
		const shown = ana.messages.length + bo.messages.length;
		const runs = Number(process.env["CLOWDER_RUNS"] ?? 400);
		for (let i = 0; i < runs; i++) {
			const original = texts[pick(texts.length)] as string;
			const at = pick(original.length);
			const character = String.fromCharCode(32 + pick(95));
			const mutations = [
				original.slice(0, at) + character + original.slice(at + 1),
				original.slice(0, at),
				original.slice(0, at) + original.slice(at + 1 + pick(40)),
				original.slice(0, at) + original,
			];
			place.inject(`h${pick(5)}`, mutations[pick(mutations.length)] as string);
			place.deliver();
		}
		place.run(60_000);
		assert.equal(ana.messages.length + bo.messages.length, shown);
		for (const person of [...people, newcomer]) assert.deepEqual(names(person), ["Ana", "Bo", "Cy"]);
		stillTalk(place, [...people, newcomer], "after the fuzzer");
	});
});
