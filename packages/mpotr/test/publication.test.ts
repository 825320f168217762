import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { parseMessage } from "../src/wire/envelope.ts";
import { eventsOf, type Item, type Person, roomOf, suiteOf, type TestPlace } from "./support/place.ts";

/**
 * Section 12 of the design, group 4: a carrier that withholds whatever it likes from whomever it likes, lies about who left, and
 * has every key that was ever published. What it could forge with a published key reaches nobody who still believes it: at
 * the place of each PUBLISH everyone else of that session has closed it, left it, or frozen.
 */

const suite = suiteOf(1);
const TIMEOUT = 60_000;
const RUNS = Number(process.env["CLOWDER_RUNS"] ?? 10);

type Step =
	| { readonly do: "cut"; readonly from: number; readonly to: number }
	| { readonly do: "heal" }
	| { readonly do: "lie"; readonly to: number; readonly about: number }
	| { readonly do: "say"; readonly who: number }
	| { readonly do: "rekey"; readonly who: number }
	| { readonly do: "leave"; readonly who: number }
	| { readonly do: "wait"; readonly timeouts: number };

const person: fc.Arbitrary<number> = fc.nat({ max: 3 });
const step: fc.Arbitrary<Step> = fc.oneof(
	{ weight: 4, arbitrary: fc.record({ do: fc.constant("cut" as const), from: person, to: person }) },
	{ weight: 1, arbitrary: fc.record({ do: fc.constant("heal" as const) }) },
	{ weight: 2, arbitrary: fc.record({ do: fc.constant("lie" as const), to: person, about: person }) },
	{ weight: 2, arbitrary: fc.record({ do: fc.constant("say" as const), who: person }) },
	{ weight: 1, arbitrary: fc.record({ do: fc.constant("rekey" as const), who: person }) },
	{ weight: 1, arbitrary: fc.record({ do: fc.constant("leave" as const), who: person }) },
	{
		weight: 4,
		arbitrary: fc.record({ do: fc.constant("wait" as const), timeouts: fc.constantFrom(0.1, 0.5, 1, 1.4) }),
	},
);

/** The session that a person would still believe messages of, by fingerprint. */
function believes(one: Person): string | undefined {
	const { session, phase } = one.participant.view();
	if (session === undefined || phase === "leaving" || phase === "over") return undefined;
	const last = one.events.findLastIndex((event) => event.type === "session");
	const frozen = one.events.slice(last).some((event) => event.type === "frozen");
	return frozen ? undefined : session.fingerprint;
}

/** Signing keys by session, as everyone in a session knows them. */
class Watcher {
	readonly #place: TestPlace;
	readonly #people: readonly Person[];
	#at = 0;
	/** Which session a `v` signed in, from the CONFIRMs that made it. */
	readonly #sessions: Map<string, string> = new Map();
	published = 0;

	constructor(place: TestPlace, people: readonly Person[]) {
		this.#place = place;
		this.#people = people;
	}

	look(): void {
		for (; this.#at < this.#place.log.length; this.#at++) {
			const item = this.#place.log[this.#at] as Item;
			const parsed = item.type === "text" ? parseMessage(suite, item.text) : undefined;
			if (item.type !== "text" || !parsed?.ok) continue;
			const { message, header } = parsed.value;
			const v = Buffer.from(header.v).toString("hex");
			const author = this.#people.find((one) => one.handle === item.from);
			const session = author?.participant.view().session?.fingerprint;
			if (message.type === "MESSAGE" && session !== undefined && !this.#sessions.has(v)) {
				this.#sessions.set(v, session);
			}
			if (message.type === "PUBLISH") this.#check(v, author);
		}
	}

	#check(v: string, author: Person | undefined): void {
		const session = this.#sessions.get(v);
		if (session === undefined) return;
		this.published++;
		for (const one of this.#people) {
			if (one === author) continue;
			assert.notEqual(believes(one), session, `${one.name} still believes what ${author?.name} published the key of`);
		}
	}
}

function play(steps: readonly Step[]): number {
	const { place, people } = roomOf(suite, "Ana", "Bo", "Cy", "Dee");
	const watcher = new Watcher(place, people);
	place.run(20_000, () => {
		watcher.look();
		return false;
	});
	const cut = new Set<string>();
	place.hears = (one, item) =>
		item.type !== "text" || one.handle === item.from || !cut.has(`${item.from}>${one.handle}`);
	const handle = (i: number): string => (people[i] as Person).handle;
	for (const one of steps) {
		if (one.do === "cut") cut.add(`${handle(one.from)}>${handle(one.to)}`);
		if (one.do === "heal") cut.clear();
		if (one.do === "lie" && one.to !== one.about) place.tell([people[one.to] as Person], "left", handle(one.about));
		if (one.do === "say") place.act(people[one.who] as Person, (p) => void p.send("words", place.now));
		if (one.do === "rekey") place.act(people[one.who] as Person, (p) => p.rekey(place.now));
		if (one.do === "leave") place.act(people[one.who] as Person, (p) => p.leave(place.now));
		const ms = one.do === "wait" ? one.timeouts * TIMEOUT : 1_000;
		place.run(ms, () => {
			watcher.look();
			return false;
		});
	}
	place.run(4 * TIMEOUT, () => {
		watcher.look();
		return false;
	});
	for (const one of people) assert.equal(eventsOf(one, "blamed").length, 0, `${one.name} sees someone blamed`);
	return watcher.published;
}

test("PUBLISH-2, FREEZE-2: no key is published while someone still believes what it signs, whatever a carrier withholds", () => {
	let published = 0;
	const seed = Number(process.env["CLOWDER_SEED"] ?? 42);
	const story = fc.array(step, { minLength: 3, maxLength: 12 });
	fc.assert(
		fc.property(story, (steps) => {
			published += play(steps);
		}),
		{ numRuns: RUNS, seed },
	);
	assert.ok(published > RUNS, `only ${published} keys were published`);
});
