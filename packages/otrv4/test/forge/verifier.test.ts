import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { PADDING_BYTES } from "../../src/conversation/policy.ts";
import { type ForgedText, forgeTranscript, remacMessage } from "../../src/forge/index.ts";
import { ALICE } from "../support/endpoint.ts";
import { must } from "../support/expect.ts";
import { alice, bob, options, primitives, WORDS } from "./support.ts";
import { judge } from "./verifier.ts";

// That it accepts forged transcripts would say nothing of a judge who accepts all.
describe("the judge of transcripts", () => {
	const make = (seed: string): ForgedText[] => [
		...must(
			forgeTranscript(options(seed), { initiator: bob.person, responder: alice.person, words: WORDS, endedBy: ALICE }),
		).texts,
	];
	const good = make("good");
	const other = make("other");
	const without = (i: number): ForgedText[] => good.filter((_, at) => at !== i);
	const withOther = (i: number): ForgedText[] => good.map((said, at) => (at === i ? (other[i] as ForgedText) : said));

	it("accepts one that is right", () => {
		assert.equal(judge(good, PADDING_BYTES), WORDS.length);
	});

	for (let i = 0; i < 4 + WORDS.length; i++) {
		it(`refuses one with message ${i} of another`, () => assert.throws(() => judge(withOther(i), PADDING_BYTES)));
	}

	it("refuses one with a message left out, another tag, another padding, another order", () => {
		for (const i of [0, 1, 2, 3, 5, 7]) assert.throws(() => judge(without(i), PADDING_BYTES));
		const [first] = good.slice(3);
		const text = must(remacMessage(primitives, first?.text ?? "", new Uint8Array(64)));
		assert.throws(() =>
			judge(
				good.map((said, i) => (i === 3 ? { ...said, text } : said)),
				PADDING_BYTES,
			),
		);
		assert.throws(() => judge(good, 1000));
		assert.throws(() =>
			judge([...good.slice(0, 3), ...good.slice(4, 5), ...good.slice(3, 4), ...good.slice(5)], PADDING_BYTES),
		);
	});
});
