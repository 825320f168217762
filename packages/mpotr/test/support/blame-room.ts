import assert from "node:assert/strict";
import { equal, hex } from "@clowder/bytes";
import type { Suite } from "@clowder/crypto";
import { type ParsedMessage, parseMessage } from "../../src/wire/envelope.ts";
import type { Message, Revealed } from "../../src/wire/messages.ts";
import { type Change, type Cheater, enterCheater } from "./cheat.ts";
import { eventsOf, names, type Person, TestPlace } from "./place.ts";

/** A whole room of which some cheat, and what must be true of it afterwards. */
export interface BlameRoom {
	readonly place: TestPlace;
	readonly people: Person[];
	readonly cheaters: Cheater[];
}

export function emptyRoom(suite: Suite): BlameRoom {
	return { place: new TestPlace(suite), people: [], cheaters: [] };
}

export interface Plan {
	/** In the session before, the founder first. */
	readonly members: readonly string[];
	/** Comes in while the cheating goes on; without one the members make new keys. */
	readonly newcomers: readonly string[];
	/** Who cheats, and how. */
	readonly cheats: ReadonlyMap<string, Change>;
}

/**
 * Brings the members into one session, honestly; then the cheaters cheat while the newcomers come in, or keys are renewed.
 * `room` fills on the way, for cheats that need to know of others.
 */
export function blameRoom(suite: Suite, plan: Plan, forMs = 30_000, room: BlameRoom = emptyRoom(suite)): BlameRoom {
	const { place, people, cheaters } = room;
	const enter = (name: string, cheating: boolean): void => {
		const how = plan.cheats.get(name);
		const cheater = how && enterCheater(place, name, how);
		people.push(cheater ?? place.enter(name));
		if (cheater === undefined) return;
		cheater.cheating = cheating;
		cheaters.push(cheater);
	};
	for (const [i, name] of plan.members.entries()) {
		enter(name, false);
		if (i === 0) place.run(1000);
	}
	place.run(20_000, () => people.every((one) => names(one).length === plan.members.length));
	place.run(3000);
	for (const one of people) assert.deepEqual(names(one), [...plan.members].sort(), "an honest room to begin with");
	for (const cheater of cheaters) cheater.cheating = true;
	for (const name of plan.newcomers) enter(name, true);
	if (plan.newcomers.length === 0) place.act(people[0] as Person, (participant) => participant.rekey(place.now));
	place.run(forMs);
	return room;
}

/** Someone of the room, by name. */
export function personIn(room: BlameRoom, name: string): Person {
	return room.people.find((one) => one.name === name) ?? assert.fail(`no ${name}`);
}

export function honest({ people, cheaters }: BlameRoom): readonly Person[] {
	return people.filter((one) => !cheaters.some((cheater) => cheater.handle === one.handle));
}

/** Every message that was placed, with the handle it came from. */
export function messages(place: TestPlace): readonly { readonly from: string; readonly parsed: ParsedMessage }[] {
	return place.log.flatMap((item) => {
		const parsed = item.type === "text" ? parseMessage(place.suite, item.text) : undefined;
		return item.type === "text" && parsed?.ok ? [{ from: item.from, parsed: parsed.value }] : [];
	});
}

/** Whether a message opens secrets of an attempt. */
function opens(message: Message): boolean {
	if (message.type === "FAULT") return message.evidence.kind === "share";
	return message.type === "COMPLAIN" || message.type === "REVEAL";
}

/** Rule BLAME-7 over everything the honest sent: for each attempt a key or secrets, never both. */
function checkWords(room: BlameRoom): void {
	const handles = new Set(honest(room).map((one) => one.handle));
	const words = new Map<string, "key" | "secrets">();
	for (const { from, parsed } of messages(room.place)) {
		if (!handles.has(from)) continue;
		const name = `${hex(parsed.header.v)} in ${hex(parsed.header.context)}`;
		if (opens(parsed.message)) {
			assert.notEqual(words.get(name), "key", "nobody opens what they confirmed");
			words.set(name, "secrets");
		}
		if (parsed.message.type === "CONFIRM") {
			assert.notEqual(words.get(name), "secrets", "nobody confirms what they opened");
			words.set(name, "key");
		}
	}
}

/** Key sets of everyone whose CONFIRM was placed: those that a session may live on. */
function confirmedKeySets(place: TestPlace) {
	const all = messages(place);
	const keySets = all.flatMap(({ parsed: { message } }) => {
		if (message.type === "FOUND" || message.type === "JOIN") return [message.keySet];
		return message.type === "SHARE" ? [message.next] : [];
	});
	const authors = all.filter(({ parsed }) => parsed.message.type === "CONFIRM").map(({ parsed }) => parsed.header);
	return keySets.filter((keys) => authors.some(({ v }) => equal(v, keys.v.bytes)));
}

/** Everything that these people opened anywhere. */
export function allRevealed(place: TestPlace, people: readonly Person[]): readonly Revealed[] {
	const handles = new Set(people.map((one) => one.handle));
	return messages(place)
		.filter(({ from }) => handles.has(from))
		.flatMap(({ parsed: { message } }) =>
			message.type === "REVEAL" || message.type === "COMPLAIN" ? [message.revealed] : [],
		);
}

/**
 * Nothing that an honest one opened belongs to keys with which any session was confirmed: without `x` or the KEM seed of
 * one side no pairwise key of a session can be made. (A cheater may always give its own away.)
 */
function checkNothingLive(room: BlameRoom): void {
	const { place } = room;
	const { primitives, kem } = place.suite;
	const live = confirmedKeySets(place);
	for (const { x, kemSeed } of allRevealed(place, honest(room))) {
		const key = primitives.dhKeyPair(x).publicKey.bytes;
		assert.ok(!live.some(({ y }) => equal(y.bytes, key)), "no x of a session is open");
		const ek = kemSeed && kem?.keyPair(kemSeed).publicKey.bytes;
		assert.ok(
			!live.some((one) => ek && one.ek?.key && equal(one.ek.key.bytes, ek)),
			"no KEM seed of a session is open",
		);
	}
}

/** No honest one is blamed, refused or out, whatever else happened. */
export function checkHonest(room: BlameRoom): void {
	const guilty = new Set(room.cheaters.map((one) => one.name));
	for (const one of honest(room)) {
		for (const event of eventsOf(one, "blamed"))
			assert.ok(guilty.has(event.person.nickname), `${event.person.nickname} is blamed`);
		for (const event of eventsOf(one, "leaving")) {
			assert.ok(event.how !== "misbehaved" || guilty.has(event.person.nickname), `${event.person.nickname} is out`);
		}
		assert.deepEqual(eventsOf(one, "refused-entry"), [], `${one.name} is let in`);
		assert.deepEqual(eventsOf(one, "over"), [], `${one.name} is still there`);
	}
	checkWords(room);
	checkNothingLive(room);
}

/** Exactly the cheaters are out, and the others in one session. */
export function checkVerdict(room: BlameRoom, rules: readonly string[]): void {
	checkHonest(room);
	const rest = honest(room);
	const expected = rest.map((one) => one.name).sort();
	for (const one of rest) assert.deepEqual(names(one), expected, `${one.name} goes on with the others`);
	const sessions = new Set(rest.map((one) => one.participant.view().session?.fingerprint));
	assert.equal(sessions.size, 1, "in one session");
	for (const one of room.cheaters) assert.equal(one.participant.view().phase, "over", `${one.name} is out`);
	const blamed = new Set(
		rest.flatMap((one) => eventsOf(one, "blamed").map((event) => event.person.nickname as string)),
	);
	assert.deepEqual([...blamed].sort(), room.cheaters.map((one) => one.name).sort(), "the cheaters are named");
	for (const event of rest.flatMap((one) => eventsOf(one, "blamed"))) assert.ok(rules.includes(event.rule), event.rule);
}
