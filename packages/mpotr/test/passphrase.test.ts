import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { concat, hex } from "@clowder/bytes";
import { normalisePassphrase, type Passphrase, type Suite } from "@clowder/crypto";
import type { ParticipantOptions } from "../src/api.ts";
import { hash, LABELS, mac, type Mac, type MessageHash, type StateHash } from "../src/labels.ts";
import { FREE_WRONG_PASSPHRASES, MAX_PASSPHRASE_DELAY_MS, MAX_WRONG_PASSPHRASES } from "../src/limits.ts";
import { answerDelayMs, Gate } from "../src/participant/gate.ts";
import { newcomerProof, type PakeRun, pakeChannel, pakeSid, sponsorProof, startPake } from "../src/session/pake.ts";
import { type ParsedMessage, parseMessage } from "../src/wire/envelope.ts";
import type { Message } from "../src/wire/messages.ts";
import { enterCheater, flipped } from "./support/cheat.ts";
import { FoldBench } from "./support/fold-bench.ts";
import { eventsOf, names, type Person, seeded, suiteOf, TestPlace } from "./support/place.ts";

const MINUTE = 60_000;

function phrase(text: string): Passphrase {
	const made = normalisePassphrase(text);
	if (!made.ok) throw new Error(made.error.kind);
	return made.value;
}

function enter(place: TestPlace, name: string, secret: string, more: Partial<ParticipantOptions> = {}): Person {
	return place.enter(name, { passphrase: phrase(secret), ...more });
}

function room(suite: Suite, ...who: readonly string[]): { place: TestPlace; people: Person[] } {
	const place = new TestPlace(suite);
	const people: Person[] = [];
	for (const name of who) {
		people.push(enter(place, name, "open sesame"));
		place.run(MINUTE, () => people.every((one) => names(one).length === people.length));
	}
	place.run(3000);
	assert.deepEqual(names(people[0] as Person), [...who].sort());
	for (const person of people) person.events.length = 0;
	return { place, people };
}

function messagesSince(place: TestPlace, from: number): readonly ParsedMessage[] {
	return place.log.slice(from).flatMap((item) => {
		const parsed = item.type === "text" ? parseMessage(place.suite, item.text) : undefined;
		return parsed?.ok ? [parsed.value] : [];
	});
}

function ofType<T extends Message["type"]>(place: TestPlace, from: number, type: T): Extract<Message, { type: T }>[] {
	return messagesSince(place, from).flatMap(({ message }) =>
		message.type === type ? [message as Extract<Message, { type: T }>] : [],
	);
}

function why(person: Person): string | undefined {
	return eventsOf(person, "refused-entry")[0]?.why;
}

for (const id of [1, 2] as const) {
	const suite = suiteOf(id);
	describe(`a room with a passphrase, suite ${id}`, () => {
		test("whoever knows it gets in, however they type it; and the room says that it asks for one", () => {
			const { place, people } = room(suite, "Ana", "Bo");
			const cy = enter(place, "Cy", "  open   sesame ");
			place.run(MINUTE);
			for (const person of [...people, cy]) assert.deepEqual(names(person), ["Ana", "Bo", "Cy"]);
			assert.equal(cy.participant.view().room?.passphrase, true);
			assert.deepEqual(eventsOf(cy, "refused"), []);
		});

		test("PASS-3: whoever does not know it is told so by the sponsor's proof, and never says who they are", () => {
			const { place, people } = room(suite, "Ana", "Bo");
			const from = place.log.length;
			const eve = enter(place, "Eve", "open sesam");
			place.run(MINUTE);
			assert.equal(why(eve), "wrong-passphrase");
			assert.equal(ofType(place, from, "JOIN").length, 0);
			assert.equal(ofType(place, from, "PAKE").length, 2);
			for (const person of people) {
				assert.deepEqual(eventsOf(person, "joining"), []);
				assert.deepEqual(names(person), ["Ana", "Bo"]);
			}
		});
	});
}

const suite = suiteOf(2);

test("a room that asks for a passphrase and asks its people too: both, through a new session with a new run", () => {
	const place = new TestPlace(suite);
	const ana = enter(place, "Ana", "open sesame", { terms: { policy: "any" } });
	place.run(5000);
	const from = place.log.length;
	const eve = enter(place, "Eve", "open sesame");
	place.run(10_000);
	assert.equal(eve.participant.view().phase, "asking");
	place.act(ana, (participant) => participant.rekey(place.now));
	place.run(10_000);
	assert.equal(eventsOf(ana, "session").length, 2);
	assert.equal(eve.participant.view().phase, "asking");
	assert.equal(ofType(place, from, "PAKE").length, 4);
	place.act(ana, (participant) => participant.approve(eve.participant.view().self.id, place.now));
	place.run(10_000);
	assert.deepEqual(names(eve), ["Ana", "Eve"]);
	assert.deepEqual(eventsOf(eve, "refused"), []);
});

describe("PASS-6: a room cannot talk a passphrase away, nor ask for one that we lack", () => {
	test("the room has one, and we do not", () => {
		const { place } = room(suite, "Ana");
		const from = place.log.length;
		const eve = place.enter("Eve");
		place.run(MINUTE);
		assert.equal(why(eve), "passphrase-needed");
		assert.equal(eve.participant.view().phase, "over");
		assert.equal(ofType(place, from, "JOIN").length, 0);
	});

	test("we have one, and the room does not", () => {
		const place = new TestPlace(suite);
		const ana = place.enter("Ana");
		place.run(5000);
		const from = place.log.length;
		const eve = enter(place, "Eve", "open sesame");
		place.run(MINUTE);
		assert.equal(why(eve), "passphrase-unused");
		assert.equal(ofType(place, from, "JOIN").length, 0);
		assert.deepEqual(names(ana), ["Ana"]);
	});
});

describe("PASS-3: the proofs", () => {
	test("a JOIN whose proof does not fit is refused by its sponsor, who opens nothing", () => {
		const { place, people } = room(suite, "Ana", "Bo");
		const from = place.log.length;
		const cheats: ((message: Extract<Message, { type: "JOIN" }>) => Message)[] = [
			(join) => ({ ...join, passphrase: join.passphrase && flipped(join.passphrase) }),
			// The proof covers all that the JOIN says, the sealed identity with it.
			(join) => ({ ...join, sealed: { ...join.sealed, ciphertext: flipped(join.sealed.ciphertext) } }),
		];
		for (const [i, cheat] of cheats.entries()) {
			const eve = enterCheater(place, `Eve ${i}`, (message) => (message.type === "JOIN" ? cheat(message) : message), {
				passphrase: phrase("open sesame"),
			});
			place.run(MINUTE);
			assert.equal(why(eve), "wrong-passphrase", `${i}`);
		}
		assert.equal(ofType(place, from, "INTRODUCE").length, 0);
		assert.deepEqual(
			ofType(place, from, "DENY").map(({ reason }) => reason),
			["wrong-passphrase", "wrong-passphrase"],
		);
		for (const person of people) assert.deepEqual(eventsOf(person, "joining"), []);
	});

	test("a sponsor whose proof does not fit is never sent an identity", () => {
		const place = new TestPlace(suite);
		let lying = false;
		const ana = enterCheater(
			place,
			"Ana",
			(message) =>
				lying && message.type === "PAKE"
					? { ...message, confirm: message.confirm && flipped(message.confirm) }
					: message,
			{ passphrase: phrase("open sesame") },
		);
		place.run(5000);
		lying = true;
		const from = place.log.length;
		const bo = enter(place, "Bo", "open sesame");
		place.run(MINUTE);
		assert.equal(why(bo), "wrong-passphrase");
		assert.equal(ofType(place, from, "JOIN").length, 0);
		assert.deepEqual(names(ana), ["Ana"]);
	});

	test("a share that is none, and our own sent back: no session, no identity", () => {
		for (const share of [() => new Uint8Array(32), (own: Uint8Array) => own]) {
			const place = new TestPlace(suite);
			const ana = enterCheater(
				place,
				"Ana",
				(message) =>
					message.type === "PAKE"
						? { ...message, share: share(ofType(place, 0, "PAKE")[0]?.share as Uint8Array) }
						: message,
				{ passphrase: phrase("open sesame") },
			);
			place.run(5000);
			const from = place.log.length;
			const bo = enter(place, "Bo", "open sesame");
			place.run(MINUTE);
			assert.equal(why(bo), "wrong-passphrase");
			assert.equal(ofType(place, from, "JOIN").length, 0);
			assert.deepEqual(names(ana), ["Ana"]);
		}
	});

	test("in the fold: a proof where the room has a passphrase, and only there", () => {
		const open = new FoldBench(suite, "open");
		assert.equal(open.verdict(open.join(open.keySet(), { passphrase: open.mac() }), "h1"), "PASS-3");
		const closed = new FoldBench(suite, "closed");
		closed.state = { ...closed.state, parameters: { ...closed.parameters, passphrase: true } };
		assert.equal(closed.verdict(closed.join(closed.keySet()), "h1"), "PASS-3");
		assert.equal(closed.verdict(closed.join(closed.keySet(), { passphrase: closed.mac() }), "h1"), "pending");
	});
});

describe("PASS-2: one run for each KNOCK and its answer", () => {
	const random = seeded("runs");
	const run: PakeRun = {
		newcomer: random(32),
		sponsor: random(32),
		knock: random(32) as MessageHash,
		state: random(32) as MessageHash,
	};
	const other = random(32);

	test("both sides agree if and only if all that names the run is the same, and the passphrase", () => {
		const secret = phrase("open sesame");
		const core = random(100);
		const state = random(32) as StateHash;
		const meet = (theirs: PakeRun, binding = "memory:room", theirSecret = secret): boolean => {
			const newcomer = startPake(suite, "initiator", secret, "memory:room", run, random(32));
			const sponsor = startPake(suite, "responder", theirSecret, binding, theirs, random(32));
			const [mine, yours] = [
				newcomer.finish(sponsor.share, new Uint8Array()),
				sponsor.finish(newcomer.share, new Uint8Array()),
			];
			assert.ok(mine.ok && yours.ok);
			const first = hex(sponsorProof(suite, mine.value)) === hex(sponsorProof(suite, yours.value));
			const second =
				hex(newcomerProof(suite, mine.value, core, state)) === hex(newcomerProof(suite, yours.value, core, state));
			assert.equal(first, second);
			assert.notEqual(hex(newcomerProof(suite, mine.value, core, state)), hex(sponsorProof(suite, mine.value)));
			const moved = newcomerProof(suite, mine.value, flipped(core), state);
			assert.notEqual(hex(newcomerProof(suite, mine.value, core, state)), hex(moved));
			return first;
		};
		assert.equal(meet(run), true);
		assert.equal(meet({ ...run, knock: other as MessageHash }), false);
		assert.equal(meet({ ...run, state: other as MessageHash }), false);
		assert.equal(meet({ ...run, newcomer: other }), false);
		assert.equal(meet({ ...run, sponsor: other }), false);
		assert.equal(meet(run, "memory:another"), false);
		assert.equal(meet(run, "memory:room", phrase("open sesam")), false);
	});

	test("its names are what the spec says", () => {
		assert.equal(hex(pakeSid(suite, run)), hex(hash(suite, LABELS.pakeSid, run.knock, run.state)));
		const length = new Uint8Array([0, 0, 0, 11]);
		const binding = new TextEncoder().encode("memory:room");
		assert.equal(hex(pakeChannel("memory:room", run)), hex(concat(length, binding, run.newcomer, run.sponsor)));
		const key = random(64);
		const fake = {
			kind: "cpace-key" as const,
			mac: (...parts: readonly Uint8Array[]) => suite.primitives.hmacSha512(key, ...parts),
			erase: () => undefined,
		};
		assert.equal(hex(sponsorProof(suite, fake)), hex(mac(suite, key, LABELS.pakeSponsor)));
		const [core, state] = [random(10), random(32) as StateHash];
		assert.equal(hex(newcomerProof(suite, fake, core, state)), hex(mac(suite, key, LABELS.pakeNewcomer, core, state)));
	});

	test("a PAKE that is sent again, or names a STATE that did not answer its author, is not answered", () => {
		const { place, people } = room(suite, "Ana");
		const [ana] = people as [Person];
		const from = place.log.length;
		const eve = enterCheater(place, "Eve", (message) => (message.type === "JOIN" ? undefined : message), {
			passphrase: phrase("open sesame"),
		});
		place.run(2000);
		const own = messagesSince(place, from).find(({ message }) => message.type === "PAKE");
		assert.ok(own);
		const { context, v, number } = own.header;
		const answers = (): number => ofType(place, from, "PAKE").filter(({ confirm }) => confirm).length;
		assert.equal(answers(), 1);
		// Another share under the same names would be another guess; and so under names that nobody gave them.
		for (const [i, state] of [context, flipped(context)].entries()) {
			const text = eve.sign(v, state, number + 5 + i, { ...own.message, share: random(32) } as Message);
			place.inject(eve.handle, text);
			place.run(2000);
			assert.equal(answers(), 1);
			const rules = eventsOf(ana, "refused").map(({ refusal }) => ("rule" in refusal ? refusal.rule : ""));
			assert.equal(rules.filter((rule) => rule === "PASS-2").length, i + 1);
		}
	});

	test("another member's answer is not the sponsor's: it neither lets us in nor turns us away", () => {
		const place = new TestPlace(suite);
		const insiders = ["Ana", "Bo"].map((name) => {
			const silent = (message: Message): Message | undefined => (message.type === "PAKE" ? undefined : message);
			const person = enterCheater(place, name, silent, { passphrase: phrase("open sesame") });
			person.cheating = false;
			place.run(10_000);
			return person;
		});
		for (const person of insiders) {
			assert.equal(names(person).length, 2);
			person.cheating = true;
		}
		const from = place.log.length;
		const eve = enter(place, "Eve", "open sesame");
		place.run(5000, () => ofType(place, from, "PAKE").length > 0);
		const told = place.log.slice(from).find((item) => item.type === "text" && item.text.includes(":3State:3"));
		const state = messagesSince(place, from).find(({ message }) => message.type === "STATE");
		const asked = messagesSince(place, from).find(({ message }) => message.type === "PAKE");
		assert.ok(told?.type === "text" && state?.message.type === "STATE" && asked);
		const another = state.message.members.find((member) => hex(member.v.bytes) !== hex(state.header.v));
		const liar = insiders.find((person) => person.handle !== told.from);
		assert.ok(another && liar);
		const message: Message = { type: "PAKE", peer: asked.header.v, share: random(32), confirm: random(32) as Mac };
		place.inject(liar.handle, liar.sign(another.v.bytes, state.header.context, 900, message));
		place.run(3000);
		assert.equal(why(eve), undefined);
		assert.equal(eve.participant.view().phase, "asking");
	});

	test("a key is for one JOIN, and nothing of a run outlives what it was for", () => {
		const secret = phrase("open sesame");
		const gate = new Gate();
		const agreed = (): { readonly v: string; readonly key: ReturnType<typeof takeKey> } => {
			const [a, b] = [
				startPake(suite, "initiator", secret, "memory:room", run, random(32)),
				startPake(suite, "responder", secret, "memory:room", run, random(32)),
			];
			const key = b.finish(a.share, new Uint8Array());
			assert.ok(key.ok);
			gate.answered("h1", run, key.value);
			return { v: hex(run.newcomer), key: key.value };
		};
		const takeKey = (v: string) => gate.take(v);
		const first = agreed();
		const second = agreed();
		assert.throws(() => first.key?.mac(), "an older run of the same newcomer is erased");
		assert.equal(gate.take(second.v), second.key);
		assert.equal(gate.take(second.v), undefined);
		const third = agreed();
		gate.clear();
		assert.throws(() => third.key?.mac());
		assert.equal(gate.take(third.v), undefined);
		assert.equal(`${gate}`, "[secret]");
		assert.equal(JSON.stringify(gate), '"[secret]"');
	});
});

describe("PASS-4: guesses are counted for the room, and cost ever more time", () => {
	test("the wait grows and is bounded", () => {
		const waits = Array.from({ length: 12 }, (_, i) => answerDelayMs(i));
		for (let i = 1; i < waits.length; i++) assert.ok((waits[i] as number) >= (waits[i - 1] as number));
		assert.equal(answerDelayMs(FREE_WRONG_PASSPHRASES - 1), 0);
		assert.ok(answerDelayMs(FREE_WRONG_PASSPHRASES) > 0);
		assert.equal(answerDelayMs(MAX_WRONG_PASSPHRASES), MAX_PASSPHRASE_DELAY_MS);
	});

	test("who goes away without a word after an answer was counted; a guesser gets few, whatever names they use", () => {
		const { place, people } = room(suite, "Ana", "Bo");
		const from = place.log.length;
		let guesses = 0;
		const end = place.now + 12 * MINUTE;
		for (let i = 0; place.now < end; i++) {
			const eve = enter(place, `Eve ${i}`, `guess ${i}`);
			place.run(5 * MINUTE, () => why(eve) !== undefined);
			assert.equal(why(eve), "wrong-passphrase");
			place.vanish(eve);
			guesses++;
		}
		assert.equal(ofType(place, from, "PAKE").filter(({ confirm }) => confirm).length, guesses);
		assert.ok(guesses <= FREE_WRONG_PASSPHRASES + 7 + 12, `${guesses}`);
		// And whoever knows it still gets in, in bounded time.
		const di = enter(place, "Di", "open sesame");
		place.run(3 * MINUTE);
		for (const person of [...people, di]) assert.equal(names(person).length, 3);
	});

	test("many who know it and come at one time wait for nobody's guesses", () => {
		const { place, people } = room(suiteOf(1), "Ana");
		const many = Array.from({ length: 6 }, (_, i) => enter(place, `Bo ${i}`, "open sesame"));
		place.run(MINUTE);
		for (const person of [...people, ...many]) assert.equal(names(person).length, 7);
	});

	test("in the fold: an answer counts, an introduction takes it back, a new session halves what is left", () => {
		const b = new FoldBench(suite, "failures");
		b.state = { ...b.state, parameters: { ...b.parameters, passphrase: true } };
		const [member] = b.members as [(typeof b.members)[number]];
		const keys = b.keySet();
		const share = b.random(32);
		const ask: Message = { type: "PAKE", peer: member.public.v.bytes, share, confirm: undefined };
		const answer: Message = { type: "PAKE", peer: keys.public.v.bytes, share, confirm: b.mac() };
		for (let i = 0; i < 5; i++) b.place(b.sign(member.e, b.aid, answer), "h0");
		assert.equal(b.state.failures, 5);
		assert.equal(b.verdict(b.sign(keys.e, b.random(32), ask), "h1"), "pake");
		assert.equal(b.state.failures, 5, "asking costs nobody anything");
		const join = b.join(keys, { passphrase: b.mac() });
		b.place(join, "h1");
		b.place(b.introduce(member, join.hash), "h0");
		assert.equal(b.state.failures, 4);
		b.place(b.sign(member.e, b.aid, { type: "OPEN", k: b.state.k, joins: [], rekey: true }), "h0");
		b.finish();
		assert.equal(b.state.failures, 2);
		for (let i = 0; i < MAX_WRONG_PASSPHRASES; i++) {
			const [now] = b.members as [(typeof b.members)[number]];
			b.place(b.sign(now.e, b.aid, answer), "h0");
		}
		assert.equal(b.state.failures, MAX_WRONG_PASSPHRASES);
	});
});

describe("who may say what", () => {
	test("PASS-1: a proof of the sponsor's, none of the newcomer's, and only in a room with a passphrase", () => {
		const open = new FoldBench(suite, "open");
		const keys = open.keySet();
		const share = open.random(32);
		const ask: Message = { type: "PAKE", peer: keys.public.v.bytes, share, confirm: undefined };
		assert.equal(open.verdict(open.sign(keys.e, open.aid, ask), "h1"), "PASS-1");
		const b = new FoldBench(suite, "closed");
		b.state = { ...b.state, parameters: { ...b.parameters, passphrase: true } };
		const [member] = b.members as [(typeof b.members)[number]];
		const before = b.state.authors.size;
		assert.equal(b.verdict(b.sign(keys.e, b.aid, { ...ask, confirm: b.mac() }), "h1"), "PASS-1");
		assert.equal(b.verdict(b.sign(member.e, b.aid, ask), "h0"), "PASS-1");
		assert.equal(b.verdict(b.sign(member.e, b.random(32), { ...ask, confirm: b.mac() }), "h0"), "PASS-1");
		assert.equal(b.verdict(b.sign(keys.e, b.aid, ask), "h1"), "pake");
		assert.equal(b.state.authors.size, before, "a stream of strange keys costs no memory");
	});

	test("PASS-5: a wrong passphrase is told by the sponsor of a join that is not introduced, in a room with one", () => {
		const b = new FoldBench(suite, "deny");
		const second = b.keySet();
		b.openWith(second, "h5");
		b.finish();
		b.state = { ...b.state, parameters: { ...b.parameters, passphrase: true } };
		const [sponsor, another] = b.members as [(typeof b.members)[number], (typeof b.members)[number]];
		const join = b.join(b.keySet(), { passphrase: b.mac() });
		b.place(join, "h1");
		const deny: Message = { type: "DENY", join: join.hash, reason: "wrong-passphrase" };
		assert.equal(b.verdict(b.sign(another.e, b.aid, deny), "h5"), "PASS-5");
		const introduced = b.join(b.keySet(), { passphrase: b.mac() });
		b.place(introduced, "h2");
		b.place(b.introduce(sponsor, introduced.hash), "h0");
		assert.equal(b.verdict(b.sign(sponsor.e, b.aid, { ...deny, join: introduced.hash }), "h0"), "PASS-5");
		assert.equal(b.verdict(b.sign(sponsor.e, b.aid, deny), "h0"), "denied");
	});
});
