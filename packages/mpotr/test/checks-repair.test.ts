import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { hex } from "@clowder/bytes";
import { fold } from "../src/fold/fold.ts";
import { keyName } from "../src/fold/state.ts";
import type { OwnKeySet } from "../src/key-set.ts";
import { type Answering, noteReplied } from "../src/participant/answer.ts";
import { Log, type Point } from "../src/participant/log.ts";
import { type Hands, receiveReply } from "../src/participant/repair.ts";
import { Repairs } from "../src/participant/repairs.ts";
import type { Room } from "../src/participant/room.ts";
import { agree, type Quoted, type Reading, readList } from "../src/participant/supplement.ts";
import { parseMessage, signMessage, type VerifiedMessage, wholeMessage } from "../src/wire/envelope.ts";
import type { Message, Reply } from "../src/wire/messages.ts";
import { FoldBench } from "./support/fold-bench.ts";
import { loseFirst } from "./support/lossy.ts";
import { eventsOf, names, type Person, roomOf, suiteOf, type TestPlace } from "./support/place.ts";

/** Verifications of repair that nothing else would miss. */

const suite = suiteOf(1);

describe("what somebody tells of the order, against what we have of it", () => {
	/** A room of two, and what they say: each text is quoted as a REPLY would. */
	function bench(): {
		b: FoldBench;
		say: (by?: 0 | 1) => Quoted;
		start: Point;
		log: Log;
		take: (one: Quoted) => void;
	} {
		const b = new FoldBench(suite, "repair");
		b.openWith(b.keySet(), "h1");
		b.finish();
		const people = b.members;
		const log = new Log(b.aid as Log["aid"]);
		let validMessages = 0;
		const point = (): Point => ({ fold: b.state, validMessages, entries: 0 });
		const start = point();
		const say = (by: 0 | 1 = 0): Quoted => {
			const author = people[by] ?? assert.fail("nobody");
			const content = { index: 0, iv: b.random(16), ciphertext: b.random(256), mac: b.mac() };
			const { hash } = b.sign(author.e, b.aid, { type: "MESSAGE", content });
			const number = (b.numbers.get(hex(author.public.v.bytes)) ?? 1) - 1;
			const { text } = signMessage(suite, "memory:room", author.e, b.aid, number, { type: "MESSAGE", content });
			const parsed = parseMessage(suite, text);
			assert.ok(parsed.ok);
			return { from: "h0", parsed: parsed.value, name: hex(hash) };
		};
		const take = ({ parsed, from }: Quoted): void => {
			const before = point();
			const message = { ...parsed, state: "verified" } as unknown as VerifiedMessage;
			const place = { type: "message", from, message, sentAt: undefined, judged: {} } as const;
			b.state = fold(suite, b.state, place).state;
			validMessages++;
			const did = new Set<never>();
			log.add({ place, before, stands: true, tells: true, index: validMessages, text: false, post: undefined, did });
		};
		return { b, say, start, log, take };
	}

	test("REPAIR-3: a whole list that ends before ours does contradicts it; one that goes on later does not", () => {
		const { b, say, log, take } = bench();
		const [first, second, third] = [say(), say(), say()];
		take(first);
		take(third);
		const now: Point = { fold: b.state, validMessages: 2, entries: 0 };
		const read = (list: readonly Quoted[], whole: boolean): Reading["type"] => {
			return readList({ suite, log, now, held: [], have: 0, judge: () => ({}) }, list, whole).type;
		};
		assert.equal(read([first, second, third], true), "supplement");
		assert.equal(read([first, second], false), "supplement");
		assert.equal(read([first, second], true), "conflict", "they have not seen what we have");
		assert.equal(read([first, third], true), "nothing");
	});

	test("REPAIR-3: a list that leaves out what we took before the next of it contradicts ours", () => {
		const { b, say, log, take } = bench();
		const [first, missed, third] = [say(0), say(1), say(0)];
		take(first);
		take(third);
		const now: Point = { fold: b.state, validMessages: 2, entries: 0 };
		const read = (...list: readonly Quoted[]): Reading["type"] => {
			return readList({ suite, log, now, held: [], have: 0, judge: () => ({}) }, list, false).type;
		};
		assert.equal(read(first, missed, third), "supplement");
		assert.equal(read(missed, first, third), "supplement");
		assert.equal(read(missed, third), "conflict");
	});

	test("REPAIR-3: two lists agree where one is the beginning of the other", () => {
		const { say } = bench();
		const [first, second, third] = [say(), say(), say()];
		assert.ok(agree([first, second], [first, second, third]));
		assert.ok(agree([], [first]));
		assert.ok(!agree([first, second], [first, third]));
		assert.ok(!agree([second], [first, second]));
	});
});

describe("REPAIR-2: a REPLY answers an ASK of its session, by somebody else", () => {
	const b = new FoldBench(suite, "replies");
	const [ana] = b.members as [OwnKeySet];
	const bo = b.keySet();
	const ask = b.sign(ana.e, b.aid, { type: "ASK", have: 0 });
	const reply = (by: OwnKeySet, context: Uint8Array, of = ask.hash): VerifiedMessage<Reply> => {
		const message: Message = { type: "REPLY", ask: of, more: false, have: 0, messages: [] };
		return b.sign(by.e, context, message) as VerifiedMessage<Reply>;
	};
	const answers = (placed: VerifiedMessage<Reply>): number => {
		const asked = { hash: ask.hash, by: ask.header.v, aid: b.aid, have: 0, replies: new Set<string>(), open: true };
		const answering: Answering = { asks: new Map([[hex(ask.hash), asked]]), repliedAt: new Map() };
		assert.equal(noteReplied(answering, placed) === undefined, asked.replies.size === 0);
		return asked.replies.size;
	};
	for (const [what, placed, count] of [
		["what fits", reply(bo, b.aid), 1],
		["under another name", reply(bo, new Uint8Array(32).fill(1)), 0],
		["to an ASK that nobody saw", reply(bo, b.aid, b.mac() as never), 0],
		["by whoever asked", reply(ana, b.aid), 0],
	] as const) {
		test(what, () => assert.equal(answers(placed), count));
	}
});

/** Whoever withheld a piece says goodbye; the others go on, and blame nobody. */
function goesOnWithout(leaver: Person, place: TestPlace, others: readonly Person[]): void {
	place.act(leaver, (one) => one.leave(place.now));
	place.run(40_000);
	place.vanish(leaver);
	for (const one of others) {
		assert.deepEqual(names(one), ["Ana", "Bo", "Cy"], one.name);
		assert.deepEqual(eventsOf(one, "blamed"), []);
	}
}

describe("a piece of an attempt that is dead by the time it is told of", () => {
	test("CONFIRM-2, REPAIR-4: it is judged by the key of its own attempt, or by nobody", () => {
		const { place, people } = roomOf(suite, "Ana", "Bo", "Cy", "Di");
		const [ana, bo, cy, di] = people as [Person, Person, Person, Person];
		place.run(10_000);
		place.say(ana, "before");
		place.run(10_000);
		// The attempt never ends: one CONFIRM is missing, until whoever owes it says goodbye.
		di.cheat = (text) => (text.includes(":3Confirm:3") ? undefined : text);
		const lost = loseFirst(place, { type: "CONFIRM", from: ana, to: [cy] });
		place.act(ana, (one) => one.rekey(place.now));
		place.run(20_000, () => lost.length > 0);
		assert.equal(lost.length, 1);
		place.run(200);
		goesOnWithout(di, place, [ana, bo, cy]);
		for (const one of [ana, bo, cy]) {
			assert.deepEqual(eventsOf(one, "divergence"), []);
		}
		assert.deepEqual(
			eventsOf(cy, "repaired").map(({ messages, complete }) => [messages, complete]),
			[[1, true]],
		);
		place.say(cy, "after");
		place.run(5000);
		assert.equal(ana.messages.at(-1)?.text, "after");
	});
});

describe("an acknowledgement among what is read again (REPAIR-4)", () => {
	test("is no entry of the transcript, as it was none before", () => {
		const { place, people } = roomOf(suite, "Ana", "Bo", "Cy");
		const [ana, bo, cy] = people as [Person, Person, Person];
		place.run(10_000);
		place.say(ana, "to be acknowledged");
		place.run(5);
		const due = bo.participant.nextWake() ?? assert.fail("Bo owes nothing");
		const lost = loseFirst(place, { type: "MESSAGE", to: [cy] });
		// Bo speaks before it has heard what Cy never hears.
		place.now = Math.max(due, place.now);
		place.say(ana, "lost on the way to Cy");
		place.act(bo, (one) => one.wake(place.now));
		assert.equal(place.waiting, 2);
		while (place.deliver());
		place.say(ana, "shows the gap");
		place.run(30_000);
		assert.equal(lost.length, 1);
		assert.equal(eventsOf(cy, "repaired").length, 1);
		for (const one of people) {
			assert.deepEqual(eventsOf(one, "divergence"), [], one.name);
			assert.equal(one.messages.length, 3, one.name);
		}
		const entries = (one: Person): readonly number[] =>
			one.messages.map(({ entry }) => entry).toSorted((a, b) => a - b);
		assert.deepEqual(eventsOf(cy, "moved"), []);
		assert.deepEqual(entries(cy), entries(ana));
	});
});

describe("what died with an attempt, read again (REPAIR-4)", () => {
	test("a SHARE that was missing when its attempt died: its author goes on with the keys in it for us too", () => {
		const { place, people } = roomOf(suite, "Ana", "Bo", "Cy", "Di");
		const [ana, bo, cy, di] = people as [Person, Person, Person, Person];
		place.run(10_000);
		di.cheat = (text) => (text.includes(":3Share:3") ? undefined : text);
		const lost = loseFirst(place, { type: "SHARE", from: ana, to: [cy] });
		place.act(ana, (one) => one.rekey(place.now));
		place.run(20_000, () => lost.length > 0);
		place.run(200);
		goesOnWithout(di, place, [ana, bo, cy]);
		assert.equal(new Set([ana, bo, cy].map((one) => one.participant.view().session?.fingerprint)).size, 1);
		assert.ok(eventsOf(cy, "repaired").length > 0);
	});
});

describe("REPAIR-3: two who report the same, or one what the other lacks too", () => {
	/** What comes of two REPLYs to Cy: whether the second fills the gap. */
	function filled(change: {
		readonly by?: "another";
		readonly number?: number;
		readonly unlike?: boolean;
		readonly elsewhere?: boolean;
	}): boolean {
		const b = new FoldBench(suite, "two lists");
		for (const handle of ["h1", "h2"]) {
			b.openWith(b.keySet(), handle);
			b.finish();
		}
		const [ana, bo, cy] = b.members as [OwnKeySet, OwnKeySet, OwnKeySet];
		const say = (by: OwnKeySet, number: number): { handle: string; whole: Uint8Array; name: string } => {
			const content = { index: 0, iv: b.random(16), ciphertext: b.random(256), mac: b.mac() };
			const signed = b.sign(by.e, b.aid, { type: "MESSAGE", content }, number);
			return { handle: "h0", whole: wholeMessage(suite, signed), name: hex(signed.hash) };
		};
		const missed = say(change.by === "another" ? bo : ana, change.number ?? 11);
		const [other, shows] = [say(bo, 20), say(ana, 13)];
		const { message: asking, hash } = b.sign(cy.e, b.aid, { type: "ASK", have: 0 });
		assert.equal(asking.type, "ASK");
		const repairs = new Repairs();
		repairs.log = new Log(b.aid as Log["aid"]);
		const asked = { hash, by: cy.public.v.bytes, aid: b.aid, have: 0, replies: new Set<string>(), open: true };
		repairs.answering.asks.set(hex(hash), change.elsewhere ? { ...asked, aid: new Uint8Array(32) } : asked);
		const missing = {
			rule: "GAP-1",
			by: keyName(ana.public.v),
			expected: "",
			got: "",
			numbers: { from: 11, before: 13 },
		} as const;
		repairs.gap = {
			...{ since: 0, cause: { missing, name: shows.name }, have: 0, asked: 1, conflict: false, held: [], heldBytes: 0 },
			...{ lists: new Map(), reading: false, again: false, filled: 0, complete: true },
		};
		assert.ok(repairs.holds);
		const desk = { now: 0, emit: () => undefined };
		const room = { suite, fold: b.state, session: undefined, desk, repairs } as unknown as Room;
		const reply = (by: OwnKeySet, messages: readonly { handle: string; whole: Uint8Array }[]): void => {
			const message: Reply = { type: "REPLY", ask: hash, more: false, have: 0, messages: [...messages] };
			const context = change.elsewhere ? new Uint8Array(32) : b.aid;
			receiveReply(room, b.sign(by.e, context, message) as VerifiedMessage<Reply>, 0, {} as Hands);
		};
		reply(bo, [missed, shows]);
		assert.ok(repairs.gap !== undefined, "one alone is not enough");
		reply(ana, change.unlike ? [other, shows] : [shows]);
		if (change.elsewhere) assert.equal(repairs.gap?.lists.size, 0);
		return repairs.gap === undefined;
	}

	test("what the other lacks is just what is known to be missing", () => {
		assert.equal(filled({}), true);
		assert.equal(filled({ number: 12 }), true);
		assert.equal(filled({ number: 10 }), false, "a number that is not missing");
		assert.equal(filled({ number: 13 }), false, "the number that showed the gap");
		assert.equal(filled({ by: "another" }), false, "somebody else's");
	});
	test("and it has nothing that the first does not tell of", () => {
		assert.equal(filled({ unlike: true }), false);
	});
	test("replies about another session are nothing to it", () => {
		assert.equal(filled({ elsewhere: true }), false);
	});
	test("while what was missing is read, nothing is held back", () => {
		const repairs = new Repairs();
		assert.equal(repairs.holds, false);
		repairs.gap = { reading: true } as NonNullable<Repairs["gap"]>;
		assert.equal(repairs.holds, false);
	});
});
