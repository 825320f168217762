import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { OwnKeySet } from "../src/key-set.ts";
import type { Aid } from "../src/labels.ts";
import type { AgreementWork } from "../src/participant/agreement-work.ts";
import { giveWord, judgeBlame } from "../src/participant/blame.ts";
import { contributionDuties, judgeConfirm } from "../src/participant/contribute.ts";
import { Room } from "../src/participant/room.ts";
import { activateSession } from "../src/participant/update-session.ts";
import type { VerifiedMessage } from "../src/wire/envelope.ts";
import type { Confirm, Fault } from "../src/wire/messages.ts";
import { FoldBench } from "./support/fold-bench.ts";
import { suiteOf } from "./support/place.ts";

/**
 * Our part of an attempt is asked about that attempt and no other: after a repair another one may run than the one that it
 * was made for. What it would say of another is nonsense, and would blame or confirm whom it does not know.
 */

const suite = suiteOf(1);

/** A room in which a re-key runs, and its part made for this attempt or for another; it says wrong to everything. */
function room(work: "of this attempt" | "of another" | "none"): {
	readonly room: Room;
	readonly b: FoldBench;
	readonly own: OwnKeySet;
	readonly asked: string[];
} {
	const b = new FoldBench(suite, "work");
	b.openWith(b.keySet(), "h1");
	b.finish();
	const [ana] = b.members as [OwnKeySet];
	b.place(b.sign(ana.e, b.aid, { type: "OPEN", k: b.state.k, joins: [], rekey: true }), "h0");
	b.until("CONFIRM");
	const own = b.inAttempt[0] ?? assert.fail("nobody is on the list");
	const attempt = b.state.attempt ?? assert.fail("no attempt");
	const asked: string[] = [];
	const note = <T>(what: string, value: T): T => {
		asked.push(what);
		return value;
	};
	const aid = work === "of another" ? (new Uint8Array(32) as Aid) : attempt.aid;
	const made: Partial<AgreementWork> = {
		attempt: { ...attempt, aid },
		next: () => note("next", undefined),
		openings: () => note("openings", undefined),
		fits: () => note("fits", false),
		verdict: () => note("verdict", ["somebody"]),
		withKey: () => note("withKey", undefined),
	};
	const desk = { random: b.random, now: 0 };
	const one = new Room({ suite } as never, desk as never, {} as never, b.state);
	one.vault.set(Buffer.from(own.public.v.bytes).toString("hex"), own);
	if (work !== "none") one.work = made as AgreementWork;
	return { room: one, b, own, asked };
}

describe("our part of another attempt says nothing about the running one", () => {
	for (const work of ["of this attempt", "of another", "none"] as const) {
		const isOwn = work === "of this attempt";
		test(`CONFIRM-2: whether a CONFIRM fits: ${work}`, () => {
			const { room: one, b, own } = room(work);
			const confirm = b.piece("CONFIRM", own) as VerifiedMessage<Confirm>;
			assert.equal(judgeConfirm(one, confirm), !isOwn);
			const stranger = { ...confirm, header: { ...confirm.header, v: new Uint8Array(32) } };
			assert.equal(judgeConfirm(one, stranger as typeof confirm), true, "of nobody on the list");
		});
		test(`BLAME-10: whom a FAULT convicts: ${work}`, () => {
			const { room: one, b, own } = room(work);
			const evidence = { kind: "share", accused: own.public.v.bytes, d: new Uint8Array(32) } as const;
			const fault = b.sign(own.e, one.fold.attempt?.aid ?? b.aid, { type: "FAULT", evidence });
			assert.deepEqual(judgeBlame(one, fault as VerifiedMessage<Fault>), isOwn ? ["somebody"] : undefined);
		});
		test(`what we owe: ${work}`, () => {
			const { room: one, asked } = room(work);
			assert.deepEqual(contributionDuties(one), []);
			assert.deepEqual(asked, isOwn ? ["openings", "next"] : []);
		});
		test(`ACTIVATE-1: the key of the session that begins: ${work}`, () => {
			const { room: one, asked } = room(work);
			const { attempt, base } = one.fold;
			assert.ok(attempt && base);
			assert.equal(activateSession(one, one.fold, attempt, base, 0), "not-in");
			assert.deepEqual(asked, isOwn ? ["withKey"] : []);
		});
	}
});

test("BLAME-7: a word on an attempt is given once and stays", () => {
	const { room: one } = room("none");
	assert.equal(giveWord(one, "aid", "opened"), true);
	assert.equal(giveWord(one, "aid", "confirmed view"), false);
	assert.equal(giveWord(one, "aid", "opened"), true);
	assert.equal(giveWord(one, "another", "confirmed view"), true);
	assert.equal(giveWord(one, "another", "confirmed other view"), false, "VIEW-3");
	assert.equal(giveWord(one, "another", "confirmed view"), true);
});
