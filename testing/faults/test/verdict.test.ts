import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { compareTranscripts, type Witness } from "../src/verdict.ts";

interface Seen {
	readonly transcript: readonly string[];
	readonly said?: string[];
	readonly unplaced?: readonly string[];
	readonly lines?: readonly string[];
	/** Those that were not placed in the first session. */
	readonly later?: readonly string[];
}

function witness(name: string, { transcript, said = [], unplaced = [], lines = [], later = [] }: Seen): Witness {
	const sessions = new Map(transcript.map((line) => [line, later.includes(line) ? "second" : "first"]));
	const [seen, places, missing, told] = [() => transcript, () => sessions, () => unplaced, () => lines];
	return { name, said, transcript: seen, sessions: places, unplaced: missing, lines: told };
}

/** Ana, who said one and two, and Bo. */
function verdict(ana: Partial<Seen>, bo: Partial<Seen>): void {
	const whole = ["Ana: one", "Ana: two"];
	compareTranscripts([
		witness("Ana", { said: ["one", "two"], transcript: whole, ...ana }),
		witness("Bo", { transcript: whole, ...bo }),
	]);
}

describe("the verdict on transcripts", () => {
	it("is good when all have all, or are told why not", () => {
		verdict({}, {});
		verdict({}, { transcript: ["Ana: two"], lines: ["reconnected"] });
		verdict({ transcript: ["Ana: one"], unplaced: ["two"] }, { transcript: ["Ana: one"] });
		verdict({}, { transcript: ["Ana: two", "Ana: one"], later: ["Ana: one"] });
	});

	it("finds what stands there twice, in another order, or is gone without a word", () => {
		assert.throws(() => verdict({}, { transcript: ["Ana: one", "Ana: one", "Ana: two"] }), /Bo sees something twice/);
		assert.throws(() => verdict({}, { transcript: ["Ana: two", "Ana: one"] }), /another order/);
		const later = { later: ["Ana: one", "Ana: two"] };
		assert.throws(() => verdict(later, { transcript: ["Ana: two", "Ana: one"], ...later }), /another order/);
		assert.throws(() => verdict({}, { transcript: ["Ana: one"] }), /Bo lacks "Ana: two", and was not told/);
		assert.throws(() => verdict({ transcript: ["Ana: one"] }, {}), /gone from its author's own screen/);
	});
});
