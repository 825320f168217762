import assert from "node:assert/strict";
import { test } from "node:test";
import { equal } from "@clowder/bytes";
import type { Message, Revealed } from "../src/wire/messages.ts";
import {
	allRevealed,
	blameRoom,
	type BlameRoom,
	checkHonest,
	emptyRoom,
	honest,
	messages,
} from "./support/blame-room.ts";
import { type Change, type Cheater, change, flipped } from "./support/cheat.ts";
import { knownOf, livePairs, PairRecorder } from "./support/derive.ts";
import { eventsOf, names, seeded, suiteOf } from "./support/place.ts";

/** One of `0 .. n-1`. */
type Pick = (n: number) => number;

function picker(seed: string): Pick {
	const random = seeded(seed);
	return (n) => {
		const [a = 0, b = 0] = random(2);
		return Math.floor(((a * 256 + b) * n) / 65_536);
	};
}

/** A `v` of someone in the attempt that a cheater's message belongs to. */
function someone(room: BlameRoom, context: Uint8Array, pick: Pick): Uint8Array {
	const authors = messages(room.place)
		.filter(({ parsed }) => equal(parsed.header.context, context))
		.map(({ parsed }) => parsed.header.v);
	return authors[pick(Math.max(authors.length, 1))] ?? new Uint8Array(32);
}

/** The same message with one of its fields wrong. */
function wrong(message: Message, pick: Pick): Message {
	switch (message.type) {
		case "OFFER":
			return { ...message, kemCiphertext: message.kemCiphertext && flipped(message.kemCiphertext) };
		case "SHARE": {
			const { ring, confirmations } = message;
			if (ring === undefined || pick(4) === 0) return { ...message, confirmations: confirmations.map(flipped) };
			const field = (["z", "cL", "cR"] as const)[pick(3)] ?? "z";
			return { ...message, ring: { ...ring, [field]: flipped(ring[field]) } };
		}
		case "CONFIRM":
			return { ...message, mac: flipped(message.mac) };
		case "REVEAL":
		case "COMPLAIN":
			return { ...message, revealed: { ...message.revealed, x: flipped(message.revealed.x.slice().reverse()) } };
		default:
			return message;
	}
}

const AGREEMENT: ReadonlySet<Message["type"]> = new Set([
	"OFFER",
	"SHARE",
	"OK",
	"CONFIRM",
	"REVEAL",
	"COMPLAIN",
	"FAULT",
]);

/** Lies at random in everything that has to do with the key agreement. */
function liar(room: BlameRoom, name: string, seed: string): Change {
	const pick = picker(`${seed}/${name}`);
	return (message, { header }) => {
		if (!AGREEMENT.has(message.type)) return message;
		const peer = someone(room, header.context, pick);
		const cheater = room.cheaters.find((one) => one.name === name) as Cheater;
		const x = pick(2) === 0 ? cheater.xOf(header.v) : seeded(`${seed}/x`)(32);
		const revealed: Revealed = { x, kemSeed: undefined, coins: undefined };
		switch (pick(10)) {
			case 0:
			case 1:
				return wrong(message, pick);
			case 2:
				return { type: "COMPLAIN", accused: peer, revealed };
			case 3:
				return { type: "REVEAL", peer, revealed };
			case 4:
				return { type: "FAULT", evidence: { kind: "share", accused: peer, d: seeded(seed)(32) } };
			case 5:
				return [message, wrong(message, pick)];
			default:
				return message;
		}
	};
}

const NAMES = ["Ana", "Bo", "Cy", "Di", "Eva"];

for (const id of [1, 2] as const) {
	test(`whatever all the others do, no honest one is blamed, and nothing live is opened (suite ${id})`, () => {
		const runs = Number(process.env["CLOWDER_RUNS"] ?? (id === 1 ? 24 : 8));
		const first = Number(process.env["CLOWDER_FIRST_RUN"] ?? 0);
		const base = process.env["CLOWDER_SEED"] ?? "storm";
		for (let run = first; run < first + runs; run++) {
			const seed = `${base}/${id}/${run}`;
			const pick = picker(seed);
			const size = 3 + pick(3);
			const people = NAMES.slice(0, size);
			const entering = pick(3);
			const cheating = people.filter(() => pick(3) > 0).slice(0, size - 1);
			const room = emptyRoom(suiteOf(id));
			const cheats = new Map(cheating.map((name) => [name, liar(room, name, seed)]));
			const split = Math.max(size - entering, 1);
			try {
				blameRoom(
					suiteOf(id),
					{ members: people.slice(0, split), newcomers: people.slice(split), cheats },
					20_000,
					room,
				);
				checkHonest(room);
			} catch (error) {
				const again = `CLOWDER_SEED=${base} CLOWDER_FIRST_RUN=${run} CLOWDER_RUNS=1`;
				throw new Error(
					`${again}: ${error instanceof Error ? error.message : "thrown"} (${cheating.join()} of ${people.join()})`,
					{ cause: error },
				);
			}
		}
	});
}

for (const id of [1, 2] as const) {
	test(`BLAME-7: with everything that was ever revealed, no secret of a session can be made (suite ${id})`, () => {
		const recorder = new PairRecorder(suiteOf(id));
		const bad: Change = change("SHARE", (m) => ({ ...m, ring: m.ring && { ...m.ring, cR: flipped(m.ring.cR) } }));
		const kc: Change = change("SHARE", (m) => ({ ...m, confirmations: m.confirmations.map(flipped) }));
		const cheats = new Map([
			["Bo", bad],
			["Eva", kc],
		]);
		const room = blameRoom(recorder.suite, { members: ["Ana", "Bo", "Cy", "Di"], newcomers: ["Eva"], cheats });
		checkHonest(room);
		for (const one of honest(room)) assert.deepEqual(names(one), ["Ana", "Cy", "Di"]);
		assert.equal(eventsOf(honest(room)[0] ?? assert.fail(), "blamed").length, 2);
		const opened = recorder.derivable(allRevealed(room.place, room.people).map(({ x }) => x));
		assert.ok(
			recorder.pairs.some((pair) => knownOf(pair, opened) === 3),
			"the pairs in dispute are open, or nothing is tried here",
		);
		const live = livePairs(room.place, recorder.pairs);
		assert.ok(live.length > 0);
		for (const pair of live) assert.equal(knownOf(pair, opened), 0, "not one secret of a live pair");
	});
}
