import assert from "node:assert/strict";
import { test } from "node:test";
import type { SmpTlv } from "../../src/smp/messages.ts";
import { fastPrimitives } from "../support/fast-group.ts";
import { ABORT, compareSecrets, refusalOf, type Side, sides, type Stage, upTo } from "./support.ts";

const STAGES: readonly Stage[] = ["message 1", "asked", "message 2", "message 3", "message 4"];

interface Both {
	readonly alice: Side;
	readonly bob: Side;
}

/** Both at a stage, having said all that they have to say and having told it. */
function at(stage: Stage, seed: string): Both {
	const both = sides(seed, { primitives: fastPrimitives });
	upTo(stage, both);
	for (const side of [both.alice, both.bob]) {
		side.sent();
		side.told();
	}
	return both;
}

/** Of Alice, who started, and of Bob. */
const STATES: Readonly<Record<Stage, readonly [string, string]>> = {
	"message 1": ["expect-2", "expect-1"],
	asked: ["expect-2", "asked"],
	"message 2": ["expect-2", "expect-3"],
	"message 3": ["expect-4", "expect-3"],
	"message 4": ["expect-4", "expect-1"],
};

for (const stage of STAGES) {
	test(`at ${stage}: the states are those of the specification`, () => {
		const { alice, bob } = at(stage, stage);
		assert.deepEqual([alice.state.name, bob.state.name], STATES[stage]);
	});

	for (const who of ["alice", "bob"] as const) {
		test(`at ${stage}: ${who} aborts, and both are where they began`, () => {
			const both = at(stage, `${stage}/${who}`);
			const [one, other] = who === "alice" ? [both.alice, both.bob] : [both.bob, both.alice];
			const underWay = one.state.name !== "expect-1";
			const theirs = other.state.name !== "expect-1";
			one.abort();
			const abort = one.sentOne();
			assert.deepEqual(abort, ABORT);
			assert.deepEqual(one.told(), underWay ? [{ kind: "aborted", by: "us" }] : []);
			other.receive(abort);
			assert.deepEqual(other.sent(), []);
			assert.deepEqual(other.told(), theirs ? [{ kind: "aborted", by: "peer" }] : []);
			for (const side of [one, other]) assert.deepEqual(side.state, { name: "expect-1" });
		});

		test(`at ${stage}: ${who} leaves the conversation; nothing is sent`, () => {
			const side = at(stage, `${stage}/${who}`)[who];
			const underWay = side.state.name !== "expect-1";
			side.leave();
			assert.deepEqual(side.sent(), []);
			assert.deepEqual(side.told(), underWay ? [{ kind: "aborted", by: "us" }] : []);
			assert.equal(side.state.name, "expect-1");
		});

		test(`at ${stage}: ${who} starts anew; what was under way is aborted first`, () => {
			const both = at(stage, `${stage}/${who}`);
			const [one, other] = who === "alice" ? [both.alice, both.bob] : [both.bob, both.alice];
			const underWay = one.state.name !== "expect-1";
			const theirs = other.state.name !== "expect-1";
			one.start("new", "again?");
			assert.deepEqual(one.told(), underWay ? [{ kind: "aborted", by: "us" }] : []);
			const sent = one.sent();
			assert.deepEqual(
				sent.map(({ tlvType }) => tlvType),
				underWay ? [6, 2] : [2],
			);
			other.receive(...sent);
			if (!underWay && theirs) {
				// One who is done starts anew before its last message is there: out of turn, and both begin again.
				assert.equal(refusalOf(other).reason, "state");
				assert.deepEqual(other.sentOne(), ABORT);
				return;
			}
			assert.deepEqual(other.told(), [
				...(theirs ? [{ kind: "aborted", by: "peer" }] : []),
				{ kind: "asked", question: "again?" },
			]);
		});
	}
}

/** The four messages of one SMP. */
function messagesOf(seed: string): readonly SmpTlv[] {
	const { alice, bob } = sides(seed, { primitives: fastPrimitives });
	upTo("message 1", { alice, bob });
	const message1 = alice.sentOne();
	bob.receive(message1);
	bob.answer("the cat");
	const message2 = bob.sentOne();
	alice.receive(message2);
	const message3 = alice.sentOne();
	bob.receive(message3);
	return [message1, message2, message3, bob.sentOne()];
}

const elsewhere = messagesOf("elsewhere");

/** What each state waits for; one that was asked waits for its user. */
const TURN: Readonly<Record<string, number>> = { "expect-1": 2, "expect-2": 3, "expect-3": 4, "expect-4": 5 };

for (const stage of STAGES) {
	for (const who of ["alice", "bob"] as const) {
		test(`at ${stage}: what ${who} does not expect ends it, whatever it says`, () => {
			for (const tlv of elsewhere) {
				if (TURN[STATES[stage][who === "alice" ? 0 : 1]] === tlv.tlvType) continue;
				const side = at(stage, `${stage}/${who}/turn`)[who];
				const underWay = side.state.name !== "expect-1";
				side.receive(tlv);
				assert.deepEqual(side.sentOne(), ABORT);
				assert.equal(side.state.name, "expect-1");
				const told = side.told();
				assert.deepEqual(told.slice(1), underWay ? [{ kind: "aborted", by: "us" }] : []);
				assert.ok(told[0]?.kind === "refused");
				const { blame, reason } = told[0].refusal;
				assert.deepEqual([blame, reason], ["carrier", "state"]);
			}
		});
	}
}

test("what is out of turn is not looked into", () => {
	const { alice } = at("message 1", "bytes");
	alice.receive({ tlvType: 5, value: new Uint8Array(3) });
	assert.equal(refusalOf(alice).reason, "state");
});

test("a message that comes twice ends it", () => {
	const { alice, bob } = sides("twice", { primitives: fastPrimitives });
	upTo("message 1", { alice, bob });
	const message1 = alice.sentOne();
	bob.receive(message1, message1);
	assert.deepEqual(
		bob.told().map(({ kind }) => kind),
		["asked", "refused", "aborted"],
	);
	assert.deepEqual(bob.sentOne(), ABORT);
});

test("who both start at once both abort, and the next attempt of either goes through", () => {
	const { alice, bob } = sides("at once", { primitives: fastPrimitives });
	alice.start("the cat");
	bob.start("the cat");
	const [fromAlice, fromBob] = [alice.sentOne(), bob.sentOne()];
	alice.receive(fromBob);
	bob.receive(fromAlice);
	for (const side of [alice, bob]) {
		assert.equal(refusalOf(side).blame, "carrier");
		assert.equal(side.state.name, "expect-1");
	}
	const [abortOfAlice, abortOfBob] = [alice.sentOne(), bob.sentOne()];
	assert.deepEqual([abortOfAlice, abortOfBob], [ABORT, ABORT]);
	alice.receive(abortOfBob);
	bob.receive(abortOfAlice);
	for (const side of [alice, bob]) assert.deepEqual([...side.told(), ...side.sent()], []);
	assert.deepEqual(compareSecrets({ alice: bob, bob: alice }, "a", "a"), { initiator: true, responder: true });
});

test("an attempt that a late abort meets ends for both sides", () => {
	const { alice, bob } = sides("late", { primitives: fastPrimitives });
	alice.start("the cat");
	bob.start("the cat");
	const [fromAlice, fromBob] = [alice.sentOne(), bob.sentOne()];
	alice.receive(fromBob);
	bob.receive(fromAlice);
	const abortOfBob = bob.sentOne();
	// Alice starts again before Bob's abort is there.
	alice.start("the cat");
	const again = alice.sent();
	alice.told();
	bob.told();
	alice.receive(abortOfBob);
	assert.deepEqual(alice.told(), [{ kind: "aborted", by: "peer" }]);
	bob.receive(...again);
	assert.deepEqual(bob.told(), [{ kind: "asked", question: "" }]);
	bob.answer("the cat");
	alice.receive(bob.sentOne());
	assert.equal(refusalOf(alice).reason, "state");
	bob.receive(alice.sentOne());
	assert.deepEqual(bob.told(), [{ kind: "aborted", by: "peer" }]);
	assert.deepEqual(compareSecrets({ alice, bob }, "a", "a"), { initiator: true, responder: true });
});

test("an abort that carries something is an abort", () => {
	const { bob } = at("asked", "carries");
	bob.receive({ tlvType: 6, value: Uint8Array.of(1) });
	assert.deepEqual(bob.told(), [{ kind: "aborted", by: "peer" }]);
});
