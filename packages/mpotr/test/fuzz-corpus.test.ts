import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { BODIES } from "../src/wire/bodies.ts";
import { parseMessage } from "../src/wire/envelope.ts";
import type { MessageType } from "../src/wire/messages.ts";
import { readCorpus, wayOf } from "./fuzz-corpus.ts";
import { eventsOf, names, type Person, roomOf, suiteOf } from "./support/place.ts";

/** Of all ways in which a text can be refused before anything is known of its author, the corpus has to have most. */
const LEAST_WAYS = 180;

for (const id of [1, 2] as const) {
	const suite = suiteOf(id);
	const { texts, mutants } = readCorpus(suite);

	describe(`the corpus, suite ${id}`, () => {
		test("is read: every type of message is in it", () => {
			for (const { type, text } of texts) {
				const read = parseMessage(suite, text);
				assert.ok(read.ok, text);
				assert.equal(read.value.message.type, type);
			}
			const types = (Object.keys(BODIES) as MessageType[]).filter((type) => id === 2 || type !== "EK");
			assert.deepEqual([...new Set(texts.map(({ type }) => type))].toSorted(), types.toSorted());
		});

		test("is refused where it was changed, each text in its own way (WIRE-1, WIRE-2, WIRE-3, WIRE-5, WIRE-7)", () => {
			for (const { text, refusal } of mutants) {
				const read = parseMessage(suite, text);
				assert.ok(!read.ok, `${refusal}: ${text}`);
				assert.equal(wayOf(read.error), refusal, text);
			}
			assert.ok(new Set(mutants.map(({ refusal }) => refusal)).size >= LEAST_WAYS - 100);
			assert.ok(mutants.length >= LEAST_WAYS, `${mutants.length}`);
		});

		test("changes nothing in another room, where it is only refused", () => {
			// Other names: the same ones would draw the same keys.
			const { place, people } = roomOf(suite, "Uma", "Val");
			const [uma, val] = people as [Person, Person];
			const before = people.map((one) => one.participant.view().session?.fingerprint);
			for (const one of people) one.events.length = 0;
			for (const { text } of [...texts, ...mutants]) place.inject("h99", text);
			place.run(5000);
			assert.deepEqual(
				people.map((one) => one.participant.view().session?.fingerprint),
				before,
			);
			for (const one of people) {
				const other = one.events.filter(({ type }) => type !== "refused" && type !== "changed");
				assert.deepEqual(other, []);
				assert.ok(eventsOf(one, "refused").length >= mutants.length);
			}
			place.say(uma, "still here");
			place.run(5000);
			assert.equal(val.messages.at(-1)?.text, "still here");
			assert.deepEqual(names(val), ["Uma", "Val"]);
		});
	});
}
