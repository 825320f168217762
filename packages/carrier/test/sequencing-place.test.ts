import assert from "node:assert/strict";
import { test } from "node:test";
import { err, ok, type Result } from "@clowder/bytes";
import type { CarrierError, CarrierEvent, Place } from "../src/index.ts";
import { networkClock, SequencedNetwork } from "../src/memory.ts";
import { sequencedPlace } from "../src/sequencing.ts";
import { Crowd, ROOM, sha512 } from "./sequencing-crowd.ts";

test("a text that is sent while an event is told goes out", () => {
	const network = new SequencedNetwork({ seed: 1, echo: false, hash: sha512 });
	const heard: string[] = [];
	const place: Place = network.enter({
		room: ROOM,
		onEvent: (event) => {
			if (event.type === "entered") assert.ok(place.send("first").ok);
			if (event.type !== "text") return;
			heard.push(event.text);
			if (event.text === "first") assert.ok(place.send("answer").ok);
		},
	});
	network.run();
	assert.deepEqual(heard, ["first", "answer"]);
});

test("CARRIER-12: an interruption below that is resumed misses nothing; texts handed over meanwhile go out", () => {
	const crowd = Crowd.of(3);
	const cut = crowd.at(0);
	crowd.network.interrupt(cut.self);
	crowd.network.run();
	cut.say();
	crowd.at(1).say();
	crowd.network.run(crowd.network.now + 3000);
	assert.deepEqual(cut.texts, []);
	crowd.network.resume(cut.self);
	crowd.network.run();
	assert.deepEqual([...cut.texts].sort(), ["g0-1", "g1-1"]);
	crowd.assertTogether();
});

test("CARRIER-12: an interruption below that is not resumed ends in a new entrance, without what was under way", () => {
	const crowd = Crowd.of(3);
	const cut = crowd.at(1);
	const before = cut.self;
	crowd.network.interrupt(before);
	crowd.network.run();
	cut.say("lost");
	crowd.network.renew(before);
	crowd.network.run();
	assert.notEqual(cut.self, before);
	assert.equal(cut.place.backlog, 0);
	crowd.assertTogether();
	assert.ok(!crowd.at(0).texts.includes("lost"));
});

/** A place over a network, whose way back in the test decides on. */
function returning(reopen: () => Result<Place, CarrierError> | undefined): {
	network: SequencedNetwork;
	place: Place;
	events: CarrierEvent[];
} {
	// A network of whose places this one alone is sequenced by hand, so that it can be broken.
	const network = new SequencedNetwork({ seed: 3, hash: sha512 });
	const events: CarrierEvent[] = [];
	let tell: (event: CarrierEvent) => void = () => {};
	let entrances = 0;
	const inner: Place = { send: () => ok(undefined), backlog: 0, leave: async () => {} };
	const place = sequencedPlace(
		(onEvent, done) => {
			tell = onEvent;
			const opened = entrances++ === 0 ? ok(inner) : reopen();
			if (opened !== undefined) done(opened);
		},
		65_536,
		(event) => events.push(event),
		{ clock: networkClock(network), hash: sha512 },
	);
	place.enter(() => {});
	tell({ type: "entered", self: "me", occupants: [], binding: "test" });
	// Somebody is let in, and says that there is a larger sequence, which we are not in.
	network.at(10, () => tell({ type: "joined", handle: "other" }));
	network.at(20, () => tell({ type: "text", from: "other", text: largerSequence() }));
	network.run(100);
	assert.deepEqual(
		events.map(({ type }) => type),
		["entered", "interrupted"],
	);
	return { network, place, events };
}

function largerSequence(): string {
	const bytes = new Uint8Array(1 + 12 + 4 + 16 + 2);
	bytes[0] = 3;
	bytes[bytes.length - 1] = 9;
	return `:3mpCAT:3Sequence:3C${Buffer.from(bytes).toString("base64")}:3`;
}

test("SEQ-14: between two entrances texts wait, and the place can be left", async () => {
	const { network, place, events } = returning(() => undefined);
	assert.ok(place.send("meanwhile").ok);
	assert.equal(place.backlog, 9);
	const leaving = place.leave();
	network.run();
	await leaving;
	assert.deepEqual(events.at(-1), { type: "closed", reason: undefined });
	assert.equal(place.backlog, 0);
	const late = place.send("late");
	assert.ok(!late.ok && late.error.kind === "usage");
	await place.leave();
	assert.equal(events.length, 3);
});

test("SEQ-14: if the place below cannot be entered again it is over, and the reason is told", () => {
	const reason: CarrierError = { kind: "unreachable", detail: "gone" };
	const { network, events } = returning(() => err(reason));
	network.run();
	assert.deepEqual(events.at(-1), { type: "closed", reason });
});

test("CARRIER-3: what is refused before one is let in is not told", () => {
	const network = new SequencedNetwork({ seed: 5, hash: sha512 });
	const events: CarrierEvent[] = [];
	let tell: (event: CarrierEvent) => void = () => {};
	const inner: Place = { send: () => ok(undefined), backlog: 0, leave: async () => {} };
	const place = sequencedPlace(
		(onEvent, done) => {
			tell = onEvent;
			done(ok(inner));
		},
		65_536,
		(event) => events.push(event),
		{ clock: networkClock(network), hash: sha512 },
	);
	place.enter(() => {});
	tell({ type: "entered", self: "me", occupants: ["other"], binding: "test" });
	tell({ type: "refused", from: "other", reason: "the first fragment of a text expected, number 1 came" });
	tell({ type: "text", from: "other", text: "no statement" });
	assert.deepEqual(events, []);
	network.run();
	assert.deepEqual(
		events.map(({ type }) => type),
		["entered"],
	);
	tell({ type: "refused", from: "other", reason: "the first fragment of a text expected, number 1 came" });
	tell({ type: "text", from: "other", text: "no statement" });
	assert.deepEqual(
		events.map(({ type }) => type),
		["entered", "refused", "refused"],
	);
});
