import assert from "node:assert/strict";
import { test } from "node:test";
import type { MessageId, Person, PersonId, PlacedMessage, RoomEvent } from "@clowder/mpotr";
import { Checker, type Screen, type Witness } from "../src/checker.ts";
import { Violation } from "../src/violation.ts";

type Someone = Witness & { readonly screen: Screen };

function someone(name: string, honest = true, returned = false): Someone {
	const clients: Screen[] = [];
	const person: Witness = {
		name,
		id: name as PersonId,
		honest,
		returned,
		typed: [`${name}#0`, `${name}#1`],
		clients,
	};
	const screen: Screen = { label: `${name}/0`, person };
	clients.push(screen);
	return { ...person, screen };
}

const shown = (one: Witness): Person =>
	({ id: one.id, nickname: one.name, identityKey: new Uint8Array(32), self: false }) as unknown as Person;

function session(fingerprint: string, ...people: readonly Witness[]): RoomEvent {
	return {
		type: "session",
		session: { fingerprint, people: people.map(shown), since: 0 },
		joined: [],
		left: [],
		back: [],
	};
}

function message(author: Witness, text: string, entry: number, in_ = "f"): RoomEvent {
	const placed = {
		id: `${in_}-${entry}` as MessageId,
		author: shown(author),
		text,
		at: 0,
		session: in_,
		entry,
		audience: [],
	};
	return { type: "message", message: placed satisfies PlacedMessage };
}

function confirmed(by: Witness, ...entries: readonly number[]): RoomEvent {
	return { type: "confirmed", by: by.id, messages: entries.map((entry) => `f-${entry}` as MessageId) };
}

function room(): { readonly a: Someone; readonly b: Someone; readonly m: Someone; readonly checker: Checker } {
	const [a, b, m] = [someone("A"), someone("B"), someone("M", false)];
	const checker = new Checker([a, b, m], { calm: false, once: true });
	for (const one of [a, b]) checker.happened(one.screen, session("f", a, b));
	return { a, b, m, checker };
}

function finds(demand: string, what: () => void): void {
	assert.throws(what, (error) => error instanceof Violation && error.demand === demand);
}

test("what holds passes", () => {
	const { a, b, checker } = room();
	for (const one of [b, a]) checker.happened(one.screen, message(a, "A#0", 1));
	for (const one of [b, a]) checker.happened(one.screen, message(b, "B#0", 2));
	checker.happened(a.screen, confirmed(b, 1, 2));
	assert.equal(checker.confirmations, 2);
});

test("a confirmation by someone who has not seen the message, or another one, is found", () => {
	const { a, b, checker } = room();
	checker.happened(a.screen, message(a, "A#0", 1));
	finds("confirmed-is-seen", () => checker.happened(a.screen, confirmed(b, 1)));
	const other = room();
	other.checker.happened(other.a.screen, message(other.a, "A#0", 1));
	other.checker.happened(other.b.screen, message(other.a, "A#1", 1));
	finds("confirmed-is-seen", () => other.checker.happened(other.a.screen, confirmed(other.b, 1)));
});

test("a confirmation of a message before which another one is missing is found", () => {
	const { a, b, checker } = room();
	checker.happened(a.screen, message(a, "A#0", 1));
	for (const one of [a, b]) checker.happened(one.screen, message(b, "B#0", 2));
	finds("confirmed-is-seen", () => checker.happened(a.screen, confirmed(b, 2)));
});

test("a text that was shown in a session before and is sent once more is confirmed though it is not shown", () => {
	const [a, b] = [someone("A", true, true), someone("B")];
	const checker = new Checker([a, b], { calm: true, once: true });
	for (const id of ["f", "g"]) for (const one of [a, b]) checker.happened(one.screen, session(id, a, b));
	checker.happened(b.screen, message(a, "A#0", 7));
	checker.happened(a.screen, message(a, "A#0", 1, "g"));
	const again = { type: "confirmed", by: b.id, messages: ["g-1" as MessageId] } as const;
	checker.happened(a.screen, again);
	checker.happened(a.screen, message(a, "A#1", 2, "g"));
	finds("confirmed-is-seen", () => checker.happened(a.screen, { ...again, messages: ["g-2" as MessageId] }));
});

test("two lists for one session, strangers, and outsiders who read are found", () => {
	const { a, b, m, checker } = room();
	finds("one-list", () => checker.happened(b.screen, session("f", a, b, m)));
	finds("one-list", () => checker.happened(b.screen, session("g", a, a, b)));
	finds("one-list", () => checker.happened(b.screen, session("g", a)));
	finds("nobody-outside", () => checker.happened(a.screen, session("g", a, someone("X"))));
	finds("nobody-outside", () => checker.happened(m.screen, message(a, "A#0", 1)));
});

test("what nobody wrote, what stands twice, and what comes before is found", () => {
	const { a, b, m, checker } = room();
	finds("nothing-forged", () => checker.happened(b.screen, message(a, "never typed", 1)));
	checker.happened(a.screen, message(a, "A#0", 2));
	finds("placed-once", () => checker.happened(a.screen, message(a, "A#0", 3)));
	finds("one-order", () => checker.happened(a.screen, message(b, "B#0", 1)));
	finds("nothing-forged", () => checker.happened(b.screen, message(m, "M#0", 9)));
});

test("an honest one who is blamed is found, a cheater is not", () => {
	const { a, b, m, checker } = room();
	checker.happened(a.screen, { type: "blamed", person: shown(m), rule: "CONFIRM-2" });
	finds("honest-not-blamed", () => checker.happened(a.screen, { type: "blamed", person: shown(b), rule: "CONFIRM-2" }));
	finds("honest-not-blamed", () =>
		checker.happened(a.screen, { type: "leaving", person: shown(b), how: "misbehaved" }),
	);
});

test("on an honest carrier, a divergence is found", () => {
	const [a, b] = [someone("A"), someone("B")];
	const checker = new Checker([a, b], { calm: true, once: true });
	const diverged: RoomEvent = { type: "divergence", person: shown(b), session: "f", agreedUntil: 0, disputed: [] };
	finds("calm", () => checker.happened(a.screen, diverged));
});
