import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { equal } from "@clowder/bytes";
import { seated } from "../src/fold/seats.ts";
import { keyName } from "../src/fold/state.ts";
import { inspectFold } from "../src/testing.ts";
import { change, enterCheater, flipped } from "./support/cheat.ts";
import { readItem } from "./support/lossy.ts";
import { eventsOf, names, type Person, roomOf, suiteOf, TestPlace } from "./support/place.ts";

/** Verifications at the end of a session that nothing else would miss. */

const suite = suiteOf(1);
const MINUTE = 60_000;

function published(person: Person, session: string): readonly string[] {
	const events = eventsOf(person, "published").filter((event) => event.session === session);
	return events.map(({ by }) => by.nickname as string).toSorted();
}

function fingerprint(person: Person): string {
	return person.participant.view().session?.fingerprint ?? assert.fail("no session");
}

describe("a session that is over", () => {
	test("PUBLISH-3: is remembered until the keys of all who go on are here, whoever else published", () => {
		const { place, people } = roomOf(suite, "Ana", "Bo", "Cy", "Di");
		const [ana, bo, cy, di] = people as [Person, Person, Person, Person];
		place.run(10_000);
		const session = fingerprint(ana);
		cy.cheat = (text) => (text.includes(":3Publish:3") ? undefined : text);
		place.act(di, (one) => one.leave(place.now));
		place.run(30_000, () => published(ana, session).length === 3);
		place.vanish(di);
		assert.deepEqual(published(ana, session), ["Ana", "Bo", "Di"]);
		place.run(10_000);
		delete cy.cheat;
		place.run(MINUTE, () => published(ana, session).length === 4);
		for (const one of [ana, bo, cy]) assert.deepEqual(published(one, session), ["Ana", "Bo", "Cy", "Di"], one.name);
	});

	test("PUBLISH-2: is remembered until our key is public, also where nobody goes on with us", () => {
		const { place, people } = roomOf(suite, "Ana", "Bo");
		const [ana, bo] = people as [Person, Person];
		place.run(10_000);
		const session = fingerprint(ana);
		place.act(bo, (one) => one.leave(place.now));
		place.run(MINUTE / 2);
		assert.deepEqual(names(ana), ["Ana"]);
		assert.ok(published(ana, session).includes("Ana"));
	});

	test("PUBLISH-3: is remembered until everyone has our receipt of their keys", () => {
		const { place, people } = roomOf(suite, "Ana", "Bo", "Cy");
		place.run(10_000);
		const fold = inspectFold((people[0] as Person).participant) ?? assert.fail("no room");
		const { aid, members } = fold.base ?? assert.fail("no session");
		place.act(people[0] as Person, (one) => one.rekey(place.now));
		place.run(3 * MINUTE);
		const receipts = new Map<string, ReadonlySet<string>>();
		for (const item of place.log) {
			const parsed = readItem(suite, item);
			if (parsed?.message.type !== "RECEIVED" || !equal(parsed.header.context, aid)) continue;
			receipts.set(keyName(parsed.header.v), seated(members, parsed.message.of));
		}
		const all = members.map(({ v }) => keyName(v));
		for (const by of all) {
			const others = all.filter((one) => one !== by);
			assert.ok(
				others.every((one) => receipts.get(by)?.has(one)),
				`${receipts.get(by)?.size}`,
			);
		}
	});

	/** Cy says goodbye, and the session ends; whether its key is public a little later. */
	function leaves(
		what: "nothing" | "somebody is taken out" | "a last view differs" | "a last view is missing",
	): boolean {
		const place = new TestPlace(suite);
		const people = ["Ana", "Cy", "Di"].map((name) => {
			const one = place.enter(name);
			place.run(MINUTE, () => names(one).length > 0);
			return one;
		});
		const [ana, cy, di] = people as [Person, Person, Person];
		const bad = change("CLOSE", (m) => {
			return what === "a last view is missing" ? undefined : { ...m, digest: flipped(m.digest) };
		});
		const mal = enterCheater(place, "Mal", bad);
		mal.cheating = false;
		place.run(MINUTE, () => names(ana).length === 4);
		place.run(10_000);
		mal.cheating = what.startsWith("a last view");
		const before = fingerprint(ana);
		const start = place.log.length;
		place.act(cy, (one) => one.leave(place.now));
		if (what === "somebody is taken out") place.vanish(di);
		place.run(20_000, () => fingerprint(ana) !== before && names(ana).length < 4);
		place.run(3000);
		return place.log.slice(start).some((item) => {
			return item.type === "text" && item.from === cy.handle && item.text.includes(":3Publish:3");
		});
	}

	test("PUBLISH-4: a leaver publishes its key when nobody could still believe it, and only then", () => {
		assert.equal(leaves("nothing"), true);
		assert.equal(leaves("somebody is taken out"), false);
		assert.equal(leaves("a last view differs"), false);
		assert.equal(leaves("a last view is missing"), false);
	});
});
