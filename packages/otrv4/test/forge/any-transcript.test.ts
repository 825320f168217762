import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { forgeTranscript, type Word } from "../../src/forge/index.ts";
import type { Reading } from "../../src/interoperability.ts";
import { ALICE, BOB } from "../support/endpoint.ts";
import { must } from "../support/expect.ts";
import { fastPrimitives } from "../support/fast-group.ts";
import { seeded } from "../support/random.ts";
import { coupleWith, honestTranscript, options, withoutSigma } from "./support.ts";

const SEED = 20_180_807;
const { alice, bob, ...couple } = coupleWith(fastPrimitives);

const address = fc.constantFrom(ALICE, BOB);
const text = fc.string({ unit: "grapheme", maxLength: 400 }).filter((each) => !each.includes("\0"));
const words: fc.Arbitrary<Word[]> = fc.array(fc.record({ sender: address, text }), { maxLength: 20 });
const key = fc.constantFrom(undefined, alice.longTerm, alice.forging, bob.longTerm, bob.forging);
const settings = fc.record(
	{
		paddingTo: fc.integer({ min: 1, max: 700 }),
		maxChars: fc.integer({ min: 200, max: 5000 }),
		reading: fc.constantFrom<Reading>("specification", "otr4j"),
		agreed: fc.array(fc.uint8Array({ maxLength: 20 }), { maxLength: 3 }),
	},
	{ requiredKeys: [] },
);

describe("any forged transcript", () => {
	it("is what honest clients would have sent", () => {
		fc.assert(
			fc.property(
				fc.nat(),
				words,
				fc.option(address, { nil: undefined }),
				key,
				settings,
				(n, said, endedBy, by, more) => {
					const script = { initiator: bob.person, responder: alice.person, words: said };
					const forged = forgeTranscript(options(`any ${n}`, { primitives: couple.primitives, ...more }), {
						...script,
						...(endedBy === undefined ? {} : { endedBy }),
						...(by === undefined ? {} : { key: by }),
					});
					const honest = honestTranscript(seeded(`any ${n}`), said, endedBy, more, { ...couple, alice, bob });
					assert.equal(must(forged).texts.length, honest.length);
					const whole = more.maxChars === undefined;
					for (const [i, each] of must(forged).texts.entries()) {
						const [one, other] = [each, honest[i] ?? assert.fail()];
						assert.equal(one.sender, other.sender);
						// Pieces of a signature cannot be told from others, but all that is not of the DAKE is the same.
						if (whole) assert.deepEqual(withoutSigma(one.text), withoutSigma(other.text));
						else assert.equal(one.text.length, other.text.length);
					}
					if (endedBy !== undefined) assert.equal(must(forged).texts.at(-1)?.text, honest.at(-1)?.text);
				},
			),
			{ seed: SEED, numRuns: 150 },
		);
	});
});
