import assert from "node:assert/strict";
import { test } from "node:test";
import { otrNoblePrimitives } from "@clowder/crypto/otr-noble";
import { SMP_QUESTION_BYTES_MAX, SMP_SECRET_BYTES_MAX } from "../../src/limits.ts";
import { smpSecret } from "../../src/smp/secret.ts";
import { answerSmp, startSmp } from "../../src/smp/smp.ts";
import { compareSecrets, primitives, Side, seeded, sides, upTo } from "./support.ts";

test("equal secrets are found equal, with a question; each side knows when it has all", () => {
	const { alice, bob } = sides("with a question");
	alice.start("sur le café", "Où était le chat ?");
	assert.deepEqual(alice.told(), []);
	const message1 = alice.sentOne();
	assert.equal(message1.tlvType, 2);
	bob.receive(message1);
	assert.deepEqual(bob.told(), [{ kind: "asked", question: "Où était le chat ?" }]);
	assert.deepEqual(bob.sent(), []);
	bob.answer("sur le café");
	const message2 = bob.sentOne();
	assert.equal(message2.tlvType, 3);
	alice.receive(message2);
	assert.deepEqual(alice.told(), [{ kind: "answered" }]);
	const message3 = alice.sentOne();
	assert.equal(message3.tlvType, 4);
	bob.receive(message3);
	assert.deepEqual(bob.told(), [{ kind: "finished", equal: true }]);
	const message4 = bob.sentOne();
	assert.equal(message4.tlvType, 5);
	alice.receive(message4);
	assert.deepEqual(alice.told(), [{ kind: "finished", equal: true }]);
	for (const side of [alice, bob]) {
		assert.deepEqual(side.sent(), []);
		assert.equal(side.state.name, "expect-1");
	}
});

test("unequal secrets are found unequal by both", () => {
	assert.deepEqual(compareSecrets(sides("unequal"), "the cat", "the dog"), { initiator: false, responder: false });
});

test("without a question the field is empty", () => {
	const { alice, bob } = sides("no question");
	upTo("message 1", { alice, bob });
	const message1 = alice.sentOne();
	assert.deepEqual([...message1.value.subarray(0, 4)], [0, 0, 0, 0]);
	assert.equal(message1.value.length, 4 + 6 * 57);
	bob.receive(message1);
	assert.deepEqual(bob.told(), [{ kind: "asked", question: "" }]);
});

test("empty secrets and the longest ones are compared like others", () => {
	const longest = "é".repeat(SMP_SECRET_BYTES_MAX / 2);
	assert.deepEqual(compareSecrets(sides("empty"), "", ""), { initiator: true, responder: true });
	assert.deepEqual(compareSecrets(sides("empty or not"), "", " "), { initiator: false, responder: false });
	assert.deepEqual(compareSecrets(sides("longest"), longest, longest), { initiator: true, responder: true });
	const both = sides("the last byte");
	assert.deepEqual(compareSecrets(both, longest, `${longest.slice(0, -1)}è`), { initiator: false, responder: false });
});

test("one conversation takes one attempt after another, whoever starts", () => {
	const { alice, bob } = sides("attempts");
	const others = { alice: bob, bob: alice };
	assert.deepEqual(compareSecrets({ alice, bob }, "1", "2"), { initiator: false, responder: false });
	assert.deepEqual(compareSecrets({ alice, bob }, "1", "1"), { initiator: true, responder: true });
	assert.deepEqual(compareSecrets(others, "3", "3"), { initiator: true, responder: true });
});

test("who is in the middle of two conversations finds no two secrets equal", () => {
	const { alice } = sides("one conversation");
	const { bob } = sides("another conversation");
	assert.deepEqual(compareSecrets({ alice, bob }, "the cat", "the cat"), { initiator: false, responder: false });
});

test("both fingerprints and the session id are part of what is compared", () => {
	for (const change of ["ourFingerprint", "theirFingerprint", "ssid"] as const) {
		const { alice, bob } = sides("contexts");
		const changed = Uint8Array.from(bob.context[change]);
		changed[changed.length - 1] = (changed.at(-1) ?? 0) ^ 1;
		const other = new Side({ ...bob.context, [change]: changed });
		assert.deepEqual(
			compareSecrets({ alice, bob: other }, "the cat", "the cat"),
			{ initiator: false, responder: false },
			change,
		);
	}
});

test("otr4j's reading is another secret, and has to be that of both sides", () => {
	const { alice, bob } = sides("readings");
	const otr4j = new Side({ ...bob.context, reading: "otr4j" });
	assert.deepEqual(compareSecrets({ alice, bob: otr4j }, "a", "a"), { initiator: false, responder: false });
	assert.deepEqual(compareSecrets(sides("of both", { reading: "otr4j" }), "a", "a"), {
		initiator: true,
		responder: true,
	});
});

test("a backend of each kind compares with the other", () => {
	const { alice, bob } = sides("backends");
	const noble = new Side({ ...bob.context, primitives: otrNoblePrimitives });
	assert.deepEqual(compareSecrets({ alice, bob: noble }, "a", "a"), { initiator: true, responder: true });
});

test("a secret is the UTF-8 of what was typed, not a normal form of it", () => {
	const composed = "\u00e9";
	const decomposed = "e\u0301";
	assert.deepEqual(compareSecrets(sides("normal forms"), composed, decomposed), {
		initiator: false,
		responder: false,
	});
});

test("a secret or a question that is too long, or no text, is refused as the caller's", () => {
	const { alice, bob } = sides("limits");
	const long = "x".repeat(SMP_SECRET_BYTES_MAX + 1);
	const longInBytes = "é".repeat(SMP_SECRET_BYTES_MAX / 2 + 1);
	const half = "\ud83d";
	const refused: readonly (readonly [string, string, string])[] = [
		["", long, "limit"],
		["", longInBytes, "limit"],
		["", half, "malformed"],
		// The length comes first: nothing that long is looked into.
		["", long + half, "limit"],
		["x".repeat(SMP_QUESTION_BYTES_MAX + 1), "", "limit"],
		["é".repeat(SMP_QUESTION_BYTES_MAX / 2 + 1), "", "limit"],
		[half, "", "malformed"],
	];
	for (const [question, userSecret, reason] of refused) {
		const result = startSmp(alice.context, alice.state, { question, userSecret });
		assert.ok(!result.ok);
		assert.deepEqual([result.error.blame, result.error.reason], ["caller", reason]);
	}
	// Nothing was consumed: the same state starts, and the same question can be answered after a refused answer.
	upTo("asked", { alice, bob });
	assert.equal(bob.state.name, "asked");
	const answer = answerSmp(bob.context, bob.state, long);
	assert.ok(!answer.ok);
	assert.deepEqual([answer.error.blame, answer.error.reason], ["caller", "limit"]);
	bob.answer("the cat");
	assert.equal(bob.state.name, "expect-3");
});

test("the longest question arrives", () => {
	const { alice, bob } = sides("longest question");
	const question = "é".repeat(SMP_QUESTION_BYTES_MAX / 2);
	alice.start("the cat", question);
	bob.receive(alice.sentOne());
	assert.deepEqual(bob.told(), [{ kind: "asked", question }]);
});

test("fingerprints and session ids of another length are our own bug", () => {
	const inputs = {
		initiatorFingerprint: new Uint8Array(56),
		responderFingerprint: new Uint8Array(56),
		ssid: new Uint8Array(8),
		userSecret: "",
		reading: "specification" as const,
	};
	assert.ok(smpSecret(primitives, inputs).ok);
	assert.throws(() => smpSecret(primitives, { ...inputs, initiatorFingerprint: new Uint8Array(55) }), RangeError);
	assert.throws(() => smpSecret(primitives, { ...inputs, responderFingerprint: new Uint8Array(57) }), RangeError);
	assert.throws(() => smpSecret(primitives, { ...inputs, ssid: new Uint8Array(7) }), RangeError);
});

test("the random bytes that were drawn are erased", () => {
	const drawn: Uint8Array[] = [];
	const { alice, bob } = sides("drawn");
	const recording = (side: Side, seed: string): Side => {
		const random = seeded(seed);
		return new Side({
			...side.context,
			random: (length) => {
				const bytes = random(length);
				drawn.push(bytes);
				return bytes;
			},
		});
	};
	compareSecrets({ alice: recording(alice, "one"), bob: recording(bob, "other") }, "a", "a");
	assert.equal(drawn.length, 16);
	assert.ok(drawn.every((bytes) => bytes.every((byte) => byte === 0)));
});
