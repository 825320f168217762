import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { generateKeySet } from "../src/key-set.ts";
import type { Message } from "../src/wire/messages.ts";
import { type Change, type Cheater, enterCheater, flipped } from "./support/cheat.ts";
import { remembering } from "./support/memo.ts";
import type { PlacedMessage } from "../src/index.ts";
import { eventsOf, type Item, names, type Person, seeded, suiteOf, TestPlace } from "./support/place.ts";

/**
 * Section 12 of the design, group 3: somebody inside says two things in one place, and the carrier shows each of them to
 * others. Those who share a view convict the equivocator, or the others are told that views differ; nobody honest is out for it.
 */

const suite = remembering(suiteOf(1));
/** With encapsulations. */
const second = remembering(suiteOf(2));
const TIMEOUT = 60_000;

/** Another statement in the same place. */
const OTHERS: ReadonlyMap<string, (message: Message) => Message | undefined> = new Map<
	string,
	(message: Message) => Message | undefined
>([
	["JOIN", (m) => (m.type === "JOIN" ? { ...m, commitment: flipped(m.commitment) } : undefined)],
	[
		"STATE",
		(m) => {
			if (m.type !== "STATE") return undefined;
			const made = generateKeySet(suite, seeded("made up")).public;
			return { ...m, members: m.members.map((one, i) => (i === 0 ? { ...one, next: made } : one)) };
		},
	],
	["CONFIRM", (m) => (m.type === "CONFIRM" ? { ...m, mac: flipped(m.mac) } : undefined)],
	["link", (m) => (m.type === "SHARE" && m.ring ? { ...m, ring: { ...m.ring, cL: flipped(m.ring.cL) } } : undefined)],
	[
		"next keys",
		(m) => (m.type === "SHARE" ? { ...m, next: generateKeySet(suite, seeded("other")).public } : undefined),
	],
	["ring", (m) => (m.type === "SHARE" && m.ring ? { ...m, ring: { ...m.ring, z: flipped(m.ring.z) } } : undefined)],
	[
		"key confirmation",
		(m) => (m.type === "SHARE" ? { ...m, confirmations: m.confirmations.map((kc) => flipped(kc)) } : undefined),
	],
	["confirm", (m) => (m.type === "CONFIRM" ? { ...m, mac: flipped(m.mac) } : undefined)],
	[
		"encapsulation",
		(m) => {
			if (m.type !== "OFFER" || m.kemCiphertext === undefined) return undefined;
			return { ...m, kemCiphertext: flipped(m.kemCiphertext) };
		},
	],
	["list", (m) => (m.type === "OFFER" ? { ...m, list: flipped(m.list) } : undefined)],
]);

interface Scene {
	readonly place: TestPlace;
	readonly honest: readonly Person[];
	readonly mal: Cheater;
	/** How many statements were doubled. */
	readonly doubled: () => number;
}

/** Ana, Bo, Cy and somebody who equivocates, as a member while Di comes in or as the one who comes in. */
function play(what: string, side: ReadonlySet<string>, hides: boolean): Scene {
	const place = new TestPlace(what === "encapsulation" ? second : suite);
	const other = OTHERS.get(what) ?? assert.fail(what);
	const shown = new Map<string, (person: Person) => boolean>();
	let mal: Cheater | undefined;
	const how: Change = (message, { header: { v, context, number } }) => {
		const variant = shown.size === 0 ? other(message) : undefined;
		if (variant === undefined || mal === undefined) return message;
		const [one, two] = [message, variant].map((m) => mal?.sign(v, context, number, m) ?? assert.fail());
		if (one === undefined || two === undefined) return message;
		shown.set(one, (person) => !side.has(person.name));
		shown.set(two, (person) => side.has(person.name));
		place.inject(mal.handle, one);
		place.inject(mal.handle, two);
		return undefined;
	};
	place.hears = (person, item: Item) => {
		if (item.type !== "text") return true;
		if (hides && shown.size > 0 && person.name !== "Mal" && item.text.includes(":3Reply:3")) return false;
		return shown.get(item.text)?.(person) ?? true;
	};
	const people: Person[] = [];
	const enter = (name: string): void => {
		if (name === "Mal") mal = enterCheater(place, name, how);
		else people.push(place.enter(name));
		if (mal !== undefined) mal.cheating = false;
		place.run(10_000);
	};
	const newcomer = what === "JOIN" ? "Mal" : "Di";
	for (const name of ["Ana", "Bo", "Cy", "Mal"]) if (name !== newcomer) enter(name);
	for (const one of people) {
		one.events.length = 0;
		// Who answers a KNOCK first is drawn: here the equivocator is.
		const late = (text: string): boolean => what === "STATE" && shown.size === 0 && text.includes(":3State:3");
		one.cheat = (text) => (late(text) ? undefined : text);
	}
	const cheat = (): void => {
		if (mal !== undefined) mal.cheating = true;
	};
	cheat();
	if (newcomer === "Di") people.push(place.enter("Di"));
	else mal = enterCheater(place, "Mal", how);
	place.run(TIMEOUT);
	for (const one of people) {
		if (one.participant.view().phase !== "over") place.say(one, `from ${one.name}`);
	}
	place.run(TIMEOUT);
	// When the carrier is honest again, so is the room.
	const all = people
		.map((one) => one.name)
		.sort()
		.join();
	place.run(8 * TIMEOUT, () =>
		people.every(
			(one) =>
				names(one)
					.filter((name) => name !== "Mal")
					.join() === all,
		),
	);
	place.run(10_000);
	return { place, honest: people, mal: mal ?? assert.fail(), doubled: () => shown.size / 2 };
}

/** Whoever said that they see a message, in this place, does. */
function checkTranscripts(honest: readonly Person[]): void {
	const byId = new Map(honest.map((one) => [one.participant.view().self.id, one]));
	for (const one of honest) {
		for (const { messages, by } of eventsOf(one, "confirmed")) {
			const other = byId.get(by);
			if (other === undefined) continue;
			for (const id of messages) {
				const { session, entry, text } = one.messages.find((message) => message.id === id) ?? assert.fail();
				const theirs: PlacedMessage | undefined = other.messages.find(
					(message) => message.session === session && message.entry === entry,
				);
				assert.equal(theirs?.text, text, `${other.name} confirmed it to ${one.name}`);
			}
		}
	}
	const lists = new Map<string, string>();
	for (const one of honest) {
		for (const { session } of eventsOf(one, "session")) {
			const list = session.people.map(({ id }) => id).join();
			assert.equal(lists.get(session.fingerprint) ?? list, list, "one list for one session");
			lists.set(session.fingerprint, list);
		}
	}
}

const TROUBLE: ReadonlySet<string> = new Set(["blamed", "divergence", "gap", "refused", "frozen", "split"]);

describe("Group 3: an equivocating insider with a carrier that splits", () => {
	const sides = [["Ana"], ["Bo", "Cy"], ["Ana", "Di"]];
	for (const what of OTHERS.keys()) {
		for (const hides of [false, true]) {
			test(`Group 3: ${what}, ${hides ? "and what was hidden is never brought" : "shown to some, another to the rest"}: told, or the equivocator is convicted`, () => {
				for (const side of sides) {
					const { honest, doubled } = play(what, new Set(side), hides);
					const where = `${what} to ${side.join()}`;
					assert.equal(doubled(), 1, `${where}: somebody equivocated`);
					for (const one of honest) {
						const blamed = eventsOf(one, "blamed").map((event) => event.person.nickname as string);
						assert.ok(
							blamed.every((name) => name === "Mal"),
							`${where}: ${blamed.join()} blamed by ${one.name}`,
						);
						for (const { how, person } of eventsOf(one, "leaving")) {
							assert.ok(how !== "misbehaved" || person.nickname === "Mal", `${where}: ${person.nickname} is out`);
						}
						assert.equal(one.participant.view().phase, "inside", `${where}: ${one.name}`);
					}
					checkTranscripts(honest);
					const noticed = honest.some((one) => one.events.some(({ type }) => TROUBLE.has(type)));
					assert.ok(noticed, `${where}: nobody noticed`);
					const rest = honest.map((one) => names(one).filter((name) => name !== "Mal"));
					for (const list of rest) assert.deepEqual(list, honest.map((one) => one.name).sort(), where);
				}
			});
		}
	}
});
