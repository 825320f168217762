import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Owed } from "../src/api.ts";
import { keyAgreement } from "../src/fold/key-agreement.ts";
import { type Attempt, type FoldState, isPresent, keyName } from "../src/fold/state.ts";
import { inspectFold } from "../src/participant/participant.ts";
import type { Message, MessageType } from "../src/wire/messages.ts";
import { change, enterCheater, flipped } from "./support/cheat.ts";
import { readItem } from "./support/lossy.ts";
import { type Person, roomOf, suiteOf, type TestPlace } from "./support/place.ts";

/**
 * What the fold and the clients rely on in any way to agree on a key (`KeyAgreement`), shown for the one in use: nothing is
 * placed that was not owed, what is placed is owed no more, and nothing is owed any more exactly when the session begins.
 */

const PAYS: Partial<Record<MessageType, Owed>> = {
	EK: "key",
	OFFER: "offer",
	SHARE: "share",
	OK: "ok",
	CONFIRM: "confirm",
};

/** What each in the running attempt owes, as `v:what`, as a participant sees it. */
function debts(person: Person, suite: TestPlace["suite"]): { readonly fold: FoldState; readonly owed: Set<string> } {
	const fold = inspectFold(person.participant) ?? assert.fail("no room");
	const needs = fold.attempt === undefined ? [] : keyAgreement.owed(suite, fold.attempt);
	return { fold, owed: new Set(needs.map(({ slot, owes }) => `${keyName(slot.keySet.v)}:${owes}`)) };
}

interface Seen {
	readonly paid: Set<Owed>;
	activated: number;
}

/** Delivers everything, and holds each place of the order against what was owed before it and is after it. */
function watchAgreement(place: TestPlace, watcher: Person, done: () => boolean): Seen {
	const seen: Seen = { paid: new Set(), activated: 0 };
	let before = debts(watcher, place.suite);
	let read = place.log.length;
	const look = (): boolean => {
		const after = debts(watcher, place.suite);
		for (const item of place.log.slice(read)) {
			const parsed = readItem(place.suite, item);
			if (parsed !== undefined) lookAt(seen, before, after, parsed.message, keyName(parsed.header.v));
		}
		read = place.log.length;
		before = after;
		return done();
	};
	place.run(30_000, look);
	return seen;
}

function lookAt(
	seen: Seen,
	before: ReturnType<typeof debts>,
	after: ReturnType<typeof debts>,
	message: Message,
	v: string,
): void {
	const { attempt } = before.fold;
	const pays = PAYS[message.type];
	if (attempt === undefined) return;
	const ended = after.fold.attempt === undefined;
	const begun = ended && after.fold.base !== before.fold.base;
	assert.notEqual(before.owed.size, 0, "an attempt of which nothing is owed goes on");
	if (pays === undefined) return;
	assert.ok(before.owed.has(`${v}:${pays}`), `${message.type} that was not owed`);
	assert.ok(begun || !after.owed.has(`${v}:${pays}`), `${message.type} is owed twice`);
	seen.paid.add(pays);
	if (!begun) return;
	assert.deepEqual([...before.owed], [`${v}:${pays}`], "activated while something else was owed");
	assert.ok(isPresent(after.fold, after.fold.base?.members[0]?.v.bytes ?? new Uint8Array()));
	assert.deepEqual(
		after.fold.base?.members.map(({ next }) => next),
		attempt.slots.map((slot) => nextOf(attempt, slot, message)),
	);
	seen.activated++;
}

function nextOf(attempt: Attempt, slot: Attempt["slots"][number], last: Message): unknown {
	return keyAgreement.successor(attempt, slot) ?? (last.type === "SHARE" ? last.next : undefined);
}

for (const id of [1, 2] as const) {
	const suite = suiteOf(id);
	describe(`the key agreement in use, suite ${id}`, () => {
		for (const inside of [1, 2, 3]) {
			test(`${inside} inside, two come in: it says what is needed and from whom, up to the last message`, () => {
				const { place, people } = roomOf(suite, ...["Ana", "Bo", "Cy"].slice(0, inside));
				const [ana] = people as [Person];
				const newcomers = [place.enter("Dee"), place.enter("Eve")];
				const seen = watchAgreement(place, ana, () =>
					newcomers.every((one) => one.participant.view().session?.people.length === inside + 2),
				);
				assert.deepEqual([...seen.paid].sort(), id === 1 ? ALL.filter((one) => one !== "key") : ALL);
				assert.ok(seen.activated > 0);
			});
		}

		test("new keys for the same people need no list and no OK", () => {
			const { place, people } = roomOf(suite, "Ana", "Bo", "Cy");
			const [ana] = people as [Person];
			const sessions = (): number => ana.events.filter((event) => event.type === "session").length;
			const before = sessions();
			place.act(ana, (participant) => participant.rekey(place.now));
			const seen = watchAgreement(place, ana, () => sessions() > before);
			assert.deepEqual([...seen.paid].sort(), ["confirm", "offer", "share"]);
			assert.equal(seen.activated, 1);
		});
	});
}

const ALL: readonly Owed[] = ["confirm", "key", "offer", "ok", "share"];

test("while something is disputed nobody owes a contribution, and those who have to open their pair owe that", () => {
	const suite = suiteOf(1);
	const { place, people } = roomOf(suite, "Ana", "Bo");
	const [ana] = people as [Person];
	enterCheater(
		place,
		"Mal",
		change("SHARE", (m) => ({ ...m, ring: m.ring && { ...m.ring, cL: flipped(m.ring.cL) } })),
	);
	let disputed = 0;
	place.run(30_000, () => {
		const attempt = inspectFold(ana.participant)?.attempt;
		if (attempt === undefined || !keyAgreement.inDispute(attempt)) return false;
		disputed++;
		assert.deepEqual(keyAgreement.owed(suite, attempt), []);
		assert.ok(keyAgreement.owedReveals(attempt).length > 0);
		assert.ok(keyAgreement.mayBurn(attempt));
		return false;
	});
	assert.ok(disputed > 0);
});
