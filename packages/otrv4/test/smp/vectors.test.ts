import assert from "node:assert/strict";
import { test } from "node:test";
import { hex } from "@clowder/bytes";
import { otrNoblePrimitives } from "@clowder/crypto/otr-noble";
import { otrNodePrimitives } from "@clowder/crypto/otr-node";
import { hashToScalar } from "../../src/kdf.ts";
import { smpSecret } from "../../src/smp/secret.ts";
import { add, BASE, kdf, multiply, pointBytes, referenceRun, scalarBytes } from "./reference.ts";
import { must, primitives, Side } from "./support.ts";
import {
	bytes,
	generatedVectorText,
	INITIATOR_DRAWS,
	inputsOf,
	readVectors,
	RESPONDER_DRAWS,
	type SmpVector,
	vectorText,
} from "./vectors.ts";

/**
 * 64 bytes of the hash of the bytes 00 to 3f under the usages 1 to 8, as computed by otr4j at 10cdeff: the values of its
 * `KDFUsage.SMP_VALUE_0X01` to `SMP_VALUE_0X08`.
 */
const KNOWN_HASHES = [
	"1ab35861b025de4ddf56c75b0a70736cfe65cc7d1b340c109580180f7306ceb20431e95c52fdf0b19487b5274cf09800e428df4aa4f0d4f835af948a64e055b6",
	"1f354842901dce26fa9cd423631f70a8e38076d8fac422cb7b3545ade4cde7bcc6d658fee9be6c9150a6fd2e4cd0b91b6f3d8f5980d1eb2ab404dda19fdff004",
	"b871a4c9ed9868bfbd146595e2b983ba88a79dbf641c72220f2876c4a3c57276b76cc8eec7cf1ed7eb8356c09ee9ec81c662aeb51566e2978fa0450ecd0f8075",
	"0f622f2bb7684690f82340b1fa3a173afe251487c2f006fc937ed573016d55e72f2d35d4362d242fc35568dcc30b43922258203427ea0e6138989d72c3cddc53",
	"436fe50b05b48e11450e6d06cf6eb8eb662d2397f2bd8564f1324a4249658ae6696144b0571b38c90c31317050643ea9d8aacf2407d18283f2778b7795f36542",
	"e8a64d5a8d26ef18b5f8e56383b52cad366f01a7d6734dfdd99c98952b62d7e1591717aab2b6c8f38e15bc4de741f1b510c0a01a94a50912e3caedddffe05eff",
	"41f6847c5cb35201efd19e2eb4fc1eb0c950af3b1f78401ae028f17d45dc1691db86f3d41998dc9eef5c34308309d640adb03a2119870377849ed887d46dbe43",
	"42f0c429523cf200c24f221d98a2b83b8d56fdd64c9dcf73c57f8dccc36c8779f5b67c049a082b941387722d0badd2e460b42752fe13e6dbf16f8f35491a6e28",
];
/** The same for its `SMP_SECRET`. */
const KNOWN_SECRET_HASH =
	"914b8d5a612c1af0aeff6fd102054b03eeb8848516e68ee38d55e4e0817927fc62bb81cade628df9d30d775d89e9cc1b7674a503024cb3fcb2a6c2dd4b91bf77";

/** Gives what a vector says was drawn, and asserts that it was all drawn. */
function replayed(draws: SmpVector["initiatorRandom"], names: readonly string[]): (length: number) => Uint8Array {
	const left = names.map((name) => bytes(draws[name] ?? ""));
	return (length) => {
		const next = left.shift();
		assert.ok(next?.length === length);
		return next;
	};
}

const { cases } = readVectors();

test("the file is what the library writes", () => {
	assert.equal(vectorText(), generatedVectorText());
});

for (const vector of cases) {
	test(`vector (${vector.name}): a second computation of the formulas gives every value`, () => {
		const run = referenceRun(inputsOf(vector));
		assert.deepEqual(run.messages.map(hex), vector.messages);
		assert.equal(hex(scalarBytes(run.x)), vector.x);
		assert.equal(hex(scalarBytes(run.y)), vector.y);
		assert.equal(run.responderFinds, vector.equal);
		assert.equal(run.initiatorFinds, vector.equal);
	});

	for (const backend of [otrNoblePrimitives, otrNodePrimitives]) {
		test(`vector (${vector.name}): the library gives it with ${backend.backend}`, () => {
			const inputs = inputsOf(vector);
			const common = { primitives: backend, ssid: inputs.ssid, reading: inputs.reading };
			const initiator = new Side({
				...common,
				ourFingerprint: inputs.initiatorFingerprint,
				theirFingerprint: inputs.responderFingerprint,
				random: replayed(vector.initiatorRandom, INITIATOR_DRAWS),
			});
			const responder = new Side({
				...common,
				ourFingerprint: inputs.responderFingerprint,
				theirFingerprint: inputs.initiatorFingerprint,
				random: replayed(vector.responderRandom, RESPONDER_DRAWS),
			});
			const messages: string[] = [];
			const carry = (from: Side, to: Side): void => {
				const tlv = from.sentOne();
				messages.push(hex(tlv.value));
				to.receive(tlv);
			};
			initiator.start(vector.initiatorSecret, vector.question);
			carry(initiator, responder);
			responder.answer(vector.responderSecret);
			carry(responder, initiator);
			carry(initiator, responder);
			carry(responder, initiator);
			assert.deepEqual(messages, vector.messages);
			assert.deepEqual(initiator.told(), [{ kind: "answered" }, { kind: "finished", equal: vector.equal }]);
			assert.deepEqual(responder.told(), [
				{ kind: "asked", question: vector.question },
				{ kind: "finished", equal: vector.equal },
			]);
		});
	}

	test(`vector (${vector.name}): the secrets of both sides`, () => {
		const inputs = inputsOf(vector);
		for (const [userSecret, expected] of [
			[inputs.initiatorSecret, vector.x],
			[inputs.responderSecret, vector.y],
		] as const) {
			const secret = must(smpSecret(primitives, { ...inputs, userSecret }));
			const { ed448 } = primitives;
			const scalar = ed448.scalar(bytes(expected));
			assert.equal(hex(ed448.multiplyBase(secret).bytes), hex(ed448.sum([{ point: ed448.base, scalar }]).bytes));
		}
	});
}

test("the hash under the usages of the SMP is the one that otr4j computes", () => {
	const input = Uint8Array.from({ length: 64 }, (_, i) => i);
	for (const [at, known] of KNOWN_HASHES.entries()) {
		assert.equal(hex(kdf(at + 1, input, 64)), known);
		const scalar = hashToScalar(primitives, at + 1, [input]);
		assert.equal(scalar, primitives.ed448.scalar(bytes(known.slice(0, 2 * 57))));
	}
	assert.equal(hex(kdf(0x19, input, 64)), KNOWN_SECRET_HASH);
});

test("the second computation is of the group that the library computes in", () => {
	const { ed448 } = primitives;
	const five = ed448.sum([{ point: ed448.base, scalar: ed448.scalar(Uint8Array.of(5, ...new Uint8Array(56))) }]);
	const [one, two] = [multiply(BASE, 1n), multiply(BASE, 2n)];
	assert.equal(hex(pointBytes(one)), hex(ed448.base.bytes));
	assert.equal(hex(pointBytes(add(add(two, two), one))), hex(five.bytes));
	assert.equal(hex(pointBytes(multiply(BASE, ed448.order))), hex(pointBytes({ x: 0n, y: 1n })));
});
