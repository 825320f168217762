import assert from "node:assert/strict";
import { test } from "node:test";
import { equal } from "@clowder/bytes";
import type { Message, Revealed } from "../src/wire/messages.ts";
import { allRevealed, blameRoom, checkHonest, emptyRoom, messages, personIn } from "./support/blame-room.ts";
import { type Change, type Cheater, flipped } from "./support/cheat.ts";
import { knownOf, livePairs, PairRecorder } from "./support/derive.ts";
import { names, seeded, suiteOf } from "./support/place.ts";

/** Section 12 of the design, group 1: an attempt is overtaken, the next one activates, and only then come bad pieces of it. */

const OPENING: ReadonlySet<Message["type"]> = new Set(["REVEAL", "COMPLAIN", "FAULT"]);

for (const id of [1, 2] as const) {
	for (const when of ["before", "after"] as const) {
		test(`Group 1: bad pieces of an overtaken attempt, ${when} the next one activates: nobody reveals, nothing live opens (suite ${id})`, () => {
			const recorder = new PairRecorder(suiteOf(id));
			const held: { text: string; v: Uint8Array; context: Uint8Array }[] = [];
			const room = emptyRoom(recorder.suite);
			// Bo keeps the first SHARE back, which would contradict its neighbour's.
			const how: Change = (message, { header: { v, context, number } }) => {
				if (message.type !== "SHARE" || message.ring === undefined || held.length > 0) return message;
				const bad = { ...message, ring: { ...message.ring, cL: flipped(message.ring.cL) } };
				held.push({ text: room.cheaters[0]?.sign(v, context, number, bad) ?? assert.fail(), v, context });
				return undefined;
			};
			const plan = { members: ["Ana", "Bo", "Cy", "Eva"], newcomers: ["Di"], cheats: new Map([["Bo", how]]) };
			blameRoom(recorder.suite, plan, 5000, room);
			const { place } = room;
			const bo = room.cheaters[0] as Cheater;
			const { text, v, context } = held[0] ?? assert.fail("nothing was held");
			place.leave(personIn(room, "Eva"));
			const rest = room.people.filter((one) => one.name !== "Eva");
			const all = (): boolean => rest.every((one) => names(one).join() === "Ana,Bo,Cy,Di");
			// The next attempt opens at the place of the LEAVE, and Bo takes part in it.
			if (when === "after") place.run(30_000, all);
			const peers = messages(place).filter(
				({ parsed: { message, header } }) =>
					message.type === "SHARE" && equal(header.context, context) && !equal(header.v, v),
			);
			assert.ok(peers.length >= 2, "others have shared in the attempt that was overtaken");
			const before = messages(place).length;
			place.inject(bo.handle, text);
			const revealed: Revealed = { x: bo.xOf(v), kemSeed: undefined, coins: undefined };
			for (const [i, { parsed }] of peers.entries()) {
				const accused = parsed.header.v;
				const late: readonly Message[] = [
					{ type: "REVEAL", peer: accused, revealed },
					{ type: "COMPLAIN", accused, revealed },
					{ type: "FAULT", evidence: { kind: "share", accused, d: seeded("d")(32) } },
				];
				for (const [j, message] of late.entries()) {
					place.inject(bo.handle, bo.sign(v, context, 100 + 3 * i + j, message));
				}
			}
			place.run(60_000);
			assert.ok(all(), "nobody is out for what was overtaken");
			checkHonest({ ...room, people: rest });
			const opened = messages(place)
				.slice(before)
				.filter(({ from, parsed }) => from !== bo.handle && OPENING.has(parsed.message.type));
			assert.deepEqual(opened, [], "nobody reveals");
			// Everything revealed anywhere, by the cheater too.
			const xs = [...allRevealed(place, room.people).map(({ x }) => x), revealed.x];
			const known = recorder.derivable(xs);
			assert.ok(known.size > 0);
			const live = livePairs(place, recorder.pairs);
			assert.ok(live.length > 0);
			for (const pair of live) assert.equal(knownOf(pair, known), 0, "not one secret of a live pair");
		});
	}
}
