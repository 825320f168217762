import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Suite } from "@clowder/crypto";
import { foundRoom } from "../src/fold/fold.ts";
import { keyName } from "../src/fold/state.ts";
import type { OwnKeySet } from "../src/key-set.ts";
import type { TranscriptDigest } from "../src/labels.ts";
import { MAX_PENDING, RELAYED_BYTES } from "../src/limits.ts";
import { NO_CONTEXT, parseMessage, signMessage, type VerifiedMessage, wholeMessage } from "../src/wire/envelope.ts";
import type { Found, Message, Revealed, State } from "../src/wire/messages.ts";
import { FoldBench } from "./support/fold-bench.ts";
import { suiteOf } from "./support/place.ts";
import { contextOf } from "./support/context.ts";

/** Verifications that nothing else would miss: each test fails when its check is taken out (`npm run mutate`). */

const suite = suiteOf(1);

/** A room of two, with somebody introduced who waits. */
function roomOfTwo(of: Suite = suite): {
	b: FoldBench;
	ana: OwnKeySet;
	bo: OwnKeySet;
	cy: OwnKeySet;
	join: VerifiedMessage;
} {
	const b = new FoldBench(of, "checks");
	b.openWith(b.keySet(), "h1");
	b.finish();
	const [ana, bo] = b.members as [OwnKeySet, OwnKeySet];
	const cy = b.keySet();
	const join = b.join(cy);
	b.place(join, "h2");
	b.place(b.introduce(ana, join.hash), "h0");
	return { b, ana, bo, cy, join };
}

/** A room that is being founded: nobody is in it yet. */
function founding(): { b: FoldBench; founder: OwnKeySet } {
	const b = new FoldBench(suite, "founding");
	const founder = b.keySet();
	const found: Found = { type: "FOUND", parameters: b.parameters, keySet: founder.public };
	b.state = foundRoom(suite, b.sign(founder.e, NO_CONTEXT, found) as VerifiedMessage<Found>, "h0").state;
	return { b, founder };
}

function stateMessage(b: FoldBench, by: OwnKeySet): State {
	const { members } = b.state.base ?? { members: [] };
	return {
		type: "STATE",
		at: b.mac() as Uint8Array as State["at"],
		k: 0,
		parameters: b.parameters,
		members: members.map(({ v, next }) => ({ v, number: 0, handle: "h0", next, removed: false, left: false })),
		pending: [],
		votes: [],
		failures: 0,
		dead: [],
		answers: [],
		sponsorBox: { b: by.public.b, bek: by.public.bek },
	};
}

const NOBODY: Revealed = { x: new Uint8Array(32), kemSeed: undefined, coins: undefined };

/** What only members may say, under the present base, and the rule that says so. */
function wordsOfMembers(
	b: FoldBench,
	by: OwnKeySet,
	other: OwnKeySet,
	join: VerifiedMessage,
): readonly (readonly [Message, string])[] {
	const digest = new Uint8Array(32) as TranscriptDigest;
	const content = { index: 0, iv: new Uint8Array(16), ciphertext: new Uint8Array(256), mac: b.mac() };
	const v = other.public.v.bytes;
	return [
		[{ type: "APPROVE", join: join.hash }, "ADMIT-1"],
		[{ type: "DENY", join: join.hash, reason: "name-taken" }, "DENY-1"],
		[{ type: "INTRODUCE", join: join.hash, content }, "INTRO-1"],
		[stateMessage(b, by), "STATE-1"],
		[{ type: "OPEN", k: b.state.k, joins: [join.hash], rekey: false }, "OPEN-1"],
		[{ type: "VOTE", drop: [{ v, owes: "heartbeat" }], late: false }, "VOTE-1"],
		[{ type: "LEAVE", entries: 0, digest }, "LEAVE-1"],
		[{ type: "GONE", v }, "GONE-1"],
		[{ type: "RETURN", v }, "RETURN-1"],
		[{ type: "ASK", have: 0 }, "REPAIR-1"],
		[{ type: "REPLY", ask: join.hash, more: false, have: 0, messages: [] }, "REPAIR-1"],
		[{ type: "MESSAGE", content }, "CONTENT-1"],
	];
}

describe("what only members may say, and under the present base", () => {
	const { b, ana, bo, cy, join } = roomOfTwo();
	const start = b.state;
	for (const [i, [message, rule]] of wordsOfMembers(b, ana, bo, join).entries()) {
		test(`${rule}: ${message.type}`, () => {
			b.state = start;
			assert.equal(b.verdict(b.sign(cy.e, b.aid, message, 100 + i), "h2"), rule, "of someone who waits");
			b.state = start;
			assert.equal(b.verdict(b.sign(ana.e, new Uint8Array(32).fill(1), message, 100 + i), "h0"), rule, "elsewhere");
			b.state = start;
			const verdict = b.verdict(b.sign(ana.e, b.aid, message, 100 + i), "h0");
			const ownRules: Partial<Record<Message["type"], string>> = { INTRODUCE: "INTRO-1", GONE: "GONE-2" };
			assert.ok(verdict === ownRules[message.type] || !/^[A-Z]+-\d/.test(verdict), verdict);
		});
	}

	test("ADMIT-1, DENY-1: of a join that waits", () => {
		b.state = start;
		const unknown = b.mac() as Uint8Array as State["at"];
		assert.equal(b.verdict(b.sign(ana.e, b.aid, { type: "APPROVE", join: unknown }, 200), "h0"), "ADMIT-1");
		assert.equal(
			b.verdict(b.sign(ana.e, b.aid, { type: "DENY", join: unknown, reason: "name-taken" }, 201), "h0"),
			"DENY-1",
		);
	});

	test("PASS-5: nobody refuses a passphrase where the room has none", () => {
		b.state = start;
		const other = b.keySet();
		const waiting = b.join(other);
		b.place(waiting, "h3");
		const deny: Message = { type: "DENY", join: waiting.hash, reason: "wrong-passphrase" };
		assert.equal(b.verdict(b.sign(ana.e, b.aid, deny, 202), "h0"), "PASS-5");
	});

	test("PASS-1: an answer to a newcomer stands under the present base, and only there it counts", () => {
		b.state = { ...start, parameters: { ...start.parameters, passphrase: true } };
		const answer: Message = { type: "PAKE", peer: cy.public.v.bytes, share: new Uint8Array(32), confirm: b.mac() };
		assert.equal(b.verdict(b.sign(ana.e, new Uint8Array(32).fill(1), answer, 203), "h0"), "PASS-1");
		assert.equal(b.state.failures, 0);
		assert.equal(b.verdict(b.sign(ana.e, b.aid, answer, 204), "h0"), "pake");
		assert.equal(b.state.failures, 1);
	});

	test("EQUIV-2: evidence whose second half is no message convicts nobody", () => {
		b.state = start;
		const first = wholeMessage(suite, b.sign(bo.e, b.aid, { type: "GONE", v: ana.public.v.bytes }, 300));
		for (const evidence of [
			{ kind: "equivocation", first, second: first.subarray(0, 100) },
			{ kind: "equivocation", first: first.subarray(0, 100), second: first },
		] as const) {
			assert.equal(b.verdict(b.sign(ana.e, b.aid, { type: "FAULT", evidence }), "h0"), "EQUIV-2");
		}
	});

	test("EQUIV-2: evidence is given by a member under the present base; there it convicts", () => {
		b.state = start;
		const two = [ana, cy].map(({ public: { v } }) => b.sign(bo.e, b.aid, { type: "GONE", v: v.bytes }, 400));
		const [first, second] = two.map((one) => wholeMessage(suite, one)) as [Uint8Array, Uint8Array];
		const fault: Message = { type: "FAULT", evidence: { kind: "equivocation", first, second } };
		assert.equal(b.verdict(b.sign(ana.e, new Uint8Array(32).fill(1), fault, 500), "h0"), "EQUIV-2");
		assert.equal(b.verdict(b.sign(cy.e, b.aid, fault, 500), "h2"), "EQUIV-2");
		assert.ok(!b.state.removed.has(keyName(bo.public.v)));
		b.verdict(b.sign(ana.e, b.aid, fault, 501), "h0");
		assert.ok(b.state.removed.has(keyName(bo.public.v)));
	});

	test("ADMIT-1, ADMIT-2: about a join that was not introduced nobody says yes or no", () => {
		b.state = { ...start, parameters: { ...start.parameters, policy: "any" } };
		const waiting = b.join(b.keySet());
		assert.equal(b.verdict(waiting, "h3"), "pending");
		assert.equal(b.verdict(b.sign(ana.e, b.aid, { type: "APPROVE", join: waiting.hash }, 700), "h0"), "ADMIT-1");
		const no: Message = { type: "DENY", join: waiting.hash, reason: "not-admitted" };
		assert.equal(b.verdict(b.sign(ana.e, b.aid, no, 701), "h0"), "ADMIT-2");
	});

	test("ADMIT-2: in an open room nobody is asked, and nobody refuses", () => {
		b.state = start;
		const no: Message = { type: "DENY", join: join.hash, reason: "not-admitted" };
		assert.equal(b.verdict(b.sign(ana.e, b.aid, no, 600), "h0"), "ADMIT-2");
	});

	test("KNOCK-1: no more wait at the door than there may be", () => {
		b.state = start;
		for (let i = 0; i <= MAX_PENDING; i++) {
			const keys = b.keySet();
			const knock = b.sign(keys.e, NO_CONTEXT, { type: "KNOCK", keySet: keys.public });
			assert.equal(b.verdict(knock, `knocker ${i}`), i < MAX_PENDING ? "knocked" : "KNOCK-1");
		}
	});
});

describe("before there is a session", () => {
	const { b, founder } = founding();
	const { b: other, ana, join } = roomOfTwo();
	const start = b.state;
	for (const [i, [message, rule]] of wordsOfMembers(other, ana, founder, join).entries()) {
		test(`${rule}: ${message.type} of the founder is void`, () => {
			b.state = start;
			assert.equal(b.verdict(b.sign(founder.e, NO_CONTEXT, message, 10 + i), "h0"), rule);
		});
	}

	test("JOIN-1: nobody joins what is not there", () => {
		b.state = start;
		const keys = b.keySet();
		const asked = { type: "JOIN", keySet: keys.public, sponsor: founder.public.v.bytes, authenticators: [] } as const;
		const rest = { commitment: new Uint8Array(32), sealed: b.box(), passphrase: undefined };
		assert.equal(b.verdict(b.sign(keys.e, NO_CONTEXT, { ...asked, ...rest }), "h1"), "JOIN-1");
	});

	test("OFFER-1, BLAME-1: a list of one needs no offer and has nobody to blame", () => {
		b.state = start;
		const aid = b.state.attempt?.aid ?? assert.fail("no attempt");
		assert.equal(b.verdict(b.piece("OFFER", founder), "h0"), "OFFER-1");
		assert.equal(b.verdict(b.piece("SHARE", founder), "h0"), "contributed");
		const reveal: Message = { type: "REVEAL", peer: founder.public.v.bytes, revealed: NOBODY };
		assert.equal(b.verdict(b.sign(founder.e, aid, reveal), "h0"), "BLAME-1");
	});

	test("EQUIV-2: there is no member to give evidence", () => {
		b.state = start;
		const whole = wholeMessage(suite, b.sign(founder.e, NO_CONTEXT, { type: "ASK", have: 0 }));
		const fault: Message = { type: "FAULT", evidence: { kind: "equivocation", first: whole, second: whole } };
		assert.equal(b.verdict(b.sign(founder.e, NO_CONTEXT, fault), "h0"), "EQUIV-2");
	});

	test("ROSTER-1: there is no list to give", () => {
		b.state = start;
		const aid = b.state.attempt?.aid ?? assert.fail("no attempt");
		const roster: Message = { type: "ROSTER", aid, boxes: [], ciphertext: new Uint8Array(129), mac: b.mac() };
		assert.equal(b.verdict(b.sign(founder.e, NO_CONTEXT, roster), "h0"), "ROSTER-1");
	});
});

describe("what belongs to an attempt", () => {
	/** Everything that is said in an attempt. */
	function pieces(b: FoldBench, keys: OwnKeySet): readonly (readonly [Message, string])[] {
		return [
			...(b.suite.kem ? ([[b.pieceMessage("EK", keys), "EK-1"]] as const) : []),
			[b.pieceMessage("OFFER", keys), "OFFER-1"],
			[b.pieceMessage("SHARE", keys), "SHARE-1"],
			[{ type: "OK" }, "OK-1"],
			[b.pieceMessage("CONFIRM", keys), "CONFIRM-1"],
			[{ type: "COPY", boxes: [] }, "BESIDE-1"],
			[
				{ type: "WHISPER", sponsor: keys.public.v.bytes, box: { ...b.box(), ciphertext: new Uint8Array(2048) } },
				"BESIDE-2",
			],
			[{ type: "COMPLAIN", accused: keys.public.v.bytes, revealed: NOBODY }, "BLAME-1"],
			[{ type: "REVEAL", peer: keys.public.v.bytes, revealed: NOBODY }, "BLAME-1"],
			[{ type: "FAULT", evidence: { kind: "share", accused: keys.public.v.bytes, d: new Uint8Array(32) } }, "BLAME-1"],
		];
	}

	for (const of of [suiteOf(1), suiteOf(2)]) {
		test(`suite ${of.id}: nothing where none runs, nothing of one who is not on its list (OFFER-1, SHARE-1, OK-1, CONFIRM-1, BESIDE-1, BESIDE-2, BLAME-1)`, () => {
			const { b, ana, join } = roomOfTwo(of);
			const list: readonly (readonly [Message, string])[] = pieces(b, ana);
			for (const [message, rule] of list) {
				assert.equal(b.verdict(b.sign(ana.e, b.aid, message), "h0"), rule, `${message.type}, none runs`);
			}
			const roster: Message = {
				type: "ROSTER",
				aid: b.mac() as never,
				boxes: [],
				ciphertext: new Uint8Array(1),
				mac: b.mac(),
			};
			assert.equal(b.verdict(b.sign(ana.e, b.aid, roster), "h0"), "ROSTER-1");
			b.place(b.sign(ana.e, b.aid, { type: "OPEN", k: b.state.k, joins: [join.hash], rekey: false }), "h0");
			const attempt = b.state.attempt ?? assert.fail("not opened");
			for (const [message, rule] of list) {
				// The key of the session is not the one of the attempt.
				assert.equal(b.verdict(b.sign(ana.e, attempt.aid, message), "h0"), rule, `${message.type}, not on the list`);
			}
			const [first] = b.inAttempt as [OwnKeySet];
			for (const [message, rule] of list) {
				assert.equal(b.verdict(b.sign(first.e, b.aid, message), b.handle(first)), rule, `${message.type}, elsewhere`);
			}
			const elsewhere = { ...(b.roster().message as Extract<Message, { type: "ROSTER" }>) };
			assert.equal(b.verdict(b.sign(ana.e, attempt.aid, elsewhere), "h0"), "ROSTER-1");
		});
	}

	test("OFFER-1: in suite 2 there is an encapsulation", () => {
		const { b, ana } = roomOfTwo(suiteOf(2));
		b.place(b.sign(ana.e, b.aid, { type: "OPEN", k: b.state.k, joins: [], rekey: true }), "h0");
		const [first] = b.inAttempt as [OwnKeySet];
		const aid = b.state.attempt?.aid ?? assert.fail("no attempt");
		const bare: Message = { type: "OFFER", kemCiphertext: undefined, list: new Uint8Array(32) };
		assert.equal(b.verdict(b.sign(first.e, aid, bare), b.handle(first)), "OFFER-1");
	});

	test("OK-1: where nobody comes in, nobody says OK", () => {
		const { b, ana } = roomOfTwo();
		b.place(b.sign(ana.e, b.aid, { type: "OPEN", k: b.state.k, joins: [], rekey: true }), "h0");
		b.until("CONFIRM");
		const [first] = b.inAttempt as [OwnKeySet];
		assert.equal(b.verdict(b.piece("OK", first), b.handle(first)), "OK-1");
	});

	test("BLAME-9: members confirm no keys to each other", () => {
		const { b, ana, join } = roomOfTwo();
		b.place(b.sign(ana.e, b.aid, { type: "OPEN", k: b.state.k, joins: [join.hash], rekey: false }), "h0");
		b.until("SHARE");
		const commitments = b.inAttempt.map((_, i) => new Uint8Array(32).fill(i + 1));
		const aid = b.state.attempt?.aid ?? assert.fail("no attempt");
		for (const [i, keys] of b.inAttempt.entries()) {
			const share = b.pieceMessage("SHARE", keys) as Extract<Message, { type: "SHARE" }>;
			const ring = { z: new Uint8Array(32), cL: commitments.at(i - 1) as Uint8Array, cR: commitments[i] as Uint8Array };
			assert.equal(b.verdict(b.sign(keys.e, aid, { ...share, ring }), b.handle(keys)), "contributed");
		}
		const members = b.inAttempt.filter((keys) => {
			return b.state.attempt?.slots.some((slot) => !slot.join && keyName(slot.keySet.v) === keyName(keys.public.v));
		});
		const [one, other] = members as [OwnKeySet, OwnKeySet];
		const revealed = { x: one.x.reveal(), kemSeed: undefined, coins: undefined };
		const complain: Message = { type: "COMPLAIN", accused: other.public.v.bytes, revealed };
		assert.equal(
			b.verdict(
				b.sign(one.e, contextOf(suite, b.state.attempt ?? assert.fail("no attempt"), "COMPLAIN"), complain),
				b.handle(one),
			),
			"BLAME-9",
		);
	});

	test("KEYS-1, BURN-2: a late SHARE of a dead attempt counts with keys of its own, also where none runs", () => {
		const { b, ana, bo, cy, join } = roomOfTwo();
		b.place(b.sign(ana.e, b.aid, { type: "OPEN", k: b.state.k, joins: [join.hash], rekey: false }), "h0");
		b.until("SHARE");
		const aid = b.state.attempt?.aid ?? assert.fail("no attempt");
		const [first, second] = b.inAttempt.filter((keys) => keyName(keys.public.v) !== keyName(cy.public.v)) as [
			OwnKeySet,
			OwnKeySet,
		];
		const [early, late] = [
			b.piece("SHARE", first),
			b.pieceMessage("SHARE", second) as Extract<Message, { type: "SHARE" }>,
		];
		b.place(early, "h0");
		b.left("h2");
		b.place(b.sign(bo.e, b.aid, { type: "GONE", v: cy.public.v.bytes }), "h1");
		assert.equal(b.state.attempt, undefined, "nobody comes in, and nothing is due");
		const start = b.state;
		const held = b.state.base?.members[0]?.next ?? assert.fail("no session");
		assert.equal(b.verdict(b.sign(second.e, aid, { ...late, next: held }), "h1"), "KEYS-1");
		b.state = start;
		assert.match(b.verdict(b.sign(second.e, aid, late), "h1"), /renewed$/);
	});

	test("BURN-2: a late SHARE of one who is out burns its own keys, and the attempt that runs without them goes on", () => {
		const { b, ana, bo, cy, join } = roomOfTwo();
		b.place(b.sign(ana.e, b.aid, { type: "OPEN", k: b.state.k, joins: [join.hash], rekey: false }), "h0");
		b.until("SHARE");
		const aid = b.state.attempt?.aid ?? assert.fail("no attempt");
		const members = b.state.base?.members ?? [];
		const next = members.find(({ v }) => keyName(v) === keyName(bo.public.v))?.next ?? assert.fail("Bo is not in it");
		const late = b.pieceMessage("SHARE", b.held(next.v.bytes));
		b.place(b.sign(bo.e, b.aid, { type: "LEAVE", entries: 0, digest: new Uint8Array(32) as TranscriptDigest }), "h1");
		const running = b.state.attempt?.aid ?? assert.fail("it goes on with Cy");
		assert.notDeepEqual(running, aid);
		assert.ok(b.inAttempt.some((keys) => keyName(keys.public.v) === keyName(cy.public.v)));
		b.place(b.sign(b.held(next.v.bytes).e, aid, late), "h1");
		assert.deepEqual(b.state.attempt?.aid, running);
	});

	test("SHARE-1: of a dead attempt nothing more is taken from one whose keys it has burnt", () => {
		const { b, ana, bo, join } = roomOfTwo();
		b.place(b.sign(ana.e, b.aid, { type: "OPEN", k: b.state.k, joins: [join.hash], rekey: false }), "h0");
		b.until("SHARE");
		const aid = b.state.attempt?.aid ?? assert.fail("no attempt");
		const before = b.state.base?.members.find(({ v }) => keyName(v) === keyName(ana.public.v))?.next.v;
		b.place(b.piece("SHARE", b.held((before ?? assert.fail("Ana is not in it")).bytes)), "h0");
		b.place(b.sign(bo.e, b.aid, { type: "LEAVE", entries: 0, digest: new Uint8Array(32) as TranscriptDigest }), "h1");
		const after = b.state.attempt?.slots.find(({ member }) => member && keyName(member) === keyName(ana.public.v));
		const renewed = b.held((after ?? assert.fail("Ana goes on")).keySet.v.bytes);
		assert.notDeepEqual(renewed.public.v.bytes, before?.bytes);
		const late = b.pieceMessage("SHARE", renewed);
		assert.equal(b.verdict(b.sign(renewed.e, aid, late), "h0"), "SHARE-1");
	});
});

test("REPAIR-1: about the session before only those ask who were in it", () => {
	const { b, ana, cy, join } = roomOfTwo();
	const before = b.aid;
	b.place(b.sign(ana.e, b.aid, { type: "OPEN", k: b.state.k, joins: [join.hash], rekey: false }), "h0");
	b.finish();
	assert.equal(b.members.length, 3);
	assert.equal(b.verdict(b.sign(ana.e, before, { type: "ASK", have: 0 }), "h0"), "");
	assert.equal(b.verdict(b.sign(cy.e, before, { type: "ASK", have: 0 }), "h2"), "REPAIR-1");
	assert.equal(b.verdict(b.sign(cy.e, b.aid, { type: "ASK", have: 0 }), "h2"), "");
});

/** What is expected where a message is read that was written as it must not be. */
function expectedOf(message: Message): string | undefined {
	const keys = new FoldBench(suite, "expected").keySet();
	const read = parseMessage(suite, signMessage(suite, "memory:room", keys.e, NO_CONTEXT, 0, message).text);
	if (read.ok) return undefined;
	assert.ok(read.error.blame === "sender" && read.error.rule === "WIRE-2");
	return read.error.expected.replace(/^\w+: (.*) at byte \d+$/, "$1");
}

test("WIRE-2: what only suite 2 has is not read in suite 1", () => {
	type Key = Extract<Message, { type: "EK" }>["key"];
	type Ciphertext = NonNullable<Extract<Message, { type: "OFFER" }>["kemCiphertext"]>;
	const key = { bytes: new Uint8Array(1184) } as unknown as Key;
	assert.equal(expectedOf({ type: "EK", key }), "no EK in suite 1");
	const kemCiphertext = new Uint8Array(1088) as unknown as Ciphertext;
	const offer: Message = { type: "OFFER", kemCiphertext, list: new Uint8Array(32) };
	assert.equal(expectedOf(offer), "no KEM ciphertext in suite 1");
});

test("WIRE-2: a list has one form", () => {
	const { b, ana } = roomOfTwo();
	const v = (byte: number): Uint8Array => new Uint8Array(32).fill(byte);
	const vote = (...bytes: readonly number[]): Message => {
		return { type: "VOTE", drop: bytes.map((byte) => ({ v: v(byte), owes: "share" })), late: false };
	};
	assert.equal(expectedOf(vote(1, 2)), undefined);
	assert.equal(expectedOf(vote(2, 1)), "a sorted list");
	assert.equal(expectedOf(vote(1, 1)), "a sorted list");
	assert.equal(expectedOf(vote()), "someone to leave out");
	const copy = (...bytes: readonly number[]): Message => {
		const box = { ...b.box(), ciphertext: new Uint8Array(RELAYED_BYTES) };
		return { type: "COPY", boxes: bytes.map((byte) => ({ newcomer: v(byte), box })) };
	};
	assert.equal(expectedOf(copy(1, 2)), undefined);
	assert.equal(expectedOf(copy(2, 1)), "a sorted list");
	const seats = new Uint8Array(1);
	const voted = (...places: readonly number[]): Message => {
		const drop = places.map((place) => ({ place, owes: "share" as const }));
		return { ...stateMessage(b, ana), votes: [{ drop, voters: seats, late: seats }] };
	};
	assert.equal(expectedOf(voted(0, 1)), undefined);
	assert.equal(expectedOf(voted(1, 0)), "places of the list, ascending");
	assert.equal(expectedOf(voted(0, 0)), "places of the list, ascending");
	assert.equal(expectedOf(voted(2)), "places of the list, ascending");
	const beyond = { ...stateMessage(b, ana), votes: [{ drop: [], voters: Uint8Array.of(0x20), late: seats }] };
	assert.equal(expectedOf(beyond), "no seats beyond the list");
});
