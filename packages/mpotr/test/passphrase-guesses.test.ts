import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { FREE_WRONG_PASSPHRASES, MAX_PASSPHRASE_DELAY_MS, MAX_WRONG_PASSPHRASES } from "../src/limits.ts";
import { answerDelayMs } from "../src/participant/gate.ts";
import type { Message } from "../src/wire/messages.ts";
import { inspectFold } from "../src/participant/participant.ts";
import { FoldBench } from "./support/fold-bench.ts";
import { loseFirst } from "./support/lossy.ts";
import { names, type Person, suiteOf } from "./support/place.ts";
import { enter, MINUTE, ofType, room, why } from "./support/passphrase.ts";

const suite = suiteOf(2);

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

	test("PASS-4: a repair that goes back behind a wrong passphrase forgets none", () => {
		const { place, people } = room(suite, "Ana", "Bo", "Cy");
		const [ana, , cy] = people as [Person, Person, Person];
		const lost = loseFirst(place, { type: "MESSAGE", from: ana, to: [cy] });
		place.say(ana, "one");
		enter(place, "Eve", "open sesam");
		place.run(10_000);
		place.say(ana, "two");
		place.run(20_000);
		assert.equal(lost.length, 1);
		assert.deepEqual(
			cy.messages.map(({ text }) => text),
			["one", "two"],
		);
		const failures = people.map((one) => inspectFold(one.participant)?.failures);
		assert.deepEqual(failures, [1, 1, 1]);
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
