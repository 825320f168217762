import assert from "node:assert/strict";
import { test } from "node:test";
import { parseMessage } from "../src/wire/envelope.ts";
import type { Join } from "../src/wire/messages.ts";
import { type Change, enterCheater } from "./support/cheat.ts";
import { eventsOf, names, type Person, suiteOf, TestPlace } from "./support/place.ts";

/**
 * Section 12 of the design, group 8, in a room that asks its people: transplanted identities and replayed JOINs. A knock in
 * someone's name without their key is in `admission.test.ts` and `bad-input.test.ts`, "reconnect as Ana" in `merging.test.ts`.
 */

const MINUTE = 60_000;

interface Scene {
	readonly place: TestPlace;
	readonly inside: readonly Person[];
	/** Known to those inside, with a JOIN that waits for their word. */
	readonly cy: Person;
}

function typesFrom(place: TestPlace, from: string): readonly string[] {
	return place.log.flatMap((item) => {
		const parsed = item.type === "text" && item.from === from ? parseMessage(place.suite, item.text) : undefined;
		return parsed?.ok ? [parsed.value.message.type] : [];
	});
}

function joinsOf(place: TestPlace, person: Person): readonly { readonly text: string; readonly join: Join }[] {
	return place.log.flatMap((item) => {
		const parsed =
			item.type === "text" && item.from === person.handle ? parseMessage(place.suite, item.text) : undefined;
		if (item.type !== "text" || !parsed?.ok || parsed.value.message.type !== "JOIN") return [];
		return [{ text: item.text, join: parsed.value.message }];
	});
}

function idOf(person: Person): ReturnType<Person["participant"]["view"]>["self"]["id"] {
	return person.participant.view().self.id;
}

function letIn(place: TestPlace, by: Person, whom: Person): void {
	place.act(by, (participant) => participant.approve(idOf(whom), place.now));
	place.run(MINUTE);
}

function scene(id: 1 | 2): Scene {
	const place = new TestPlace(suiteOf(id));
	const ana = place.enter("Ana", { terms: { policy: "any" } });
	place.run(5000);
	const bo = place.enter("Bo");
	place.run(MINUTE);
	letIn(place, ana, bo);
	assert.deepEqual(names(bo), ["Ana", "Bo"]);
	const cy = place.enter("Cy");
	place.run(20_000);
	for (const one of [ana, bo])
		assert.deepEqual(
			asked(one),
			["Bo", "Cy"].filter((name) => name !== one.name),
		);
	return { place, inside: [ana, bo], cy };
}

/** Whom somebody was asked about, each time. */
function asked(one: Person): readonly string[] {
	return eventsOf(one, "asking").map((event) => event.person.nickname as string);
}

function nobodyOut({ inside }: Scene): void {
	for (const one of inside) {
		assert.deepEqual(eventsOf(one, "leaving"), [], `${one.name} sees nobody go`);
		assert.deepEqual(eventsOf(one, "blamed"), []);
	}
}

for (const id of [1, 2] as const) {
	/** What an impostor takes of Cy's JOIN, which it saw on the wire, into its own. */
	const transplants: ReadonlyMap<string, (own: Join, cys: Join) => Join> = new Map([
		["the sealed identity", (own: Join, cys: Join) => ({ ...own, sealed: cys.sealed })],
		["and what commits to it", (own, cys) => ({ ...own, sealed: cys.sealed, commitment: cys.commitment })],
		[
			"and the proofs",
			(own, cys) => ({ ...own, sealed: cys.sealed, commitment: cys.commitment, authenticators: cys.authenticators }),
		],
		["the proofs alone", (own, cys) => ({ ...own, authenticators: cys.authenticators })],
	]);
	for (const [what, transplant] of transplants) {
		test(`Group 8: transplanted identities, ${what}: no prompt, no answer, no eviction (suite ${id})`, () => {
			const room = scene(id);
			const { place, inside, cy } = room;
			const cys = joinsOf(place, cy).at(-1)?.join ?? assert.fail("Cy has not asked yet");
			let tried = 0;
			const how: Change = (message) => {
				if (message.type !== "JOIN") return message;
				tried++;
				return transplant(message, cys);
			};
			const before = inside.map(asked);
			const mal = enterCheater(place, "Mal", how);
			place.run(3 * MINUTE);
			assert.ok(tried > 0, "there was something to refuse");
			assert.deepEqual(inside.map(asked), before, "nobody is asked");
			const introduced = inside.flatMap((one) => typesFrom(place, one.handle)).filter((type) => type === "INTRODUCE");
			assert.equal(introduced.length, 2, "only Bo and Cy were ever introduced");
			assert.equal(mal.participant.view().session, undefined);
			assert.deepEqual(mal.participant.view().joining, [], "and learns of nobody");
			const [ana] = inside as [Person];
			letIn(place, ana, cy);
			for (const one of [...inside, cy]) assert.deepEqual(names(one), ["Ana", "Bo", "Cy"]);
			nobodyOut(room);
		});
	}

	test(`Group 8: replayed JOINs, while one waits, once they are in and when they are gone: no prompt, no eviction (suite ${id})`, () => {
		const room = scene(id);
		const { place, inside, cy } = room;
		const [ana] = inside as [Person];
		const replay = (): void => {
			const before = inside.map(asked);
			for (const { text } of joinsOf(place, cy)) {
				place.inject("mallory", text);
				place.inject(cy.handle, text);
			}
			place.run(2 * MINUTE);
			assert.deepEqual(inside.map(asked), before, "nobody is asked");
		};
		replay();
		letIn(place, ana, cy);
		assert.deepEqual(names(ana), ["Ana", "Bo", "Cy"]);
		replay();
		for (const one of [...inside, cy]) assert.deepEqual(names(one), ["Ana", "Bo", "Cy"], "Cy stays");
		nobodyOut(room);
		place.leave(cy);
		place.run(MINUTE);
		assert.deepEqual(names(ana), ["Ana", "Bo"]);
		replay();
		assert.deepEqual(names(ana), ["Ana", "Bo"]);
	});
}
