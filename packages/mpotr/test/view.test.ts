import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { leftOf, viewOf } from "../src/fold/phases.ts";
import { missingBefore } from "../src/fold/repair.ts";
import { type Attempt, type KeyName, keyName } from "../src/fold/state.ts";
import type { OwnKeySet } from "../src/key-set.ts";
import type { TranscriptDigest } from "../src/labels.ts";
import type { RingWork } from "../src/participant/ring-work.ts";
import type { VerifiedMessage } from "../src/wire/envelope.ts";
import type { Offer, Share } from "../src/wire/messages.ts";
import { flipped } from "./support/cheat.ts";
import { FoldBench } from "./support/fold-bench.ts";
import { seeded, suiteOf } from "./support/place.ts";
import { RingBench } from "./support/ring-bench.ts";

const suite = suiteOf(2);

/** The attempt with another SHARE of the one at `i`. */
function withShare(bench: RingBench, i: number, change: (share: Share) => Share): Attempt {
	const { attempt } = bench;
	const key = keyName(bench.slot(i).keySet.v);
	const before = attempt.shares.get(key) ?? assert.fail("no share");
	const shares: Map<KeyName, VerifiedMessage<Share>> = new Map(attempt.shares);
	return { ...attempt, shares: shares.set(key, bench.signed(i, change(before.message))) };
}

function withOffer(bench: RingBench, i: number, change: (offer: Offer) => Offer): Attempt {
	const { attempt } = bench;
	const key = keyName(bench.slot(i).keySet.v);
	const before = attempt.offers.get(key) ?? assert.fail("no offer");
	const offers: Map<KeyName, VerifiedMessage<Offer>> = new Map(attempt.offers);
	// What comes anew after a repair is placed anew.
	const shares = new Map(attempt.shares);
	return { ...attempt, offers: offers.set(key, bench.signed(i, change(before.message))), shares };
}

describe("what was contributed turns out to be something else", () => {
	test("VIEW-1: the view is of the attempt and of every OFFER and SHARE, and there is none before all are placed", () => {
		const bench = new RingBench(suite, 3);
		const { attempt } = bench;
		const others = [
			withShare(bench, 1, (m) => ({ ...m, ring: m.ring && { ...m.ring, z: flipped(m.ring.z) } })),
			withShare(bench, 1, (m) => ({ ...m, confirmations: m.confirmations.map((kc) => flipped(kc)) })),
			withShare(bench, 1, (m) => m),
			withOffer(bench, 1, (m) => ({ ...m, list: flipped(m.list) })),
			{ ...attempt, aid: flipped(attempt.aid), shares: new Map(attempt.shares) },
		];
		const views = [attempt, ...others].map((one) => keyName(viewOf(suite, one) ?? assert.fail("no view")));
		assert.equal(new Set(views).size, views.length);
		const [first] = attempt.shares;
		assert.equal(viewOf(suite, { ...attempt, shares: new Map(first && [first]) }), undefined);
	});

	test("VIEW-2: the key and the misfits are made anew, of what is placed now", () => {
		const random = seeded("view");
		const bench = new RingBench(suite, 3);
		const work = bench.works[0] as RingWork;
		const other = withShare(bench, 2, (m) => ({ ...m, ring: m.ring && { ...m.ring, z: flipped(m.ring.z) } }));
		assert.equal(work.openings(bench.attempt, random), undefined);
		const mac = work.confirm(bench.attempt, 0) ?? assert.fail("no key");
		assert.equal(work.confirm(other, 0), undefined, "of other contributions there is no key yet");
		const openings = work.openings(other, random) ?? assert.fail("it fits");
		assert.deepEqual(
			openings.map(({ make }) => make().type),
			["FAULT"],
		);
		assert.equal(work.confirm(other, 0), undefined);
		assert.equal(work.next(other, random), undefined);
		assert.equal(work.openings(bench.attempt, random), undefined, "and the other way round");
		assert.deepEqual(work.confirm(bench.attempt, 0), mac);
	});

	test("VIEW-2: whose SHARE is of another OFFER than the one placed now opens and says nothing", () => {
		const random = seeded("view");
		const bench = new RingBench(suite, 3);
		const keys = new Set(bench.attempt.slots.map((slot) => keyName(slot.keySet.v)));
		bench.attempt = { ...bench.attempt, keys };
		for (const [i, work] of bench.works.entries()) {
			const left = bench.attempt.slots.indexOf(leftOf(bench.attempt, bench.slot(i)));
			const other = withOffer(bench, left, (m) => ({
				...m,
				kemCiphertext: m.kemCiphertext && flipped(m.kemCiphertext),
			}));
			assert.deepEqual(work.openings(other, random), []);
			assert.equal(work.next(other, random), undefined);
			assert.match(
				work.next(bench.attempt, random)?.name ?? "",
				/^ok:/,
				"beside the one that it was made of it goes on",
			);
		}
	});
});

test("GAP-3: a late SHARE of an attempt that died shows nothing that is missing from the one that runs", () => {
	const b = new FoldBench(suiteOf(1), "late");
	for (const handle of ["h1", "h2"]) {
		b.openWith(b.keySet(), handle);
		b.finish();
	}
	const [ana, bo] = b.members as [OwnKeySet, OwnKeySet];
	b.place(b.sign(ana.e, b.aid, { type: "OPEN", k: b.state.k, joins: [], rekey: true }), b.handle(ana));
	b.until("SHARE");
	const died = b.state.attempt ?? assert.fail("no attempt");
	const shares = b.inAttempt.map((keys) => b.piece("SHARE", keys));
	const digest = new Uint8Array(32) as TranscriptDigest;
	b.place(b.sign(bo.e, b.aid, { type: "LEAVE", entries: 0, digest }), b.handle(bo));
	const runs = b.state.attempt ?? assert.fail("no attempt");
	assert.notEqual(keyName(runs.aid), keyName(died.aid));
	const known = { aids: new Set([keyName(died.aid), keyName(runs.aid)]), joins: new Set<string>(), whole: true };
	const late = shares.filter(({ header }) => runs.slots.some(({ keySet }) => keyName(keySet.v) === keyName(header.v)));
	assert.equal(late.length, 2);
	for (const share of late) assert.equal(missingBefore(b.suite, b.state, share, known), undefined);
	const early = b.piece("SHARE", b.inAttempt[0] as OwnKeySet);
	assert.equal(missingBefore(b.suite, b.state, early, { ...known, whole: false })?.rule, "GAP-3");
});

test("GAP-3: nor does a late OFFER of somebody who waits for the next list", () => {
	const b = new FoldBench(suiteOf(1), "late offer");
	for (const handle of ["h1", "h2"]) {
		b.openWith(b.keySet(), handle);
		b.finish();
	}
	const [, bo] = b.members as [OwnKeySet, OwnKeySet];
	const newcomer = b.keySet();
	b.openWith(newcomer, "h3");
	b.until("OFFER");
	const died = b.state.attempt ?? assert.fail("no attempt");
	const offer = b.piece("OFFER", newcomer);
	const digest = new Uint8Array(32) as TranscriptDigest;
	b.place(b.sign(bo.e, b.aid, { type: "LEAVE", entries: 0, digest }), b.handle(bo));
	const runs = b.state.attempt ?? assert.fail("no attempt");
	assert.ok(runs.slots.some(({ keySet }) => keyName(keySet.v) === keyName(newcomer.public.v)));
	const known = { aids: new Set([keyName(died.aid), keyName(runs.aid)]), joins: new Set<string>(), whole: false };
	assert.equal(missingBefore(b.suite, b.state, offer, known), undefined);
	assert.equal(missingBefore(b.suite, b.state, b.piece("OFFER", newcomer), known)?.rule, "GAP-3");
});
