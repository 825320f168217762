import assert from "node:assert/strict";
import { type Guest, holdsWithin, until } from "./guest.ts";

/** Lines that tell someone that something may be missing here. */
const TOLD: ReadonlySet<string> = new Set([
	"reconnected",
	"interrupted",
	"gap",
	"taken-out",
	"split",
	"moved-over",
	"unconfirmed-end",
	"divergence",
]);

/** After this long, what was said is taken to have gone into a dead line, and is said again. */
const ATTEMPT_MS = 5_000;
const ATTEMPTS = 24;

/** Waits until all are in one session and hear each other. */
export async function together(guests: readonly Guest[], round: string): Promise<void> {
	const state = (): string => guests.map((guest) => guest.describe()).join("\n");
	for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
		await until(
			() => `one session after ${round}:\n${state()}`,
			() => {
				for (const guest of guests) guest.discardHeld();
				return guests.every((guest) => guest.isAmong(guests.length - 1));
			},
		);
		const texts = guests.map((guest) => ({ guest, text: `${guest.name} after ${round}, ${attempt}` }));
		for (const { guest, text } of texts) guest.say(text);
		const lines = texts.map(({ guest, text }) => `${guest.name}: ${text}`);
		const isHeard = (): boolean => {
			const transcripts = guests.map((guest) => new Set(guest.transcript()));
			return transcripts.every((transcript) => lines.every((line) => transcript.has(line)));
		};
		if (await holdsWithin(ATTEMPT_MS, isHeard)) return;
	}
	assert.fail(`not everyone hears everyone after ${round}:\n${state()}`);
}

/** What is compared of a guest. */
export type Witness = Pick<Guest, "name" | "said" | "transcript" | "sessions" | "unplaced" | "lines">;

/**
 * The transcripts of people who were there from the beginning: nothing twice, the same order of each session for all, and nothing missing of
 * which nobody is told.
 */
export function compareTranscripts(guests: readonly Witness[]): void {
	for (const guest of guests) nothingTwice(guest);
	for (const a of guests) for (const b of guests) sameOrder(a, b);
	for (const author of guests) {
		for (const text of author.said) nothingLostSilently(author, text, guests);
	}
}

function nothingTwice(guest: Witness): void {
	const transcript = guest.transcript();
	const twice = transcript.filter((text, at) => transcript.indexOf(text) !== at);
	assert.deepEqual(twice, [], `${guest.name} sees something twice`);
}

/**
 * Of what both have of one session. A text that a dying session did not bring to its author is said again in the next one;
 * for whoever had it already it stands in the first, for the others in the next, and both see it once.
 */
function sameOrder(a: Witness, b: Witness): void {
	const [ofA, ofB] = [a.sessions(), b.sessions()];
	const isOfOne = (line: string): boolean => ofA.get(line) !== undefined && ofA.get(line) === ofB.get(line);
	assert.deepEqual(
		a.transcript().filter(isOfOne),
		b.transcript().filter(isOfOne),
		`${a.name} and ${b.name} see another order`,
	);
}

function nothingLostSilently(author: Witness, text: string, guests: readonly Witness[]): void {
	const line = `${author.name}: ${text}`;
	const isPlaced = author.transcript().includes(line);
	assert.ok(isPlaced || author.unplaced().includes(text), `"${line}" is gone from its author's own screen`);
	for (const guest of guests) {
		if (guest.transcript().includes(line)) continue;
		const isTold = !isPlaced || guest.lines().some((code) => TOLD.has(code));
		assert.ok(isTold, `${guest.name} lacks "${line}", and was not told that something is missing`);
	}
}
