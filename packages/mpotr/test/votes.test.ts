import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { MAX_VOTE_LISTS } from "../src/limits.ts";
import type { OwnKeySet } from "../src/key-set.ts";
import type { Dropped, Message, VoteReason } from "../src/wire/messages.ts";
import { compare, hex } from "@clowder/bytes";
import { FoldBench } from "./support/fold-bench.ts";
import { suiteOf } from "./support/place.ts";

/** Votes in the fold, by hand: what fires when, whoever sends what. */

const suite = suiteOf(1);

/** A room of n members, each of whom writes from a handle of their own. */
function bench(n: number): FoldBench {
	const b = new FoldBench(suite, `votes/${n}`);
	while (b.members.length < n) {
		b.openWith(b.keySet(), `h${10 + b.members.length}`);
		b.finish();
	}
	return b;
}

function vote(drop: readonly OwnKeySet[], owes: VoteReason = "heartbeat", late = false): Message {
	const named = drop.map((keys): Dropped => ({ v: keys.public.v.bytes, owes }));
	return { type: "VOTE", drop: named.sort((a, b) => compare(a.v, b.v)), late };
}

function cast(b: FoldBench, by: OwnKeySet, message: Message, side?: OwnKeySet): string {
	const placed = b.sign(by.e, b.aid, message);
	const effects = b.place(placed, b.handle(by), { side: side && hex(side.public.v.bytes) });
	return effects
		.map((effect) => (effect.type === "void" && "rule" in effect.refusal ? effect.refusal.rule : effect.type))
		.join(" ");
}

describe("VOTE", () => {
	test("VOTE-1: of a member under the present base, on others who are here", () => {
		const b = bench(3);
		const [ana, bo, cy] = b.members as [OwnKeySet, OwnKeySet, OwnKeySet];
		assert.equal(cast(b, ana, vote([ana])), "VOTE-1");
		assert.equal(cast(b, ana, vote([b.keySet()])), "VOTE-1");
		const elsewhere = b.sign(ana.e, new Uint8Array(32), vote([bo]));
		assert.equal(b.verdict(elsewhere), "VOTE-1");
		assert.equal(cast(b, ana, vote([bo])), "voted");
		assert.match(cast(b, cy, vote([bo])), /^voted removed/);
		assert.equal(cast(b, bo, vote([ana])), "VOTE-1", "who is out votes no more");
	});

	test("VOTE-2: more than half of all of L for the same keep-list, and not one less, whatever n", () => {
		for (const n of [2, 3, 4, 5, 6, 7]) {
			const b = bench(n);
			const target = b.members[n - 1] as OwnKeySet;
			const needed = Math.floor(n / 2) + 1;
			for (let i = 1; i < n; i++) {
				const effects = cast(b, b.members[i - 1] as OwnKeySet, vote([target]));
				assert.equal(effects.includes("removed"), i === needed, `${i} of ${n}`);
				if (i === needed) break;
			}
			assert.equal(b.state.removed.size, needed < n ? 1 : 0);
		}
	});

	test("VOTE-2: votes for different keep-lists do not add up; a newer vote replaces an older", () => {
		const b = bench(5);
		const [ana, bo, cy, dee, eve] = b.members as [OwnKeySet, OwnKeySet, OwnKeySet, OwnKeySet, OwnKeySet];
		cast(b, ana, vote([eve]));
		cast(b, bo, vote([eve, dee]));
		assert.equal(cast(b, cy, vote([dee])), "voted");
		assert.equal(cast(b, cy, vote([eve])), "voted");
		assert.match(cast(b, bo, vote([eve])), /removed/);
	});

	test("VOTE-2: who was removed counts in the denominator", () => {
		const b = bench(5);
		const [ana, bo, cy, dee, eve] = b.members as [OwnKeySet, OwnKeySet, OwnKeySet, OwnKeySet, OwnKeySet];
		b.place(b.sign(eve.e, b.aid, { type: "LEAVE", entries: 0, digest: b.mac() as never }), b.handle(eve));
		cast(b, ana, vote([dee]));
		assert.equal(cast(b, bo, vote([dee])), "voted", "two of four are here, but L has five");
		assert.match(cast(b, cy, vote([dee])), /removed/);
	});

	test("VOTE-3: all of a keep-list, late: the session splits, and each side goes on as it is", () => {
		for (const side of ["kept", "dropped"] as const) {
			const b = bench(5);
			const [ana, bo, cy, dee, eve] = b.members as [OwnKeySet, OwnKeySet, OwnKeySet, OwnKeySet, OwnKeySet];
			const view = side === "kept" ? ana : cy;
			cast(b, ana, vote([cy, dee, eve]), view);
			assert.equal(cast(b, bo, vote([cy, dee, eve]), view), "voted", "two of five do not evict three");
			cast(b, ana, vote([cy, dee, eve], "heartbeat", true), view);
			assert.match(cast(b, bo, vote([cy, dee, eve], "heartbeat", true), view), /split/);
			const out = [...b.state.removed.entries()].map(([v, how]) => `${v}:${how}`).sort();
			const expected = side === "kept" ? [cy, dee, eve] : [ana, bo];
			const how = side === "kept" ? "silent" : "split";
			assert.deepEqual(out, expected.map((keys) => `${hex(keys.public.v.bytes)}:${how}`).sort());
			assert.equal(b.state.attempt?.slots.length, 5 - expected.length);
		}
	});

	test("VOTE-3: the few who say at once that they waited long put themselves out and nobody else", () => {
		const b = bench(5);
		const [ana, bo, cy, dee, eve] = b.members as [OwnKeySet, OwnKeySet, OwnKeySet, OwnKeySet, OwnKeySet];
		cast(b, dee, vote([ana, bo, cy], "heartbeat", true), ana);
		cast(b, eve, vote([ana, bo, cy], "heartbeat", true), ana);
		assert.deepEqual([...b.state.removed.keys()].sort(), [dee, eve].map((keys) => hex(keys.public.v.bytes)).sort());
	});

	test("VOTE-4: a vote dies when what it waits for is placed, one over a heartbeat with any sign of life", () => {
		const b = bench(4);
		const [ana, bo, cy, dee] = b.members as [OwnKeySet, OwnKeySet, OwnKeySet, OwnKeySet];
		cast(b, ana, vote([dee]));
		cast(b, bo, vote([dee], "share"));
		assert.equal(b.state.votes.size, 2);
		cast(b, dee, vote([cy]));
		assert.deepEqual([...b.state.votes.keys()].includes(hex(ana.public.v.bytes)), false);
		assert.equal(b.state.votes.has(hex(bo.public.v.bytes)), true, "a share is still owed");
		b.place(b.sign(ana.e, b.aid, { type: "OPEN", k: b.state.k, joins: [], rekey: true }), b.handle(ana));
		b.until("SHARE");
		const slot = b.state.attempt?.slots.find((one) => one.member && hex(one.member.bytes) === hex(dee.public.v.bytes));
		const own = b.held(slot?.keySet.v.bytes ?? assert.fail("no slot"));
		b.place(b.piece("SHARE", own), b.handle(dee));
		assert.equal(b.state.votes.has(hex(bo.public.v.bytes)), false);
	});

	test("VOTE-4: an ASK is no sign of life: who misses something reads it before what stands before it", () => {
		const b = bench(3);
		const [ana, bo] = b.members as [OwnKeySet, OwnKeySet, OwnKeySet];
		cast(b, ana, vote([bo]));
		const { state } = b;
		b.place(b.sign(bo.e, b.aid, { type: "ASK", have: 0 }), b.handle(bo));
		assert.equal(b.state.votes.size, 1);
		// The agreed state is the same whether the ASK is read before the vote, after it, or not at all.
		assert.deepEqual(b.state, state);
	});

	test("VOTE-4: a vote on a newcomer dies with the key set that it names", () => {
		const b = bench(3);
		const [ana, bo] = b.members as [OwnKeySet, OwnKeySet, OwnKeySet];
		const newcomer = b.keySet();
		b.openWith(newcomer, "h99");
		b.until("SHARE");
		b.place(b.piece("SHARE", newcomer), "h99");
		cast(b, ana, vote([newcomer], "ok"));
		assert.equal(b.state.votes.size, 1);
		b.place(b.sign(bo.e, b.aid, { type: "LEAVE", entries: 0, digest: b.mac() as never }), b.handle(bo));
		assert.equal(
			b.state.attempt?.slots.some((one) => one.keySet.v === newcomer.public.v),
			false,
		);
		assert.equal(b.state.votes.size, 0);
	});

	test("VOTE-5: at most a few keep-lists at a time; a further one takes the place of the oldest", () => {
		const n = MAX_VOTE_LISTS + 4;
		const b = bench(n);
		for (let i = 0; i <= MAX_VOTE_LISTS; i++) {
			cast(
				b,
				b.members[i] as OwnKeySet,
				vote([b.members[(i + 1) % n] as OwnKeySet, b.members[(i + 2) % n] as OwnKeySet], "share"),
			);
		}
		assert.equal(b.state.votes.size, MAX_VOTE_LISTS);
		assert.equal(b.state.votes.has(hex((b.members[0] as OwnKeySet).public.v.bytes)), false);
	});

	test("a vote on a newcomer drops the newcomer, and the others wait on", () => {
		const b = bench(3);
		const [ana, bo] = b.members as [OwnKeySet, OwnKeySet, OwnKeySet];
		const newcomer = b.keySet();
		b.openWith(newcomer, "h99");
		cast(b, ana, vote([newcomer], "offer"));
		assert.match(cast(b, bo, vote([newcomer], "offer")), /voted died dropped/);
		assert.equal(b.state.attempt, undefined);
		assert.equal(b.state.pending.length, 0);
	});
});

describe("late votes on newcomers", () => {
	test("VOTE-3: whoever is left of L drops a silent newcomer, though it is no half of all of L", () => {
		const b = bench(2);
		const [ana, bo] = b.members as [OwnKeySet, OwnKeySet];
		const newcomer = b.keySet();
		b.openWith(newcomer, "h99");
		b.place(b.sign(bo.e, b.aid, { type: "LEAVE", entries: 0, digest: b.mac() as never }), b.handle(bo));
		assert.equal(b.state.attempt?.slots.length, 2, "Ana and the newcomer");
		assert.equal(cast(b, ana, vote([newcomer], "offer")), "voted", "one of two is no majority");
		assert.match(cast(b, ana, vote([newcomer], "offer", true)), /dropped/);
		assert.equal(b.state.attempt?.slots.length, 1);
	});
});

describe("RETURN and PUBLISH", () => {
	test("RETURN-1: of a member, and it is out as who it was", () => {
		const b = bench(2);
		const [ana, bo] = b.members as [OwnKeySet, OwnKeySet];
		const back: Message = { type: "RETURN", v: b.keySet().public.v.bytes };
		assert.equal(b.verdict(b.sign(bo.e, new Uint8Array(32), back)), "RETURN-1");
		assert.match(b.verdict(b.sign(bo.e, b.aid, back)), /^removed/);
		assert.equal(b.state.removed.get(hex(bo.public.v.bytes)), "returning");
		assert.equal(b.verdict(b.sign(bo.e, b.aid, back)), "RETURN-1");
		assert.ok(ana);
	});

	test("PUBLISH-1, PUBLISH-3: of a session before, the key of its author and no other", () => {
		const b = bench(2);
		const [ana, bo] = b.members as [OwnKeySet, OwnKeySet];
		const { aid } = b;
		const publish = (keys: OwnKeySet): Message => ({ type: "PUBLISH", seed: keys.e.reveal() });
		assert.equal(b.verdict(b.sign(ana.e, aid, publish(ana))), "PUBLISH-1", "the session runs");
		b.openWith(b.keySet(), "h77");
		b.finish();
		assert.equal(b.verdict(b.sign(ana.e, aid, publish(bo))), "PUBLISH-1", "another's key");
		assert.equal(b.verdict(b.sign(ana.e, aid, publish(ana))), "published");
		const receipt: Message = { type: "RECEIVED", of: new Uint8Array([0x80]) };
		assert.equal(b.verdict(b.sign(bo.e, aid, receipt)), "received");
		assert.equal(b.verdict(b.sign(bo.e, new Uint8Array(32), receipt)), "PUBLISH-3");
		for (const of of [[], [0x80, 0], [0x20], [0xff]]) {
			const wrong: Message = { type: "RECEIVED", of: new Uint8Array(of) };
			assert.equal(b.verdict(b.sign(bo.e, aid, wrong)), "PUBLISH-3", of.join());
		}
	});

	test("REPLAY-3: what a published key signs does not move the count of its owner", () => {
		const b = bench(2);
		const [ana] = b.members as [OwnKeySet];
		const { aid } = b;
		b.openWith(b.keySet(), "h77");
		b.finish();
		const before = b.state.authors.get(hex(ana.public.v.bytes))?.number;
		b.place(b.sign(ana.e, aid, { type: "PUBLISH", seed: ana.e.reveal() }, 4_000_000));
		assert.equal(b.state.authors.get(hex(ana.public.v.bytes))?.number, before);
		const close: Message = { type: "CLOSE", entries: 1, digest: b.mac() as never };
		assert.equal(b.verdict(b.sign(ana.e, aid, close, (before ?? 0) + 1)), "closed");
	});
});
