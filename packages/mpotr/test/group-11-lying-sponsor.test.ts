import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Suite } from "@clowder/crypto";
import { generateKeySet } from "../src/key-set.ts";
import type { Aid, MessageHash } from "../src/labels.ts";
import type { State } from "../src/wire/messages.ts";
import { type Change, type Cheater, change, enterCheater } from "./support/cheat.ts";
import { remembering } from "./support/memo.ts";
import { eventsOf, names, type Person, seeded, suiteOf, TestPlace } from "./support/place.ts";

/**
 * Section 12 of the design, group 11: whoever answers newcomers lies to them, or about them. A newcomer who complains after
 * others confirmed, and two colluders whose shares cancel out, are in `blame-liars.test.ts`.
 */

const suite = remembering(suiteOf(1));
const MINUTE = 60_000;
const NEWCOMERS = ["Dee", "Eve", "Fay"];
/** Who answers is drawn anew for each KNOCK, among three. */
const TRIES_MAX = 8;

const madeUp = generateKeySet(suite, seeded("made up")).public;

/** A key on which nothing can be agreed. */
function useless<K extends { readonly bytes: Uint8Array }>(key: K): K {
	const bytes = new Uint8Array(32);
	bytes[0] = 1;
	return { ...key, bytes };
}

function first(m: State, how: (member: State["members"][number]) => State["members"][number]): State {
	return { ...m, members: m.members.map((one, i) => (i === 0 ? how(one) : one)) };
}

/** Each field of a STATE, and what a liar would put there. */
const STATES: ReadonlyMap<string, (m: State) => State> = new Map([
	["another place to read on from", (m: State): State => ({ ...m, at: seeded("at")(32) as MessageHash })],
	["another count of attempts", (m) => ({ ...m, k: m.k + 1 })],
	["another policy", (m) => ({ ...m, parameters: { ...m.parameters, policy: "all" } })],
	["a timeout in which nobody can answer", (m) => ({ ...m, parameters: { ...m.parameters, timeoutSeconds: 10 } })],
	["a passphrase", (m) => ({ ...m, parameters: { ...m.parameters, passphrase: true } })],
	["a member less", (m) => ({ ...m, members: m.members.slice(1) })],
	[
		"a member more",
		(m) => ({
			...m,
			members: [...m.members, { v: madeUp.v, number: 0, handle: "h9", next: madeUp, removed: false, left: false }].sort(
				(a, b) => Buffer.compare(a.v.bytes, b.v.bytes),
			),
		}),
	],
	["a member's next keys", (m) => first(m, (one) => ({ ...one, next: madeUp }))],
	["next keys of no use", (m) => first(m, (one) => ({ ...one, next: { ...one.next, y: useless(one.next.y) } }))],
	["a member who is out", (m) => first(m, (one) => ({ ...one, removed: true }))],
	["a member who left", (m) => first(m, (one) => ({ ...one, left: true }))],
	["a number that is far ahead", (m) => first(m, (one) => ({ ...one, number: one.number + 1000 }))],
	["another's handle", (m) => first(m, (one) => ({ ...one, handle: "h9" }))],
	["an attempt that died", (m) => ({ ...m, dead: [{ aid: seeded("aid")(32) as Aid, unshared: [] }] })],
	["wrong passphrases", (m) => ({ ...m, failures: m.failures + 5 })],
	["no KNOCK that it answers", (m) => ({ ...m, answers: [] })],
	["box keys of nobody's", (m) => ({ ...m, sponsorBox: { b: madeUp.b, bek: madeUp.bek } })],
	["box keys of no use", (m) => ({ ...m, sponsorBox: { ...m.sponsorBox, b: useless(m.sponsorBox.b) } })],
]);

/** The suite of someone who encrypts something else than it should: another name wherever one of these stands. */
function renaming(names: readonly string[], to: string, seen: () => void): Suite {
	const { primitives } = suite;
	const aes256Ctr: Suite["primitives"]["aes256Ctr"] = (key, iv, data) => {
		const changed = Buffer.from(data);
		for (const name of names) {
			const at = changed.indexOf(name);
			if (at < 0) continue;
			changed.write(to, at);
			seen();
		}
		return primitives.aes256Ctr(key, iv, Uint8Array.from(changed));
	};
	return { ...suite, primitives: { ...primitives, aes256Ctr } };
}

interface Room {
	readonly place: TestPlace;
	readonly honest: Person[];
	readonly mal: Cheater;
}

/** Comes until it is in: a liar who answers can send somebody away, who is told so and blamed for nothing. */
function comeIn(place: TestPlace, name: string): Person {
	for (let tries = 0; tries < TRIES_MAX; tries++) {
		const person = place.enter(name);
		place.run(4 * MINUTE, () => ["inside", "over"].includes(person.participant.view().phase));
		place.run(20_000);
		if (person.participant.view().phase === "inside") return person;
		assert.equal(eventsOf(person, "refused-entry").length, 1, `${name} is told why`);
		place.vanish(person);
		place.run(20_000);
	}
	return assert.fail(`${name} never comes in`);
}

/** Ana, Bo and a liar; people come in until it is the liar who answers one, and one more. */
function play(how: Change, lied: () => number, options: { readonly suite?: Suite } = {}): Room {
	const place = new TestPlace(suite);
	const ana = place.enter("Ana");
	place.run(5000);
	const bo = place.enter("Bo");
	place.run(10_000);
	const mal = enterCheater(place, "Mal", how, options);
	mal.cheating = false;
	place.run(15_000);
	assert.deepEqual(names(ana), ["Ana", "Bo", "Mal"]);
	mal.cheating = true;
	const honest = [ana, bo];
	for (const name of NEWCOMERS) {
		const before = lied();
		honest.push(comeIn(place, name));
		if (before > 0) break;
	}
	assert.ok(lied() > 0, "the liar had something to say");
	return { place, honest, mal };
}

function check({ place, honest }: Room, what: string): void {
	const all = honest.map((one) => one.name).sort();
	const here = (one: Person): readonly string[] => names(one).filter((name) => name !== "Mal");
	// Whoever was led astray has founded a room of their own, and the two become one.
	place.run(8 * MINUTE, () => honest.every((one) => here(one).join() === all.join()));
	for (const one of honest) {
		assert.deepEqual(here(one), all, `${what}: ${one.name}'s room`);
		const blamed = eventsOf(one, "blamed").map((event) => event.person.nickname as string);
		assert.ok(
			blamed.every((name) => name === "Mal"),
			`${what}: ${blamed.join()} blamed`,
		);
		const left = eventsOf(one, "leaving").map((event) => event.person.nickname as string);
		assert.ok(
			left.every((name) => name === "Mal"),
			`${what}: ${one.name} sees ${left.join()} out`,
		);
		assert.deepEqual(eventsOf(one, "over"), [], what);
	}
	const sessions = new Set(honest.map((one) => one.participant.view().session?.fingerprint));
	assert.equal(sessions.size, 1, `${what}: one session`);
	place.say(honest[0] as Person, "afterwards");
	place.run(10_000);
	for (const one of honest) assert.equal(one.messages.at(-1)?.text, "afterwards", what);
}

describe("Group 11: a sponsor who lies", () => {
	for (const [what, lie] of STATES) {
		test(`Group 11: in STATE, ${what}: no honest one is out, and whoever comes gets in`, () => {
			let lies = 0;
			const how = change("STATE", (m) => {
				lies++;
				return lie(m);
			});
			check(
				play(how, () => lies),
				what,
			);
		});
	}

	const cases = [
		["INTRODUCE, about who comes, another nickname", NEWCOMERS, "Zoe"],
		["INTRODUCE, about who comes, the nickname of someone inside", NEWCOMERS, "Ana"],
		["ROSTER, about who is inside, another nickname", ["Ana"], "Zoe"],
	] as const;
	for (const [what, whom, to] of cases) {
		test(`Group 11: in ${what}: no honest one is out, and whoever comes gets in`, () => {
			let lies = 0;
			const lying = renaming(whom, to, () => {
				lies++;
			});
			const room = play(
				(message) => message,
				() => lies,
				{ suite: lying },
			);
			check(room, what);
		});
	}
});
