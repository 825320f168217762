import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { xor } from "@clowder/bytes";
import { isGenuine } from "../src/session/blame.ts";
import type { KemCiphertext } from "@clowder/crypto";
import type { Offer, Revealed, Share } from "../src/wire/messages.ts";
import { flipped } from "./support/cheat.ts";
import { rememberingKeys } from "./support/memo-keys.ts";
import { seeded, suiteOf } from "./support/place.ts";
import { type Corrupt, RingBench } from "./support/ring-bench.ts";

/** A single field of a contribution that its author may get wrong. */
type Field = "z" | "cL" | "cR" | "kc" | "ciphertext";

const FIELDS: readonly Field[] = ["z", "cL", "cR", "kc", "ciphertext"];

function wrongShare(field: Field, message: Share): Share {
	if (field === "kc") return { ...message, confirmations: message.confirmations.map(flipped) };
	if (field === "ciphertext" || message.ring === undefined) return message;
	return { ...message, ring: { ...message.ring, [field]: flipped(message.ring[field]) } };
}

function wrongOffer(field: Field, message: Offer): Offer {
	if (field !== "ciphertext" || message.kemCiphertext === undefined) return message;
	return { ...message, kemCiphertext: flipped<KemCiphertext>(message.kemCiphertext) };
}

/** Everyone in `wrong` gets the one field wrong that stands there. */
function corruption(wrong: ReadonlyMap<number, Field>): { offer: Corrupt<Offer>; share: Corrupt<Share> } {
	const corrupt =
		<M>(change: (field: Field, message: M) => M) =>
		(i: number, message: M): M => {
			const field = wrong.get(i);
			return field === undefined ? message : change(field, message);
		};
	return { offer: corrupt(wrongOffer), share: corrupt(wrongShare) };
}

/** Group 2 of the design's section 12: every field, by everyone and by every two, in rings of two to six. */
for (const id of [1, 2] as const) {
	const suite = rememberingKeys(suiteOf(id));
	const fields = FIELDS.filter((field) => id === 2 || field !== "ciphertext");
	for (const size of [2, 3, 4, 5, 6]) {
		const indices = Array.from({ length: size }, (_, i) => i);

		describe(`verdicts in suite ${id}, ${size} people`, () => {
			test("everyone who is honest makes one key, and nobody is convicted", () => {
				assert.deepEqual(new RingBench(suite, size).outcome([]), []);
			});

			test("BLAME-4, BLAME-5: a single wrong field of anyone convicts its author and nobody else", () => {
				const cases = indices.flatMap((author) => fields.map((field) => ({ author, field })));
				assert.equal(cases.length, size * fields.length);
				for (const { author, field } of cases) {
					const bench = new RingBench(suite, size, corruption(new Map([[author, field]])));
					assert.deepEqual(bench.outcome([author]), [author], `${field} of ${author}`);
				}
			});

			test("BLAME-4, BLAME-5: two of them convict at least one, and never an honest one", () => {
				const cases = indices.flatMap((one) =>
					indices
						.filter((other) => other > one)
						.flatMap((other) => fields.flatMap((a) => fields.map((b) => ({ one, a, other, b })))),
				);
				assert.equal(cases.length, ((size * (size - 1)) / 2) * fields.length ** 2);
				for (const { one, a, other, b } of cases) {
					const wrong = new Map([
						[one, a],
						[other, b],
					]);
					const convicted = new RingBench(suite, size, corruption(wrong)).outcome([one, other]);
					// In a ring of two they only cheat each other.
					if (size > 2) assert.ok(convicted.length > 0, `${a} of ${one} and ${b} of ${other} convict someone`);
					for (const index of convicted)
						assert.ok([one, other].includes(index), `${index} for ${a} ${one}, ${b} ${other}`);
				}
			});

			test("two colluders whose shares cancel out are convicted by anyone's evidence", () => {
				const delta = seeded("delta")(32);
				const shift: Corrupt<Share> = (i, m) =>
					m.ring && i < 2 ? { ...m, ring: { ...m.ring, z: xor(m.ring.z, delta) } } : m;
				const convicted = new RingBench(suite, size, { share: shift }).outcome([0, 1]);
				if (size > 2) assert.ok(convicted.length > 0);
				for (const index of convicted) assert.ok(index < 2);
			});

			test("BLAME-5: evidence that proves nothing convicts whoever brings it", () => {
				const bench = new RingBench(suite, size, {}, "false fault");
				for (const author of indices) {
					const accused = bench.right(author);
					assert.deepEqual(bench.shareVerdict(author, accused, seeded("d")(32)), [author]);
				}
			});

			test("BLAME-4: a false complaint convicts the accuser, whoever that is", () => {
				const bench = new RingBench(suite, size, {}, "false complaint");
				const { attempt } = bench;
				for (const accuser of indices) {
					for (const accused of indices.filter((i) => i !== accuser)) {
						bench.attempt = attempt;
						const confirms = [accuser, accused].some((i) => bench.slot(i).join !== undefined);
						if (!confirms || (size > 3 && accuser !== 1)) continue;
						bench.complain(accuser, accused);
						assert.deepEqual(bench.pairVerdict(accuser, accused), [], "not before the accused is heard");
						bench.reveal(accused, accuser);
						assert.deepEqual(bench.pairVerdict(accuser, accused), [accuser]);
					}
				}
			});
		});
	}

	describe(`what is opened, in suite ${id}`, () => {
		const doctored = (revealed: Revealed): readonly Revealed[] => {
			const { x, kemSeed, coins } = revealed;
			const other = seeded("doctor");
			return [
				{ ...revealed, x: other(32) },
				{ ...revealed, x: flipped(x.slice().reverse()) },
				...(kemSeed
					? [
							{ ...revealed, kemSeed: other(64) },
							{ ...revealed, kemSeed: flipped(kemSeed) },
						]
					: []),
				kemSeed ? { ...revealed, kemSeed: undefined } : { ...revealed, kemSeed: other(64) },
				coins ? { ...revealed, coins: undefined } : { ...revealed, coins: other(32) },
			];
		};

		test("BLAME-3: it is all of the pair, and belongs to the public keys", () => {
			for (const size of [2, 3, 4]) {
				const bench = new RingBench(suite, size);
				for (const [i] of bench.people.entries()) {
					for (const [peer] of bench.people.entries()) {
						if (i === peer) continue;
						const check = (revealed: Revealed): boolean =>
							isGenuine(suite, bench.attempt, bench.slot(i), bench.slot(peer), revealed);
						assert.equal(check(bench.revealed(i, peer)), true);
						for (const wrong of doctored(bench.revealed(i, peer))) assert.equal(check(wrong), false);
					}
				}
			}
		});
	});
}

describe("encapsulations", () => {
	const suite = suiteOf(2);

	test("BLAME-4: coins that do not give the ciphertext convict whoever shows them, whatever else does not fit", () => {
		for (const size of [2, 3, 4]) {
			for (const [left] of Array.from({ length: size }).entries()) {
				const bench = new RingBench(suite, size, corruption(new Map([[left, "cR"]])), "coins");
				const right = bench.right(left);
				bench.reveal(left, right, { ...bench.revealed(left, right), coins: seeded("other coins")(32) });
				bench.reveal(right, left);
				assert.deepEqual(bench.pairVerdict(left, right), [left]);
			}
		}
	});

	test("BLAME-4: an honest right neighbour is not convicted over a key that it could not make", () => {
		const bench = new RingBench(suite, 3, corruption(new Map([[1, "ciphertext"]])), "rejected");
		bench.reveal(1, 2);
		bench.reveal(2, 1);
		assert.deepEqual(bench.pairVerdict(1, 2), [1]);
	});
});
