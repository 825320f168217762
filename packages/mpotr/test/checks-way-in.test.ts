import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { keyName, stateHash } from "../src/fold/state.ts";
import { generateKeySet } from "../src/key-set.ts";
import { seal } from "../src/session/sealed-box.ts";
import { inspectFold } from "../src/testing.ts";
import { NO_CONTEXT, parseMessage, signMessage } from "../src/wire/envelope.ts";
import type { Join, Message, State } from "../src/wire/messages.ts";
import { enterInside, MINUTE } from "./checks-inside.ts";
import { change, enterCheater, flipped } from "./support/cheat.ts";
import { eventsOf, names, type Person, roomOf, seeded, suiteOf, TestPlace } from "./support/place.ts";
import { enter, ofType, room as passphraseRoom } from "./support/passphrase.ts";

/** Verifications on someone's way in that nothing else would miss. */

const suite = suiteOf(1);
const BINDING = "memory:room";

function rulesOf(person: Person): readonly string[] {
	return eventsOf(person, "refused").map(({ refusal }) => ("rule" in refusal ? refusal.rule : refusal.what));
}

describe("founding", () => {
	test("FOUND-1: of two who found at one moment the first in the order does, and the other comes in", () => {
		const place = new TestPlace(suite);
		place.hears = () => false;
		const ana = place.enter("Ana");
		place.run(5000);
		const bo = place.enter("Bo");
		const texts = new Map<Person, string>();
		for (const one of [ana, bo]) {
			one.cheat = (text) => {
				if (text.includes(":3Found:3")) texts.set(one, text);
				return undefined;
			};
		}
		// Nobody hears them: both give up waiting for an answer.
		place.run(MINUTE, () => texts.size === 2);
		place.hears = () => true;
		for (const one of [ana, bo]) delete one.cheat;
		for (const [one, text] of texts) place.inject(one.handle, text);
		place.run(2000, () => names(ana).length === 2 && names(bo).length === 2);
		assert.equal(texts.size, 2);
		for (const one of [ana, bo]) assert.deepEqual(names(one), ["Ana", "Bo"]);
		assert.equal(ana.participant.view().session?.fingerprint, bo.participant.view().session?.fingerprint);
	});
});

describe("a STATE of a place before there was a session", () => {
	test("STATE-3: there is nothing that it could say", () => {
		const inside = enterInside();
		const { place, ana } = inside;
		const shares = place.log.flatMap((item) => {
			const parsed = item.type === "text" ? parseMessage(suite, item.text) : undefined;
			return parsed?.ok && parsed.value.message.type === "SHARE" ? [parsed.value] : [];
		});
		const at = shares[0]?.hash ?? assert.fail("no SHARE of the founder");
		const states = place.log.flatMap((item) => {
			const parsed = item.type === "text" ? parseMessage(suite, item.text) : undefined;
			return parsed?.ok && parsed.value.message.type === "STATE" ? [parsed.value.message] : [];
		});
		const real = states[0] ?? assert.fail("no STATE");
		const empty: State = { ...real, at, k: 0, members: [], pending: [], votes: [], dead: [], answers: [], failures: 0 };
		ana.events.length = 0;
		inside.say(empty);
		place.run(MINUTE, () => rulesOf(ana).includes("STATE-3"));
		assert.ok(rulesOf(ana).includes("STATE-3"), rulesOf(ana).join());
	});
});

describe("what a newcomer writes on the way in", () => {
	test("BESIDE-3: a text whose box does not open is refused and relayed to nobody", () => {
		const place = new TestPlace(suite);
		const ana = place.enter("Ana");
		place.run(MINUTE, () => names(ana).length === 1);
		const bad = change("WHISPER", (m) => ({ ...m, box: { ...m.box, mac: flipped(m.box.mac) } }));
		const cy = enterCheater(place, "Cy", bad);
		const rosters = (): number => ofType(place, 0, "ROSTER").length;
		place.run(MINUTE, () => rosters() > 0);
		place.say(cy, "let me in");
		place.run(MINUTE);
		assert.equal(ofType(place, 0, "WHISPER").length, 1);
		assert.deepEqual(rulesOf(ana), ["BESIDE-3"]);
		assert.deepEqual(eventsOf(ana, "preview"), []);
		assert.equal(ana.messages.at(-1)?.text, "let me in", "as a message, once they are in");
	});
});

describe("a room with a passphrase", () => {
	test("PASS-2: a run with one member is nothing to the others", () => {
		const { place, people } = passphraseRoom(suite, "Ana", "Bo", "Cy");
		const di = enter(place, "Di", "open sesame");
		place.run(MINUTE, () => names(di).length === 4);
		assert.deepEqual(names(di), ["Ana", "Bo", "Cy", "Di"]);
		for (const one of people) assert.deepEqual(rulesOf(one), [], one.name);
	});

	test("PASS-3: a JOIN of one who ran no CPace with its sponsor is denied", () => {
		const { place, people } = passphraseRoom(suite, "Ana", "Bo");
		const [ana] = people as [Person];
		const fold = inspectFold(ana.participant) ?? assert.fail("no room");
		const context = stateHash(suite, fold) ?? assert.fail("no session");
		const sponsor = fold.base?.members.find(({ v }) => fold.authors.get(keyName(v))?.handle === ana.handle);
		const random = seeded("stranger");
		const keys = generateKeySet(suite, random);
		const sealed = seal(suite, keys.public, [context, keys.public.v.bytes], new Uint8Array(129), random);
		assert.ok(sealed.ok && sponsor);
		const join: Join = {
			type: "JOIN",
			keySet: keys.public,
			commitment: random(32),
			sponsor: sponsor.v.bytes,
			sealed: sealed.value,
			passphrase: random(32) as NonNullable<Join["passphrase"]>,
			authenticators: [random(32), random(32)] as unknown as Join["authenticators"],
		};
		const sign = (number: number, of: Uint8Array, message: Message): void => {
			place.inject("stranger", signMessage(suite, BINDING, keys.e, of, number, message).text);
		};
		sign(0, NO_CONTEXT, { type: "KNOCK", keySet: keys.public });
		sign(1, context, join);
		place.run(1000);
		assert.deepEqual(
			ofType(place, 0, "DENY").map(({ reason }) => reason),
			["wrong-passphrase"],
		);
		for (const one of people) assert.deepEqual(eventsOf(one, "joining"), []);
	});
});

describe("another session in the same place", () => {
	test("MERGE-2: nobody asks to come into one that they would not have come into", () => {
		const place = new TestPlace(suite);
		const people: Person[] = [];
		const side = (handle: string): number => people.findIndex((one) => one.handle === handle) % 2;
		place.hears = (person, item) => item.type !== "text" || side(item.from) === people.indexOf(person) % 2;
		for (const [name, secret] of [
			["Ana", "open sesame"],
			["Bo", undefined],
			["Cy", "open sesame"],
		] as const) {
			people.push(secret === undefined ? place.enter(name) : enter(place, name, secret));
			place.run(MINUTE / 2);
		}
		const [ana, bo, cy] = people as [Person, Person, Person];
		for (const one of [ana, cy]) assert.deepEqual(names(one), ["Ana", "Cy"]);
		assert.deepEqual(names(bo), ["Bo"]);
		place.hears = () => true;
		const start = place.log.length;
		place.run(3 * MINUTE);
		for (const type of ["JOIN", "PAKE"] as const) assert.deepEqual(ofType(place, start, type), []);
		assert.ok(ofType(place, start, "KNOCK").length > 0, "it was heard of");
		assert.deepEqual(eventsOf(bo, "merging"), []);
		assert.deepEqual(names(bo), ["Bo"]);
		assert.deepEqual(names(ana), ["Ana", "Cy"]);
	});
});

test("VOTE-2: whoever waits and is voted out, for whatever reason, is told so", () => {
	const place = new TestPlace(suite);
	const mal = enterCheater(place, "Mal", (message) => message, { terms: { policy: "any" } });
	place.run(MINUTE, () => names(mal).length === 1);
	const eve = place.enter("Eve");
	place.run(MINUTE, () => eventsOf(mal, "asking").length > 0);
	const fold = inspectFold(mal.participant) ?? assert.fail("no room");
	const [own] = fold.base?.members ?? [];
	const [join] = fold.pending;
	assert.ok(own && join && fold.base);
	const number = (fold.authors.get(keyName(own.v))?.number ?? -1) + 1;
	const vote: Message = { type: "VOTE", drop: [{ v: join.keySet.v.bytes, owes: "heartbeat" }], late: false };
	place.inject(mal.handle, mal.sign(own.v.bytes, fold.base.aid, number, vote));
	place.run(1000);
	assert.deepEqual(
		eventsOf(eve, "refused-entry").map(({ why }) => why),
		["silent"],
	);
});

test("OPEN-2: of two who open at one moment, the later one hears nothing of what it sent in vain", () => {
	const { place, people } = roomOf(suite, "Ana", "Bo");
	const [ana, bo] = people as [Person, Person];
	place.run(10_000);
	for (const one of people) one.events.length = 0;
	for (const one of [ana, bo]) place.act(one, (participant) => participant.rekey(place.now));
	place.run(5000);
	assert.equal(ofType(place, 0, "OPEN").filter(({ rekey }) => rekey).length, 2);
	assert.deepEqual(rulesOf(ana), ["OPEN-2"]);
	assert.deepEqual(rulesOf(bo), []);
});

test("KEYS-1: whoever was out and comes back knocks with keys that nobody has seen", () => {
	const { place, people } = roomOf(suite, "Ana", "Bo", "Cy");
	const [ana, , cy] = people as [Person, Person, Person];
	place.run(10_000);
	place.asleep.add(cy);
	place.run(5 * MINUTE, () => names(ana).length === 2);
	assert.deepEqual(names(ana), ["Ana", "Bo"]);
	const start = place.log.length;
	place.wakeUp(cy);
	place.run(3 * MINUTE, () => names(ana).length === 3 && names(cy).length === 3);
	assert.deepEqual(names(cy), ["Ana", "Bo", "Cy"]);
	const told = new Set(ofType(place, 0, "SHARE").map(({ next }) => keyName(next.v)));
	const knocks = ofType(place, start, "KNOCK").map(({ keySet }) => keyName(keySet.v));
	assert.ok(knocks.length > 0);
	for (const key of knocks) assert.ok(!told.has(key));
});

test("BURN-1: a newcomer whose SHARE was lost with its attempt knocks with a key set and a salt of its own, and comes in", () => {
	const { place, people } = roomOf(suite, "Ana", "Bo");
	const [ana] = people as [Person];
	place.run(10_000);
	const openOnly = (allowed: (joins: number) => boolean): void => {
		for (const one of people) {
			one.cheat = (text) => {
				const parsed = parseMessage(suite, text);
				const isOpen = parsed.ok && parsed.value.message.type === "OPEN" && parsed.value.message;
				return isOpen && !allowed(isOpen.joins.length) ? undefined : text;
			};
		}
	};
	openOnly((joins) => joins === 2);
	let lost = 0;
	const cy = enterCheater(place, "Cy", (message) => {
		if (message.type !== "SHARE") return message;
		lost++;
		return undefined;
	});
	const di = place.enter("Di");
	place.run(MINUTE, () => lost > 0);
	assert.equal(inspectFold(ana.participant)?.attempt?.slots.length, 4, "both come in at once");
	// Di goes, and with it the attempt; the next one is without Cy.
	openOnly((joins) => joins === 0);
	place.vanish(di);
	const sessions = eventsOf(ana, "session").length;
	place.act(ana, (one) => one.rekey(place.now));
	place.run(MINUTE / 2, () => eventsOf(ana, "session").length > sessions);
	assert.deepEqual(names(ana), ["Ana", "Bo"]);
	assert.equal(eventsOf(ana, "session").length, sessions + 1);
	for (const one of people) delete one.cheat;
	cy.cheating = false;
	place.run(2 * MINUTE, () => names(cy).length === 3);
	for (const one of [...people, cy]) assert.deepEqual(names(one), ["Ana", "Bo", "Cy"]);
});
