import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { viewOf } from "../src/fold/phases.ts";
import { keyName } from "../src/fold/state.ts";
import type { OwnKeySet } from "../src/key-set.ts";
import { RELAYED_BYTES } from "../src/limits.ts";
import type { VerifiedMessage } from "../src/wire/envelope.ts";
import type { Message } from "../src/wire/messages.ts";
import { FoldBench } from "./support/fold-bench.ts";
import { suiteOf } from "./support/place.ts";
import { contextOf } from "./support/context.ts";

/** Verifications of the fold that another one of the same rule hides: told apart by what they expect. */

const suite = suiteOf(1);
const ELSEWHERE = new Uint8Array(32).fill(1);

interface Bench {
	readonly b: FoldBench;
	/** In the order in which they came. */
	readonly people: readonly OwnKeySet[];
}

/** A room of so many, each with a handle of their own: h0, h1, … */
function roomOf(size: number): Bench {
	const b = new FoldBench(suite, "checks of the fold");
	for (let i = 1; i < size; i++) {
		b.openWith(b.keySet(), `h${i}`);
		b.finish();
	}
	const handleOf = (keys: OwnKeySet): string => b.state.authors.get(keyName(keys.public.v))?.handle ?? "";
	return { b, people: b.members.toSorted((one, other) => (handleOf(one) < handleOf(other) ? -1 : 1)) };
}

/** Why a message is void, with what was expected; else what it did. */
function said(b: FoldBench, message: VerifiedMessage, from: string): string {
	const effects = b.place(message, from);
	for (const effect of effects) {
		if (effect.type !== "void") continue;
		const { refusal } = effect;
		return "rule" in refusal ? `${refusal.rule}: ${refusal.expected}` : refusal.blame;
	}
	return effects.map(({ type }) => type).join(" ");
}

describe("blame belongs to the running attempt and to those in it", () => {
	function allShared(): {
		readonly b: FoldBench;
		readonly ana: OwnKeySet;
		readonly next: OwnKeySet;
		readonly view: Uint8Array;
	} {
		const { b, people } = roomOf(3);
		const [ana] = people as [OwnKeySet];
		b.place(b.sign(ana.e, b.aid, { type: "OPEN", k: b.state.k, joins: [], rekey: true }), "h0");
		b.until("CONFIRM");
		const slot = b.state.attempt?.slots.find(({ member }) => member && keyName(member) === keyName(ana.public.v));
		const next = b.held(slot?.keySet.v.bytes ?? assert.fail("not on the list"));
		const attempt = b.state.attempt ?? assert.fail("no attempt");
		return { b, ana, next, view: contextOf(suite, attempt, "FAULT") };
	}

	test("BLAME-1: what stands under another name is no piece of it", () => {
		const { b, next } = allShared();
		const accused = b.inAttempt.find((one) => one !== next)?.public.v.bytes ?? assert.fail("alone");
		const fault: Message = { type: "FAULT", evidence: { kind: "share", accused, d: new Uint8Array(32) } };
		assert.equal(said(b, b.sign(next.e, b.aid, fault), "h0"), "BLAME-1: the running attempt, as we see all shares");
	});

	test("CONFIRM-1: a key is confirmed by those of the list, with the keys on it", () => {
		const { b, ana } = allShared();
		const attempt = b.state.attempt ?? assert.fail("no attempt");
		const view = viewOf(suite, attempt) ?? assert.fail("no view");
		assert.equal(
			said(b, b.sign(ana.e, view, { type: "CONFIRM", mac: b.mac() }), "h0"),
			"CONFIRM-1: someone of its list",
		);
	});

	test("BLAME-1: nor what somebody signs with another key than the one on its list", () => {
		const { b, ana, view, next } = allShared();
		const accused = b.inAttempt.find((one) => one !== next)?.public.v.bytes ?? assert.fail("alone");
		const fault: Message = { type: "FAULT", evidence: { kind: "share", accused, d: new Uint8Array(32) } };
		assert.equal(said(b, b.sign(ana.e, view, fault), "h0"), "BLAME-1: someone of its list");
	});
});

test("PUBLISH-1: whoever said goodbye publishes the key of the session that they left, under its name", () => {
	const { b, people } = roomOf(3);
	const bo = people[1] as OwnKeySet;
	const { aid } = b;
	b.place(b.sign(bo.e, aid, { type: "LEAVE", entries: 0, digest: ELSEWHERE as never }), "h1");
	const publish: Message = { type: "PUBLISH", seed: bo.e.reveal() };
	assert.equal(said(b, b.sign(bo.e, ELSEWHERE, publish), "h1"), "PUBLISH-1: a member of a session before");
	assert.equal(said(b, b.sign(bo.e, aid, publish), "h1"), "published");
});

test("VOTE-4: a vote over a missing heartbeat dies by any valid message of whom it names, and by nothing void", () => {
	const { b, people } = roomOf(5);
	const [ana, bo, cy] = people as [OwnKeySet, OwnKeySet, OwnKeySet];
	const content = { index: 0, iv: new Uint8Array(16), ciphertext: new Uint8Array(256), mac: b.mac() };
	const alive: Message = { type: "MESSAGE", content };
	const vote: Message = { type: "VOTE", drop: [{ v: bo.public.v.bytes, owes: "heartbeat" }], late: false };
	const cast = (by: OwnKeySet, from: string): void => {
		assert.equal(said(b, b.sign(by.e, b.aid, vote), from), "voted");
	};
	cast(ana, "h0");
	assert.equal(said(b, b.sign(bo.e, ELSEWHERE, alive), "h1"), "CONTENT-1: a member, under the present base");
	assert.equal(b.state.votes.size, 1, "what is void pays nothing");
	assert.equal(said(b, b.sign(cy.e, b.aid, alive), "h2"), "content");
	assert.equal(b.state.votes.size, 1, "nor does what another says");
	assert.equal(said(b, b.sign(bo.e, b.aid, alive), "h1"), "content");
	assert.equal(b.state.votes.size, 0);
});

describe("a newcomer is introduced by a member, under the present base", () => {
	function waiting(): {
		readonly b: FoldBench;
		readonly ana: OwnKeySet;
		readonly eve: OwnKeySet;
		readonly join: VerifiedMessage;
	} {
		const { b } = roomOf(2);
		// The sponsor that the bench names.
		const ana = b.members[0] as OwnKeySet;
		const eve = b.keySet();
		const join = b.join(eve);
		assert.equal(said(b, join, "h5"), "pending");
		return { b, ana, eve, join };
	}

	test("INTRO-1: not under another name", () => {
		const { b, ana, join } = waiting();
		const { message } = b.introduce(ana, join.hash);
		const elsewhere = b.sign(ana.e, ELSEWHERE, message);
		assert.equal(said(b, elsewhere, "h0"), "INTRO-1: a member, under the present base");
		assert.equal(said(b, b.introduce(ana, join.hash), "h0"), "introduced");
	});

	test("INTRO-1: not by one who waits, nor by one who is out", () => {
		const { b, ana, eve, join } = waiting();
		assert.equal(said(b, b.introduce(eve, join.hash), "h5"), "INTRO-1: a member, under the present base");
		b.place(b.sign(ana.e, b.aid, { type: "LEAVE", entries: 0, digest: ELSEWHERE as never }), "h0");
		assert.equal(said(b, b.introduce(ana, join.hash), "h0"), "INTRO-1: a member, under the present base");
	});
});

test("BESIDE-1, BESIDE-2: what goes past the session is of the running attempt, under its name", () => {
	const { b } = roomOf(2);
	const eve = b.keySet();
	b.openWith(eve, "h5");
	const slot = b.state.attempt?.slots.find(({ join }) => join === undefined) ?? assert.fail("no member");
	const member = b.held(slot.keySet.v.bytes);
	const whisper: Message = {
		type: "WHISPER",
		sponsor: member.public.v.bytes,
		box: { ...b.box(), ciphertext: new Uint8Array(RELAYED_BYTES) },
	};
	const aid = b.state.attempt?.aid ?? assert.fail("no attempt");
	assert.equal(said(b, b.sign(member.e, b.aid, { type: "COPY", boxes: [] }), "h0"), "BESIDE-1: the running attempt");
	assert.equal(said(b, b.sign(eve.e, b.aid, whisper), "h5"), "BESIDE-2: the running attempt");
	assert.equal(said(b, b.sign(eve.e, aid, whisper), "h5"), "beside");
});

test("PASS-1: nobody runs CPace in a room without a passphrase", () => {
	const { b } = roomOf(2);
	const [ana] = b.members as [OwnKeySet];
	const eve = b.keySet();
	const knock = b.sign(eve.e, new Uint8Array(32), { type: "KNOCK", keySet: eve.public });
	b.place(knock, "h5");
	const ask: Message = { type: "PAKE", peer: ana.public.v.bytes, share: new Uint8Array(32), confirm: undefined };
	const [without, where] = [b.state, { ...b.state, parameters: { ...b.state.parameters, passphrase: true } }];
	assert.match(said(b, b.sign(eve.e, knock.hash, ask), "h5"), /^PASS-1: /);
	b.state = where;
	assert.equal(said(b, b.sign(eve.e, knock.hash, ask), "h5"), "pake");
	b.state = without;
});
