import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { isEquivocation } from "../src/fold/equivocation.ts";
import { keyName } from "../src/fold/state.ts";
import type { OwnKeySet } from "../src/key-set.ts";
import type { TranscriptDigest } from "../src/labels.ts";
import { MAX_WITNESSED_CHARACTERS } from "../src/limits.ts";
import { Witness } from "../src/participant/witness.ts";
import { parseWhole, type VerifiedMessage, wholeMessage } from "../src/wire/envelope.ts";
import type { Message } from "../src/wire/messages.ts";
import { blameRoom, checkVerdict, messages } from "./support/blame-room.ts";
import { type Change, flipped } from "./support/cheat.ts";
import { FoldBench } from "./support/fold-bench.ts";
import { eventsOf, names, roomOf, seeded, suiteOf } from "./support/place.ts";

const suite = suiteOf(2);

/** A room of one member and a newcomer who was introduced. */
function bench(): { b: FoldBench; member: OwnKeySet; newcomer: OwnKeySet } {
	const b = new FoldBench(suite, "equivocation");
	const newcomer = b.keySet();
	const join = b.join(newcomer);
	b.place(join, "h5");
	return { b, member: b.members[0] as OwnKeySet, newcomer };
}

function leave(entries: number): Message {
	return { type: "LEAVE", entries, digest: new Uint8Array(32) as TranscriptDigest };
}

function fault(first: VerifiedMessage, second: VerifiedMessage): Message {
	const [one, other] = [wholeMessage(suite, first), wholeMessage(suite, second)];
	return { type: "FAULT", evidence: { kind: "equivocation", first: one, second: other } };
}

function types(b: FoldBench, message: VerifiedMessage): string {
	return b
		.place(message, "h0")
		.map((effect) => (effect.type === "void" && "rule" in effect.refusal ? effect.refusal.rule : effect.type))
		.join(" ");
}

describe("two statements in one place", () => {
	test("a message that is quoted is the message", () => {
		const { b, member } = bench();
		const signed = b.sign(member.e, b.aid, leave(1));
		const read = parseWhole(suite, wholeMessage(suite, signed));
		assert.ok(read.ok);
		assert.deepEqual(read.value, { ...signed, state: "parsed" });
	});

	test("EQUIV-1: another body or another type under one number and one context, and nothing else", () => {
		const { b, member, newcomer } = bench();
		const one = b.sign(member.e, b.aid, leave(1), 50);
		assert.equal(isEquivocation(one, b.sign(member.e, b.aid, leave(2), 50)), true);
		assert.equal(isEquivocation(one, b.sign(member.e, b.aid, { type: "GONE", v: new Uint8Array(32) }, 50)), true);
		assert.equal(isEquivocation(one, b.sign(member.e, b.aid, leave(1), 50)), false, "the same again");
		assert.equal(isEquivocation(one, b.sign(member.e, b.aid, leave(2), 51)), false, "another number");
		assert.equal(isEquivocation(one, b.sign(newcomer.e, b.aid, leave(2), 50)), false, "another author");
		const elsewhere = b.sign(member.e, seeded("another context")(32), leave(2), 50);
		assert.equal(isEquivocation(one, elsewhere), false, "another context is another view");
		const asks = [1, 2].map((have) => b.sign(member.e, b.aid, { type: "ASK", have }, 60));
		assert.equal(isEquivocation(asks[0] as VerifiedMessage, asks[1] as VerifiedMessage), false, "uncounted");
	});

	test("EQUIV-1: evidence takes a member or a newcomer out, whoever brings it", () => {
		const one = bench();
		const evidence = fault(
			one.b.sign(one.newcomer.e, one.b.aid, leave(1), 50),
			one.b.sign(one.newcomer.e, one.b.aid, leave(2), 50),
		);
		assert.equal(types(one.b, one.b.sign(one.member.e, one.b.aid, evidence)), "blamed dropped");
		const other = bench();
		other.b.openWith(other.b.keySet(), "h6");
		const against = fault(
			other.b.sign(other.member.e, other.b.aid, leave(1), 50),
			other.b.sign(other.member.e, other.b.aid, leave(2), 50),
		);
		const aid = other.b.state.attempt?.aid ?? assert.fail();
		const newcomer = other.b.inAttempt.find((keys) =>
			other.b.state.attempt?.slots.some((s) => s.join && keyName(s.keySet.v) === keyName(keys.public.v)),
		);
		assert.match(types(other.b, other.b.sign((newcomer ?? assert.fail()).e, aid, against)), /^blamed removed died/);
	});

	test("EQUIV-2: what proves nothing is refused, and costs nobody anything", () => {
		const { b, member, newcomer } = bench();
		const stranger = b.keySet();
		const first = b.sign(newcomer.e, b.aid, leave(1), 50);
		const second = b.sign(newcomer.e, b.aid, leave(2), 50);
		const strange = fault(b.sign(stranger.e, b.aid, leave(1), 50), b.sign(stranger.e, b.aid, leave(2), 50));
		const forged = { ...second, signature: flipped(second.signature) };
		const cases: readonly Message[] = [
			fault(first, first),
			fault(first, forged),
			strange,
			fault(first, b.sign(newcomer.e, seeded("elsewhere")(32), leave(2), 50)),
			{
				type: "FAULT",
				evidence: { kind: "equivocation", first: new Uint8Array(3), second: wholeMessage(suite, second) },
			},
		];
		for (const message of cases) assert.equal(types(b, b.sign(member.e, b.aid, message)), "EQUIV-2");
		assert.equal(
			types(b, b.sign(newcomer.e, b.aid, fault(first, second), 1)),
			"EQUIV-2",
			"not by one who is not in yet",
		);
		assert.deepEqual([b.state.removed.size, b.state.pending.length], [0, 1]);
	});
});

describe("witnesses", () => {
	test("EQUIV-3: keeps what it saw within a bound, and one piece of evidence of each", () => {
		const { b, member, newcomer } = bench();
		const witness = new Witness();
		const first = b.sign(newcomer.e, b.aid, leave(1), 50);
		witness.note(first);
		witness.note(first);
		assert.equal(witness.evidence.size, 0);
		for (const entries of [2, 3]) witness.note(b.sign(newcomer.e, b.aid, leave(entries), 50));
		assert.equal(witness.evidence.size, 1);
		const early = b.sign(member.e, b.aid, leave(1), 1);
		witness.note(early);
		const filling = b.sign(member.e, b.aid, leave(1), 2);
		const count = Math.ceil(MAX_WITNESSED_CHARACTERS / filling.textLength);
		for (let i = 0; i < count; i++) witness.note({ ...filling, header: { ...filling.header, number: 100 + i } });
		witness.note(b.sign(member.e, b.aid, leave(2), 1));
		assert.equal(witness.evidence.size, 1, "what is long past is forgotten");
	});
});

describe("in a room", () => {
	/** Says something else in the same place, once for each type. */
	function twice(type: Message["type"], other: (message: Message) => Message): Change {
		let done = false;
		return (message) => {
			if (message.type !== type || done) return message;
			done = true;
			return [message, other(message)];
		};
	}

	const cases: readonly (readonly [Message["type"], (message: Message) => Message])[] = [
		["OFFER", (m) => (m.type === "OFFER" ? { ...m, list: flipped(m.list) } : m)],
		["SHARE", (m) => (m.type === "SHARE" ? { ...m, confirmations: m.confirmations.map(flipped) } : m)],
		["CONFIRM", (m) => (m.type === "CONFIRM" ? { ...m, mac: flipped(m.mac) } : m)],
	];
	for (const [type, other] of cases) {
		test(`EQUIV-1, EQUIV-3: whoever says two things in one ${type} is out, by evidence that needs nobody's answer`, () => {
			for (const cheater of ["Bo", "Di"]) {
				const how = new Map([[cheater, twice(type, other)]]);
				const room = blameRoom(suite, { members: ["Ana", "Bo", "Cy"], newcomers: ["Di"], cheats: how });
				checkVerdict(room, ["EQUIV-1"]);
				assert.ok(messages(room.place).some(({ parsed }) => parsed.message.type === "FAULT"));
			}
		});
	}

	test("EQUIV-1: what a carrier replays, or copies from anywhere, convicts nobody", () => {
		const { place, people } = roomOf(suite, "Ana", "Bo", "Cy");
		for (const item of [...place.log]) if (item.type === "text") place.inject(item.from, item.text);
		place.run(60_000);
		for (const person of people) {
			assert.deepEqual(names(person), ["Ana", "Bo", "Cy"]);
			assert.deepEqual(eventsOf(person, "blamed"), []);
		}
	});
});
