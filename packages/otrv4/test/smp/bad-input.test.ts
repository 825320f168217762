import assert from "node:assert/strict";
import { test } from "node:test";
import type { Result } from "@clowder/bytes";
import type { Refusal } from "../../src/refusal.ts";
import { randomScalar } from "../../src/smp/context.ts";
import { SMP_QUESTION_BYTES_MAX } from "../../src/limits.ts";
import {
	decodeMessage1,
	decodeMessage2,
	decodeMessage3,
	decodeMessage4,
	encodeMessage1,
	encodeMessage2,
	encodeMessage3,
	encodeMessage4,
	type SmpTlv,
} from "../../src/smp/messages.ts";
import { blind, compareBlinded } from "../../src/smp/proofs.ts";
import { receiveSmp } from "../../src/smp/smp.ts";
import { little, scalarBytes } from "./reference.ts";
import { ABORT, must, primitives, refusalOf, seeded, type Side, sides, type Stage, upTo } from "./support.ts";

const { ed448 } = primitives;
const FIELD_BYTES = 57;
const P = 2n ** 448n - 2n ** 224n - 1n;

/** The fields of the wire in their order, as the specification names them. */
const MESSAGES = {
	"message 1": ["g2a", "c2", "d2", "g3a", "c3", "d3"],
	"message 2": ["g2b", "c2", "d2", "g3b", "c3", "d3", "pb", "qb", "cp", "d5", "d6"],
	"message 3": ["pa", "qa", "cp", "d5", "d6", "ra", "cr", "d7"],
	"message 4": ["rb", "cr", "d7"],
} as const;
type Name = keyof typeof MESSAGES;
const NAMES = Object.keys(MESSAGES) as readonly Name[];

const DECODERS: Readonly<Record<Name, (value: Uint8Array) => Result<unknown, Refusal>>> = {
	"message 1": (value) => decodeMessage1(primitives, value),
	"message 2": (value) => decodeMessage2(primitives, value),
	"message 3": (value) => decodeMessage3(primitives, value),
	"message 4": (value) => decodeMessage4(primitives, value),
};

/** Both sides when `name` is on its way: it, who sent it, and who is to receive it. */
function onItsWay(name: Name, seed: string): { readonly tlv: SmpTlv; readonly sender: Side; readonly receiver: Side } {
	const { alice, bob } = sides(seed);
	upTo(name satisfies Stage, { alice, bob });
	const [sender, receiver] = name === "message 1" || name === "message 3" ? [alice, bob] : [bob, alice];
	for (const side of [alice, bob]) side.told();
	return { tlv: sender.sentOne(), sender, receiver };
}

function offsetOf(name: Name, field: number): number {
	return (name === "message 1" ? 4 : 0) + field * FIELD_BYTES;
}

function fieldOf({ value }: SmpTlv, name: Name, field: number): Uint8Array {
	return value.slice(offsetOf(name, field), offsetOf(name, field) + FIELD_BYTES);
}

function withField(tlv: SmpTlv, name: Name, field: number, bytes: Uint8Array): SmpTlv {
	const value = tlv.value.slice();
	value.set(bytes, offsetOf(name, field));
	return { ...tlv, value };
}

function isScalar(field: string): boolean {
	return field.startsWith("c") || field.startsWith("d");
}

/** Another value of the same kind. */
function altered(bytes: Uint8Array, field: string): Uint8Array {
	if (isScalar(field)) return scalarBytes((little(bytes) + 1n) % ed448.order);
	const parsed = ed448.parsePoint(bytes);
	assert.ok(parsed.ok);
	return ed448.add(parsed.value, ed448.base).bytes;
}

for (const name of NAMES) {
	for (const [at, field] of MESSAGES[name].entries()) {
		test(`${name}: another ${field} is refused, and ends it`, () => {
			const { tlv, receiver } = onItsWay(name, "altered");
			receiver.receive(withField(tlv, name, at, altered(fieldOf(tlv, name, at), field)));
			const refusal = refusalOf(receiver);
			assert.deepEqual([refusal.blame, refusal.reason], ["peer", "proof"]);
			assert.equal(refusal.what, `SMP ${name}`);
			assert.deepEqual(receiver.sentOne(), ABORT);
			assert.equal(receiver.state.name, "expect-1");
		});
	}
}

/** Encodings that are no point of the group, or no encoding of one. */
const NO_POINTS: Readonly<Record<string, (bytes: Uint8Array) => Uint8Array>> = {
	"the identity": () => scalarBytes(1n),
	"the point of order 2": () => scalarBytes(P - 1n),
	"a point of order 4": () => scalarBytes(0n),
	"a point plus that of order 2": (bytes) => {
		const sign = ((bytes[56] ?? 0) & 0x80) ^ 0x80;
		const negated = scalarBytes(P - little(bytes.with(56, 0)));
		negated[56] = sign;
		return negated;
	},
	"the identity, not reduced": () => scalarBytes(P + 1n),
	"the identity with a sign": () => scalarBytes(1n).with(56, 0x80),
	"bits that no encoding has": (bytes) => bytes.with(56, (bytes[56] ?? 0) | 0x40),
	"nothing but ones": () => new Uint8Array(57).fill(0xff),
};

for (const name of NAMES) {
	test(`${name}: what is no point is refused for every point, what is too large for every number`, () => {
		const { tlv } = onItsWay(name, "points");
		const decoder = DECODERS[name];
		assert.ok(decoder(tlv.value).ok);
		for (const [at, field] of MESSAGES[name].entries()) {
			const bytes = fieldOf(tlv, name, at);
			if (isScalar(field)) {
				const result = decoder(withField(tlv, name, at, scalarBytes(little(bytes) + ed448.order)).value);
				assert.ok(!result.ok, field);
				assert.deepEqual([result.error.blame, result.error.reason], ["peer", "malformed"]);
				continue;
			}
			for (const [label, make] of Object.entries(NO_POINTS)) {
				const result = decoder(withField(tlv, name, at, make(bytes)).value);
				assert.ok(!result.ok, `${field}: ${label}`);
				assert.deepEqual([result.error.blame, result.error.reason], ["peer", "key"], `${field}: ${label}`);
			}
		}
	});

	test(`${name}: any other length is refused`, () => {
		const { value } = onItsWay(name, "lengths").tlv;
		for (const length of [0, 1, 3, 4, 56, value.length - 57, value.length - 1]) {
			const result = DECODERS[name](value.slice(0, length));
			assert.ok(!result.ok);
			assert.deepEqual([result.error.blame, result.error.reason], ["peer", "malformed"]);
		}
		const longer = DECODERS[name](Uint8Array.of(...value, 0));
		assert.ok(!longer.ok);
		assert.deepEqual([longer.error.blame, longer.error.reason], ["peer", "malformed"]);
	});

	test(`${name}: malformed, it ends what is under way`, () => {
		const { tlv, receiver } = onItsWay(name, "malformed");
		receiver.receive({ ...tlv, value: tlv.value.slice(1) });
		assert.equal(refusalOf(receiver).reason, "malformed");
		assert.deepEqual(receiver.sentOne(), ABORT);
		assert.equal(receiver.state.name, "expect-1");
	});
}

test("what is decoded is encoded to the same bytes", () => {
	const encoded = NAMES.map((name) => onItsWay(name, "both ways").tlv);
	const [one, two, three, four] = encoded.map(({ value }) => value);
	assert.ok(one !== undefined && two !== undefined && three !== undefined && four !== undefined);
	const again = [
		encodeMessage1(primitives, must(decodeMessage1(primitives, one))),
		encodeMessage2(primitives, must(decodeMessage2(primitives, two))),
		encodeMessage3(primitives, must(decodeMessage3(primitives, three))),
		encodeMessage4(primitives, must(decodeMessage4(primitives, four))),
	];
	assert.deepEqual(again, encoded);
});

test("a question over the limit is refused, whatever follows it", () => {
	const fields = onItsWay("message 1", "long question").tlv.value.slice(4);
	const length = new Uint8Array(4);
	new DataView(length.buffer).setUint32(0, SMP_QUESTION_BYTES_MAX + 1);
	const question = new Uint8Array(SMP_QUESTION_BYTES_MAX + 1).fill(0x61);
	const whole = DECODERS["message 1"](Uint8Array.of(...length, ...question, ...fields));
	assert.ok(!whole.ok);
	assert.deepEqual([whole.error.blame, whole.error.reason], ["peer", "limit"]);
	const lengthAlone = DECODERS["message 1"](Uint8Array.of(...length, ...fields));
	assert.ok(!lengthAlone.ok);
	assert.equal(lengthAlone.error.blame, "peer");
});

test("a question that is not UTF-8 is refused", () => {
	const fields = onItsWay("message 1", "no text").tlv.value.slice(4);
	const result = DECODERS["message 1"](Uint8Array.of(0, 0, 0, 2, 0xc3, 0x28, ...fields));
	assert.ok(!result.ok);
	assert.deepEqual([result.error.blame, result.error.reason], ["peer", "malformed"]);
});

test("what one side sent is not taken as the other side's", () => {
	const one = onItsWay("message 1", "reflected");
	const two = onItsWay("message 2", "reflected");
	// G2a, c2, d2, G3a, c3, d3 in the place of the responder's.
	const value = two.tlv.value.slice();
	value.set(one.tlv.value.subarray(4));
	two.receiver.receive({ ...two.tlv, value });
	assert.equal(refusalOf(two.receiver).reason, "proof");

	// Pb, Qb and their proof in the place of the initiator's.
	const three = onItsWay("message 3", "reflected");
	const again = three.tlv.value.slice();
	again.set(two.tlv.value.subarray(6 * FIELD_BYTES));
	three.receiver.receive({ ...three.tlv, value: again });
	const refusal = refusalOf(three.receiver);
	assert.deepEqual([refusal.blame, refusal.reason, refusal.got], ["peer", "key", "the same"]);
});

/** Draws `first`, and then what `random` gives. */
function drawingFirst(first: Uint8Array, random: (length: number) => Uint8Array): (length: number) => Uint8Array {
	const left = [first];
	return (length) => left.shift() ?? random(length);
}

/** The fifth that the responder draws. */
function r4OfBob(seed: string): Uint8Array {
	const random = seeded(`${seed}/bob`);
	const drawn = [1, 2, 3, 4, 5].map(() => random(FIELD_BYTES));
	return drawn[4] as Uint8Array;
}

test("Pa that is Pb is refused though every proof holds", () => {
	const seed = "same P";
	const { alice, bob } = sides(seed);
	upTo("message 2", { alice, bob });
	const message2 = must(decodeMessage2(primitives, bob.sentOne().value));
	assert.ok(alice.state.name === "expect-2");
	const { a2, a3 } = alice.state;
	const generators = { g2: ed448.multiply(message2.g2b, a2), g3: ed448.multiply(message2.g3b, a3) };
	const send = (r4: Uint8Array): SmpTlv => {
		const cheating = { ...alice.context, random: drawingFirst(r4, alice.context.random) };
		const { p: pa, q: qa, cp, d5, d6 } = blind(cheating, 0x06, generators, randomScalar(alice.context));
		const { r: ra, cr, d7 } = compareBlinded(cheating, 0x07, ed448.subtract(qa, message2.qb), a3);
		return encodeMessage3(primitives, { pa, qa, cp, d5, d6, ra, cr, d7 });
	};
	// The same cheating with another r4 is an honest message 3 about another secret.
	const another = send(alice.context.random(FIELD_BYTES));
	const same = send(r4OfBob(seed));
	assert.deepEqual(must(decodeMessage3(primitives, same.value)).pa.bytes, message2.pb.bytes);
	bob.told();
	bob.receive(same);
	const refusal = refusalOf(bob);
	assert.deepEqual([refusal.blame, refusal.reason, refusal.got], ["peer", "key", "the same"]);

	const twin = sides(seed);
	upTo("message 2", twin);
	twin.bob.told();
	twin.bob.receive(another);
	assert.deepEqual(twin.bob.told(), [{ kind: "finished", equal: false }]);
});

test("random bytes that both sides share are noticed before anything of them is sent", () => {
	const seed = "shared randomness";
	const { alice, bob } = sides(seed);
	upTo("message 2", { alice, bob });
	const context = { ...alice.context, random: drawingFirst(r4OfBob(seed), alice.context.random) };
	const step = receiveSmp(context, alice.state, bob.sentOne());
	assert.deepEqual(step.send, [ABORT]);
	const [refused] = step.events;
	assert.ok(refused?.kind === "refused");
	assert.deepEqual([refused.refusal.blame, refused.refusal.reason], ["caller", "key"]);
});

test("the question is bound by the data message that carries it, and by nothing else", () => {
	const { tlv, receiver } = onItsWay("message 1", "another question");
	receiver.receive({ ...tlv, value: Uint8Array.of(0, 0, 0, 1, 0x3f, ...tlv.value.subarray(4)) });
	assert.deepEqual(receiver.told(), [{ kind: "asked", question: "?" }]);
});
