import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { keyName } from "../src/fold/state.ts";
import type { OwnKeySet } from "../src/key-set.ts";
import type { MessageHash, TranscriptDigest } from "../src/labels.ts";
import { NO_CONTEXT } from "../src/wire/envelope.ts";
import type { Message } from "../src/wire/messages.ts";
import { FoldBench } from "./support/fold-bench.ts";
import { suiteOf } from "./support/place.ts";

const suite = suiteOf(2);

/** A room of `n`: h0 founded it, the others came in one after another. */
function bench(n: number): FoldBench {
	const b = new FoldBench(suite, `bench of ${n}`);
	for (let i = 1; i < n; i++) {
		b.openWith(b.keySet(), `h${i}`);
		b.finish();
	}
	assert.equal(b.members.length, n);
	return b;
}

function first(b: FoldBench): OwnKeySet {
	return b.members[0] as OwnKeySet;
}

function second(b: FoldBench): OwnKeySet {
	return b.members[1] as OwnKeySet;
}

const someHash = new Uint8Array(32).fill(7) as MessageHash;

describe("authors and numbers", () => {
	test("AUTHOR-1: only someone the room knows writes in it, and newcomers only for themselves", () => {
		const b = bench(2);
		const stranger = b.keySet();
		assert.equal(b.verdict(b.sign(stranger.e, b.aid, { type: "GONE", v: first(b).public.v.bytes })), "AUTHOR-1");
		const another = b.keySet();
		assert.equal(b.verdict(b.sign(stranger.e, NO_CONTEXT, { type: "KNOCK", keySet: another.public })), "AUTHOR-1");
	});

	test("REPLAY-1: a number counts once, and only upwards", () => {
		const b = bench(2);
		const leave: Message = { type: "GONE", v: first(b).public.v.bytes };
		const message = b.sign(second(b).e, b.aid, leave);
		assert.equal(b.verdict(message), "GONE-2");
		assert.equal(b.verdict(message), "REPLAY-1");
		const knocker = b.keySet();
		const knock = b.sign(knocker.e, NO_CONTEXT, { type: "KNOCK", keySet: knocker.public });
		assert.equal(b.verdict(knock), "knocked");
		assert.equal(b.verdict(knock, "h77"), "REPLAY-1");
	});

	test("REPLAY-1: a JOIN is remembered after its author left", () => {
		const b = bench(2);
		const keys = b.keySet();
		const join = b.join(keys);
		assert.equal(b.verdict(join, "h5"), "pending");
		b.left("h5");
		assert.equal(b.verdict(b.sign(first(b).e, b.aid, { type: "GONE", v: keys.public.v.bytes })), "dropped");
		assert.equal(b.verdict(join, "h6"), "REPLAY-1");
	});

	test("GAP-1: missing numbers are seen", () => {
		const b = bench(2);
		const number = b.numbers.get(keyName(first(b).public.v)) ?? 0;
		const gone: Message = { type: "GONE", v: second(b).public.v.bytes };
		const effects = b.place(b.sign(first(b).e, b.aid, gone, number + 2));
		assert.deepEqual(
			effects.flatMap((e) => (e.type === "gap" ? [[e.expected, e.got]] : [])),
			[[number, number + 2]],
		);
	});

	test("REPLAY-2, KNOCK-1: a flood of knocks costs bounded memory", () => {
		const b = bench(2);
		const before = b.state.authors.size;
		for (let i = 0; i < 30; i++) {
			const keys = b.keySet();
			b.place(b.sign(keys.e, NO_CONTEXT, { type: "KNOCK", keySet: keys.public }), "h5");
		}
		assert.equal(b.state.knocks.length, 1);
		assert.equal(b.state.authors.size, before + 1);
		b.left("h5");
		assert.equal(b.state.authors.size, before);
		const authors = new Map(b.state.authors);
		for (let i = 0; authors.size < 4096; i++)
			authors.set(`${i}`, { number: 0, handle: "h", left: false, joined: true });
		b.state = { ...b.state, authors };
		const keys = b.keySet();
		assert.equal(b.verdict(b.sign(keys.e, NO_CONTEXT, { type: "KNOCK", keySet: keys.public })), "REPLAY-2");
	});
});

describe("coming in", () => {
	test("FOUND-1: a room that is founded is not founded again", () => {
		const b = bench(1);
		const keys = b.keySet();
		const found: Message = { type: "FOUND", parameters: b.parameters, keySet: keys.public };
		assert.equal(b.verdict(b.sign(keys.e, NO_CONTEXT, found)), "FOUND-1");
	});

	test("STATE-1: members under the present base only", () => {
		const b = bench(2);
		const state: Message = {
			type: "STATE",
			at: someHash,
			k: 0,
			votes: [],
			failures: 0,
			parameters: b.parameters,
			members: [],
			pending: [],
			dead: [],
			answers: [],
			sponsorBox: first(b).public,
		};
		assert.equal(b.verdict(b.sign(first(b).e, NO_CONTEXT, state)), "STATE-1");
		assert.equal(b.verdict(b.sign(first(b).e, b.aid, state)), "stated");
		const newcomer = b.keySet();
		b.place(b.join(newcomer), "h5");
		assert.equal(b.verdict(b.sign(newcomer.e, b.aid, state)), "STATE-1");
	});

	test("JOIN-1, JOIN-2, JOIN-3, JOIN-4: to the present state, by way of a member, once, with keys of one's own", () => {
		const b = bench(2);
		const keys = b.keySet();
		assert.equal(b.verdict(b.join(keys, {}, someHash)), "JOIN-1");
		assert.equal(b.verdict(b.join(keys, { sponsor: b.keySet().public.v.bytes })), "JOIN-2");
		assert.equal(b.verdict(b.join(keys, { authenticators: [] })), "JOIN-2");
		const next = b.state.base?.members[1]?.next;
		assert.ok(next);
		const thief = b.keySet();
		assert.equal(b.verdict(b.join(thief, { keySet: { ...thief.public, y: next.y } })), "JOIN-4");
		const join = b.join(keys);
		assert.equal(b.verdict(join, "h5"), "pending");
		b.place(b.introduce(first(b), join.hash));
		assert.equal(b.verdict(b.join(keys), "h5"), "JOIN-3");
	});

	test("JOIN-3: one handle has one JOIN waiting, however many keys it makes", () => {
		const b = bench(2);
		const last = b.keySet();
		for (const keys of [b.keySet(), b.keySet(), last]) {
			assert.match(b.verdict(b.join(keys), "h5"), /pending/);
		}
		assert.deepEqual(
			b.state.pending.map((join) => keyName(join.keySet.v)),
			[keyName(last.public.v)],
		);
		const member = b.state.authors.get(keyName(first(b).public.v))?.handle;
		b.place(b.introduce(first(b), (b.state.pending[0] as (typeof b.state.pending)[number]).hash), member);
		assert.equal(b.verdict(b.join(b.keySet()), "h5"), "JOIN-3", "the handle of one who was introduced");
		assert.equal(b.verdict(b.join(b.keySet()), member), "JOIN-3", "a member's handle");
		assert.equal(b.verdict(b.join(b.keySet()), "h6"), "pending");
	});

	test("INTRO-1, DENY-1: by the sponsor, for a join that waits", () => {
		const b = bench(2);
		const join = b.join(b.keySet());
		assert.equal(b.verdict(b.introduce(first(b), join.hash)), "INTRO-1");
		b.place(join, "h5");
		assert.equal(b.verdict(b.introduce(second(b), join.hash)), "INTRO-1");
		assert.equal(b.verdict(b.introduce(first(b), join.hash)), "introduced");
		assert.equal(b.verdict(b.introduce(first(b), join.hash)), "INTRO-1");
		const deny: Message = { type: "DENY", join: join.hash, reason: "name-taken" };
		assert.equal(b.verdict(b.sign(second(b).e, someHash, deny)), "DENY-1");
		assert.equal(b.verdict(b.sign(second(b).e, b.aid, deny)), "denied");
		assert.equal(b.verdict(b.sign(second(b).e, b.aid, deny)), "DENY-1");
	});

	test("OPEN-1, OPEN-2, OPEN-3, REKEY-1: the first wins, for introduced joins only", () => {
		const b = bench(2);
		const join = b.join(b.keySet());
		b.place(join, "h5");
		const open = (joins: readonly MessageHash[], k = 0): Message => ({ type: "OPEN", k, joins, rekey: false });
		assert.equal(b.verdict(b.sign(first(b).e, b.aid, open([join.hash]))), "OPEN-3");
		b.place(b.introduce(first(b), join.hash));
		assert.equal(b.verdict(b.sign(first(b).e, someHash, open([join.hash]))), "OPEN-1");
		assert.equal(b.verdict(b.sign(first(b).e, b.aid, open([join.hash], 3))), "OPEN-2");
		assert.equal(b.verdict(b.sign(first(b).e, b.aid, open([]))), "REKEY-1");
		assert.equal(b.verdict(b.sign(first(b).e, b.aid, open([join.hash, join.hash]))), "OPEN-3");
		assert.equal(b.verdict(b.sign(second(b).e, b.aid, open([join.hash]))), "opened");
		assert.equal(b.verdict(b.sign(first(b).e, b.aid, open([join.hash]))), "OPEN-2");
	});
});

describe("an attempt", () => {
	function opened(): { readonly b: FoldBench; readonly newcomer: OwnKeySet } {
		const b = bench(2);
		const newcomer = b.keySet();
		b.openWith(newcomer, "h5");
		assert.ok(b.state.attempt);
		return { b, newcomer };
	}

	test("ROSTER-1, ROSTER-2, ROSTER-3: by a member, for its newcomers, again only where a list differs", () => {
		const { b, newcomer } = opened();
		const roster = b.roster().message as Extract<Message, { type: "ROSTER" }>;
		assert.equal(b.verdict(b.sign(first(b).e, b.aid, { ...roster, aid: someHash as never })), "ROSTER-1");
		assert.equal(b.verdict(b.sign(newcomer.e, b.aid, roster)), "ROSTER-1");
		const wrong = roster.boxes.map(({ box }) => ({ newcomer: first(b).public.v.bytes, box }));
		assert.equal(b.verdict(b.sign(first(b).e, b.aid, { ...roster, boxes: wrong })), "ROSTER-2");
		assert.equal(b.verdict(b.roster()), "rostered");
		assert.equal(b.state.attempt?.rosters.get(keyName(newcomer.public.v))?.size, 1);
		b.place(b.roster());
		assert.equal(b.state.attempt?.rosters.get(keyName(newcomer.public.v))?.size, 1);
		for (const keys of b.inAttempt) b.place(b.piece("EK", keys));
		const attemptId = b.state.attempt?.aid ?? NO_CONTEXT;
		for (const keys of b.inAttempt) {
			const offer = b.pieceMessage("OFFER", keys) as Extract<Message, { type: "OFFER" }>;
			const differs = keyName(keys.public.v) === keyName(newcomer.public.v);
			b.place(b.sign(keys.e, attemptId, { ...offer, list: differs ? someHash : offer.list }));
		}
		assert.equal(b.state.attempt?.offers.size, 3);
		b.place(b.roster());
		assert.equal(b.state.attempt?.rosters.get(keyName(newcomer.public.v))?.size, 1, "each member once");
		b.place(b.roster(second(b)));
		assert.equal(b.state.attempt?.rosters.get(keyName(newcomer.public.v))?.size, 2);
		assert.equal(b.state.attempt?.offers.size, 2, "the newcomer offers again");
	});

	test("EK-1: the key of the hash on the list, by whoever stands right of a newcomer", () => {
		const { b, newcomer } = opened();
		b.place(b.roster());
		const { attempt } = b.state;
		assert.ok(attempt);
		const at = attempt.slots.findIndex((slot) => keyName(slot.keySet.v) === keyName(newcomer.public.v));
		const right = b.held((attempt.slots[(at + 1) % 3] as (typeof attempt.slots)[number]).keySet.v.bytes);
		const left = b.held((attempt.slots[(at + 2) % 3] as (typeof attempt.slots)[number]).keySet.v.bytes);
		assert.equal(b.verdict(b.piece("EK", left)), "EK-1");
		const other = b.pieceMessage("EK", left);
		assert.equal(b.verdict(b.sign(right.e, attempt.aid, other)), "EK-1");
		assert.equal(b.verdict(b.piece("EK", right)), "contributed");
		assert.equal(b.verdict(b.piece("EK", right)), "EK-1");
	});

	test("OFFER-1, SHARE-1, SHARE-2, SHARE-3, KEYS-1, OK-1, CONFIRM-1: one of each, in their order", () => {
		const { b, newcomer } = opened();
		const aid = b.state.attempt?.aid as Uint8Array;
		assert.equal(b.verdict(b.piece("OFFER", newcomer)), "OFFER-1", "no offer before the roster");
		assert.equal(b.verdict(b.piece("SHARE", newcomer)), "SHARE-2", "no share before the offers");
		b.until("SHARE");
		assert.equal(b.verdict(b.piece("OFFER", newcomer)), "OFFER-1");
		assert.equal(b.verdict(b.piece("OK", newcomer)), "OK-1", "no OK before the shares");
		assert.equal(b.verdict(b.piece("CONFIRM", newcomer)), "CONFIRM-1", "no confirm before the shares");
		const share = b.pieceMessage("SHARE", newcomer) as Extract<Message, { type: "SHARE" }>;
		assert.equal(b.verdict(b.sign(newcomer.e, aid, { ...share, ring: undefined })), "SHARE-3");
		assert.equal(b.verdict(b.sign(newcomer.e, aid, { ...share, confirmations: [] })), "SHARE-3");
		assert.equal(b.verdict(b.sign(newcomer.e, aid, { ...share, next: newcomer.public })), "KEYS-1");
		assert.equal(b.verdict(b.sign(newcomer.e, someHash, share)), "SHARE-1", "another attempt");
		assert.equal(b.verdict(b.piece("SHARE", newcomer)), "contributed");
		assert.equal(b.verdict(b.piece("SHARE", newcomer)), "SHARE-1");
		for (const keys of b.inAttempt) b.place(b.piece("SHARE", keys));
		assert.equal(b.verdict(b.piece("CONFIRM", newcomer)), "CONFIRM-1", "no confirm before the OKs");
		for (const keys of b.inAttempt) assert.equal(b.verdict(b.piece("OK", keys)), "contributed");
		assert.equal(b.verdict(b.piece("OK", newcomer)), "OK-1");
	});

	test("ACTIVATE-1: the last CONFIRM, and no other, starts the session", () => {
		const { b } = opened();
		const attempt = b.state.attempt;
		b.until("CONFIRM");
		const [a, c, d] = b.inAttempt as [OwnKeySet, OwnKeySet, OwnKeySet];
		const waiting = b.join(b.keySet());
		b.place(waiting, "h6");
		assert.equal(b.verdict(b.piece("CONFIRM", a)), "contributed");
		assert.equal(b.verdict(b.piece("CONFIRM", a)), "CONFIRM-1");
		assert.equal(b.verdict(b.piece("CONFIRM", c)), "contributed");
		assert.equal(b.verdict(b.piece("CONFIRM", d)), "contributed dropped activated");
		assert.deepEqual(b.state.base?.aid, attempt?.aid);
		assert.equal(b.state.k, 0);
		assert.deepEqual(b.state.pending, []);
		assert.deepEqual(
			b.members.map((keys) => keyName(keys.public.v)),
			[a, c, d].map((keys) => keyName(keys.public.v)),
		);
	});

	test("CONFIRM-2: a confirm that does not fit takes its author out", () => {
		const { b, newcomer } = opened();
		b.until("CONFIRM");
		const [member] = b.inAttempt.filter((keys) => keys !== newcomer) as [OwnKeySet];
		const effects = b.place(b.piece("CONFIRM", member), "h0", { confirmFits: false });
		assert.deepEqual(effects.map((e) => e.type).slice(0, 3), ["void", "blamed", "removed"]);
		assert.equal(b.state.attempt?.slots.length, 2);
		assert.equal(b.state.base?.aid !== undefined, true);
	});

	test("BURN-1, REMOVE-1: a dead attempt burns the keys of those who shared, and nobody else's", () => {
		const { b, newcomer } = opened();
		b.until("SHARE");
		const before = b.inAttempt;
		const sharer = before.find((keys) => keys !== newcomer) as OwnKeySet;
		const share = b.piece("SHARE", sharer);
		b.place(share);
		const leaver = b.members.find((keys) => {
			const next = b.state.base?.members.find((m) => keyName(m.v) === keyName(keys.public.v))?.next.v;
			return next !== undefined && keyName(next) !== keyName(sharer.public.v);
		}) as OwnKeySet;
		const digest = someHash as Uint8Array as TranscriptDigest;
		const verdict = b.verdict(b.sign(leaver.e, b.aid, { type: "LEAVE", entries: 0, digest }));
		assert.equal(verdict, "removed died renewed opened");
		const now = b.inAttempt.map((keys) => keyName(keys.public.v));
		assert.equal(now.length, 2, "the newcomer stays in, nothing is added");
		assert.ok(now.includes(keyName(newcomer.public.v)), "who sent no SHARE keeps its keys");
		assert.ok(!now.includes(keyName(sharer.public.v)), "who did goes on with its next ones");
		assert.equal(b.state.k, 1);
	});

	test("BURN-2: a late SHARE of a dead attempt kills the one that runs with the same keys", () => {
		const { b, newcomer } = opened();
		b.until("SHARE");
		const late = b.piece("SHARE", newcomer);
		const digest = someHash as Uint8Array as TranscriptDigest;
		b.place(b.sign(first(b).e, b.aid, { type: "LEAVE", entries: 0, digest }));
		const running = b.state.attempt;
		assert.ok(running);
		assert.equal(b.verdict(late), "died renewed opened");
		assert.notDeepEqual(b.state.attempt?.aid, running.aid);
		assert.ok(!b.inAttempt.some((keys) => keys === newcomer));
		assert.equal(b.verdict(late), "AUTHOR-1", "burnt keys are nobody's");
	});

	test("REMOVE-2: a newcomer who is gone ends the attempt; the others wait, introduced", () => {
		const b = bench(2);
		const [one, two] = [b.keySet(), b.keySet()];
		const joins = [b.join(one), b.join(two)] as const;
		b.place(joins[0], "h5");
		b.place(joins[1], "h6");
		for (const join of joins) b.place(b.introduce(first(b), join.hash));
		b.place(b.sign(first(b).e, b.aid, { type: "OPEN", k: 0, joins: joins.map((join) => join.hash), rekey: false }));
		b.left("h5");
		assert.equal(b.verdict(b.sign(first(b).e, b.aid, { type: "GONE", v: one.public.v.bytes })), "died dropped");
		assert.equal(b.state.attempt, undefined);
		assert.deepEqual(
			b.state.pending.map((join) => [keyName(join.keySet.v), join.introduced]),
			[[keyName(two.public.v), true]],
		);
	});
});

describe("leaving", () => {
	test("LEAVE-1, GONE-1, GONE-2: under the present base; the bare notice changes nothing", () => {
		const b = bench(3);
		const digest = someHash as Uint8Array as TranscriptDigest;
		assert.equal(b.verdict(b.sign(first(b).e, someHash, { type: "LEAVE", entries: 0, digest })), "LEAVE-1");
		const target = second(b).public.v.bytes;
		const gone: Message = { type: "GONE", v: target };
		assert.equal(b.verdict(b.sign(first(b).e, someHash, gone)), "GONE-1");
		assert.equal(b.verdict(b.sign(first(b).e, b.aid, gone)), "GONE-2", "nobody said that they left");
		const handle = b.state.authors.get(keyName(target))?.handle ?? "";
		const before = b.state.base;
		b.left(handle);
		assert.deepEqual([b.state.base, b.state.attempt, b.state.removed.size], [before, undefined, 0]);
		b.place(b.sign(second(b).e, b.aid, { type: "GONE", v: first(b).public.v.bytes }), "h44");
		assert.equal(b.verdict(b.sign(first(b).e, b.aid, gone)), "GONE-2", "something valid came since");
		b.left("h44");
		assert.equal(b.verdict(b.sign(first(b).e, b.aid, gone)), "removed opened");
		assert.equal(b.verdict(b.sign(first(b).e, b.aid, gone)), "GONE-1", "once");
	});

	test("CLOSE-1, CONTENT-1: words under an old session, and words of those who are out", () => {
		const b = bench(2);
		const old = b.aid;
		const [ana] = b.members as [OwnKeySet];
		const digest = someHash as Uint8Array as TranscriptDigest;
		const close: Message = { type: "CLOSE", entries: 0, digest };
		const content = { index: 0, iv: new Uint8Array(16), ciphertext: new Uint8Array(256), mac: b.mac() };
		assert.equal(b.verdict(b.sign(ana.e, b.aid, close)), "CLOSE-1", "a session that is not over");
		assert.equal(b.verdict(b.sign(ana.e, b.aid, { type: "MESSAGE", content })), "content");
		b.openWith(b.keySet(), "h7");
		b.finish();
		assert.equal(b.verdict(b.sign(ana.e, old, { type: "MESSAGE", content })), "CONTENT-1");
		assert.equal(b.verdict(b.sign(ana.e, old, close)), "closed");
	});
});
