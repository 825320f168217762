import assert from "node:assert/strict";
import { test } from "node:test";
import type { MessageId } from "../src/index.ts";
import { remembering } from "./support/memo.ts";
import { eventsOf, names, type Person, suiteOf, TestPlace } from "./support/place.ts";

/** Section 12 of the design, group 10: a text is typed at one moment after the other of a room in which all kinds of things happen. */

const suite = remembering(suiteOf(1));

/** Counts moments, and lets people type at one of them. */
class Moments {
	readonly #at: number;
	readonly #type: () => void;
	passed = 0;

	constructor(at: number, type: () => void) {
		this.#at = at;
		this.#type = type;
	}

	/** For `TestPlace.run`: called after everything that is placed, and before every timer. */
	readonly next = (): boolean => {
		if (this.passed++ === this.#at) this.#type();
		return false;
	};
}

/** Whoever is asked whether a text may go to a newcomer says yes. */
function release(place: TestPlace, person: Person): void {
	const held = new Set<MessageId>(eventsOf(person, "held").flatMap((event) => event.messages));
	for (const id of held) place.act(person, (participant) => participant.release(id, place.now));
}

/** People come, ask for new keys, leave, vanish and come back; Ana and Bo stay. They type at moment `at`. */
function story(at: number): {
	readonly moments: number;
	readonly stay: readonly Person[];
	readonly others: readonly Person[];
} {
	const place = new TestPlace(suite);
	const ana = place.enter("Ana");
	place.run(5000);
	const bo = place.enter("Bo");
	place.run(10_000);
	const stay = [ana, bo];
	assert.deepEqual(names(ana), ["Ana", "Bo"]);
	const moments = new Moments(at, () => {
		for (const one of stay) place.say(one, `typed by ${one.name}`);
	});
	const go = (ms: number): void => {
		place.run(ms, () => moments.next());
		for (const one of stay) release(place, one);
	};
	const cy = place.enter("Cy");
	go(3000);
	place.act(bo, (participant) => participant.rekey(place.now));
	go(8000);
	place.act(cy, (participant) => participant.leave(place.now));
	go(3000);
	const di = place.enter("Di");
	go(1500);
	place.vanish(di);
	go(8000);
	// What was typed at the last moment has its time too.
	place.run(15_000);
	for (const one of stay) release(place, one);
	place.run(5000);
	return { moments: moments.passed, stay, others: [cy, di] };
}

test("Group 10: text typed at any moment by someone who stays is placed exactly once", () => {
	const { moments } = story(-1);
	assert.ok(moments > 60, `only ${moments} moments`);
	for (let at = 0; at < moments; at++) {
		const { stay, others } = story(at);
		const of = (person: Person, by: Person): number =>
			person.messages.filter(({ text }) => text === `typed by ${by.name}`).length;
		for (const by of stay) {
			for (const one of stay) assert.equal(of(one, by), 1, `moment ${at}: ${by.name}'s text at ${one.name}'s`);
			for (const one of others) assert.ok(of(one, by) <= 1, `moment ${at}: ${by.name}'s text at ${one.name}'s`);
		}
		const [ana, bo] = stay.map((one) => one.messages.map(({ session, entry, text }) => [session, entry, text]));
		assert.deepEqual(ana, bo, `moment ${at}: one order`);
	}
});
