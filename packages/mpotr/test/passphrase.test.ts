import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { concat, hex } from "@clowder/bytes";
import { hash, LABELS, mac, type Mac, type MessageHash, type StateHash } from "../src/labels.ts";
import { Gate } from "../src/participant/gate.ts";
import { newcomerProof, type PakeRun, pakeChannel, pakeSid, sponsorProof, startPake } from "../src/session/pake.ts";
import type { Message } from "../src/wire/messages.ts";
import { enterCheater, flipped } from "./support/cheat.ts";
import { FoldBench } from "./support/fold-bench.ts";
import { eventsOf, names, type Person, seeded, suiteOf, TestPlace } from "./support/place.ts";
import { loseFirst } from "./support/lossy.ts";
import { enter, MINUTE, messagesSince, ofType, phrase, room, why } from "./support/passphrase.ts";

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

test("PASS-2: an answer of the sponsor's that is lost for everyone does not keep newcomers out", () => {
	const { place, people } = room(suite, "Ana");
	const [ana] = people as [Person];
	const asked = people.length;
	const cy = enter(place, "Cy", "open sesame");
	const lost = loseFirst(place, { type: "PAKE", from: ana, to: [ana, cy] });
	place.run(MINUTE);
	assert.equal(lost.length, 1);
	for (const person of [ana, cy]) assert.equal(names(person).length, asked + 1);
});

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
		assert.equal(gate.toString(), "[secret]");
		assert.equal(JSON.stringify(gate), '"[secret]"');
	});
});
