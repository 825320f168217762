import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { equal } from "@clowder/bytes";
import type { ParticipantOptions, PersonId } from "../src/api.ts";
import { ANSWER_HOLDS_MS, MAX_INTRODUCED_WAIT_MS } from "../src/limits.ts";
import type { AdmissionPolicy } from "../src/parameters.ts";
import { type ParsedMessage, parseMessage } from "../src/wire/envelope.ts";
import type { Message } from "../src/wire/messages.ts";
import { enterCheater, flipped } from "./support/cheat.ts";
import { FoldBench } from "./support/fold-bench.ts";
import { eventsOf, names, type Person, suiteOf, TestPlace } from "./support/place.ts";

const suite = suiteOf(2);
/** Nobody writes a word in these rooms, and nothing but admission is looked at. */
const MINUTE = 60_000;

function idOf(person: Person): PersonId {
	return person.participant.view().self.id;
}

/** Opens the door for whoever asks, for those who are let in while the room is made. */
function letIn(place: TestPlace, inside: readonly Person[], newcomer: Person): void {
	place.run(MINUTE, () => inside.every((one) => one.participant.view().asking.length > 0));
	for (const one of inside) place.act(one, (participant) => participant.approve(idOf(newcomer), place.now));
	place.run(MINUTE, () => [...inside, newcomer].every((one) => names(one).length === inside.length + 1));
	place.run(3000);
	for (const one of [...inside, newcomer]) one.events.length = 0;
}

function roomWith(policy: AdmissionPolicy, ...who: readonly string[]): { place: TestPlace; people: Person[] } {
	const place = new TestPlace(suite);
	const people: Person[] = [];
	for (const name of who) {
		const person = place.enter(name, { terms: { policy } });
		if (people.length > 0) letIn(place, people, person);
		else place.run(3000);
		people.push(person);
	}
	for (const person of people) assert.equal(names(person).length, who.length);
	return { place, people };
}

function messagesSince(place: TestPlace, from: number): readonly (ParsedMessage & { readonly from: string })[] {
	return place.log.slice(from).flatMap((item) => {
		const parsed = item.type === "text" ? parseMessage(suite, item.text) : undefined;
		return parsed?.ok && item.type === "text" ? [{ ...parsed.value, from: item.from }] : [];
	});
}

function typesSince(place: TestPlace, from: number): readonly Message["type"][] {
	return messagesSince(place, from).map(({ message }) => message.type);
}

function count(types: readonly Message["type"][], type: Message["type"]): number {
	return types.filter((one) => one === type).length;
}

function approve(place: TestPlace, by: Person, whom: Person): void {
	place.act(by, (participant) => participant.approve(idOf(whom), place.now));
}

function refuse(place: TestPlace, by: Person, whom: Person): void {
	place.act(by, (participant) => participant.refuse(idOf(whom), place.now));
}

describe("ADMIT-1: who comes in is decided by those inside", () => {
	const cases: readonly { policy: AdmissionPolicy; inside: readonly string[]; needed: number }[] = [
		{ policy: "any", inside: ["Ana", "Bo", "Cy"], needed: 1 },
		{ policy: "majority", inside: ["Ana", "Bo", "Cy"], needed: 2 },
		{ policy: "all", inside: ["Ana", "Bo", "Cy"], needed: 3 },
		{ policy: "majority", inside: ["Ana", "Bo"], needed: 2 },
	];
	for (const { policy, inside, needed } of cases) {
		test(`${policy} of ${inside.length}: in with ${needed}, not before`, () => {
			const { place, people } = roomWith(policy, ...inside);
			const eve = place.enter("Eve");
			place.run(MINUTE);
			for (const [i, person] of people.entries()) {
				if (i === needed) break;
				assert.deepEqual(names(eve), [], `after ${i}`);
				assert.equal(eve.participant.view().phase, "asking");
				assert.deepEqual(
					eventsOf(person, "asking").map((event) => event.person.nickname as string),
					["Eve"],
				);
				approve(place, person, eve);
				place.run(MINUTE);
			}
			for (const person of [...people, eve]) assert.deepEqual(names(person), [...inside, "Eve"].sort());
			const seen = eventsOf(people[0] as Person, "answered").map((event) => [event.by.nickname, event.yes]);
			assert.deepEqual(
				seen,
				inside.slice(0, needed).map((name) => [name, true]),
			);
		});
	}

	test("an open room asks nobody", () => {
		const { place, people } = roomWith("open", "Ana");
		const eve = place.enter("Eve");
		place.run(MINUTE);
		assert.deepEqual(names(eve), ["Ana", "Eve"]);
		assert.deepEqual(eventsOf(people[0] as Person, "asking"), []);
	});

	test("the view says who was asked, what they said and what we said; minds may change, each word once on the wire", () => {
		const { place, people } = roomWith("all", "Ana", "Bo");
		const [ana, bo] = people as [Person, Person];
		const eve = place.enter("Eve");
		place.run(MINUTE);
		const from = place.log.length;
		approve(place, ana, eve);
		approve(place, ana, eve);
		place.run(1000);
		const [asking] = bo.participant.view().asking;
		assert.deepEqual(asking?.approvedBy, [idOf(ana)]);
		assert.equal(asking?.own, undefined);
		assert.equal(ana.participant.view().asking[0]?.own, "yes");
		assert.equal(count(typesSince(place, from), "APPROVE"), 1);
		refuse(place, ana, eve);
		place.run(1000);
		assert.deepEqual(eventsOf(eve, "refused-entry"), [{ type: "refused-entry", why: "not-admitted" }]);
		assert.deepEqual(
			eventsOf(bo, "join-ended").map(({ person, why }) => [person.nickname as string, why]),
			[["Eve", "not-admitted"]],
		);
		assert.deepEqual(bo.participant.view().asking, []);
	});
});

test("ADMIT-1: an OPEN that names someone who is not let in is void", () => {
	const b = new FoldBench(suite, "open");
	b.state = { ...b.state, parameters: { ...b.parameters, policy: "all" } };
	const [host] = b.members as [(typeof b.members)[number]];
	const join = b.join(b.keySet());
	b.place(join, "h1");
	b.place(b.introduce(host, join.hash), "h0");
	const open = (): Message => ({ type: "OPEN", k: b.state.k, joins: [join.hash], rekey: false });
	assert.equal(b.verdict(b.sign(host.e, b.aid, open())), "OPEN-3");
	b.place(b.sign(host.e, b.aid, { type: "APPROVE", join: join.hash }));
	assert.equal(b.verdict(b.sign(host.e, b.aid, open())), "opened");
});

describe("ADMIT-2: a newcomer whom the policy cannot let in any more is told so", () => {
	const cases: readonly { policy: AdmissionPolicy; needed: number }[] = [
		{ policy: "any", needed: 3 },
		{ policy: "majority", needed: 2 },
		{ policy: "all", needed: 1 },
	];
	for (const { policy, needed } of cases) {
		test(`${policy} of three: refused with ${needed}, not before`, () => {
			const { place, people } = roomWith(policy, "Ana", "Bo", "Cy");
			const eve = place.enter("Eve");
			place.run(MINUTE);
			for (const person of people.slice(0, needed)) {
				assert.deepEqual(eventsOf(eve, "refused-entry"), []);
				refuse(place, person, eve);
				place.run(1000);
			}
			assert.deepEqual(eventsOf(eve, "refused-entry"), [{ type: "refused-entry", why: "not-admitted" }]);
			for (const person of people) assert.equal(names(person).length, 3);
		});
	}

	test("in the fold: no refusal in an open room, none of someone the session was not told of, only by members", () => {
		const b = new FoldBench(suite, "deny");
		const deny = (join: ParsedMessage["hash"]): Message => ({ type: "DENY", join, reason: "not-admitted" });
		const [member] = b.members as [(typeof b.members)[number]];
		const first = b.join(b.keySet());
		b.place(first, "h1");
		assert.equal(b.verdict(b.sign(member.e, b.aid, deny(first.hash))), "ADMIT-2");
		const asking = new FoldBench(suite, "asking");
		asking.state = { ...asking.state, parameters: { ...asking.parameters, policy: "any" } };
		const [host] = asking.members as [(typeof b.members)[number]];
		const keys = asking.keySet();
		const join = asking.join(keys);
		asking.place(join, "h1");
		assert.equal(asking.verdict(asking.sign(host.e, asking.aid, deny(join.hash))), "ADMIT-2");
		assert.equal(asking.verdict(asking.sign(host.e, asking.aid, { type: "APPROVE", join: join.hash })), "ADMIT-1");
		asking.place(asking.introduce(host, join.hash), "h0");
		assert.equal(asking.verdict(asking.sign(keys.e, asking.aid, { type: "APPROVE", join: join.hash })), "ADMIT-1");
		assert.equal(asking.verdict(asking.sign(host.e, asking.aid, { type: "APPROVE", join: join.hash })), "answered");
		assert.equal(asking.verdict(asking.sign(host.e, asking.aid, deny(join.hash))), "answered denied");
		assert.equal(asking.state.pending.length, 0);
	});
});

describe("ADMIT-3: nobody is asked before the key is proved, nor twice about one who waits", () => {
	test("a newcomer who claims another's key: no question, no answer, nothing for them", () => {
		const { place, people } = roomWith("any", "Ana");
		const from = place.log.length;
		const eve = enterCheater(place, "Eve", (message) =>
			message.type === "JOIN" ? { ...message, authenticators: message.authenticators.map((a) => flipped(a)) } : message,
		);
		place.run(MINUTE);
		assert.deepEqual(eventsOf(people[0] as Person, "asking"), []);
		assert.deepEqual(eventsOf(people[0] as Person, "joining"), []);
		assert.deepEqual(eventsOf(eve, "refused-entry"), [{ type: "refused-entry", why: "bad-authenticator" }]);
		assert.equal(count(typesSince(place, from), "INTRODUCE"), 0);
	});

	test("a member to whom the key is not proved is not asked, and has no say, though another introduces them", () => {
		const { place, people } = roomWith("any", "Ana", "Bo");
		// Those inside hold their refusals back.
		for (const person of people) person.cheat = (text) => (text.includes(":3Deny:3") ? undefined : text);
		const from = place.log.length;
		const eve = enterCheater(place, "Eve", (message) => {
			if (message.type !== "JOIN") return message;
			const [state] = messagesSince(place, from).flatMap(({ message: one }) => (one.type === "STATE" ? [one] : []));
			const isSponsor = (i: number): boolean => equal(state?.members[i]?.v.bytes ?? new Uint8Array(), message.sponsor);
			return { ...message, authenticators: message.authenticators.map((a, i) => (isSponsor(i) ? a : flipped(a))) };
		});
		place.run(5000);
		const asked = people.filter((person) => eventsOf(person, "asking").length > 0);
		const other = people.find((person) => !asked.includes(person));
		assert.equal(asked.length, 1);
		assert.ok(other);
		assert.deepEqual(other.participant.view().asking, []);
		approve(place, other, eve);
		place.run(5000);
		assert.equal(count(typesSince(place, from), "APPROVE"), 0);
	});

	test("before the room lets someone in, nothing inside is named or sealed to them; then it is", () => {
		const { place, people } = roomWith("any", "Ana", "Bo");
		const [ana, bo] = people as [Person, Person];
		const from = place.log.length;
		const eve = place.enter("Eve");
		place.run(MINUTE);
		place.say(bo, "about someone at the door");
		place.run(MINUTE);
		const before = typesSince(place, from);
		for (const type of ["ROSTER", "COPY", "OPEN", "OFFER", "SHARE"] as const)
			assert.equal(count(before, type), 0, type);
		assert.equal(count(before, "INTRODUCE"), 1);
		assert.equal(eve.participant.view().session, undefined);
		assert.deepEqual(eve.participant.view().joining, [{ ...eve.participant.view().self }]);
		assert.deepEqual(eventsOf(eve, "preview"), []);
		const after = place.log.length;
		approve(place, ana, eve);
		place.run(MINUTE);
		assert.equal(count(typesSince(place, after), "ROSTER"), 1);
		assert.deepEqual(names(eve), ["Ana", "Bo", "Eve"]);
	});

	test("an answer holds through new sessions while someone waits: repeated without asking again", () => {
		const { place, people } = roomWith("all", "Ana", "Bo");
		const [ana, bo] = people as [Person, Person];
		const eve = place.enter("Eve");
		place.run(5000);
		approve(place, ana, eve);
		place.run(1000);
		assert.equal(eventsOf(ana, "asking").length, 1);
		place.act(bo, (participant) => participant.rekey(place.now));
		place.run(MINUTE);
		assert.equal(eventsOf(ana, "session").length, 1, "new keys");
		assert.equal(eventsOf(ana, "asking").length, 1, "not asked again");
		assert.equal(eventsOf(bo, "asking").length, 2, "has not answered");
		assert.deepEqual(bo.participant.view().asking[0]?.approvedBy, [idOf(ana)]);
		place.leave(bo);
		place.run(MINUTE);
		assert.deepEqual(names(eve), ["Ana", "Eve"], "let in by all who are left");
		assert.equal(eventsOf(ana, "asking").length, 1);
	});

	test("an answer does not hold for one who was away for long after a new session", () => {
		const { place, people } = roomWith("all", "Ana", "Bo");
		const [ana, bo] = people as [Person, Person];
		const options: Partial<ParticipantOptions> = { identity: suite.primitives.identityKey(new Uint8Array(32).fill(7)) };
		const eve = place.enter("Eve", options);
		place.run(5000);
		approve(place, ana, eve);
		place.run(1000);
		place.act(bo, (participant) => participant.rekey(place.now));
		place.run(MINUTE, () => eventsOf(ana, "session").length > 0);
		place.vanish(eve);
		place.run(2 * ANSWER_HOLDS_MS);
		place.enter("Eve", options);
		place.run(5000);
		assert.equal(eventsOf(ana, "asking").length, 2);
		assert.deepEqual(bo.participant.view().asking[0]?.approvedBy, []);
	});

	test("who went away and comes again is asked about again", () => {
		const { place, people } = roomWith("any", "Ana");
		const [ana] = people as [Person];
		const options: Partial<ParticipantOptions> = { identity: suite.primitives.identityKey(new Uint8Array(32).fill(7)) };
		const eve = place.enter("Eve", options);
		place.run(5000);
		refuse(place, ana, eve);
		place.run(5000);
		place.vanish(eve);
		place.run(5000);
		const again = place.enter("Eve", options);
		place.run(5000);
		assert.equal(idOf(again), idOf(eve));
		assert.equal(eventsOf(ana, "asking").length, 2);
		approve(place, ana, again);
		place.run(5000);
		assert.deepEqual(names(again), ["Ana", "Eve"]);
	});

	test("nobody is answered for whom the room does not ask about", () => {
		const { place, people } = roomWith("any", "Ana");
		const [ana] = people as [Person];
		const stranger = "00".repeat(32) as PersonId;
		const from = place.log.length;
		place.act(ana, (participant) => participant.approve(stranger, place.now));
		place.act(ana, (participant) => participant.refuse(stranger, place.now));
		place.run(1000);
		assert.equal(place.log.length, from);
	});
});

test("ADMIT-4: who waits for people asks for the room's state ever more rarely, and is let in whenever they answer", () => {
	const { place, people } = roomWith("any", "Ana");
	const [ana] = people as [Person];
	const eve = place.enter("Eve");
	place.run(5000);
	const from = place.log.length;
	place.run(60 * MINUTE);
	const hour = count(typesSince(place, from), "KNOCK");
	const next = place.log.length;
	place.run(60 * MINUTE);
	const later = count(typesSince(place, next), "KNOCK");
	assert.ok(hour > 0 && hour <= 11, `${hour} knocks in the first hour`);
	assert.ok(later <= (60 * MINUTE) / MAX_INTRODUCED_WAIT_MS, `${later} knocks in the second`);
	assert.equal(eve.participant.view().phase, "asking");
	assert.equal(eventsOf(ana, "asking").length, 1);
	approve(place, ana, eve);
	place.run(MINUTE);
	assert.deepEqual(names(eve), ["Ana", "Eve"]);
});

describe("OPEN-4: ghosts that join and vanish starve nobody", () => {
	test("an honest newcomer gets in while ghosts come without end", () => {
		const place = new TestPlace(suite);
		// In this time the next ghosts are introduced, too.
		const ana = place.enter("Ana", { timing: { batchMs: 5000 } });
		place.run(5000);
		const eve = place.enter("Eve");
		let ghosts: Person[] = [];
		let made = 0;
		for (let round = 0; round < 40 && !names(eve).includes("Eve"); round++) {
			// Two more ghosts wait at any time; one that gets into an attempt vanishes in it.
			while (ghosts.length < 2) ghosts.push(place.enter(`Ghost ${made++}`));
			const opened = place.log.length;
			place.run(10_000, () => count(typesSince(place, opened), "OPEN") > 0);
			const [victim, ...rest] = ghosts.filter((one) => one.participant.view().phase === "agreeing");
			if (victim !== undefined) place.vanish(victim);
			ghosts = [...rest, ...ghosts.filter((one) => one !== victim && !rest.includes(one))].filter((one) => one.here);
		}
		assert.ok(names(eve).includes("Eve"), `after ${made} ghosts`);
		assert.ok(names(ana).includes("Eve"));
	});

	test("who was in an attempt that died goes before those who were not", () => {
		const place = new TestPlace(suite);
		// Whoever comes within this time shares one attempt.
		const ana = place.enter("Ana", { timing: { batchMs: 5000 } });
		place.run(5000);
		const [eve, ghost] = [place.enter("Eve"), place.enter("Ghost")];
		place.run(10_000, () => ana.participant.view().attempt?.joining.length === 2);
		assert.equal(ana.participant.view().attempt?.joining.length, 2);
		// The next one is introduced before the next attempt can be opened.
		place.vanish(ghost);
		const late = place.enter("Late");
		const seen = new Set<string>();
		place.run(MINUTE, () => {
			const joining = ana.participant.view().attempt?.joining.map((one) => one.nickname) ?? [];
			if (joining.length > 0) seen.add(joining.sort().join(" "));
			return names(late).length === 3;
		});
		assert.ok(seen.has("Eve"), [...seen].join("; "));
		assert.ok(!seen.has("Eve Late"), [...seen].join("; "));
		for (const person of [ana, eve, late]) assert.deepEqual(names(person), ["Ana", "Eve", "Late"]);
	});
});
